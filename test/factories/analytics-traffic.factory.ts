import { CommentStore } from '../../src/conversations/comments/comment-store.service';
import type { ArrivedComment } from '../../src/conversations/comments/comment-types';
import type { ArrivedMessage, ArrivedStatus } from '../../src/conversations/conversation-types';
import { MessageStore } from '../../src/conversations/messages/message-store.service';
import { type AssetId, newId } from '../../src/database/ids';
import type { TestApp } from '../test-app';
import { type Tenant, anArrivedMessage, anArrivedStatus } from './conversations.factory';
import { customer } from './team.factory';

const HOUR_MS = 3_600_000;

/** An account with a number, a Page and an Instagram account. */
export interface Channels extends Tenant {
  pageId: AssetId;
  instagramId: AssetId;
}

export async function withPages(app: TestApp, tenant: Tenant): Promise<Channels> {
  const [pageId, instagramId] = [newId<AssetId>(), newId<AssetId>()];
  const digits = String(Math.floor(Math.random() * 1e12));
  await app.db.query(
    `INSERT INTO assets (account_id, id, kind, meta_id, name) VALUES
       ($1, $2, 'page', $4 || '1', 'Lucky Page'), ($1, $3, 'instagram', $4 || '2', 'lucky.gram')`,
    [tenant.accountId, pageId, instagramId, digits],
  );
  return { ...tenant, pageId, instagramId };
}

/**
 * Messages of three platforms, statuses that come late, early, twice or with a failure, and comments, spread unevenly over
 * the hours around a moment, some in the first and the last second of a quarter of an hour.
 */
export async function plantTraffic(
  app: TestApp,
  channels: Channels,
  { around, hours, count }: { around: string; hours: number; count: number },
): Promise<void> {
  const first = Date.parse(around) - (hours * HOUR_MS) / 2;
  const messages: ArrivedMessage[] = [];
  const statuses: ArrivedStatus[] = [];
  const comments: ArrivedComment[] = [];
  for (let index = 0; index < count; index += 1) {
    const within = [0, 899, 900, 1_799, 1_800, 3_599, 1_000 + (index % 600)][index % 7] ?? 0;
    const at = new Date(first + ((index * 37) % hours) * HOUR_MS + within * 1_000);
    if (index % 4 === 3) comments.push(aComment(channels, index, at));
    else messages.push(...aMessage(channels, index, at, statuses));
  }
  await app.db.transaction((tx) => app.app.get(MessageStore).storeArrived(tx, messages));
  await app.db.transaction((tx) => app.app.get(MessageStore).applyStatuses(tx, statuses));
  await app.db.transaction((tx) => app.app.get(CommentStore).storeArrived(tx, comments));
}

function aMessage(
  { accountId, userId, assetId, pageId, instagramId }: Channels,
  index: number,
  at: Date,
  statuses: ArrivedStatus[],
): ArrivedMessage[] {
  const place = [
    { platform: 'whatsapp', asset: assetId },
    { platform: 'messenger', asset: pageId },
    { platform: 'instagram', asset: instagramId },
  ] as const;
  const { platform, asset } = place[[0, 0, 1, 2][index % 4] ?? 0] ?? place[0];
  const tenant = { accountId, userId, assetId: asset };
  const externalId = `m.${newId()}`;
  const common = { ...customer(index % 5), platform, externalId, at };
  if (index % 3 === 0) return [anArrivedMessage(tenant, common)];
  const later = (minutes: number): { at: Date } => ({ at: new Date(at.getTime() + minutes * 60_000) });
  if (index % 5 !== 0) {
    statuses.push(anArrivedStatus(tenant, externalId, 'delivered', later(index % 90)));
    if (index % 2 === 0) statuses.push(anArrivedStatus(tenant, externalId, 'read', later(index * 3)));
    // Told again, later than it was.
    if (index % 8 === 0) statuses.push(anArrivedStatus(tenant, externalId, 'delivered', later(500)));
  } else if (index % 2 === 0) {
    const error = { code: 131026, title: null, message: null, details: null };
    statuses.push(anArrivedStatus(tenant, externalId, 'failed', { ...later(40), error }));
  }
  return [
    anArrivedMessage(tenant, {
      ...common,
      direction: 'outbound',
      senderType: 'app',
      senderId: null,
      status: 'sent',
    }),
  ];
}

function aComment({ accountId, pageId, instagramId }: Channels, index: number, at: Date): ArrivedComment {
  const isFacebook = index % 8 === 3;
  return {
    accountId,
    assetId: isFacebook ? pageId : instagramId,
    platform: isFacebook ? 'facebook' : 'instagram',
    externalId: `c.${newId()}`,
    postExternalId: `post-${index % 3}`,
    // Some of the business answer nobody.
    parentExternalId: index % 32 === 7 ? 'c.first' : null,
    author: { id: `7${index}`, name: 'Ana', username: null },
    byBusiness: index % 16 === 7,
    text: 'Is it open?',
    attachment: null,
    at,
    asOf: at,
    isHidden: null,
    metadata: {},
  };
}

const earliest = (...words: string[]): string =>
  `min(at) FILTER (WHERE status IN (${words.map((word) => `'${word}'`).join(', ')}))`;

/**
 * Everything that counts, one row for each event, from messages, statuses and comments: as docs/metrics.md defines it and without any
 * of the tables that figures are kept in. Parameter $1: the account.
 */
export const EVENTS = `
  (WITH statuses AS MATERIALIZED (
     SELECT message_id, ${earliest('sent', 'delivered', 'read', 'played')} AS told, ${earliest('delivered', 'read', 'played')} AS reached,
            ${earliest('read', 'played')} AS seen, ${earliest('failed')} AS broken
       FROM message_statuses WHERE account_id = $1 GROUP BY message_id),
   own AS MATERIALIZED (
     SELECT m.platform, m.asset_id, m.direction, m.sender_type, m."timestamp", told, reached, seen, broken
       FROM messages m LEFT JOIN statuses s ON s.message_id = m.id
      WHERE m.account_id = $1 AND m.type NOT IN ('reaction', 'system', 'request_welcome')),
   sendings AS (
     SELECT own.*, least(told, CASE WHEN sender_type = 'app' THEN "timestamp" END) AS left_at
       FROM own WHERE direction = 'outbound')
   SELECT 'received' AS name, platform, asset_id, "timestamp" AS at FROM own WHERE direction = 'inbound'
   UNION ALL SELECT 'sent', platform, asset_id, left_at FROM sendings WHERE left_at IS NOT NULL
   UNION ALL SELECT 'delivered', platform, asset_id, reached FROM sendings WHERE reached IS NOT NULL
   UNION ALL SELECT 'read', platform, asset_id, seen FROM sendings WHERE seen IS NOT NULL
   UNION ALL SELECT 'failed', platform, asset_id, broken FROM sendings WHERE broken IS NOT NULL AND reached IS NULL
   UNION ALL SELECT 'sent_delivered', platform, asset_id, left_at FROM sendings WHERE reached IS NOT NULL
   UNION ALL SELECT 'sent_read', platform, asset_id, left_at FROM sendings WHERE seen IS NOT NULL
   UNION ALL SELECT 'sent_failed', platform, asset_id, left_at FROM sendings
              WHERE left_at IS NOT NULL AND broken IS NOT NULL AND reached IS NULL
   UNION ALL SELECT 'comments', platform, asset_id, commented_at FROM comments
              WHERE account_id = $1 AND is_complete AND NOT by_business
   UNION ALL SELECT 'commentReplies', platform, asset_id, commented_at FROM comments
              WHERE account_id = $1 AND is_complete AND by_business AND parent_external_id IS NOT NULL)`;

/** How often each happened in a time, all together. */
export async function recounted(
  app: TestApp,
  accountId: string,
  from: string,
  until: string,
  where = 'true',
): Promise<Record<string, number>> {
  const rows: { name: string; count: number }[] = await app.db.query(
    `SELECT name, count(*)::int AS count FROM ${EVENTS} AS event
      WHERE at >= $2::timestamptz AND at < $3::timestamptz AND ${where} GROUP BY name`,
    [accountId, from, until],
  );
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}
