-- Says that a request is still in progress, also where its lease was lost meanwhile.
-- KEYS     sorted sets of leases, all of one slot
-- ARGV     [1] id of the request   [2] lease (ms)
-- reply    1
-- cost     O(policies)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, now + tonumber(ARGV[2]), ARGV[1])
  redis.call('PEXPIRE', key, ARGV[2])
end
return 1
