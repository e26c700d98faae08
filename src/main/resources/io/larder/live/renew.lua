-- Renews a lead, and takes it again if nobody has it: it may have been evicted.
-- KEYS     [1] lead   [2] followers, both of one slot
-- ARGV     [1] answer and node of the leader   [2] lease (ms)
-- reply    -1 = another leads, else how many nodes follow
-- cost     O(1).  The lead expires after ARGV[2].
local lead = redis.call('GET', KEYS[1])
if lead and lead ~= ARGV[1] then
  return -1
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return redis.call('SCARD', KEYS[2])
