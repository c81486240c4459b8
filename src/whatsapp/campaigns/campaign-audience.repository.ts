import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { refusalsOfPerson } from '../../conversations/contacts/person-sql';
import type { MessageId } from '../../database/ids';
import { RECIPIENT_STATES, type RecipientState } from '../entities/campaign-recipient.entity';
import { personOf } from '../sending/recipient';
import type { CampaignKey } from './campaign-imports.repository';
import type { CountChanges } from './campaign-progress.repository';
import { isUserId } from './recipient-lines';

/** Somebody whose message has not been ordered yet. */
export interface PendingRecipient {
  id: string;
  recipient: string;
  parameters: Record<string, string>;
}

export const SKIP_REASONS = ['opted_out', 'marketing_opted_out', 'duplicate'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** For people. */
export const SKIP_WORDS: Readonly<Record<SkipReason, string>> = {
  opted_out: 'The person does not want to be written to.',
  marketing_opted_out: 'The person has stopped marketing messages.',
  duplicate: 'The same person is in the list by another number or id.',
};

interface ReasonRow {
  id: string;
  reason: SkipReason;
}

type Updated<Row> = [rows: Row[], count: number];

/** Moves recipients from one state to the next, many in one statement. */
@Injectable()
export class CampaignAudienceRepository {
  /** The next ones in the order of the list, locked; those that another worker has at this moment are passed over. */
  async takePending(tx: EntityManager, key: CampaignKey, limit: number): Promise<PendingRecipient[]> {
    return tx.query(
      `SELECT id, recipient, parameters FROM campaign_recipients
        WHERE account_id = $1 AND campaign_id = $2 AND state = 'pending'
        ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED`,
      [key.accountId, key.id, limit],
    );
  }

  /** Who of these is not to be written to, and why. */
  async findUnwanted(
    tx: EntityManager,
    key: CampaignKey,
    recipients: readonly PendingRecipient[],
    isMarketing: boolean,
  ): Promise<Map<string, SkipReason>> {
    const identities = recipients.flatMap(({ id, recipient }) =>
      personOf(
        isUserId(recipient) ? { kind: 'bsuid', id: recipient } : { kind: 'phone', digits: recipient },
      ).identities.map(({ kind, value }) => ({ id, kind, value })),
    );
    const rows: ReasonRow[] = await tx.query(
      `WITH known AS MATERIALIZED (
         SELECT DISTINCT asked.id, i.contact_id
           FROM unnest($3::uuid[], $4::text[], $5::text[]) AS asked (id, kind, value)
           JOIN contact_identities i ON i.account_id = $1 AND i.kind = asked.kind AND i.value = asked.value)
       SELECT known.id, CASE WHEN said.opted_out_at IS NOT NULL THEN 'opted_out' ELSE 'marketing_opted_out' END AS reason
         FROM known JOIN contacts c ON c.account_id = $1 AND c.id = known.contact_id
        CROSS JOIN LATERAL ${refusalsOfPerson('c')} AS said
        WHERE said.opted_out_at IS NOT NULL OR ($6 AND said.marketing_opted_out_at IS NOT NULL)
       UNION ALL
       -- Somebody else of the list who is the same person by what we know, and comes before.
       SELECT DISTINCT known.id, 'duplicate'
         FROM known
         JOIN contact_identities also ON also.account_id = $1 AND also.contact_id = known.contact_id
         JOIN campaign_recipients other ON other.account_id = $1 AND other.campaign_id = $2
          AND other.person_key = also.value AND other.id < known.id AND other.state NOT IN ('skipped', 'cancelled')`,
      [
        key.accountId,
        key.id,
        identities.map(({ id }) => id),
        identities.map(({ kind }) => kind),
        identities.map(({ value }) => value),
        isMarketing,
      ],
    );
    const unwanted = new Map<string, SkipReason>();
    for (const { id, reason } of rows) {
      const worse = unwanted.get(id);
      if (worse === undefined || SKIP_REASONS.indexOf(reason) < SKIP_REASONS.indexOf(worse))
        unwanted.set(id, reason);
    }
    return unwanted;
  }

  async recordSkipped(
    tx: EntityManager,
    key: CampaignKey,
    skipped: ReadonlyMap<string, SkipReason>,
  ): Promise<void> {
    if (skipped.size === 0) return;
    await tx.query(
      `UPDATE campaign_recipients r
          SET state = 'skipped', reason_code = told.code, reason = told.reason, updated_at = now()
         FROM unnest($3::uuid[], $4::text[], $5::text[]) AS told (id, code, reason)
        WHERE r.account_id = $1 AND r.campaign_id = $2 AND r.id = told.id`,
      [
        key.accountId,
        key.id,
        [...skipped.keys()],
        [...skipped.values()],
        [...skipped.values()].map((reason) => SKIP_WORDS[reason]),
      ],
    );
  }

  /** In the transaction that orders the messages: nobody is queued without one, or the other way round. */
  async recordQueued(
    tx: EntityManager,
    key: CampaignKey,
    queued: readonly { id: string; messageId: MessageId }[],
  ): Promise<void> {
    if (queued.length === 0) return;
    await tx.query(
      `UPDATE campaign_recipients r
          SET state = 'queued', message_id = told.message_id, attempt = r.attempt + 1, updated_at = now()
         FROM unnest($3::uuid[], $4::uuid[]) AS told (id, message_id)
        WHERE r.account_id = $1 AND r.campaign_id = $2 AND r.id = told.id`,
      [key.accountId, key.id, queued.map(({ id }) => id), queued.map(({ messageId }) => messageId)],
    );
  }

  /** Messages that were ordered and of which nothing was heard: as many as the campaign was ahead. */
  async queuedMessages(tx: EntityManager, key: CampaignKey): Promise<MessageId[]> {
    const rows: { message_id: MessageId }[] = await tx.query(
      `SELECT message_id FROM campaign_recipients
        WHERE account_id = $1 AND campaign_id = $2 AND state = 'queued' ORDER BY message_id`,
      [key.accountId, key.id],
    );
    return rows.map(({ message_id: id }) => id);
  }

  /** @returns how many; those whose status came meanwhile stay what they are */
  async cancelQueued(tx: EntityManager, key: CampaignKey, messageIds: readonly MessageId[]): Promise<number> {
    if (messageIds.length === 0) return 0;
    const [, count]: Updated<unknown> = await tx.query(
      `WITH mine AS (
         SELECT account_id, campaign_id, id FROM campaign_recipients
          WHERE account_id = $1 AND message_id = ANY($3::uuid[]) AND campaign_id = $2 AND state = 'queued'
          ORDER BY id FOR UPDATE)
       UPDATE campaign_recipients r SET state = 'cancelled', updated_at = now() FROM mine
        WHERE r.account_id = mine.account_id AND r.campaign_id = mine.campaign_id AND r.id = mine.id`,
      [key.accountId, key.id, messageIds],
    );
    return count;
  }

  /** @returns how many; fewer than `limit` when those were the last */
  async cancelPending(tx: EntityManager, key: CampaignKey, limit: number): Promise<number> {
    const [, count]: Updated<unknown> = await tx.query(
      `WITH chunk AS (
         SELECT id FROM campaign_recipients
          WHERE account_id = $1 AND campaign_id = $2 AND state = 'pending' ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED)
       UPDATE campaign_recipients r SET state = 'cancelled', updated_at = now() FROM chunk
        WHERE r.account_id = $1 AND r.campaign_id = $2 AND r.id = chunk.id`,
      [key.accountId, key.id, limit],
    );
    return count;
  }

  /**
   * Makes people pending again, so that they get another message.
   * @param codes only those with one of these; null for all
   * @param notYet of these codes only those that are older than a day: sooner, Meta would refuse again
   * @param never codes with which nobody is tried again
   * @returns how many of each state
   */
  async makePendingAgain(
    tx: EntityManager,
    key: CampaignKey,
    which: {
      states: readonly RecipientState[];
      codes: readonly string[] | null;
      notYet: readonly string[];
      never: readonly string[];
    },
  ): Promise<CountChanges> {
    const rows: { state: RecipientState; count: number }[] = await tx.query(
      `WITH again AS (
         SELECT id, state FROM campaign_recipients
          WHERE account_id = $1 AND campaign_id = $2 AND state = ANY($3::text[]) AND recipient <> 'erased'
            AND ($4::text[] IS NULL OR reason_code = ANY($4::text[]))
            AND (reason_code IS NULL OR NOT reason_code = ANY($6::text[]))
            AND (reason_code IS NULL OR NOT reason_code = ANY($5::text[]) OR updated_at < now() - interval '24 hours')
          ORDER BY id FOR UPDATE),
       changed AS (
         UPDATE campaign_recipients r
            SET state = 'pending', message_id = NULL, reason_code = NULL, reason = NULL, updated_at = now()
           FROM again WHERE r.account_id = $1 AND r.campaign_id = $2 AND r.id = again.id
          RETURNING again.state)
       SELECT state, count(*)::int AS count FROM changed GROUP BY state`,
      [key.accountId, key.id, which.states, which.codes, which.notYet, which.never],
    );
    const changes: CountChanges = {};
    for (const { state, count } of rows) if (RECIPIENT_STATES.includes(state)) changes[state] = -count;
    return changes;
  }
}
