-- Fails.
return redis.error_reply('ERR as it should')
