-- Says that an answer is still to come, unless it has its end. May be run twice.
-- KEYS     [1] the conversation: a hash
-- ARGV     [1] id of the answer's turn   [2] lease (ms)   [3] what has come so far, or '' = what is stored stands
-- reply    1, or 0 = it has its end, or is gone
-- cost     O(1)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('HEXISTS', KEYS[1], 'a:' .. ARGV[1]) == 0 then
  return 0
end
redis.call('HSET', KEYS[1], 'a:' .. ARGV[1], now + ARGV[2])
if ARGV[3] ~= '' then
  local before = redis.call('HGET', KEYS[1], 't:' .. ARGV[1])
  redis.call('HINCRBY', KEYS[1], 'bytes', #ARGV[3] - #before)
  redis.call('HSET', KEYS[1], 't:' .. ARGV[1], ARGV[3])
end
return 1
