-- Puts a key on its owner's list, unless that is full. May be run twice.
-- KEYS     [1] the list: a sorted set of hashes by when they expire (ms since 1970)
-- ARGV     [1] the key's hash   [2] its life from now (ms)   [3] most keys on a list
-- reply    1, or 0 = the list is full
-- cost     O(log n + expired), n <= ARGV[3].  The list expires with the last of its keys.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not known and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
  return 0
end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', last[2] - now))
return 1
