-- Sets a value in place of the one with a certain version. What is gone was removed, as far as can be known.
-- KEYS     [1] the value's key
-- ARGV     [1] the version that may be replaced (8 bytes)   [2] value   [3] life (ms)
-- reply    1 = set, 0 = another version stands there, or none
-- cost     O(1).  The key expires after ARGV[3].
local there = redis.call('GETRANGE', KEYS[1], 2, 9)
if there ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
