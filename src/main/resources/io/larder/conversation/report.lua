-- Says how far an answer has come, unless it has its end or there is no room for it. May be run twice.
-- KEYS     [1] the conversation: a hash
-- ARGV     [1] id of the answer's turn   [2] what has come so far   [3] newest format   [4] most bytes of the conversation
-- reply    {'done'}, {'ended'} = it has its end, or is gone, or {'newer', format}
-- cost     O(1)
local head = redis.call('HMGET', KEYS[1], 'format', 'a:' .. ARGV[1], 'bytes', 't:' .. ARGV[1])
if not head[2] then
  return { 'ended' }
end
if tonumber(head[1]) > tonumber(ARGV[3]) then
  return { 'newer', head[1] }
end
local bytes = head[3] + #ARGV[2] - #head[4]
if bytes <= tonumber(ARGV[4]) then
  redis.call('HSET', KEYS[1], 't:' .. ARGV[1], ARGV[2], 'bytes', bytes)
end
return { 'done' }
