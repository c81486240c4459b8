import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId, ConversationId, MessageId } from '../database/ids';
import { Outbox } from '../domain-events/outbox';
import type { ArrivedStatus, DeliveryStatus, MessageError } from './conversation-types';
import { type ExternalKey, findMessageKeys, keyOf } from './external-key';

type Resolved = ArrivedStatus & { messageId: MessageId };

interface WaitingRow {
  account_id: AccountId;
  asset_id: AssetId;
  external_id: string;
  status: DeliveryStatus;
  participant: string;
  at: Date;
  error: MessageError | null;
  details: Record<string, unknown>;
}

/**
 * From low to high. A message's status is the highest it ever had, so the order of arrival does not matter; `failed`
 * stands above `sent` and below `delivered`: final unless a delivery proves otherwise.
 */
const STATUS_ORDER = `ARRAY['received', 'queued', 'unknown', 'accepted', 'sent', 'failed', 'delivered', 'read', 'played']`;

/** Applies delivery statuses: every transition kept with its time, the message's own status only ever forward. */
@Injectable()
export class MessageStatusStore {
  constructor(private readonly outbox: Outbox) {}

  async apply(tx: EntityManager, statuses: readonly ArrivedStatus[]): Promise<void> {
    if (statuses.length === 0) return;
    const keys = await findMessageKeys(tx, statuses);
    const known = new Map<ArrivedStatus, MessageId>();
    for (const status of statuses) {
      const id = keys.get(keyOf(status));
      if (id !== undefined) known.set(status, id);
    }
    const strangers = statuses.filter((status) => !known.has(status));
    for (const [status, id] of await this.adoptByMessageId(tx, strangers)) known.set(status, id);
    await this.keepWaiting(
      tx,
      strangers.filter((status) => !known.has(status)),
    );
    await this.applyResolved(
      tx,
      statuses.flatMap((status) => {
        const messageId = known.get(status);
        return messageId === undefined ? [] : [{ ...status, messageId }];
      }),
    );
  }

  /** Applies what arrived before these messages were known by their Meta ids. Call it after their keys are written. */
  async applyWaiting(tx: EntityManager, keys: readonly ExternalKey[]): Promise<void> {
    if (keys.length === 0) return;
    const rows: WaitingRow[] = await tx.query(
      `WITH ready AS (
         DELETE FROM waiting_statuses
          WHERE (account_id, asset_id, external_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]))
          RETURNING *)
       SELECT account_id, asset_id, external_id, status, participant, at, error, details FROM ready`,
      [keys.map((key) => key.accountId), keys.map((key) => key.assetId), keys.map((key) => key.externalId)],
    );
    await this.applyRows(tx, rows);
  }

  /**
   * Applies what began to wait at the very moment its message was stored, by transactions that did not see each other.
   * @returns how many there were
   */
  async applyOverlooked(tx: EntityManager, since: Date): Promise<number> {
    const rows: WaitingRow[] = await tx.query(
      `WITH ready AS (
         DELETE FROM waiting_statuses
          WHERE (account_id, asset_id, external_id, status, participant) IN (
            SELECT w.account_id, w.asset_id, w.external_id, w.status, w.participant
              FROM waiting_statuses w JOIN message_keys k USING (account_id, asset_id, external_id)
             WHERE w.created_at > $1 LIMIT 500 FOR UPDATE OF w SKIP LOCKED)
          RETURNING *)
       SELECT account_id, asset_id, external_id, status, participant, at, error, details FROM ready`,
      [since],
    );
    await this.applyRows(tx, rows);
    return rows.length;
  }

  private async applyRows(tx: EntityManager, rows: readonly WaitingRow[]): Promise<void> {
    await this.apply(
      tx,
      rows.map((row) => ({
        accountId: row.account_id,
        assetId: row.asset_id,
        externalId: row.external_id,
        status: row.status,
        participant: row.participant,
        at: row.at,
        error: row.error,
        details: row.details,
        messageId: null,
        identities: [],
      })),
    );
  }

  /**
   * A status that carries our own message id settles a send whose answer was lost: Meta did accept it, and this is its
   * id. The message must be an outgoing one of the same account and channel that has no other Meta id yet.
   */
  private async adoptByMessageId(
    tx: EntityManager,
    statuses: readonly ArrivedStatus[],
  ): Promise<Map<ArrivedStatus, MessageId>> {
    const correlated = statuses.filter((status): status is Resolved => status.messageId !== null);
    if (correlated.length === 0) return new Map();
    const distinct = [...new Map(correlated.map((status) => [status.messageId, status])).values()].sort(
      (a, b) => a.messageId.localeCompare(b.messageId),
    );
    const rows: { message_id: MessageId; external_id: string }[] = await tx.query(
      `WITH mine AS (
         SELECT m.account_id, m.asset_id, told.external_id, m.id
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[]) AS told (account_id, asset_id, external_id, id)
           JOIN messages m ON m.account_id = told.account_id AND m.id = told.id
          WHERE m.asset_id = told.asset_id AND m.direction = 'outbound' AND m.external_id IS NULL
          ORDER BY m.id FOR UPDATE OF m),
       keyed AS (
         INSERT INTO message_keys (account_id, asset_id, external_id, message_id)
         SELECT account_id, asset_id, external_id, id FROM mine
         ON CONFLICT DO NOTHING RETURNING account_id, external_id, message_id),
       named AS (
         UPDATE messages m SET external_id = keyed.external_id, updated_at = now()
           FROM keyed WHERE m.account_id = keyed.account_id AND m.id = keyed.message_id),
       settled AS (
         UPDATE message_sends s SET state = 'accepted', finished_at = now(), error = NULL
           FROM keyed WHERE s.account_id = keyed.account_id AND s.message_id = keyed.message_id)
       SELECT message_id, external_id FROM keyed`,
      [
        distinct.map((status) => status.accountId),
        distinct.map((status) => status.assetId),
        distinct.map((status) => status.externalId),
        distinct.map((status) => status.messageId),
      ],
    );
    const externalOf = new Map(rows.map((row) => [row.message_id, row.external_id]));
    return new Map(
      correlated
        .filter((status) => externalOf.get(status.messageId) === status.externalId)
        .map((status) => [status, status.messageId]),
    );
  }

  private async keepWaiting(tx: EntityManager, statuses: readonly ArrivedStatus[]): Promise<void> {
    const rows = earliestOfEach(
      statuses,
      (status) => `${status.accountId} ${status.assetId} ${status.externalId}`,
    );
    if (rows.length === 0) return;
    await tx.query(
      `INSERT INTO waiting_statuses AS w (account_id, asset_id, external_id, status, participant, at, error, details)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::jsonb[],
                            $8::jsonb[])
       ON CONFLICT ON CONSTRAINT waiting_statuses_pkey DO UPDATE SET at = least(w.at, excluded.at)`,
      [
        rows.map((row) => row.accountId),
        rows.map((row) => row.assetId),
        rows.map((row) => row.externalId),
        rows.map((row) => row.status),
        rows.map((row) => row.participant),
        rows.map((row) => row.at),
        rows.map((row) => (row.error === null ? null : JSON.stringify(row.error))),
        rows.map((row) => JSON.stringify(row.details)),
      ],
    );
  }

  private async applyResolved(tx: EntityManager, statuses: readonly Resolved[]): Promise<void> {
    const rows = earliestOfEach(statuses, (status) => `${status.accountId} ${status.messageId}`);
    if (rows.length === 0) return;
    await tx.query(
      `INSERT INTO message_statuses AS s (account_id, message_id, status, participant, at, error, details)
       SELECT told.*
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::jsonb[], $7::jsonb[])
                AS told (account_id, message_id, status, participant, at, error, details)
         JOIN messages m ON m.account_id = told.account_id AND m.id = told.message_id AND m.direction = 'outbound'
       ON CONFLICT ON CONSTRAINT message_statuses_pkey DO UPDATE
          SET at = least(s.at, excluded.at), error = coalesce(s.error, excluded.error),
              details = excluded.details || s.details
        WHERE excluded.at < s.at OR (s.error IS NULL AND excluded.error IS NOT NULL) OR NOT s.details @> excluded.details`,
      [
        rows.map((row) => row.accountId),
        rows.map((row) => row.messageId),
        rows.map((row) => row.status),
        rows.map((row) => row.participant),
        rows.map((row) => row.at),
        rows.map((row) => (row.error === null ? null : JSON.stringify(row.error))),
        rows.map((row) => JSON.stringify(row.details)),
      ],
    );
    const changed = await this.raise(tx, rows);
    await this.outbox.record(
      tx,
      changed.map((row) => ({
        kind: 'message.status',
        accountId: row.account_id,
        payload: { messageId: row.id, conversationId: row.conversation_id, status: row.status },
      })),
    );
    await this.learnIdentities(tx, rows);
  }

  private async raise(
    tx: EntityManager,
    rows: readonly Resolved[],
  ): Promise<{ account_id: AccountId; id: MessageId; conversation_id: ConversationId; status: string }[]> {
    return tx.query(
      `WITH told AS (
         SELECT account_id, id, max(array_position(${STATUS_ORDER}, status)) AS rank,
                (array_agg(error ORDER BY at) FILTER (WHERE error IS NOT NULL))[1] AS error
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[], $5::timestamptz[])
                  AS t (account_id, id, status, error, at)
          GROUP BY account_id, id),
       locked AS (
         SELECT m.account_id, m.id FROM messages m JOIN told USING (account_id, id)
          WHERE m.direction = 'outbound' AND array_position(${STATUS_ORDER}, m.status) < told.rank
          ORDER BY m.account_id, m.id FOR UPDATE OF m),
       raised AS (
         UPDATE messages m
            SET status = (${STATUS_ORDER})[told.rank], updated_at = now(),
                error = CASE WHEN (${STATUS_ORDER})[told.rank] = 'failed' THEN told.error ELSE NULL END
           FROM told JOIN locked USING (account_id, id)
          WHERE m.account_id = told.account_id AND m.id = told.id
            AND array_position(${STATUS_ORDER}, m.status) < told.rank
          RETURNING m.account_id, m.id, m.conversation_id, m.status)
       SELECT * FROM raised`,
      [
        rows.map((row) => row.accountId),
        rows.map((row) => row.messageId),
        rows.map((row) => row.status),
        rows.map((row) => (row.error === null ? null : JSON.stringify(row.error))),
        rows.map((row) => row.at),
      ],
    );
  }

  /** A status may tell what else its recipient is called: the WhatsApp form of a number, the business-scoped id. */
  private async learnIdentities(tx: EntityManager, rows: readonly Resolved[]): Promise<void> {
    const learnt = new Map<string, { row: Resolved; kind: string; value: string }>();
    for (const row of rows) {
      for (const { kind, value } of row.identities)
        learnt.set(`${row.accountId} ${kind} ${value}`, { row, kind, value });
    }
    if (learnt.size === 0) return;
    const items = [...learnt.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
    await tx.query(
      `INSERT INTO contact_identities (account_id, kind, value, contact_id)
       SELECT told.account_id, told.kind, told.value, m.contact_id
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS told (account_id, id, kind, value)
         JOIN messages m ON m.account_id = told.account_id AND m.id = told.id
        WHERE m.contact_id IS NOT NULL
       ON CONFLICT DO NOTHING`,
      [
        items.map(({ row }) => row.accountId),
        items.map(({ row }) => row.messageId),
        items.map(({ kind }) => kind),
        items.map(({ value }) => value),
      ],
    );
  }
}

/** One row per message, status and participant, as one statement may not touch a row twice; the earliest time wins. */
function earliestOfEach<T extends ArrivedStatus>(statuses: readonly T[], keyOf: (status: T) => string): T[] {
  const byKey = new Map<string, T>();
  for (const status of statuses) {
    const key = `${keyOf(status)} ${status.status} ${status.participant}`;
    const other = byKey.get(key);
    if (other === undefined) byKey.set(key, status);
    else
      byKey.set(key, {
        ...(status.at < other.at ? status : other),
        error: other.error ?? status.error,
        details: { ...status.details, ...other.details },
        identities: [...other.identities, ...status.identities],
      });
  }
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, status]) => status);
}
