import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId, DeliveryId, MessageId } from '../../database/ids';
import type { ArrivedStatus, DeliveryStatus, MessageError, PersonIdentity } from '../conversation-types';
import { type ExternalKey, keyOf } from './external-key';
import { IS_NEWS, MERGED, roundsOf, transitionColumns } from './status-transitions';

interface WaitingRow {
  account_id: AccountId;
  asset_id: AssetId;
  external_id: string;
  status: DeliveryStatus;
  participant: string;
  at: Date;
  error: MessageError | null;
  details: Record<string, unknown>;
  identities: PersonIdentity[];
  message_id: MessageId | null;
  delivery_id: DeliveryId | null;
}

/** Of a send: its answer may still come, and is written down by whoever waits for it. Longer than calls take as a rule. */
export const IS_UNDER_WAY = `(s.state = 'sending' AND s.started_at > now() - interval '15 seconds')`;

/** Statuses that no message is known for yet: it has not come, or Meta's answer to its send has not. */
export async function keepWaiting(tx: EntityManager, statuses: readonly ArrivedStatus[]): Promise<void> {
  for (const rows of roundsOf(statuses, keyOf)) {
    await tx.query(
      `INSERT INTO waiting_statuses AS s (account_id, asset_id, external_id, status, participant, at, error, details,
                                          delivery_id, identities, message_id)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::jsonb[],
                            $8::jsonb[], $9::uuid[], $10::jsonb[], $11::uuid[])
       ON CONFLICT ON CONSTRAINT waiting_statuses_pkey DO UPDATE
          SET ${MERGED}, identities = s.identities || excluded.identities,
              message_id = coalesce(s.message_id, excluded.message_id)
        WHERE ${IS_NEWS} OR NOT s.identities @> excluded.identities OR s.message_id IS NULL`,
      [
        rows.map((row) => row.accountId),
        rows.map((row) => row.assetId),
        rows.map((row) => row.externalId),
        ...transitionColumns(rows),
        rows.map((row) => JSON.stringify(row.identities)),
        rows.map((row) => row.messageId),
      ],
    );
  }
}

/** Those of these messages wait no longer. */
export async function takeWaiting(tx: EntityManager, keys: readonly ExternalKey[]): Promise<ArrivedStatus[]> {
  if (keys.length === 0) return [];
  const rows: WaitingRow[] = await tx.query(
    `WITH ready AS (
         DELETE FROM waiting_statuses
          WHERE (account_id, asset_id, external_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]))
          RETURNING *)
       SELECT * FROM ready`,
    [keys.map((key) => key.accountId), keys.map((key) => key.assetId), keys.map((key) => key.externalId)],
  );
  return rows.map(statusOf);
}

/** Those that name these sends of ours. */
export async function takeWaitingOfSends(
  tx: EntityManager,
  sends: readonly { accountId: AccountId; messageId: MessageId }[],
): Promise<ArrivedStatus[]> {
  if (sends.length === 0) return [];
  const rows: WaitingRow[] = await tx.query(
    `WITH ready AS (
         DELETE FROM waiting_statuses
          WHERE (account_id, message_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
          RETURNING *)
       SELECT * FROM ready`,
    [sends.map(({ accountId }) => accountId), sends.map(({ messageId }) => messageId)],
  );
  return rows.map(statusOf);
}

/** Those whose message is there by now, and those that name a send that is not under way any more; some hundreds of each. */
export async function takeOverlooked(tx: EntityManager, since: Date): Promise<ArrivedStatus[]> {
  const rows: WaitingRow[] = await tx.query(
    `WITH ready AS (
         DELETE FROM waiting_statuses
          WHERE (account_id, asset_id, external_id, status, participant) IN (
            SELECT w.account_id, w.asset_id, w.external_id, w.status, w.participant
              FROM waiting_statuses w JOIN message_keys k USING (account_id, asset_id, external_id)
             WHERE w.created_at > $1 LIMIT 500 FOR UPDATE OF w SKIP LOCKED)
             OR (account_id, asset_id, external_id, status, participant) IN (
            SELECT w.account_id, w.asset_id, w.external_id, w.status, w.participant
              FROM waiting_statuses w JOIN message_sends s USING (account_id, message_id)
              -- Others would come back at once, again and again.
              JOIN messages m ON m.account_id = w.account_id AND m.id = w.message_id AND m.asset_id = w.asset_id
                             AND m.external_id IS NULL
             WHERE w.message_id IS NOT NULL AND w.created_at > $1 AND NOT ${IS_UNDER_WAY}
             LIMIT 500 FOR UPDATE OF w SKIP LOCKED)
          RETURNING *)
       SELECT * FROM ready`,
    [since],
  );
  return rows.map(statusOf);
}

function statusOf(row: WaitingRow): ArrivedStatus {
  return {
    accountId: row.account_id,
    assetId: row.asset_id,
    externalId: row.external_id,
    status: row.status,
    participant: row.participant,
    at: row.at,
    error: row.error,
    details: row.details,
    messageId: row.message_id,
    identities: row.identities,
    deliveryId: row.delivery_id,
  };
}
