-- Claims the right to ask for an answer, unless the cache's entry has changed or somebody asks already: then the claimer
-- follows, and the leader is told.
-- KEYS     [1] lead   [2] followers   [3] the cache's entry, all of one slot
-- ARGV     [1] answer of the claimer   [2] its node   [3] lease (ms)   [4] 1 = the entry's version matters   [5] its version (8 bytes,
--          empty = none)   [6] life of the followers' set (ms)   [7] channel of a node, without its name   [8] the key
-- reply    1 = claimed   2 = the entry is another one   else the answer and node of who asks
-- cost     O(1).  The lead expires after ARGV[3].
if ARGV[4] == '1' and redis.call('GETRANGE', KEYS[3], 2, 9) ~= ARGV[5] then
  return 2
end
local mine = ARGV[1] .. ':' .. ARGV[2]
local lead = redis.call('GET', KEYS[1])
if lead and lead ~= mine then
  local answer, node = string.match(lead, '^([^:]+):(.+)$')
  -- a node has one call at a time: what it still leads has ended, and it is about to give it back
  if answer and node ~= ARGV[2] then
    redis.call('SADD', KEYS[2], ARGV[2])
    redis.call('PEXPIRE', KEYS[2], ARGV[6])
    redis.call('PUBLISH', ARGV[7] .. node, 'w ' .. ARGV[8] .. ':' .. answer)
    return lead
  end
end
redis.call('SET', KEYS[1], mine, 'PX', ARGV[3])
redis.call('UNLINK', KEYS[2])
return 1
