-- Lets a hash live on.
-- KEYS[1]  hash
-- ARGV     [1] ms from now; 0 = it goes
-- reply    1, or 0 if there is none
return redis.call('PEXPIRE', KEYS[1], ARGV[1])
