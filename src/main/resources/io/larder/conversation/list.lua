-- Names a user's conversations, the last changed first, and forgets the names of expired ones. May be run twice.
-- KEYS     [1] the conversations: a sorted set by last change (ms)   [2] by end of life (ms)
-- ARGV     [1] changed before (ms)   [2] how many
-- reply    their ids
-- cost     O(log n + ARGV[2] + expired)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, gone in ipairs(redis.call('ZRANGE', KEYS[2], '-inf', now, 'BYSCORE')) do
  redis.call('ZREM', KEYS[1], gone)
  redis.call('ZREM', KEYS[2], gone)
end
return redis.call('ZRANGE', KEYS[1], '(' .. ARGV[1], '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, ARGV[2])
