-- Takes a session off its user's list.
-- KEYS     [1] the list: a hash by id
-- ARGV     [1] id
-- reply    1, or 0 = it was not on it
-- cost     O(1).  The list keeps its expiry, and is gone when it is empty.
return redis.call('HDEL', KEYS[1], ARGV[1])
