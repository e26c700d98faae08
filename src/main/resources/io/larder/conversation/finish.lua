-- Gives an answer its end, if it has none yet: the first one stands. May be run twice.
-- KEYS     [1] the conversation: a hash   [2] its user's conversations by last change (ms)   [3] by end of life (ms)
-- ARGV     [1] id   [2] life (ms)   [3] id of the answer's turn   [4] what is said   [5] newest format
--          [6] most bytes of the conversation, or '' = any
-- reply    {'done'}, {'ended', the end that it has}, {'absent'} = the conversation is gone, {'newer', format}, or {'full', bytes
--          that there is room for, in place of what is stored}
-- cost     O(log n)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local head = redis.call('HMGET', KEYS[1], 'format', 't:' .. ARGV[3], 'a:' .. ARGV[3])
local before = head[2]
if not head[1] or not before then
  return { 'absent' }
end
if tonumber(head[1]) > tonumber(ARGV[5]) then
  return { 'newer', head[1] }
end
if not head[3] then
  return { 'ended', before }
end
local room = ARGV[6] ~= '' and ARGV[6] - redis.call('HGET', KEYS[1], 'bytes') + #before or #ARGV[4]
if #ARGV[4] > room then
  return { 'full', string.format('%.0f', math.max(0, room)) }
end
local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')
local updated = math.max(now, tonumber(last[2] or '0') + 1)
redis.call('HINCRBY', KEYS[1], 'bytes', #ARGV[4] - #before)
redis.call('HSET', KEYS[1], 't:' .. ARGV[3], ARGV[4], 'updated', updated)
redis.call('HDEL', KEYS[1], 'a:' .. ARGV[3])
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], updated, ARGV[1])
redis.call('ZADD', KEYS[3], now + ARGV[2], ARGV[1])
local longest = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[2], string.format('%.0f', longest[2] - now))
redis.call('PEXPIRE', KEYS[3], string.format('%.0f', longest[2] - now))
return { 'done' }
