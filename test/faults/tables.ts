import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';

/** Longer than any pause between two looks at what was left lying. */
const LONGEST_STANDSTILL_MS = 45_000;
const LOOK_EVERY_MS = 100;

export interface MessageRow {
  id: string;
  external_id: string;
  conversation_id: string;
  direction: string;
  message_text: string | null;
  status: string;
  seq: string;
  wa_id: string | null;
}

export async function query<Row extends object>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Resolves when nothing that was taken in waits to be processed, or when what waits has not become less for a while.
 * @returns what waits still, in sentences
 */
export async function drained(url: string): Promise<string[]> {
  let [least, leastSince] = [Infinity, Date.now()];
  for (;;) {
    const waiting = await query<{ what: string; count: number }>(
      url,
      `SELECT * FROM (
         SELECT 'deliveries that were not processed' AS what, count(*)::int AS count
           FROM webhook_deliveries WHERE state = 'pending'
         UNION ALL SELECT 'statuses that wait for their message', count(*)::int FROM waiting_statuses
         UNION ALL SELECT 'batches of events without a place', count(*)::int FROM outbox_arrivals) waiting
        WHERE count > 0`,
    );
    const count = waiting.reduce((sum, row) => sum + row.count, 0);
    if (count === 0) return [];
    if (count < least) [least, leastSince] = [count, Date.now()];
    if (Date.now() - leastSince > LONGEST_STANDSTILL_MS)
      return waiting.map((row) => `  ${row.count} ${row.what} for ${LONGEST_STANDSTILL_MS / 1_000} s`);
    await pause(LOOK_EVERY_MS);
  }
}

/** All messages, each conversation's in order. */
export async function readMessages(url: string): Promise<MessageRow[]> {
  return query<MessageRow>(
    url,
    `SELECT m.id, m.external_id, m.conversation_id, m.direction, m.message_text, m.status, m.seq,
            (SELECT min(value) FROM contact_identities i
              WHERE i.account_id = m.account_id AND i.contact_id = m.contact_id AND i.kind = 'wa_id') AS wa_id
       FROM messages m ORDER BY m.conversation_id, m.seq`,
  );
}
