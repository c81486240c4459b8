import { groupBy } from './group-by';
import { compareEvents } from './outbox-comparison';
import { Problems } from './problems';
import { type MessageRow, query, readMessages } from './tables';
import type { Delivery, MessageFact } from './traffic';

/** Lowest to highest, as Meta's statuses climb. */
const CLIMB = ['received', 'sent', 'delivered', 'read'];

/**
 * Compares what a sender got acknowledged with what is stored, both ways.
 * @returns what is not as it has to be, in sentences; nothing when all is well
 */
export async function compareWithTables(url: string, acknowledged: readonly Delivery[]): Promise<string[]> {
  const problems = new Problems();
  const facts = new Map<string, MessageFact>();
  for (const { messages } of acknowledged) for (const fact of messages) facts.set(fact.wamid, fact);
  const rows = await readMessages(url);
  await compareDeliveries(url, acknowledged, problems);
  compareMessages(rows, facts, problems);
  await compareKeys(url, rows, problems);
  await compareStatuses(url, rows, acknowledged, problems);
  await compareConversations(url, rows, problems);
  await compareEvents(url, rows, problems);
  return problems.list();
}

/** Each body that was acknowledged is there once, processed, with all its events; and no other is. */
async function compareDeliveries(
  url: string,
  acknowledged: readonly Delivery[],
  problems: Problems,
): Promise<void> {
  const rows = await query<{
    id: string;
    digest: string;
    state: string;
    processed: number;
    others: number;
    why: string | null;
  }>(
    url,
    `SELECT id, encode(digest, 'hex') AS digest, state, events_processed AS processed,
            events_ignored + events_quarantined AS others, coalesce(error, reason) AS why
       FROM webhook_deliveries`,
  );
  const stored = groupBy(rows, ({ digest }) => digest);
  for (const { digest, messages, statuses } of acknowledged) {
    const found = stored.get(digest) ?? [];
    stored.delete(digest);
    const wamids = [...messages, ...statuses].map(({ wamid }) => wamid).join(', ');
    if (found.length === 0)
      problems.add('LOST: acknowledged bodies without a delivery', `${digest} with ${wamids}`);
    if (found.length > 1)
      problems.add(
        'DOUBLED: bodies with several deliveries',
        `${digest}: ${found.map(({ id }) => id).join(', ')}`,
      );
    for (const row of found) {
      const events = messages.length + statuses.length;
      if (row.state !== 'processed' || row.processed !== events || row.others !== 0)
        problems.add(
          'deliveries that were not processed as a whole',
          `${row.id} is ${row.state}, ${row.processed} of its ${events} events processed, ${row.others} set aside (${row.why ?? 'no reason given'})`,
        );
    }
  }
  for (const [digest, [row]] of stored)
    problems.add('deliveries that were never acknowledged', `${row?.id ?? ''} with the digest ${digest}`);
}

/** Each message once, with its own words, in the conversation of its own customer. */
function compareMessages(
  rows: readonly MessageRow[],
  facts: ReadonlyMap<string, MessageFact>,
  problems: Problems,
): void {
  const stored = groupBy(rows, (row) => row.external_id);
  for (const [wamid, fact] of facts) {
    const found = stored.get(wamid) ?? [];
    stored.delete(wamid);
    if (found.length === 0) problems.add('LOST: acknowledged messages without a row', wamid);
    if (found.length > 1)
      problems.add(
        'DOUBLED: messages with several rows',
        `${wamid}: ${found.map(({ id }) => id).join(', ')}`,
      );
    for (const row of found) {
      if (row.message_text !== fact.text || row.direction !== fact.direction || row.wa_id !== fact.customer)
        problems.add(
          'messages that are not as they were sent',
          `${wamid}: ${row.direction} of ${row.wa_id ?? 'nobody'}, ${JSON.stringify(row.message_text)}`,
        );
    }
  }
  for (const wamid of stored.keys()) problems.add('messages that were never acknowledged', wamid);
}

async function compareKeys(url: string, rows: readonly MessageRow[], problems: Problems): Promise<void> {
  const keys = await query<{ external_id: string; message_id: string }>(
    url,
    'SELECT external_id, message_id FROM message_keys',
  );
  const byWamid = groupBy(keys, (key) => key.external_id);
  for (const row of rows) {
    const found = byWamid.get(row.external_id) ?? [];
    byWamid.delete(row.external_id);
    if (found.length !== 1 || found[0]?.message_id !== row.id)
      problems.add('messages without exactly their own key', `${row.external_id}: ${found.length} keys`);
  }
  for (const wamid of byWamid.keys()) problems.add('keys without a message', wamid);
}

/** Each status that was told once, with the time that was told; the message at the highest of them. */
async function compareStatuses(
  url: string,
  rows: readonly MessageRow[],
  acknowledged: readonly Delivery[],
  problems: Problems,
): Promise<void> {
  const stored = await query<{ message_id: string; status: string; at: number }>(
    url,
    'SELECT message_id, status, extract(epoch FROM at)::float8 AS at FROM message_statuses',
  );
  const found = groupBy(stored, (row) => row.message_id);
  const told = new Map<string, Map<string, number>>();
  for (const { wamid, status, at } of acknowledged.flatMap(({ statuses }) => statuses)) {
    const ofMessage = told.get(wamid) ?? new Map<string, number>();
    told.set(wamid, ofMessage.set(status, at));
  }
  const write = (statuses: Iterable<readonly [string, number]>): string =>
    [...statuses]
      .map(([status, at]) => `${status} at ${at}`)
      .sort()
      .join(', ');
  for (const row of rows) {
    const wanted = told.get(row.external_id) ?? new Map<string, number>();
    const got = (found.get(row.id) ?? []).map(({ status, at }) => [status, at] as const);
    if (write(wanted) !== write(got))
      problems.add(
        'messages whose statuses are not those that were told',
        `${row.external_id}: told were [${write(wanted)}], stored are [${write(got)}]`,
      );
    const least = row.direction === 'inbound' ? 'received' : 'sent';
    const highest = [least, ...wanted.keys()].reduce((a, b) => (CLIMB.indexOf(b) > CLIMB.indexOf(a) ? b : a));
    if (row.status !== highest)
      problems.add(
        'messages that do not have the highest status told',
        `${row.external_id} is ${row.status} instead of ${highest}`,
      );
  }
}

/** One conversation for each customer; its messages numbered from 1 without gap or repetition; its counters right. */
export async function compareConversations(
  url: string,
  rows: readonly MessageRow[],
  problems: Problems,
): Promise<void> {
  const conversations = await query<{
    id: string;
    contact_id: string;
    last_seq: string;
    unread_count: number;
  }>(url, 'SELECT id, contact_id, last_seq, unread_count FROM conversations');
  const messages = groupBy(rows, (row) => row.conversation_id);
  for (const { id, last_seq: lastSeq, unread_count: unread } of conversations) {
    const found = messages.get(id) ?? [];
    const numbers = found.map(({ seq }) => Number(seq));
    const isGapless = numbers.every((seq, index) => seq === index + 1);
    if (!isGapless || Number(lastSeq) !== found.length)
      problems.add(
        'conversations with gaps or repetitions',
        `${id}: ${found.length} messages, last_seq ${lastSeq}, numbered ${firstBreak(numbers)}`,
      );
    const inbound = found.filter(({ direction }) => direction === 'inbound').length;
    if (unread !== inbound)
      problems.add('conversations that count unread wrongly', `${id}: ${unread} instead of ${inbound}`);
  }
  for (const [contact, theirs] of groupBy(conversations, (row) => row.contact_id))
    if (theirs.length > 1)
      problems.add('DOUBLED: open conversations of one contact', `${contact}: ${theirs.length}`);
  for (const [waId, theirs] of groupBy(rows, (row) => row.wa_id)) {
    const count = new Set(theirs.map((row) => row.conversation_id)).size;
    if (count > 1) problems.add('customers with several conversations', `${waId ?? 'nobody'}: ${count}`);
  }
}

function firstBreak(numbers: readonly number[]): string {
  const index = numbers.findIndex((seq, place) => seq !== place + 1);
  return index < 0
    ? `1 to ${numbers.length}`
    : `… ${numbers.slice(Math.max(0, index - 2), index + 3).join(', ')} …`;
}
