-- Adds records to the log of an answer and tells the nodes that follow it; with the last ones it gives the lead back, so that
-- who reads the end can ask again at once. Running it twice does no harm.
-- KEYS     [1] live   [2] followers   [3] lead, all of one slot
-- ARGV     [1] life of the log (ms)   [2] channel of a node, without its name   [3] the flight   [4] answer and node of the
--          leader if these are the last records, else empty   [5] number of the first record   [6 …] the records
-- reply    the number of the newest record
-- cost     O(records), and one message to each node that follows.  The log expires ARGV[1] after the last record.
local last = 0
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
if newest[1] then
  last = tonumber(string.match(newest[1][1], '^%d+'))
end
for i = 6, #ARGV do
  local number = tonumber(ARGV[5]) + i - 6
  if number > last then
    redis.call('XADD', KEYS[1], string.format('%.0f-0', number), 'r', ARGV[i])
    last = number
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
for _, node in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  redis.call('PUBLISH', ARGV[2] .. node, 'm ' .. ARGV[3])
end
if ARGV[4] ~= '' and redis.call('GET', KEYS[3]) == ARGV[4] then
  redis.call('UNLINK', KEYS[2], KEYS[3])
end
return last
