-- Reads a conversation, which lives on from now. May be run twice.
-- KEYS     [1] the conversation: a hash   [2] its user's conversations by last change   [3] by end of life (ms)
-- ARGV     [1] id   [2] life (ms)
-- reply    the server's time (ms), then each field and its value; none = there is no such conversation
-- cost     O(fields)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local fields = redis.call('HGETALL', KEYS[1])
if #fields == 0 then
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('ZREM', KEYS[3], ARGV[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  redis.call('ZADD', KEYS[3], now + ARGV[2], ARGV[1])
  local longest = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')
  redis.call('PEXPIRE', KEYS[2], string.format('%.0f', longest[2] - now))
  redis.call('PEXPIRE', KEYS[3], string.format('%.0f', longest[2] - now))
end
return { now, fields }
