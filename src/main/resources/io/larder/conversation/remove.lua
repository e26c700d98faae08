-- Forgets a conversation. Run twice, the second run finds none.
-- KEYS     [1] the conversation: a hash   [2] its user's conversations by last change (ms)   [3] by end of life (ms)
-- ARGV     [1] id   [2] version it must have, or '' = any
-- reply    {'done'}, {'absent'} or {'changed', version}
-- cost     O(log n)
local version = redis.call('HGET', KEYS[1], 'version')
if version and ARGV[2] ~= '' and version ~= ARGV[2] then
  return { 'changed', version }
end
redis.call('UNLINK', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return { version and 'done' or 'absent' }
