-- Checks all policies of a subject, and counts for all of them if all admit, else for none.
-- KEYS     [1 …] one per policy: a hash of sub-buckets, or a sorted set of leases   [last] what was charged, to be settled
--          all of one slot
-- ARGV     [1] id of the request   [2] lease of a request in progress (ms)   [3] 1 = it will be settled
--          then of each policy: window (ms; 0 = concurrency), limit, cost, 1 = shadow: counts and tells, but admits
-- reply    [1] 1 = admitted, 0 = refused; then of each policy: used by now, ms until some of it comes back, ms until it would
--          admit this (0 = it does)
-- cost     O(policies); O(60) of a policy that refuses, or whose oldest sub-bucket has left.  Keys expire one window, or
--          one lease, after the last charge.
-- A hash has 't', what its sub-buckets add up to, 'o', the oldest of them, and each sub-bucket by its number since 1970.
local PARTS = 60
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local count = #KEYS - 1

local function leaves(bucket, window)
  return math.max(1, math.ceil((bucket + PARTS + 1) * window / PARTS - now))
end

-- what a window has now: total, oldest sub-bucket, fields that have left
local function look(key, window, bucket)
  local kept = redis.call('HMGET', key, 't', 'o')
  local total, oldest = tonumber(kept[1]) or 0, tonumber(kept[2]) or bucket
  local gone = {}
  if total > 0 and oldest < bucket - PARTS then
    local names = {}
    for b = oldest, oldest + PARTS do
      names[#names + 1] = string.format('%.0f', b)
    end
    local values = redis.call('HMGET', key, unpack(names))
    local first = nil
    for i, value in ipairs(values) do
      if value then
        if oldest + i - 1 < bucket - PARTS then
          total = total - tonumber(value)
          gone[#gone + 1] = names[i]
        elseif not first then
          first = oldest + i - 1
        end
      end
    end
    oldest = first or bucket
  end
  return math.max(0, total), oldest, gone
end

-- when so much has left that a cost has room
local function wait(key, window, bucket, oldest, excess)
  local names = {}
  for b = oldest, bucket do
    names[#names + 1] = string.format('%.0f', b)
  end
  local values = redis.call('HMGET', key, unpack(names))
  for i, value in ipairs(values) do
    excess = excess - (tonumber(value) or 0)
    if excess <= 0 then
      return leaves(oldest + i - 1, window)
    end
  end
  return leaves(bucket, window)
end

local seen, admitted = {}, true
for i = 1, count do
  local at = 4 + (i - 1) * 4
  local window, limit, cost, shadow =
    tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), ARGV[at + 3] == '1'
  local one = { window = window, cost = cost, wait = 0 }
  if window == 0 then
    one.used = redis.call('ZCOUNT', KEYS[i], '(' .. now, '+inf')
    one.reset = 1000
    if cost > 0 and one.used + cost > limit then
      one.wait = 1000
    end
  else
    one.bucket = math.floor(now * PARTS / window)
    one.used, one.oldest, one.gone = look(KEYS[i], window, one.bucket)
    one.reset = leaves(one.oldest, window)
    if cost > 0 and one.used + cost > limit then
      one.wait = wait(KEYS[i], window, one.bucket, one.oldest, one.used + cost - limit)
    end
  end
  if one.wait > 0 and not shadow then
    admitted = false
  end
  seen[i] = one
end

local reply = { admitted and 1 or 0 }
local charged, life = {}, 0
for i, one in ipairs(seen) do
  if admitted and one.cost > 0 then
    if one.window == 0 then
      redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now)
      redis.call('ZADD', KEYS[i], now + tonumber(ARGV[2]), ARGV[1])
      redis.call('PEXPIRE', KEYS[i], ARGV[2])
      life = math.max(life, tonumber(ARGV[2]))
    else
      local bucket = string.format('%.0f', one.bucket)
      if one.gone[1] then
        redis.call('HDEL', KEYS[i], unpack(one.gone))
      end
      redis.call('HINCRBY', KEYS[i], bucket, string.format('%.0f', one.cost))
      redis.call('HSET', KEYS[i], 't', string.format('%.0f', one.used + one.cost), 'o', string.format('%.0f', one.oldest))
      redis.call('PEXPIRE', KEYS[i], math.ceil(one.window * (PARTS + 1) / PARTS))
      charged[#charged + 1] = string.format('%.0f:%s:%.0f', i, bucket, one.cost)
      life = math.max(life, one.window)
    end
    one.used = one.used + one.cost
  end
  reply[#reply + 1] = one.used
  reply[#reply + 1] = one.reset
  reply[#reply + 1] = one.wait
end
if admitted and ARGV[3] == '1' and charged[1] then
  redis.call('SET', KEYS[#KEYS], table.concat(charged, ' '), 'PX', math.ceil(life))
end
return reply
