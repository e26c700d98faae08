-- Puts tombstones in place of values; what is a tombstone already stays. Running it twice does no harm.
-- KEYS     the values' keys
-- ARGV     [1] tombstone   [2] life of a tombstone (ms)   [3] format of a value (1 byte)
-- reply    how many values are gone
-- cost     O(keys).  Each key expires ARGV[2] later.
local TOMBSTONE = 4
local gone = 0
for _, key in ipairs(KEYS) do
  local begin = redis.call('GETRANGE', key, 0, 1)
  local flags = begin:byte(2) or 0
  local dead = begin:sub(1, 1) == ARGV[3] and math.floor(flags / TOMBSTONE) % 2 == 1
  if begin ~= '' and not dead then
    redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
    gone = gone + 1
  end
end
return gone
