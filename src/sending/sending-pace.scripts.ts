import { redisScript } from '../queue/shared-redis';

/**
 * How many messages may leave a sender at this moment, by Redis' own clock.
 *
 * Two rules at once: in no stretch of `window` ms more than a second's worth (what Meta counts; the window is a little
 * longer than its second, as messages do not all take equally long to get there), and no faster than a little above the
 * even pace, but for `smooth` ms' worth at once. So nothing is lost when a process stalls for a moment, and a sender that was
 * idle does not spend its whole second in one stroke.
 *
 * KEYS  1 pace  2 grants  3 the pause of its campaigns  4… pauses (sender, account, app)
 * ARGV  1 per second  2 wanted  3 window ms  4 smooth ms  5 id of this grant  6 recovery per second
 * Returns { granted, ms until there is more, ms that campaigns pause }
 */
export const TAKE = redisScript(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local campaigns = math.max(0, redis.call('PTTL', KEYS[3]))
local paused = 0
for i = 4, #KEYS do paused = math.max(paused, redis.call('PTTL', KEYS[i])) end
if paused > 0 then return { 0, paused, campaigns } end
local rate, wanted, window, smooth = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local h = redis.call('HMGET', KEYS[1], 'sum', 'next', 'factor', 'factorAt')
local sum, nextAt = tonumber(h[1] or 0), tonumber(h[2] or 0)
local factor, factorAt = tonumber(h[3] or 1), tonumber(h[4] or now)
factor = math.min(1, factor + math.max(0, now - factorAt) / 1000 * tonumber(ARGV[6]))
local oldest
while true do
  local head = redis.call('LINDEX', KEYS[2], 0)
  if not head then break end
  local at, count = string.match(head, '^(%d+):(%d+):')
  if tonumber(at) > now - window then oldest = tonumber(at) break end
  redis.call('LPOP', KEYS[2])
  sum = sum - tonumber(count)
end
if not oldest then sum = 0 end
local interval = 1000 / (rate * factor * 1.1)
-- One that is late by more than the window allows for must not be one too many.
local room = math.max(1, math.floor(rate * factor) - math.ceil(math.sqrt(rate) / 5)) - sum
nextAt = math.max(nextAt, now - math.max(smooth, interval))
local even = math.floor((now - nextAt) / interval)
local granted = math.max(0, math.min(wanted, room, even))
local wait = 0
if granted > 0 then
  redis.call('RPUSH', KEYS[2], string.format('%d:%d:%s', now, granted, ARGV[5]))
  sum = sum + granted
  nextAt = nextAt + granted * interval
elseif room <= 0 then wait = (oldest or now) + window - now
else wait = nextAt + interval - now end
redis.call('HSET', KEYS[1], 'sum', sum, 'next', nextAt, 'factor', factor, 'factorAt', now)
redis.call('PEXPIRE', KEYS[1], 600000)
redis.call('PEXPIRE', KEYS[2], 60000)
return { granted, math.max(1, math.ceil(wait)), campaigns }
`);

/**
 * Gives back what was granted and not used.
 * KEYS 1 pace 2 grants · ARGV 1 id of the grant 2 how many of it were used 3 even pace in ms
 */
export const GIVE_BACK = redisScript(`
for _, grant in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
  local at, count, id = string.match(grant, '^(%d+):(%d+):(.*)$')
  if id == ARGV[1] then
    local unused = tonumber(count) - tonumber(ARGV[2])
    if unused <= 0 then return 0 end
    redis.call('LREM', KEYS[2], 1, grant)
    if tonumber(ARGV[2]) > 0 then redis.call('RPUSH', KEYS[2], at .. ':' .. ARGV[2] .. ':' .. id) end
    redis.call('HINCRBY', KEYS[1], 'sum', -unused)
    redis.call('HINCRBYFLOAT', KEYS[1], 'next', -unused * tonumber(ARGV[3]))
    return unused
  end
end
return 0
`);

/**
 * Nobody under this key sends for a while. Answers to messages that were on their way already tell nothing new, so a
 * sender becomes slower once for each pause.
 * KEYS 1 pause 2 pace, or none · ARGV 1 ms 2 part of the pace that is left, 1 for all 3 slowest
 */
export const PAUSE = redisScript(`
local left = redis.call('PTTL', KEYS[1])
local ms = tonumber(ARGV[1])
if left < ms then redis.call('SET', KEYS[1], '1', 'PX', ms) end
if left <= 0 and KEYS[2] and tonumber(ARGV[2]) < 1 then
  local factor = tonumber(redis.call('HGET', KEYS[2], 'factor') or 1)
  local t = redis.call('TIME')
  redis.call('HSET', KEYS[2], 'factor', math.max(tonumber(ARGV[3]), factor * tonumber(ARGV[2])),
             'factorAt', t[1] * 1000 + math.floor(t[2] / 1000) + ms)
  redis.call('PEXPIRE', KEYS[2], 600000)
end
return 1
`);

/**
 * Takes a place for each of several messages, each under a limit of its own: so many may follow each other at once,
 * borrowed from later.
 * KEYS one for each message · ARGV for each: ms that a place takes, burst
 * Returns for each how many ms it is too early; then no place was taken.
 */
export const TAKE_PLACES = redisScript(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local waits = {}
for i, key in ipairs(KEYS) do
  local each, burst = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local free = math.max(now, tonumber(redis.call('GET', key) or 0))
  local wait = free - now - (burst - 1) * each
  if wait <= 0 then redis.call('SET', key, free + each, 'PX', free + each - now + 1000) end
  waits[i] = math.max(0, math.ceil(wait))
end
return waits
`);

/** Meta said that it is too fast for this limit: the burst is spent. KEYS 1 · ARGV 1 ms until the next 2 each 3 burst */
export const EXHAUST_PLACE = redisScript(`
local t = redis.call('TIME')
local free = t[1] * 1000 + math.floor(t[2] / 1000) + tonumber(ARGV[1]) + (tonumber(ARGV[3]) - 1) * tonumber(ARGV[2])
if tonumber(redis.call('GET', KEYS[1]) or 0) < free then redis.call('SET', KEYS[1], free, 'PX', tonumber(ARGV[1]) + tonumber(ARGV[3]) * tonumber(ARGV[2])) end
return 1
`);
