-- Adds to fields of a hash. Not to be run twice.
-- KEYS     [1] the hash
-- ARGV     [1] life (ms), then a field and what to add to it, any number of times
-- reply    how many fields
-- cost     O(fields).  The key expires ARGV[1] after the last change.
for i = 2, #ARGV, 2 do
  redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return (#ARGV - 1) / 2
