-- Reads what a list shows of conversations. Changes nothing.
-- KEYS     the conversations: hashes
-- reply    for each: format, title, tags, created, updated, version, turns, leaf
-- cost     O(conversations)
local heads = {}
for i, key in ipairs(KEYS) do
  heads[i] = redis.call('HMGET', key, 'format', 'title', 'tags', 'created', 'updated', 'version', 'turns', 'leaf')
end
return heads
