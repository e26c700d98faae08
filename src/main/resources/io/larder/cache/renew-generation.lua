-- Begins a newer generation of a label, and tells all nodes. Running it twice does no harm.
-- KEYS     [1] the label's key
-- ARGV     [1] life of a generation that nobody asks for (ms)   [2] least value (microseconds since 1970)
--          [3] channel   [4] the label
-- reply    the generation
-- cost     O(1), and one message to each node.  The key expires ARGV[1] after it was last asked for.
local time = redis.call('TIME')
local before = redis.call('GET', KEYS[1])
local next = math.max(time[1] * 1000000 + time[2], (tonumber(before or 0) or 0) + 1, tonumber(ARGV[2]))
local generation = string.format('%.0f', next)
redis.call('SET', KEYS[1], generation, 'PX', ARGV[1])
redis.call('PUBLISH', ARGV[3], 'g ' .. generation .. ' ' .. ARGV[4])
return generation
