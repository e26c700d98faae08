-- Reads a user's list of sessions. Changes nothing.
-- KEYS     [1] the list: a hash of `format begun used …` by id
-- reply    id, value, id, value, …
-- cost     O(n)
return redis.call('HGETALL', KEYS[1])
