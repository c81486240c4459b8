import type { DataSource } from 'typeorm';
import { CaseCounting } from '../../src/analytics/counting/case-counting.service';
import { MessageCounting } from '../../src/analytics/counting/message-counting.service';
import { MessageCountingSubscriber } from '../../src/analytics/counting/message-counting.subscriber';
import { NO_ASSET } from '../../src/analytics/counting/message-counters';
import { COUNTERS } from '../../src/analytics/rollups/rollup-counts';
import type { SendOrder } from '../../src/conversations/conversation-types';
import type { AccountId, MessageId } from '../../src/database/ids';
import { type Tenant, aSendOrder } from './conversations.factory';
import { accepted, beginSend, messageStores, settleSend } from './message-stores';
import { aRelayProcess } from './outbox.factory';

export interface CountingProcess {
  counting: MessageCounting;
  /** Tells of everything that is committed, and counts what no event tells. */
  settle(): Promise<void>;
  /** Only tells of it. */
  relay(): Promise<void>;
}

/** A worker process that counts messages and does nothing by itself. */
export function aCountingProcess(db: DataSource): CountingProcess {
  const { subscribers, relay } = aRelayProcess(db);
  const counting = new MessageCounting(db, new CaseCounting());
  new MessageCountingSubscriber(subscribers, counting).onModuleInit();
  return {
    counting,
    relay: () => relay.settle(),
    settle: async () => {
      await relay.settle();
      await counting.drain();
    },
  };
}

/** A message that we sent and that Meta took under this id. */
export async function aTakenMessage(
  db: DataSource,
  tenant: Tenant,
  externalId: string,
  changes: Partial<SendOrder> = {},
): Promise<MessageId> {
  const { ledger, settlement } = messageStores(db);
  const { messageId } = await db.transaction((tx) => ledger.order(tx, aSendOrder(tenant, changes)));
  const send = await beginSend(db, tenant.accountId, messageId);
  if (send === null) throw new Error('The message was not due.');
  await settleSend(db, settlement, accepted(send, externalId));
  return messageId;
}

/** One figure: `channel number-0 2026-03-14T09:00 sent` → 3. */
export type FigureMap = Record<string, number>;

/** All figures of an account that are not zero. Assets are called by what `names` says, as their ids differ from run to run. */
export async function storedFigures(
  db: DataSource,
  accountId: AccountId,
  names: ReadonlyMap<string, string> = new Map(),
): Promise<FigureMap> {
  const rows: Record<string, string | number | Date>[] = await db.query(
    `SELECT dimension, asset_id, template_name, template_language, label, bucket_at, sum(received)::int AS received,
            sum(sent)::int AS sent, sum(delivered)::int AS delivered, sum(read)::int AS read, sum(failed)::int AS failed,
            sum(sent_delivered)::int AS sent_delivered, sum(sent_read)::int AS sent_read,
            sum(sent_failed)::int AS sent_failed, sum(unsent_failed)::int AS unsent_failed
       FROM message_metrics WHERE account_id = $1 AND grain = 'quarter'
      GROUP BY dimension, asset_id, template_name, template_language, label, bucket_at`,
    [accountId],
  );
  const figures: FigureMap = {};
  for (const { dimension, asset_id, template_name, template_language, label, bucket_at, ...counts } of rows) {
    const asset = names.get(String(asset_id)) ?? String(asset_id);
    const parts = [
      dimension,
      asset,
      template_name,
      template_language,
      label,
      (bucket_at as Date).toISOString(),
    ];
    for (const [name, value] of Object.entries(counts))
      if (value !== 0) figures[[...parts, name].join(' ')] = value as number;
  }
  return figures;
}

const STATUS_AT = (...statuses: string[]): string =>
  `(SELECT min(s.at) FROM message_statuses s WHERE s.message_id = m.id AND s.account_id = m.account_id
     AND coalesce(s.error ->> 'code', '') !~ 'CANCELLED$' AND s.status IN (${statuses.map((status) => `'${status}'`).join(', ')}))`;

/**
 * The same by channel, counted from the messages in another way, as docs/metrics.md defines it. What is counted of each
 * message comes first, quarters of an hour after.
 */
export async function recountedFigures(
  db: DataSource,
  accountId: AccountId,
  names: ReadonlyMap<string, string> = new Map(),
): Promise<FigureMap> {
  const rows: { asset_id: string; name: string; epoch: string; count: number }[] = await db.query(
    `WITH own AS (
       SELECT m.asset_id, m.direction, m.sender_type, m."timestamp" AS written,
              ${STATUS_AT('sent', 'delivered', 'read', 'played')} AS told,
              ${STATUS_AT('delivered', 'read', 'played')} AS delivered, ${STATUS_AT('read', 'played')} AS read,
              ${STATUS_AT('failed')} AS failed
         FROM messages m
        WHERE m.account_id = $1 AND m.type NOT IN ('reaction', 'system', 'request_welcome')
          AND coalesce(m.metadata ->> 'imported', 'false') = 'false'),
     out AS (
       SELECT asset_id, delivered, read, CASE WHEN delivered IS NULL THEN failed END AS failed,
              CASE WHEN sender_type <> 'app' THEN told WHEN told < written THEN told ELSE written END AS sent
         FROM own WHERE direction = 'outbound'),
     point AS (
       SELECT asset_id, 'received' AS name, written AS at FROM own WHERE direction = 'inbound' AND sender_type = 'customer'
       UNION ALL SELECT asset_id, 'sent', sent FROM out
       UNION ALL SELECT asset_id, 'delivered', delivered FROM out
       UNION ALL SELECT asset_id, 'read', read FROM out
       UNION ALL SELECT asset_id, 'failed', failed FROM out
       UNION ALL SELECT asset_id, 'sent_delivered', sent FROM out WHERE delivered IS NOT NULL
       UNION ALL SELECT asset_id, 'sent_read', sent FROM out WHERE read IS NOT NULL
       UNION ALL SELECT asset_id, 'sent_failed', sent FROM out WHERE failed IS NOT NULL
       UNION ALL SELECT asset_id, 'unsent_failed', failed FROM out WHERE sent IS NULL)
     SELECT asset_id, name, (floor(extract(epoch FROM at) / 900) * 900)::bigint AS epoch, count(*)::int AS count
       FROM point WHERE at IS NOT NULL GROUP BY 1, 2, 3`,
    [accountId],
  );
  return Object.fromEntries(
    rows.map(({ asset_id, name, epoch, count }) => {
      const asset = names.get(asset_id) ?? asset_id;
      return [`channel ${asset}    ${new Date(Number(epoch) * 1_000).toISOString()} ${name}`, count];
    }),
  );
}

/** Rows by hour and by day that are not the sums of their quarters of an hour: there must be none. */
export async function rowsThatDoNotAddUp(db: DataSource, accountId: AccountId): Promise<unknown[]> {
  const place = `dimension, platform, asset_id, template_name, template_language, label, message_month`;
  const sums = COUNTERS.map((name) => `sum(${name}) AS ${name}`).join(', ');
  const isAny = COUNTERS.map((name) => `sum(${name}) <> 0`).join(' OR ');
  return db.query(
    `SELECT unit, ${place}, at FROM (
       SELECT unit, ${place}, date_trunc(unit, bucket_at, 'UTC') AS at, ${COUNTERS.join(', ')}
         FROM message_metrics CROSS JOIN unnest(ARRAY['hour', 'day', 'month']) AS unit
        WHERE account_id = $1 AND grain = 'quarter'
       UNION ALL
       SELECT grain, ${place}, bucket_at, ${COUNTERS.map((name) => `-${name}`).join(', ')}
         FROM message_metrics WHERE account_id = $1 AND grain <> 'quarter') AS part
      GROUP BY unit, ${place}, at HAVING ${isAny}`.replace('SELECT unit', `SELECT ${sums}, unit`),
    [accountId],
  );
}

/** The figures of one dimension. */
export function ofDimension(figures: FigureMap, dimension: string): FigureMap {
  return Object.fromEntries(Object.entries(figures).filter(([key]) => key.startsWith(`${dimension} `)));
}

/** Added up over all that a dimension tells apart: by time and counter. */
export function addedUp(figures: FigureMap, dimension: string): FigureMap {
  const sums: FigureMap = {};
  for (const [key, value] of Object.entries(ofDimension(figures, dimension))) {
    // The same over all assets.
    if (dimension !== 'account' && key.includes(NO_ASSET)) continue;
    const rest = key.split(' ').slice(-2).join(' ');
    sums[rest] = (sums[rest] ?? 0) + value;
  }
  return sums;
}
