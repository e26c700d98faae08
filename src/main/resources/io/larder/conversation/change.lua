-- Changes fields of a conversation. Must not be run twice: the second run would find another version.
-- KEYS     [1] the conversation: a hash   [2] its user's conversations by last change (ms)   [3] by end of life (ms)
-- ARGV     [1] id   [2] life (ms)   [3] newest format   [4] version it must have, or '' = any   [5] a turn that must be there, or ''
--          then each field and its value
-- reply    {'done', title, tags, created, updated (both ms), version, turns, leaf} as they are now, {'absent'}, {'newer', format}, {'changed', version} or {'no turn'}
-- cost     O(log n + fields)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local head = redis.call('HMGET', KEYS[1], 'format', 'version')
if not head[1] then
  return { 'absent' }
end
if tonumber(head[1]) > tonumber(ARGV[3]) then
  return { 'newer', head[1] }
end
if ARGV[4] ~= '' and head[2] ~= ARGV[4] then
  return { 'changed', head[2] }
end
if ARGV[5] ~= '' and redis.call('HEXISTS', KEYS[1], 'm:' .. ARGV[5]) == 0 then
  return { 'no turn' }
end
local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')
local updated = math.max(now, tonumber(last[2] or '0') + 1)
for i = 6, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
end
redis.call('HSET', KEYS[1], 'updated', updated)
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], updated, ARGV[1])
redis.call('ZADD', KEYS[3], now + ARGV[2], ARGV[1])
local longest = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[2], string.format('%.0f', longest[2] - now))
redis.call('PEXPIRE', KEYS[3], string.format('%.0f', longest[2] - now))
local head = redis.call('HMGET', KEYS[1], 'title', 'tags', 'created', 'updated', 'version', 'turns', 'leaf')
return { 'done', unpack(head) }
