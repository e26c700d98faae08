-- Says that a request is still in progress.
-- KEYS     sorted sets of leases, all of one slot
-- ARGV     [1] id of the request   [2] lease (ms)
-- reply    how many leases there are no more
-- cost     O(policies)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local gone = 0
for _, key in ipairs(KEYS) do
  if redis.call('ZSCORE', key, ARGV[1]) then
    redis.call('ZADD', key, now + tonumber(ARGV[2]), ARGV[1])
    redis.call('PEXPIRE', key, ARGV[2])
  else
    gone = gone + 1
  end
end
return gone
