import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId, ContactId, ConversationId } from '../database/ids';
import type { DomainEvent } from '../domain-events/domain-events';
import { Outbox } from '../domain-events/outbox';
import { CONVERSATION_PRIORITIES } from './conversation-types';
import { moveInboxState } from './inbox/conversation-absorbing';

export interface MergedContact {
  accountId: AccountId;
  loser: ContactId;
  survivor: ContactId;
}

interface OpenRow {
  account_id: AccountId;
  id: ConversationId;
  asset_id: AssetId;
  survivor: ContactId;
  last_seq: string;
}

/** A conversation that goes on in another one. */
interface Absorbed {
  accountId: AccountId;
  from: ConversationId;
  into: ConversationId;
  /** What its messages' numbers grow by. */
  offset: bigint;
}

const PRIORITY_ORDER = `ARRAY['${CONVERSATION_PRIORITIES.join("','")}']`;

/** Gives a contact the conversations of those that turned out to be the same person. */
@Injectable()
export class ConversationMerger {
  constructor(private readonly outbox: Outbox) {}

  /**
   * Where both have an open conversation with the same channel the older one takes in the messages of the other, numbered
   * on from its own. The contacts must be locked.
   */
  async moveTo(tx: EntityManager, merged: readonly MergedContact[]): Promise<void> {
    const absorbed = absorptionsOf(await this.lockOpen(tx, merged));
    if (absorbed.length > 0) {
      await this.moveMessages(tx, absorbed);
      // Before the counts are added up: what each user has read is made of those of the parts.
      await moveInboxState(tx, absorbed);
      await this.addUp(tx, absorbed);
      await tx.query(
        'DELETE FROM conversations WHERE (account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))',
        [absorbed.map(({ accountId }) => accountId), absorbed.map(({ from }) => from)],
      );
    }
    await this.changeContact(tx, merged);
    // Whoever shows one of them reads again: the one is gone, the other has more in it.
    await this.outbox.record(
      tx,
      absorbed.flatMap(({ accountId, from, into }) =>
        [from, into].map((conversationId): DomainEvent => ({
          kind: 'conversation.updated',
          accountId,
          payload: { conversationId },
        })),
      ),
    );
  }

  private async lockOpen(tx: EntityManager, merged: readonly MergedContact[]): Promise<OpenRow[]> {
    return tx.query(
      `WITH merged AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS merged (account_id, loser, survivor)),
       involved AS (
         SELECT account_id, loser AS contact_id, survivor FROM merged
         UNION SELECT account_id, survivor, survivor FROM merged)
       SELECT c.account_id, c.id, c.asset_id, involved.survivor, c.last_seq
         FROM conversations c JOIN involved USING (account_id, contact_id)
        WHERE c.status <> 'closed' ORDER BY c.account_id, c.id FOR UPDATE OF c`,
      columnsOf(merged),
    );
  }

  private async moveMessages(tx: EntityManager, absorbed: readonly Absorbed[]): Promise<void> {
    await tx.query(
      `UPDATE messages m SET conversation_id = moved."into", seq = m.seq + moved."offset"
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[]) AS moved (account_id, "from", "into", "offset")
        WHERE m.account_id = moved.account_id AND m.conversation_id = moved."from"`,
      [
        absorbed.map(({ accountId }) => accountId),
        absorbed.map(({ from }) => from),
        absorbed.map(({ into }) => into),
        absorbed.map(({ offset }) => offset.toString()),
      ],
    );
  }

  /** The latest message of all is the one that shows, as if they had been one conversation from the beginning. */
  private async addUp(tx: EntityManager, absorbed: readonly Absorbed[]): Promise<void> {
    await tx.query(
      `WITH part AS (
         SELECT account_id, "from" AS id, "into" FROM unnest($1::uuid[], $2::uuid[], $3::uuid[])
                                                       AS told (account_id, "from", "into")
         UNION SELECT account_id, "into", "into" FROM unnest($1::uuid[], $3::uuid[]) AS told (account_id, "into")),
       total AS (
         SELECT c.account_id, part."into" AS id, sum(c.last_seq) AS last_seq, sum(c.unread_count) AS unread_count,
                max(c.last_message_at) AS last_message_at, max(c.last_inbound_at) AS last_inbound_at,
                (array_agg(c.last_message_preview ORDER BY c.last_message_at DESC NULLS LAST,
                           c.last_message_preview COLLATE "C" DESC NULLS LAST))[1] AS last_message_preview,
                max(c.window_expires_at) AS window_expires_at, min(c.created_at) AS created_at,
                sum(c.inbound_count) AS inbound_count, bool_or(c.status = 'active') AS is_active,
                -- Until the next message, if one of them is.
                CASE WHEN bool_and(c.snoozed_until IS NOT NULL) THEN min(c.snoozed_until) END AS snoozed_until,
                max(array_position(${PRIORITY_ORDER}, c.priority)) AS priority,
                -- Of what was written last.
                (array_agg(ARRAY[c.sentiment, c.sentiment_score::text, c.sentiment_trend]
                           ORDER BY c.last_inbound_at DESC NULLS LAST, c.id)
                   FILTER (WHERE c.sentiment IS NOT NULL))[1:1] AS sentiment,
                (array_agg(c.agent_id ORDER BY c.id) FILTER (WHERE c.agent_id IS NOT NULL))[1] AS agent_id
           FROM conversations c JOIN part USING (account_id, id) GROUP BY c.account_id, part."into")
       UPDATE conversations c
          SET last_seq = total.last_seq, unread_count = total.unread_count, last_message_at = total.last_message_at,
              last_message_preview = total.last_message_preview, last_inbound_at = total.last_inbound_at,
              window_expires_at = total.window_expires_at, created_at = total.created_at,
              status = CASE WHEN total.is_active THEN 'active' ELSE c.status END, agent_id = total.agent_id,
              inbound_count = total.inbound_count,
              snoozed_until = CASE WHEN NOT total.is_active THEN total.snoozed_until END,
              priority = (${PRIORITY_ORDER})[total.priority], sentiment = total.sentiment[1][1],
              sentiment_score = total.sentiment[1][2]::real, sentiment_trend = total.sentiment[1][3],
              updated_at = now()
         FROM total WHERE c.account_id = total.account_id AND c.id = total.id`,
      [
        absorbed.map(({ accountId }) => accountId),
        absorbed.map(({ from }) => from),
        absorbed.map(({ into }) => into),
      ],
    );
  }

  private async changeContact(tx: EntityManager, merged: readonly MergedContact[]): Promise<void> {
    await tx.query(
      `UPDATE conversations c SET contact_id = merged.survivor, updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS merged (account_id, loser, survivor)
        WHERE c.account_id = merged.account_id AND c.contact_id = merged.loser`,
      columnsOf(merged),
    );
    // What the person wrote stands in these conversations, and in groups, which have no contact of their own.
    await tx.query(
      `WITH merged AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS merged (account_id, loser, survivor)),
       place AS (
         SELECT c.account_id, c.id, merged.loser, merged.survivor
           FROM merged JOIN conversations c ON c.account_id = merged.account_id AND c.contact_id = merged.survivor
         UNION ALL
         SELECT c.account_id, c.id, merged.loser, merged.survivor
           FROM merged JOIN conversations c ON c.account_id = merged.account_id AND c.group_id <> '')
       UPDATE messages m SET contact_id = place.survivor
         FROM place
        WHERE m.account_id = place.account_id AND m.conversation_id = place.id AND m.contact_id = place.loser`,
      columnsOf(merged),
    );
  }
}

function columnsOf(merged: readonly MergedContact[]): string[][] {
  return [
    merged.map(({ accountId }) => accountId),
    merged.map(({ loser }) => loser),
    merged.map(({ survivor }) => survivor),
  ];
}

/** Of the open conversations of one person with one channel the oldest stays: the rows are sorted by id, which is age. */
function absorptionsOf(rows: readonly OpenRow[]): Absorbed[] {
  const keepers = new Map<string, { id: ConversationId; lastSeq: bigint }>();
  const absorbed: Absorbed[] = [];
  for (const row of rows) {
    const key = `${row.account_id} ${row.survivor} ${row.asset_id}`;
    const keeper = keepers.get(key);
    if (keeper === undefined) {
      keepers.set(key, { id: row.id, lastSeq: BigInt(row.last_seq) });
      continue;
    }
    absorbed.push({ accountId: row.account_id, from: row.id, into: keeper.id, offset: keeper.lastSeq });
    keeper.lastSeq += BigInt(row.last_seq);
  }
  return absorbed;
}
