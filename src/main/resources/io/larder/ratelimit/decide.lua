-- Checks all policies of a subject, and counts for all of them if all admit, else for none.
-- KEYS     [1 …] one per policy: a hash of sub-buckets, or a sorted set of leases   [last] what was charged, to be settled
--          all of one slot
-- ARGV     [1] id of the request   [2] lease of a request in progress (ms)   [3] 1 = it will be settled
--          then of each policy: window (ms; 0 = concurrency), limit, cost, 1 = shadow: counts and tells, but admits
-- reply    [1] 1 = admitted, 0 = refused; then of each policy: used by now, ms until some of it comes back, ms until it would
--          admit this (0 = it does)
-- cost     O(policies); O(60) of a policy that refuses, or whose oldest sub-bucket has left.  Keys expire a window and a
--          sixtieth, or one lease, after the first charge of the last sub-bucket.
-- A hash has 't', what its sub-buckets add up to, 'o', the oldest of them, and each sub-bucket by its number since 1970.
local PARTS = 60
local call, floor, ceil, max = redis.call, math.floor, math.ceil, math.max
local time = call('TIME')
local now = time[1] * 1000 + floor(time[2] / 1000)
local count, settles = #KEYS - 1, ARGV[3] == '1'

local function leaves(bucket, window)
  return max(1, ceil((bucket + PARTS + 1) * window / PARTS - now))
end

-- the numbers of sub-buckets, as names of fields
local function names(from, to)
  local all = {}
  for b = from, to do
    all[#all + 1] = string.format('%.0f', b)
  end
  return all
end

-- leaves out what has left: total, oldest sub-bucket, fields that have left
local function prune(key, bucket, total, oldest)
  local fields = names(oldest, oldest + PARTS)
  local values = call('HMGET', key, unpack(fields))
  local gone, first = {}, nil
  for i, value in ipairs(values) do
    if value then
      if oldest + i - 1 < bucket - PARTS then
        total = total - value
        gone[#gone + 1] = fields[i]
      elseif not first then
        first = oldest + i - 1
      end
    end
  end
  return total, first or bucket, gone
end

-- when so much has left that a cost has room
local function wait(key, window, bucket, oldest, excess)
  local values = call('HMGET', key, unpack(names(oldest, bucket)))
  for i, value in ipairs(values) do
    excess = excess - (tonumber(value) or 0)
    if excess <= 0 then
      return leaves(oldest + i - 1, window)
    end
  end
  return leaves(bucket, window)
end

local reply, admitted = { 1 }, true
local buckets, oldests, kepts, newests, gones = {}, {}, {}, {}, {}
for i = 1, count do
  local at, key = i * 4, KEYS[i]
  local window, limit, cost = ARGV[at] + 0, ARGV[at + 1] + 0, ARGV[at + 2] + 0
  local used, reset, waits = 0, 1000, 0
  if window == 0 then
    used = call('ZCOUNT', key, '(' .. now, '+inf')
    if cost > 0 and used + cost > limit then
      waits = 1000
    end
  else
    local bucket = floor(now * PARTS / window)
    local kept = call('HMGET', key, 't', 'o', bucket)
    kepts[i] = tonumber(kept[2])
    local oldest, newest = kepts[i] or bucket, kept[3]
    used = tonumber(kept[1]) or 0
    if oldest > bucket then
      -- the clock went back, as after a failover: what was counted lies in the future, and counts
      bucket = oldest
      newest = call('HGET', key, bucket)
    elseif oldest < bucket - PARTS then
      used, oldest, gones[i] = prune(key, bucket, used, oldest)
    end
    used = max(0, used)
    reset = leaves(oldest, window)
    if cost > 0 and used + cost > limit then
      waits = wait(key, window, bucket, oldest, used + cost - limit)
    end
    buckets[i], oldests[i], newests[i] = bucket, oldest, newest
  end
  if waits > 0 and ARGV[at + 3] ~= '1' then
    admitted = false
  end
  at = i * 3
  reply[at - 1], reply[at], reply[at + 1] = used, reset, waits
end
if not admitted then
  reply[1] = 0
  return reply
end

local charged, life = {}, 0
for i = 1, count do
  local cost = ARGV[i * 4 + 2] + 0
  if cost > 0 then
    local key, bucket, used = KEYS[i], buckets[i], reply[i * 3 - 1] + cost
    if bucket then
      if gones[i] and gones[i][1] then
        call('HDEL', key, unpack(gones[i]))
      end
      if oldests[i] == kepts[i] then
        call('HSET', key, 't', used, bucket, (newests[i] or 0) + cost)
      else
        call('HSET', key, 't', used, bucket, (newests[i] or 0) + cost, 'o', oldests[i])
      end
      local window = ARGV[i * 4] + 0
      if not newests[i] then
        -- a window and a sub-bucket from its first charge on, a sub-bucket counts no more
        call('PEXPIRE', key, ceil(window * (PARTS + 1) / PARTS))
      end
      if settles then
        charged[#charged + 1] = string.format('%d:%.0f:%.0f', i, bucket, cost)
        life = max(life, window)
      end
    else
      call('ZREMRANGEBYSCORE', key, '-inf', now)
      call('ZADD', key, now + ARGV[2], ARGV[1])
      call('PEXPIRE', key, ARGV[2])
    end
    reply[i * 3 - 1] = used
  end
end
if charged[1] then
  call('SET', KEYS[count + 1], table.concat(charged, ' '), 'PX', life)
end
return reply
