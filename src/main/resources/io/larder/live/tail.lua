-- Reads the log of an answer in flight, makes the node one of its followers, and tells the leader the first time.
-- KEYS     [1] lead   [2] live   [3] followers, all of one slot
-- ARGV     [1] the node   [2] life of the followers' set (ms)   [3] channel of a node, without its name   [4] the flight
--          [5] the answer   [6] number after which to read   [7] how many records at most
-- reply    [1] 1 = the answer is still asked for, 0 = no more   [2] the records: number, then bytes, in turn
-- cost     O(records)
local lead = redis.call('GET', KEYS[1])
local led = lead and string.match(lead, '^[^:]+') == ARGV[5]
if led then
  if redis.call('SADD', KEYS[3], ARGV[1]) == 1 then
    redis.call('PUBLISH', ARGV[3] .. string.match(lead, '[^:]+$'), 'w ' .. ARGV[4])
  end
  redis.call('PEXPIRE', KEYS[3], ARGV[2])
end
local records = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[2], '(' .. ARGV[6] .. '-0', '+', 'COUNT', ARGV[7])) do
  records[#records + 1] = string.match(entry[1], '^%d+')
  records[#records + 1] = entry[2][2]
end
return {led and 1 or 0, records}
