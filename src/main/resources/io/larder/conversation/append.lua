-- Stores what a user says and that an answer is to come, and reads the turns above. May be run twice: the second run finds
-- the turn and changes nothing, but replies the same.
-- KEYS     [1] the conversation: a hash   [2] its user's conversations by last change (ms)   [3] by end of life (ms)
-- ARGV     [1] id   [2] life (ms)   [3] newest format   [4] version it must have, or '' = any   [5] id of the user's turn   [6] what is
--          said   [7] hash of the request and, after a slash, of this run and its repetition   [8] id of the answer's turn   [9] what is said of it   [10] '1' = below [11], '' = below
--          the leaf   [11] parent, or '' = at the top   [12] lease of the answer (ms)   [13] most turns   [14] most bytes   [15] format
--          of what is said
-- reply    {'stored', created (ms), number of the user's turn, then from the parent upwards: id, about, what was said},
--          {'known', now (ms), about the answer, what is said of it, its lease or ''}, {'absent'}, {'newer', format},
--          {'changed', version}, {'no turn'}, {'full'} or {'differs'}
-- cost     O(log n + turns above).  A turn's "about" is number, created (ms), parent and hash, with blanks between.
local conversation = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local head = redis.call('HMGET', conversation, 'format', 'version', 'turns', 'bytes', 'leaf', 'm:' .. ARGV[5])
if not head[1] then
  return { 'absent' }
end
if tonumber(head[1]) > tonumber(ARGV[3]) then
  return { 'newer', head[1] }
end
local again = head[6] and string.match(head[6], '(%S*)$') == ARGV[7]
if head[6] and not again then
  if string.match(head[6], '([^%s/]*)/%S*$') ~= string.match(ARGV[7], '^[^/]*') then
    return { 'differs' }
  end
  local answer = redis.call('HMGET', conversation, 'm:' .. ARGV[8], 't:' .. ARGV[8], 'a:' .. ARGV[8])
  return { 'known', now, answer[1], answer[2], answer[3] or '' }
end
if not again and ARGV[4] ~= '' and head[2] ~= ARGV[4] then
  return { 'changed', head[2] }
end
local parent = ARGV[10] == '1' and ARGV[11] or head[5]
if parent ~= '' and redis.call('HEXISTS', conversation, 'm:' .. parent) == 0 then
  return { 'no turn' }
end
local number = tonumber(head[3])
local created = string.format('%.0f', now)
if again then
  created = string.match(head[6], '^%d+ (%d+)')
  number = tonumber(string.match(head[6], '^%d+')) - 1
  parent = string.match(head[6], '^%d+ %d+ (%S*)')
elseif number + 2 > tonumber(ARGV[13]) or head[4] + #ARGV[6] + #ARGV[9] > tonumber(ARGV[14]) then
  return { 'full' }
end

local reply = { 'stored', created, number + 1 }
local above = parent
while above ~= '' do
  local turn = redis.call('HMGET', conversation, 'm:' .. above, 't:' .. above)
  table.insert(reply, above)
  table.insert(reply, turn[1])
  table.insert(reply, turn[2])
  above = string.match(turn[1], '^%d+ %d+ (%S*)')
end
if again then
  return reply
end

local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')
local updated = math.max(now, tonumber(last[2] or '0') + 1)
redis.call('HSET', conversation, 'format', math.max(head[1], ARGV[15]),
  't:' .. ARGV[5], ARGV[6], 'm:' .. ARGV[5], string.format('%.0f', number + 1) .. ' ' .. created .. ' ' .. parent .. ' ' .. ARGV[7],
  't:' .. ARGV[8], ARGV[9], 'm:' .. ARGV[8], string.format('%.0f', number + 2) .. ' ' .. created .. ' ' .. ARGV[5] .. ' ',
  'a:' .. ARGV[8], now + ARGV[12], 'leaf', ARGV[8], 'turns', number + 2, 'bytes', head[4] + #ARGV[6] + #ARGV[9],
  'updated', updated)
redis.call('HINCRBY', conversation, 'version', 1)
redis.call('PEXPIRE', conversation, ARGV[2])
redis.call('ZADD', KEYS[2], updated, ARGV[1])
redis.call('ZADD', KEYS[3], now + ARGV[2], ARGV[1])
local longest = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')
redis.call('PEXPIRE', KEYS[2], string.format('%.0f', longest[2] - now))
redis.call('PEXPIRE', KEYS[3], string.format('%.0f', longest[2] - now))
return reply
