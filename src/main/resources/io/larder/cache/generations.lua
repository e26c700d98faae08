-- Tells the generations of labels, and begins one for each label that has none, which is news to all nodes.
-- KEYS     one per label, all of one slot
-- ARGV     [1] life of a generation that nobody asks for (ms)   [2] channel   [3 …] the labels, as the keys
-- reply    the generations, in the order of the keys (microseconds since 1970, server clock)
-- cost     O(labels).  Each key expires ARGV[1] after it was last asked for.
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000000 + time[2])
local generations = {}
for i, key in ipairs(KEYS) do
  local generation = redis.call('GET', key)
  if generation and tonumber(generation) then
    redis.call('PEXPIRE', key, ARGV[1])
  else
    generation = now
    redis.call('SET', key, generation, 'PX', ARGV[1])
    redis.call('PUBLISH', ARGV[2], 'g ' .. generation .. ' ' .. ARGV[2 + i])
  end
  generations[i] = generation
end
return generations
