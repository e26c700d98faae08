-- Puts what was used in the place of what was charged, in the sub-buckets in which it was charged, and gives concurrency
-- back. The second time it does nothing.
-- KEYS     [1 …] one per policy, as when it was decided   [last] what was charged, all of one slot
-- ARGV     [1] id of the request, then of each policy: window (ms; 0 = concurrency), used
-- reply    1 = settled, 0 = there was nothing to settle any more
-- cost     O(policies)
for i = 1, #KEYS - 1 do
  if ARGV[i * 2] == '0' then
    redis.call('ZREM', KEYS[i], ARGV[1])
  end
end
local charged = redis.call('GET', KEYS[#KEYS])
if not charged then
  return 0
end
redis.call('UNLINK', KEYS[#KEYS])
for i, bucket, cost in string.gmatch(charged, '(%d+):(%d+):(%d+)') do
  i = tonumber(i)
  local more = tonumber(ARGV[i * 2 + 1]) - tonumber(cost)
  -- a sub-bucket that has left takes its charge along
  if more ~= 0 and redis.call('HEXISTS', KEYS[i], bucket) == 1 then
    redis.call('HINCRBY', KEYS[i], bucket, string.format('%.0f', more))
    redis.call('HINCRBY', KEYS[i], 't', string.format('%.0f', more))
  end
end
return 1
