-- Stores a new conversation, unless its user has as many as may be. May be run twice.
-- KEYS     [1] the conversation: a hash   [2] its user's conversations: a sorted set by last change (ms)   [3] by end of life (ms)
-- ARGV     [1] id   [2] life (ms)   [3] most conversations   [4] format   [5] title   [6] tags   [7] leaf
--          then for each turn: id, parent or '', created (ms) or '' = now, what is said
-- reply    created, updated (both ms), version, turns and leaf of the conversation; none = the user has that many
-- cost     O(turns + expired).  All keys expire with the life of the conversation, the sets with the last of them.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function written()
  return redis.call('HMGET', KEYS[1], 'created', 'updated', 'version', 'turns', 'leaf')
end
if redis.call('HGET', KEYS[1], 'version') then
  return written()
end
for _, gone in ipairs(redis.call('ZRANGE', KEYS[3], '-inf', now, 'BYSCORE')) do
  redis.call('ZREM', KEYS[2], gone)
  redis.call('ZREM', KEYS[3], gone)
end
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[3]) then
  return {}
end
local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')
local updated = math.max(now, tonumber(last[2] or '0') + 1)
local bytes = 0
local number = 0
for i = 8, #ARGV, 4 do
  number = number + 1
  local created = ARGV[i + 2] ~= '' and ARGV[i + 2] or string.format('%.0f', now)
  redis.call('HSET', KEYS[1], 't:' .. ARGV[i], ARGV[i + 3],
    'm:' .. ARGV[i], string.format('%.0f', number) .. ' ' .. created .. ' ' .. ARGV[i + 1] .. ' ')
  bytes = bytes + #ARGV[i + 3]
end
redis.call('HSET', KEYS[1], 'format', ARGV[4], 'version', 1, 'created', now, 'updated', updated, 'turns', number,
  'bytes', bytes, 'leaf', ARGV[7], 'title', ARGV[5], 'tags', ARGV[6])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], updated, ARGV[1])
redis.call('ZADD', KEYS[3], now + ARGV[2], ARGV[1])
local longest = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[2], string.format('%.0f', longest[2] - now))
redis.call('PEXPIRE', KEYS[3], string.format('%.0f', longest[2] - now))
return written()
