-- Reads an owner's list. Changes nothing.
-- KEYS     [1] the list: a sorted set of hashes by when they expire (ms since 1970)
-- reply    the hashes, the first to expire first
-- cost     O(n)
return redis.call('ZRANGE', KEYS[1], 0, -1)
