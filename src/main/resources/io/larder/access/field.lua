-- Reads one field of a hash. Changes nothing.
-- KEYS     [1] a hash
-- ARGV     [1] field
-- reply    its bytes, or false
-- cost     O(1)
return redis.call('HGET', KEYS[1], ARGV[1])
