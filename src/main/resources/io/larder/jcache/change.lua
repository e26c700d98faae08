-- Changes one field of a hash if it is as expected, and others with it.
-- KEYS[1]  hash; its field `head` is what the other ones belong to
-- ARGV     [1] field  [2] its role: head, part  [3] condition: any, absent, present, equal  [4] expected bytes
--          [5] set, remove  [6] new bytes  [7] ms the hash lives if the field is new  [8] ms if it was there;
--          both: -1 = as long as it would anyway, 0 = it goes, and is not made
--          [9] [10] … other fields, each with its new bytes; empty = removed
-- reply    {1 = done or 0, bytes before or false}
-- cost     O(fields changed).  The whole hash expires when its head was set last plus that time.
local before = redis.call('HGET', KEYS[1], ARGV[1])
local condition = ARGV[3]
if (condition == 'absent' and before)
    or (condition == 'present' and not before)
    or (condition == 'equal' and before ~= ARGV[4]) then
  return { 0, before }
end
if ARGV[2] == 'part' and redis.call('HEXISTS', KEYS[1], 'head') == 0 then
  return { 0, before }
end

if ARGV[5] == 'remove' then
  if not before then
    return { 0, before }
  end
  if ARGV[2] == 'head' then
    redis.call('UNLINK', KEYS[1])
  else
    redis.call('HDEL', KEYS[1], ARGV[1])
  end
  return { 1, before }
end

local ttl = tonumber(before and ARGV[8] or ARGV[7])
if ttl == 0 then
  redis.call('UNLINK', KEYS[1])
  return { before and 1 or 0, before }
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[6])
for i = 9, #ARGV, 2 do
  if ARGV[i + 1] == '' then
    redis.call('HDEL', KEYS[1], ARGV[i])
  else
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
if ttl > 0 then
  redis.call('PEXPIRE', KEYS[1], ttl)
end
return { 1, before }
