import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, ConversationId, MessageId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import { ContactResolver } from '../contacts/contact-resolver';
import type { ArrivedStatus } from '../conversation-types';
import { type ExternalKey, findMessageKeys, keyOf } from './external-key';
import { MessageChangeStore } from './message-change-store';
import { IS_NEWS, MERGED, roundsOf, transitionColumns } from './status-transitions';
import {
  IS_UNDER_WAY,
  keepWaiting,
  takeOverlooked,
  takeWaiting,
  takeWaitingOfSends,
} from './waiting-statuses';

type Resolved = ArrivedStatus & { messageId: MessageId };

/**
 * Whether sends of ours that are still under way get Meta's id at once: an echo must find its message, or it would be stored
 * as another one. Statuses had better wait for the answer.
 */
type Adopting = 'at once' | 'when settled';

/**
 * From low to high. A message's status is the highest it ever had, so the order of arrival does not matter; `failed`
 * stands above `sent` and below `delivered`: final unless a delivery proves otherwise.
 */
export const STATUS_ORDER = `ARRAY['received', 'queued', 'unknown', 'accepted', 'sent', 'failed', 'delivered', 'read', 'played']`;

/** Applies delivery statuses: every transition kept with its time, the message's own status only ever forward. */
@Injectable()
export class MessageStatusStore {
  constructor(
    private readonly contacts: ContactResolver,
    private readonly changes: MessageChangeStore,
    private readonly outbox: Outbox,
  ) {}

  async apply(
    tx: EntityManager,
    statuses: readonly ArrivedStatus[],
    adopt: Adopting = 'when settled',
  ): Promise<void> {
    if (statuses.length === 0) return;
    const keys = await findMessageKeys(tx, statuses);
    const known = new Map<ArrivedStatus, MessageId>();
    for (const status of statuses) {
      const id = keys.get(keyOf(status));
      if (id !== undefined) known.set(status, id);
    }
    const strangers = statuses.filter((status) => !known.has(status));
    const adopted = await this.adoptByMessageId(tx, strangers, adopt === 'at once');
    for (const [status, id] of adopted) known.set(status, id);
    await keepWaiting(
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
    const nowKnown = [...adopted.keys()];
    await this.applyWaiting(tx, nowKnown);
    await this.changes.applyWaiting(tx, nowKnown);
  }

  /** Applies what arrived before these messages were known by their Meta ids. Call it after their keys are written. */
  async applyWaiting(tx: EntityManager, keys: readonly ExternalKey[]): Promise<void> {
    await this.apply(tx, await takeWaiting(tx, keys));
  }

  /** Of sends that did not end with Meta's id: a status that names one of them proves that Meta has it. */
  async adoptWaiting(
    tx: EntityManager,
    sends: readonly { accountId: AccountId; messageId: MessageId }[],
  ): Promise<void> {
    await this.apply(tx, await takeWaitingOfSends(tx, sends), 'at once');
  }

  /**
   * Applies what began to wait at the very moment its message was stored, by transactions that did not see each other, and
   * what waits for the end of a send that ended otherwise, or whose process is gone.
   * @returns how many there were
   */
  async applyOverlooked(tx: EntityManager, since: Date): Promise<number> {
    const overlooked = await takeOverlooked(tx, since);
    await this.apply(tx, overlooked);
    return overlooked.length;
  }

  /**
   * A status that carries our own message id settles a send whose answer was lost: Meta did accept it, and this is its
   * id. The message must be an outgoing one of the same account and channel that has no other Meta id yet. Where the
   * answer may still come its transaction takes the status along: to and fro the two would only wait for each other.
   */
  private async adoptByMessageId(
    tx: EntityManager,
    statuses: readonly ArrivedStatus[],
    isAtOnce: boolean,
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
            AND ($5 OR NOT EXISTS (SELECT 1 FROM message_sends s
                             WHERE s.account_id = told.account_id AND s.message_id = told.id AND ${IS_UNDER_WAY}))
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
        isAtOnce,
      ],
    );
    const externalOf = new Map(rows.map((row) => [row.message_id, row.external_id]));
    return new Map(
      correlated
        .filter((status) => externalOf.get(status.messageId) === status.externalId)
        .map((status) => [status, status.messageId]),
    );
  }

  private async applyResolved(tx: EntityManager, statuses: readonly Resolved[]): Promise<void> {
    if (statuses.length === 0) return;
    await this.contacts.learn(tx, statuses);
    for (const rows of roundsOf(statuses, ({ accountId, messageId }) => `${accountId} ${messageId}`)) {
      await tx.query(
        `INSERT INTO message_statuses AS s (account_id, message_id, status, participant, at, error, details, delivery_id)
         SELECT told.*
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::jsonb[], $7::jsonb[],
                       $8::uuid[])
                  AS told (account_id, message_id, status, participant, at, error, details, delivery_id)
           JOIN messages m ON m.account_id = told.account_id AND m.id = told.message_id AND m.direction = 'outbound'
         ON CONFLICT ON CONSTRAINT message_statuses_pkey DO UPDATE SET ${MERGED} WHERE ${IS_NEWS}`,
        [rows.map((row) => row.accountId), rows.map((row) => row.messageId), ...transitionColumns(rows)],
      );
    }
    const changed = await this.raise(tx, statuses);
    const failures = new Map(
      statuses.flatMap(({ messageId, status, error }) =>
        status === 'failed' && error !== null ? [[messageId, error]] : [],
      ),
    );
    await this.outbox.record(
      tx,
      changed.map((row) => {
        const error = row.status === 'failed' ? failures.get(row.id) : undefined;
        return {
          kind: 'message.status',
          accountId: row.account_id,
          payload: {
            messageId: row.id,
            conversationId: row.conversation_id,
            status: row.status,
            ...(error === undefined ? {} : { error: { code: error.code, title: error.title } }),
          },
        };
      }),
    );
  }

  /** @returns the messages whose status changed */
  private async raise(
    tx: EntityManager,
    rows: readonly Resolved[],
  ): Promise<{ account_id: AccountId; id: MessageId; conversation_id: ConversationId; status: string }[]> {
    const raised: {
      account_id: AccountId;
      id: MessageId;
      conversation_id: ConversationId;
      status: string;
    }[] = await tx.query(
      `WITH told AS (
           SELECT account_id, id, max(array_position(${STATUS_ORDER}, status)) AS rank
             FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS t (account_id, id, status)
            GROUP BY account_id, id),
         locked AS (
           SELECT m.account_id, m.id, told.rank FROM messages m JOIN told USING (account_id, id)
            WHERE m.direction = 'outbound' AND array_position(${STATUS_ORDER}, m.status) < told.rank
            ORDER BY m.account_id, m.id FOR UPDATE OF m),
         raised AS (
           UPDATE messages m
              SET status = (${STATUS_ORDER})[locked.rank], error = NULL, updated_at = now()
             FROM locked
            WHERE m.account_id = locked.account_id AND m.id = locked.id
              AND array_position(${STATUS_ORDER}, m.status) < locked.rank
            RETURNING m.account_id, m.id, m.conversation_id, m.status)
         SELECT * FROM raised`,
      [rows.map((row) => row.accountId), rows.map((row) => row.messageId), rows.map((row) => row.status)],
    );
    await this.explainFailures(
      tx,
      rows.filter(({ status }) => status === 'failed'),
    );
    return raised;
  }

  /** A failed message says why in itself, too: in the words of the earliest failure, for in groups there may be several. */
  private async explainFailures(tx: EntityManager, failures: readonly Resolved[]): Promise<void> {
    if (failures.length === 0) return;
    await tx.query(
      `UPDATE messages m SET error = failure.error, updated_at = now()
         FROM (SELECT DISTINCT ON (s.account_id, s.message_id) s.account_id, s.message_id, s.error
                 FROM message_statuses s
                WHERE (s.account_id, s.message_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
                  AND s.status = 'failed' AND s.error IS NOT NULL
                ORDER BY s.account_id, s.message_id, s.at, s.participant) AS failure
        WHERE m.account_id = failure.account_id AND m.id = failure.message_id AND m.status = 'failed'
          AND m.error IS DISTINCT FROM failure.error`,
      [failures.map(({ accountId }) => accountId), failures.map(({ messageId }) => messageId)],
    );
  }
}
