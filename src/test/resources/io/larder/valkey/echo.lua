-- Replies its first argument.
return ARGV[1]
