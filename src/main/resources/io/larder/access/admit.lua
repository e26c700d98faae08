-- Puts a session on its user's list, and takes off it what is over or too much. May be run twice.
-- KEYS     [1] the list: a hash of `format begun used …` by id, times in ms since 1970
-- ARGV     [1] id  [2] value  [3] now  [4] ms after which one that is not used is over  [5] ms after which any is
--          [6] ms the list lives from now  [7] most sessions on a list
-- reply    how many are on it
-- cost     O(n), n <= ARGV[7] + 1.  The list expires as told, anew with each session.
local now = tonumber(ARGV[3])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
local others = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if all[i] ~= ARGV[1] then
    local begun, used = string.match(all[i + 1], '^1 (%d+) (%d+) ')
    if not begun or used + ARGV[4] <= now or begun + ARGV[5] <= now then
      redis.call('HDEL', KEYS[1], all[i])
    else
      others[#others + 1] = { id = all[i], used = tonumber(used) }
    end
  end
end
table.sort(others, function(a, b)
  return a.used < b.used
end)
for i = 1, #others + 1 - tonumber(ARGV[7]) do
  redis.call('HDEL', KEYS[1], others[i].id)
end
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return redis.call('HLEN', KEYS[1])
