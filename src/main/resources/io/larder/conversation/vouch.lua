-- Says that an answer is still to come, unless it has its end. May be run twice.
-- KEYS     [1] the conversation: a hash
-- ARGV     [1] id of the answer's turn   [2] lease (ms)   [3] what has come so far, or '' = what is stored stands   [4] format   [5] most bytes of the conversation, with
--          which more is not stored
-- reply    {'done'}, {'ended'} = it has its end, or is gone, or {'newer', format}
-- cost     O(1)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local head = redis.call('HMGET', KEYS[1], 'format', 'a:' .. ARGV[1])
if not head[2] then
  return { 'ended' }
end
if head[1] ~= ARGV[4] then
  return { 'newer', head[1] }
end
redis.call('HSET', KEYS[1], 'a:' .. ARGV[1], now + ARGV[2])
if ARGV[3] ~= '' then
  local stored = redis.call('HMGET', KEYS[1], 'bytes', 't:' .. ARGV[1])
  local bytes = stored[1] + #ARGV[3] - #stored[2]
  if bytes <= tonumber(ARGV[5]) then
    redis.call('HSET', KEYS[1], 't:' .. ARGV[1], ARGV[3], 'bytes', bytes)
  end
end
return { 'done' }
