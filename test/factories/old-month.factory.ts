import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { firstIdAt, newId } from '../../src/database/ids';
import { partitionName, startOfMonth } from '../../src/database/month-partitions';
import { PARTITIONED_TABLES } from '../../src/database/partition-catalogue';
import type { Tenant } from './conversations.factory';

export interface OldMonth {
  first: Date;
  /** Of the ids in it; `to` is the first of the next. */
  from: string;
  to: string;
  deliveries: string[];
  messages: string[];
  conversationId: string;
}

/** An id as it would have been given out on the fifth of that month. */
export function idIn(month: Date): string {
  return v7({ msecs: month.getTime() + 4 * 86_400_000 });
}

/** The partitions of one month alone, as they were made when it was near. */
export async function makeMonth(db: DataSource, first: Date): Promise<void> {
  for (const table of PARTITIONED_TABLES)
    await db.query(
      `CREATE TABLE IF NOT EXISTS ${partitionName(table, first)} PARTITION OF ${table}
         FOR VALUES FROM ('${firstIdAt(first)}') TO ('${firstIdAt(startOfMonth(first, 1))}')`,
    );
}

/**
 * A month with deliveries, one of them dead and one quarantined, and messages, one of them sent by us, with everything
 * that points to them.
 */
export async function fillMonth(db: DataSource, tenant: Tenant, first: Date, size = 5): Promise<OldMonth> {
  await makeMonth(db, first);
  const deliveries: string[] = [];
  for (let index = 0; index < size; index++) {
    const state = index === 0 ? 'dead' : index === 1 ? 'quarantined' : 'processed';
    deliveries.push(await aDelivery(db, idIn(first), state));
  }
  await db.query(
    `INSERT INTO webhook_quarantine (kind, meta_id, delivery_id) VALUES ('page', '1', $1), ('waba', '2', $1)`,
    [deliveries[1]],
  );
  const conversationId = await aConversation(db, tenant, size);
  const messages: string[] = [];
  for (let index = 0; index < size; index++) {
    const id = idIn(first);
    const isSent = index === 0;
    await aMessage(db, tenant, conversationId, id, { seq: index + 1, isSent });
    messages.push(id);
  }
  return {
    first,
    from: firstIdAt(first),
    to: firstIdAt(startOfMonth(first, 1)),
    deliveries,
    messages,
    conversationId,
  };
}

export async function aDelivery(db: DataSource, id: string, state: string): Promise<string> {
  const body = Buffer.from(`{"id":"${id}"}`);
  const digest = createHash('sha256').update(body).digest();
  await db.query('INSERT INTO webhook_digests (digest, delivery_id) VALUES ($1, $2)', [digest, id]);
  await db.query('INSERT INTO webhook_deliveries (id, digest, body, state) VALUES ($1, $2, $3, $4)', [
    id,
    digest,
    body,
    state,
  ]);
  return id;
}

export async function aConversation(db: DataSource, tenant: Tenant, seq: number): Promise<string> {
  const contactId = newId();
  const id = newId();
  await db.query(`INSERT INTO contacts (account_id, id, name) VALUES ($1, $2, 'Ana')`, [
    tenant.accountId,
    contactId,
  ]);
  await db.query(
    `INSERT INTO conversations (account_id, id, platform, asset_id, contact_id, last_seq, unread_count, last_message_at,
                                last_message_preview)
     VALUES ($1, $2, 'whatsapp', $3, $4, $5, 2, '2020-01-05', 'Hello')`,
    [tenant.accountId, id, tenant.assetId, contactId, seq],
  );
  return id;
}

/** With its keys; for a sent one its order and its statuses, for one that came a file. */
export async function aMessage(
  db: DataSource,
  tenant: Tenant,
  conversationId: string,
  id: string,
  { seq, isSent }: { seq: number; isSent: boolean },
): Promise<void> {
  await db.query(
    `INSERT INTO messages (account_id, id, conversation_id, asset_id, platform, direction, sender_type, type, external_id,
                           status, seq, "timestamp")
     VALUES ($1, $2, $3, $4, 'whatsapp', $5, $6, 'text', $7, $8, $9, now())`,
    [
      tenant.accountId,
      id,
      conversationId,
      tenant.assetId,
      isSent ? 'outbound' : 'inbound',
      isSent ? 'agent' : 'customer',
      `wamid.${id}`,
      isSent ? 'sent' : 'received',
      seq,
    ],
  );
  await db.query(
    'INSERT INTO message_keys (account_id, asset_id, external_id, message_id) VALUES ($1, $2, $3, $4)',
    [tenant.accountId, tenant.assetId, `wamid.${id}`, id],
  );
  if (!isSent) {
    await db.query(
      `INSERT INTO message_media (account_id, id, message_id, asset_id, media_id, storage_key, state)
       VALUES ($1, $2, $2, $3, '1', $4, 'stored')`,
      [tenant.accountId, id, tenant.assetId, `${tenant.accountId}/${id}`],
    );
    return;
  }
  await db.query(
    `INSERT INTO message_sends (account_id, message_id, asset_id, platform, request, state, finished_at)
     VALUES ($1, $2, $3, 'whatsapp', '{}', 'accepted', now())`,
    [tenant.accountId, id, tenant.assetId],
  );
  await db.query(
    `INSERT INTO message_statuses (account_id, message_id, status, at) VALUES ($1, $2, 'accepted', now()), ($1, $2, 'sent', now())`,
    [tenant.accountId, id],
  );
}
