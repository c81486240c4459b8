import type { EntityManager } from 'typeorm';
import { type StoredPartition, listPartitions } from './partition-catalogue';

/** Why a month that is old enough must stay for now, in words for the operator; null when nothing speaks for it. */
export async function whyItStays(db: EntityManager, partition: StoredPartition): Promise<string | null> {
  switch (partition.table) {
    case 'webhook_deliveries':
      return pendingDeliveries(db, partition);
    case 'messages':
      return unsentMessages(db, partition);
    case 'message_statuses':
      return messagesThatStay(db, partition);
  }
}

async function pendingDeliveries(db: EntityManager, { name }: StoredPartition): Promise<string | null> {
  const count = await countOf(db, `SELECT count(*)::int AS count FROM ${name} WHERE state = 'pending'`, []);
  if (count === 0) return null;
  return (
    `${name} is older than it is to be kept, and stays: ${count} of its deliveries are pending. See that a process ` +
    'with the role worker runs: each is processed, or dead after its last attempt, and then the month goes.'
  );
}

async function unsentMessages(db: EntityManager, { name, range }: StoredPartition): Promise<string | null> {
  // One state for each of the two partial indexes.
  const count = await countOf(
    db,
    `SELECT (SELECT count(*) FROM message_sends WHERE state = 'queued' AND message_id >= $1 AND message_id < $2)::int
          + (SELECT count(*) FROM message_sends WHERE state = 'held' AND message_id >= $1 AND message_id < $2)::int
          + (SELECT count(*) FROM message_sends WHERE state = 'sending' AND message_id >= $1 AND message_id < $2)::int
          AS count`,
    [range.from, range.to],
  );
  if (count === 0) return null;
  return (
    `${name} is older than it is to be kept, and stays: ${count} of its messages are still to be sent. See that a ` +
    'process with the role worker runs, and that their account is connected.'
  );
}

/** Who knows a message by its keys writes statuses for it, and would find no place for them. */
async function messagesThatStay(db: EntityManager, { name, range }: StoredPartition): Promise<string | null> {
  const partitions = await listPartitions(db);
  const left = partitions.find(({ table, range: { from } }) => table === 'messages' && from === range.from);
  return left === undefined ? null : `${name} stays, as ${left.name} does.`;
}

async function countOf(db: EntityManager, sql: string, parameters: unknown[]): Promise<number> {
  const [row]: { count: number }[] = await db.query(sql, parameters);
  if (row === undefined) throw new Error('A count did not come back.');
  return row.count;
}
