-- Says that an answer is still to come, unless it has its end. May be run twice.
-- KEYS     [1] the conversation: a hash
-- ARGV     [1] id of the answer's turn   [2] lease (ms)   [3] newest format
-- reply    {'done'}, {'ended'} = it has its end, or is gone, or {'newer', format}
-- cost     O(1)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local head = redis.call('HMGET', KEYS[1], 'format', 'a:' .. ARGV[1])
if not head[2] then
  return { 'ended' }
end
if tonumber(head[1]) > tonumber(ARGV[3]) then
  return { 'newer', head[1] }
end
redis.call('HSET', KEYS[1], 'a:' .. ARGV[1], now + ARGV[2])
return { 'done' }
