-- Reads the head of a hash, and all its fields if they are few and small.
-- KEYS[1]  hash
-- ARGV     [1] fields at most  [2] bytes at most
-- reply    {1 = these are all fields or 0, field, bytes, field, bytes, …}
-- cost     O(fields), of which at most ARGV[1] are looked at.
local fields = redis.call('HLEN', KEYS[1])
if fields == 0 then
  return { 1 }
end
if fields <= tonumber(ARGV[1]) then
  local bytes = 0
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    bytes = bytes + redis.call('HSTRLEN', KEYS[1], field)
  end
  if bytes <= tonumber(ARGV[2]) then
    local all = redis.call('HGETALL', KEYS[1])
    table.insert(all, 1, 1)
    return all
  end
end
return { 0, 'head', redis.call('HGET', KEYS[1], 'head') }
