-- Notes when a session was used, if it is on its user's list. May be run twice.
-- KEYS     [1] the list: a hash of `format begun used …` by id, times in ms since 1970
-- ARGV     [1] id  [2] when (ms since 1970)
-- reply    1, or 0 = it is not there, or was used later
-- cost     O(1).  The list keeps its expiry.
local value = redis.call('HGET', KEYS[1], ARGV[1])
if not value then
  return 0
end
local begun, used, rest = string.match(value, '^1 (%d+) (%d+) (.*)$')
if not begun or tonumber(used) >= tonumber(ARGV[2]) then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], '1 ' .. begun .. ' ' .. ARGV[2] .. ' ' .. rest)
return 1
