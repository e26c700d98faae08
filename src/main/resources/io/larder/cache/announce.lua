-- Publishes a message on the server that owns a key, to which the listeners of the channel go.
-- KEYS     [1] any key of that server
-- ARGV     [1] channel   [2] message
-- reply    how many listen
-- cost     O(listeners)
return redis.call('PUBLISH', ARGV[1], ARGV[2])
