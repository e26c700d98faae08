-- Gives a lead back.
-- KEYS     [1] lead   [2] followers, both of one slot
-- ARGV     [1] answer and node of the leader   [2] 1 = though others follow
-- reply    1 = given back   2 = others follow, nothing was done   0 = another leads, or nobody
-- cost     O(1)
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if ARGV[2] ~= '1' and redis.call('SCARD', KEYS[2]) > 0 then
  return 2
end
redis.call('UNLINK', KEYS[1], KEYS[2])
return 1
