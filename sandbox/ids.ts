import { createHash, randomBytes, randomFillSync, randomInt } from 'node:crypto';

const pool = Buffer.alloc(8192);
let used = pool.length;

/** Random bytes for ids: drawn in bulk, because each call into the system costs more than the rest of an id. */
function idBytes(count: number): Buffer {
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += count;
  return pool.subarray(used - count, used);
}

/**
 * A Graph object id of 16 digits. Random, so that a stand-in started again never gives a new object the id of an old
 * one that a client still has stored; below 2^53, because webhooks carry template ids as JSON numbers.
 */
export function newObjectId(): string {
  return `1${String(randomInt(10 ** 7, 10 ** 8 - 1))}${String(randomInt(10 ** 6, 10 ** 7 - 1))}`;
}

export function newAccessToken(prefix: string): string {
  return prefix + randomBytes(72).toString('base64url').replace(/[-_]/g, 'Z');
}

export function newCode(): string {
  return `AQ${randomBytes(90).toString('base64url')}`;
}

export function newTraceId(): string {
  return `A${idBytes(17).toString('base64url')}`;
}

/** WhatsApp's message ids: base64 over the person's number, a direction byte and a random part. */
export function newWamid(person: string, direction: 'in' | 'out'): string {
  const who = Buffer.from(person, 'ascii');
  const bytes = Buffer.concat([
    Buffer.from([0x1c, 0x18, who.length & 0xff]),
    who,
    Buffer.from([0x15, 0x02, 0x00, direction === 'out' ? 0x11 : 0x12, 0x18, 0x14]),
    Buffer.from(idBytes(10).toString('hex').toUpperCase(), 'ascii'),
    Buffer.from([0x00]),
  ]);
  return `wamid.${bytes.toString('base64')}`;
}

export function newMessengerMid(): string {
  return `m_${randomBytes(48).toString('base64url')}`;
}

/** Instagram's message ids are base64 over a thread and an item. */
export function newInstagramMid(): string {
  return `aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE${randomBytes(60).toString('base64').replace(/[+/=]/g, 'Z')}`;
}

export function newConversationId(platform: 'messenger' | 'instagram'): string {
  if (platform === 'messenger') return `t_${newObjectId()}`;
  return `aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6${randomBytes(30).toString('base64').replace(/[+/=]/g, 'Z')}`;
}

/** The same person always gets the same business-scoped id. */
export function businessScopedUserId(country: string, person: string): string {
  const digits = BigInt(`0x${createHash('sha256').update(person).digest('hex').slice(0, 16)}`)
    .toString()
    .padStart(20, '1');
  return `${country}.${digits.slice(0, 20)}`;
}
