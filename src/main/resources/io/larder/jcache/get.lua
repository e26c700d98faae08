-- Reads one field of a hash.
-- KEYS[1]  hash
-- ARGV     [1] field
-- reply    its bytes, or false
return redis.call('HGET', KEYS[1], ARGV[1])
