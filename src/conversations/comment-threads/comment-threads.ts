import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type AccountId, type AssetId, type CommentId, type ConversationId, newId } from '../../database/ids';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import { PREVIEW_LENGTH } from '../conversation-opener';
import {
  type CommentRef,
  IS_VISIBLE,
  type Placing,
  type ThreadRef,
  placeComments,
  threadColumns,
  threadKey,
} from './comment-placing';
import { type ConversationActivity, recordActivities } from '../inbox/conversation-activity';
import type { ConversationStatus } from '../stored-conversation';
import { CommentThreadFolder } from './comment-thread-folder';

type Updated<Row> = [rows: Row[], count: number];

interface NumberedRow {
  account_id: AccountId;
  asset_id: AssetId;
  id: CommentId;
  root: string;
  by_business: boolean;
}

interface ChangedRow {
  account_id: AccountId;
  id: ConversationId;
  status: ConversationStatus;
  previous_status: ConversationStatus;
}

/**
 * Keeps a conversation for each thread of comments. Everything in it follows from the rows of `comments` as they are, so that
 * neither the order in which they are told nor their repetition makes a difference; only what is unread, and that a closed
 * one opens, follows from a comment's first appearance.
 */
@Injectable()
export class CommentThreads {
  constructor(
    private readonly folder: CommentThreadFolder,
    private readonly outbox: Outbox,
  ) {}

  /** @param comments that appeared or changed in any way; also ones that are gone meanwhile */
  async follow(tx: EntityManager, comments: readonly CommentRef[]): Promise<void> {
    if (comments.length === 0) return;
    // One at a time: what is told again must not place by what it saw before another one placed.
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('comment-threads', 0))`);
    const placing = await placeComments(tx, comments);
    if (placing.threads.length === 0) return;
    const gone = await this.folder.fold(tx, placing);
    const arrived = await this.number(tx, placing);
    await this.open(tx, placing.threads);
    const changed = await this.sumUp(tx, placing.threads, arrived);
    await recordActivities(tx, changed.flatMap(activitiesOf));
    await this.outbox.record(
      tx,
      [...gone, ...changed.map(({ account_id: accountId, id }) => ({ accountId, conversationId: id }))].map(
        ({ accountId, conversationId }): DomainEvent => ({
          kind: 'conversation.updated',
          accountId,
          payload: { conversationId },
        }),
      ),
    );
  }

  /**
   * Gives what is new its place. What is gone before anybody saw it never gets one; what is gone later keeps its own.
   * @returns how many comments of people are new in each thread
   */
  private async number(tx: EntityManager, { threads, placed }: Placing): Promise<Map<string, number>> {
    const [rows]: Updated<NumberedRow> = await tx.query(
      `WITH thread AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS thread (account_id, asset_id, root)),
       mine AS (
         SELECT c.account_id, c.asset_id, c.id, c.commented_at, thread.root
           FROM thread JOIN comments c
             ON c.account_id = thread.account_id AND c.asset_id = thread.asset_id
            AND c.thread_external_id = thread.root
          WHERE c.thread_seq IS NULL AND c.is_complete AND ${IS_VISIBLE}
          ORDER BY c.account_id, c.asset_id, c.external_id COLLATE "C" FOR UPDATE OF c),
       last AS (
         SELECT thread.*, (
             SELECT max(c.thread_seq) FROM comments c
              WHERE c.account_id = thread.account_id AND c.asset_id = thread.asset_id
                AND c.thread_external_id = thread.root) AS seq
           FROM thread),
       numbered AS (
         SELECT mine.*, coalesce(last.seq, 0) + row_number() OVER (
                  PARTITION BY mine.account_id, mine.asset_id, mine.root ORDER BY mine.commented_at, mine.id) AS seq
           FROM mine JOIN last USING (account_id, asset_id, root))
       UPDATE comments c SET thread_seq = numbered.seq FROM numbered
        WHERE c.account_id = numbered.account_id AND c.id = numbered.id
       RETURNING c.account_id, c.asset_id, c.id, numbered.root, c.by_business`,
      threadColumns(threads),
    );
    const known = new Set(placed.filter(({ wasNumbered }) => wasNumbered).map(({ id }) => id));
    const arrived = new Map<string, number>();
    for (const row of rows) {
      if (row.by_business || known.has(row.id)) continue;
      const key = threadKey({ accountId: row.account_id, assetId: row.asset_id, rootExternalId: row.root });
      arrived.set(key, (arrived.get(key) ?? 0) + 1);
    }
    return arrived;
  }

  private async open(tx: EntityManager, threads: readonly ThreadRef[]): Promise<void> {
    await tx.query(
      `INSERT INTO conversations (account_id, id, platform, asset_id, comment_thread_id)
       SELECT thread.account_id, thread.id, first.platform, thread.asset_id, thread.root
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[]) AS thread (account_id, asset_id, root, id)
         CROSS JOIN LATERAL (
           SELECT c.platform FROM comments c
            WHERE c.account_id = thread.account_id AND c.asset_id = thread.asset_id
              AND c.thread_external_id = thread.root AND c.thread_seq IS NOT NULL LIMIT 1) AS first
       ON CONFLICT (account_id, asset_id, comment_thread_id) WHERE comment_thread_id <> '' DO NOTHING`,
      [...threadColumns(threads), threads.map(() => newId<ConversationId>())],
    );
  }

  /** @returns the conversations of which anything is other than it was */
  private async sumUp(
    tx: EntityManager,
    threads: readonly ThreadRef[],
    arrived: ReadonlyMap<string, number>,
  ): Promise<ChangedRow[]> {
    const [rows]: Updated<ChangedRow> = await tx.query(
      `WITH thread AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::integer[])
                         AS thread (account_id, asset_id, root, arrived)),
       total AS (
         SELECT thread.*, counted.*, shown.preview
           FROM thread
           CROSS JOIN LATERAL (
             SELECT max(c.thread_seq) AS last_seq, count(*) FILTER (WHERE NOT c.by_business) AS inbound_count,
                    count(*) FILTER (WHERE ${IS_VISIBLE}) AS visible_count,
                    (count(*) FILTER (WHERE NOT c.by_business AND ${IS_VISIBLE}))::integer AS visible_inbound,
                    max(c.commented_at) AS last_at,
                    max(c.commented_at) FILTER (WHERE NOT c.by_business) AS last_inbound_at
               FROM comments c
              WHERE c.account_id = thread.account_id AND c.asset_id = thread.asset_id
                AND c.thread_external_id = thread.root AND c.thread_seq IS NOT NULL) AS counted
           LEFT JOIN LATERAL (
             SELECT left(c.text, ${PREVIEW_LENGTH}) AS preview FROM comments c
              WHERE c.account_id = thread.account_id AND c.asset_id = thread.asset_id
                AND c.thread_external_id = thread.root AND c.thread_seq IS NOT NULL AND ${IS_VISIBLE}
              ORDER BY c.commented_at DESC, c.id DESC LIMIT 1) AS shown ON true
          WHERE counted.last_seq IS NOT NULL),
       next AS (
         SELECT v.account_id, v.id, v.status AS previous_status, total.last_seq, total.inbound_count, total.last_at, total.preview, total.last_inbound_at,
                least(v.unread_count + total.arrived, total.visible_inbound) AS unread_count,
                CASE WHEN total.visible_count = 0 THEN 'closed'
                     WHEN total.arrived > 0 THEN 'active' ELSE v.status END AS status
           FROM total JOIN conversations v
             ON v.account_id = total.account_id AND v.asset_id = total.asset_id AND v.comment_thread_id = total.root
            AND v.comment_thread_id <> ''
          ORDER BY v.account_id, v.id FOR UPDATE OF v)
       UPDATE conversations v
          SET last_seq = next.last_seq, inbound_count = next.inbound_count, unread_count = next.unread_count,
              last_message_at = next.last_at, last_message_preview = next.preview,
              last_inbound_at = next.last_inbound_at, status = next.status,
              closed_at = CASE WHEN next.status = 'closed' THEN coalesce(v.closed_at, now()) END,
              snoozed_until = CASE WHEN next.status = 'snoozed' THEN v.snoozed_until END, updated_at = now()
         FROM next
        WHERE v.account_id = next.account_id AND v.id = next.id
          AND (v.last_seq, v.inbound_count, v.unread_count, v.last_message_at, v.last_message_preview,
               v.last_inbound_at, v.status)
              IS DISTINCT FROM (next.last_seq, next.inbound_count, next.unread_count, next.last_at, next.preview,
                                next.last_inbound_at, next.status)
       RETURNING v.account_id, v.id, v.status, next.previous_status`,
      [...threadColumns(threads), threads.map((thread) => arrived.get(threadKey(thread)) ?? 0)],
    );
    return rows;
  }
}

/** What nobody did: a person wrote, or everything that there was is gone. */
function activitiesOf(row: ChangedRow): ConversationActivity[] {
  const { status, previous_status: previous } = row;
  const common = { accountId: row.account_id, conversationId: row.id, actorId: null };
  if (status === previous) return [];
  if (status === 'closed') return [{ ...common, kind: 'closed', payload: {} }];
  return previous === 'closed'
    ? [{ ...common, kind: 'reopened', payload: {} }]
    : [{ ...common, kind: 'woke', payload: { by: 'message' } }];
}
