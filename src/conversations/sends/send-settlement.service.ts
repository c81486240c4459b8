import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId, ConversationId, MessageId } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import { ContactResolver } from '../contacts/contact-resolver';
import type { MessageError, Platform, SendResult } from '../conversation-types';
import type { ExternalKey } from '../messages/external-key';
import { MessageChangeStore } from '../messages/message-change-store';
import { MessageStatusStore } from '../messages/message-status-store';
import { recordAttempts } from './send-attempts';

type ResultOf<S extends SendResult['state']> = Extract<SendResult, { state: S }>;

/** A message that will not, or perhaps did not, reach anybody. */
export interface SendFailure {
  accountId: AccountId;
  messageId: MessageId;
  status: 'failed' | 'unknown';
  error: MessageError;
}

interface StateRow {
  account_id: AccountId;
  id: MessageId;
  conversation_id: ConversationId;
}

interface AcceptedRow extends StateRow {
  platform: Platform;
  asset_id: AssetId;
  external_id: string;
}

/** What a platform knew of messages before their own ids were known. */
export type AcceptedHook = (tx: EntityManager, keys: readonly ExternalKey[]) => Promise<void>;

type Updated<Row> = [rows: Row[], count: number];

/**
 * Writes down how calls to Meta ended, many at once in a fixed number of statements. Safe to repeat: whoever does not know
 * whether a transaction was committed runs it again.
 */
@Injectable()
export class SendSettlement {
  private readonly hooks: { platforms: readonly Platform[]; hook: AcceptedHook }[] = [];

  constructor(
    private readonly contacts: ContactResolver,
    private readonly statuses: MessageStatusStore,
    private readonly changes: MessageChangeStore,
    private readonly outbox: Outbox,
  ) {}

  /** Called with the messages of these platforms that Meta has accepted, in the transaction that writes that down. */
  onAccepted(platforms: readonly Platform[], hook: AcceptedHook): void {
    this.hooks.push({ platforms, hook });
  }

  async settle(tx: EntityManager, results: readonly SendResult[]): Promise<void> {
    // Sorted, so that transactions that touch the same messages wait for each other instead of deadlocking.
    const sorted = [...results].sort((a, b) => (a.send.messageId < b.send.messageId ? -1 : 1));
    const of = <S extends SendResult['state']>(state: S): ResultOf<S>[] =>
      sorted.filter((result): result is ResultOf<S> => result.state === state);
    await this.recordAccepted(tx, of('accepted'));
    const others = [...of('failed'), ...of('unknown'), ...of('retry')];
    await recordAttempts(tx, [...others, ...of('postponed')]);
    // What a status has proved meanwhile counts more than an answer that did not come, or was an error.
    await this.statuses.adoptWaiting(
      tx,
      others.map(({ send }) => send),
    );
    await this.finish(tx, [...of('failed'), ...of('unknown')]);
    await this.requeue(tx, [...of('retry'), ...of('postponed')]);
  }

  /** For messages whose order is closed already. */
  async recordFailures(tx: EntityManager, failures: readonly SendFailure[]): Promise<void> {
    if (failures.length === 0) return;
    const columns = [
      failures.map(({ accountId }) => accountId),
      failures.map(({ messageId }) => messageId),
      failures.map(({ status }) => status),
      failures.map(({ error }) => JSON.stringify(error)),
    ];
    await tx.query(
      `INSERT INTO message_statuses (account_id, message_id, status, at, error)
       SELECT account_id, message_id, status, now(), error
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[]) AS told (account_id, message_id, status, error)
       ON CONFLICT DO NOTHING`,
      columns,
    );
    const [rows]: Updated<StateRow & { status: string }> = await tx.query(
      `UPDATE messages m SET status = told.status, error = told.error, updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[]) AS told (account_id, id, status, error)
        WHERE m.account_id = told.account_id AND m.id = told.id AND m.status IN ('queued', 'unknown')
        RETURNING m.account_id, m.id, m.conversation_id, m.status`,
      columns,
    );
    const errors = new Map(failures.map(({ messageId, error }) => [messageId, error]));
    await this.outbox.record(
      tx,
      rows.map((row) => {
        const error = errors.get(row.id);
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

  /** Meta's ids are stored, and what came for them earlier is applied. */
  private async recordAccepted(tx: EntityManager, accepted: readonly ResultOf<'accepted'>[]): Promise<void> {
    if (accepted.length === 0) return;
    const accountIds = accepted.map(({ send }) => send.accountId);
    const messageIds = accepted.map(({ send }) => send.messageId);
    const externalIds = accepted.map(({ externalId }) => externalId);
    await tx.query(
      `INSERT INTO message_keys (account_id, asset_id, external_id, message_id)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[]) ON CONFLICT DO NOTHING`,
      [accountIds, accepted.map(({ send }) => send.assetId), externalIds, messageIds],
    );
    await tx.query(
      `UPDATE message_sends s SET state = 'accepted', finished_at = now(), error = NULL
         FROM unnest($1::uuid[], $2::uuid[]) AS told (account_id, message_id)
        WHERE s.account_id = told.account_id AND s.message_id = told.message_id`,
      [accountIds, messageIds],
    );
    const told: { message_id: MessageId }[] = await tx.query(
      `INSERT INTO message_statuses (account_id, message_id, status, at, details)
       SELECT account_id, message_id, 'accepted', now(), details
         FROM unnest($1::uuid[], $2::uuid[], $3::jsonb[]) AS told (account_id, message_id, details)
       ON CONFLICT DO NOTHING RETURNING message_id`,
      [accountIds, messageIds, accepted.map(({ details }) => JSON.stringify(details))],
    );
    // A status webhook may have been faster and have raised the status already.
    const [rows]: Updated<AcceptedRow> = await tx.query(
      `UPDATE messages m SET external_id = told.external_id, updated_at = now(),
              status = CASE WHEN m.status IN ('queued', 'unknown') THEN 'accepted' ELSE m.status END,
              error = CASE WHEN m.status IN ('queued', 'unknown') THEN NULL ELSE m.error END
         FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS told (account_id, id, external_id)
        WHERE m.account_id = told.account_id AND m.id = told.id
        RETURNING m.account_id, m.id, m.conversation_id, m.platform, m.asset_id, m.external_id`,
      [accountIds, messageIds, externalIds],
    );
    // Who does not know whether an earlier try was committed writes it down again, and must not tell it again.
    const isNews = new Set(told.map(({ message_id: id }) => id));
    await this.outbox.record(
      tx,
      rows
        .filter(({ id }) => isNews.has(id))
        .map((row) => ({
          kind: 'message.status',
          accountId: row.account_id,
          payload: { messageId: row.id, conversationId: row.conversation_id, status: 'accepted' },
        })),
    );
    // Meta's answer tells its own form of the number we dialled, and the business-scoped id.
    await this.contacts.learn(
      tx,
      accepted.map(({ send: { accountId, messageId }, identities }) => ({
        accountId,
        messageId,
        identities,
      })),
    );
    const keys = accepted.map(({ send: { accountId, assetId }, externalId }) => ({
      accountId,
      assetId,
      externalId,
    }));
    await this.statuses.applyWaiting(tx, keys);
    await this.changes.applyWaiting(tx, keys);
    for (const { platforms, hook } of this.hooks) {
      const theirs = rows.filter(({ platform }) => platforms.includes(platform));
      if (theirs.length > 0) await hook(tx, theirs.map(toKey));
    }
  }

  private async finish(
    tx: EntityManager,
    results: readonly (ResultOf<'failed'> | ResultOf<'unknown'>)[],
  ): Promise<void> {
    if (results.length === 0) return;
    const [finished]: Updated<{ message_id: MessageId }> = await tx.query(
      `UPDATE message_sends s SET state = told.state, finished_at = now(), error = told.error
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[]) AS told (account_id, message_id, state, error)
        WHERE s.account_id = told.account_id AND s.message_id = told.message_id AND s.state = 'sending'
        RETURNING s.message_id`,
      [
        results.map(({ send }) => send.accountId),
        results.map(({ send }) => send.messageId),
        results.map(({ state }) => state),
        results.map(({ error }) => JSON.stringify(error)),
      ],
    );
    // Of the others a status webhook proved meanwhile that Meta has them.
    const isFinished = new Set(finished.map(({ message_id: id }) => id));
    await this.recordFailures(
      tx,
      results
        .filter(({ send }) => isFinished.has(send.messageId))
        .map(({ send: { accountId, messageId }, state, error }) => ({
          accountId,
          messageId,
          status: state,
          error,
        })),
    );
  }

  private async requeue(
    tx: EntityManager,
    results: readonly (ResultOf<'retry'> | ResultOf<'postponed'>)[],
  ): Promise<void> {
    if (results.length === 0) return;
    await tx.query(
      `UPDATE message_sends s
          SET state = 'queued', started_at = NULL, available_at = told.available_at,
              attempts = s.attempts - told.uncounted, limited = s.limited + told.limited,
              error = coalesce(told.error, s.error)
         FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::int[], $5::int[], $6::jsonb[])
                AS told (account_id, message_id, available_at, uncounted, limited, error)
        WHERE s.account_id = told.account_id AND s.message_id = told.message_id AND s.state = 'sending'`,
      [
        results.map(({ send }) => send.accountId),
        results.map(({ send }) => send.messageId),
        results.map(({ availableAt }) => availableAt),
        results.map((result) => (result.state === 'postponed' || result.isLimit ? 1 : 0)),
        results.map((result) => (result.state === 'retry' && result.isLimit ? 1 : 0)),
        results.map((result) => (result.state === 'retry' ? JSON.stringify(result.error) : null)),
      ],
    );
  }
}

function toKey({
  account_id: accountId,
  asset_id: assetId,
  external_id: externalId,
}: AcceptedRow): ExternalKey {
  return { accountId, assetId, externalId };
}
