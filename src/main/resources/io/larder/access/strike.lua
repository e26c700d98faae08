-- Strikes a key off its owner's list. May be run twice.
-- KEYS     [1] the list: a sorted set of hashes by when they expire (ms since 1970)
-- ARGV     [1] the key's hash
-- reply    1, or 0 = it was not on it
-- cost     O(log n).  The list keeps its expiry, and is gone when it is empty.
return redis.call('ZREM', KEYS[1], ARGV[1])
