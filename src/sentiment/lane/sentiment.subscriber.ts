import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import { MessageSentiments } from '../../conversations/sentiment/message-sentiments';
import type { AccountId, CommentId, ConversationId, MessageId } from '../../database/ids';
import { type DeliveredEvent, OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { JobQueue } from '../../queue/job-queue';
import { isReadable } from './readable-text';
import { SentimentWork, type WorkKey } from './sentiment-work.repository';

const KINDS = [
  'message.created',
  'message.updated',
  'comment.created',
  'comment.updated',
  'comment.removed',
  'conversation.updated',
] as const;
type Told = DeliveredEvent<(typeof KINDS)[number]>;

/** For the relay to commit. Whoever looks before finds nothing, and the sweep finds it then. */
const COMMIT_MS = 50;

interface TextRow {
  account_id: AccountId;
  id: string;
  text: string | null;
}

/** Writes down which texts are to be read, after they were stored: a message is there whatever becomes of its reading. */
@Injectable()
export class SentimentSubscriber implements OnModuleInit {
  constructor(
    private readonly config: AppConfig,
    private readonly subscribers: OutboxSubscribers,
    private readonly work: SentimentWork,
    private readonly sentiments: MessageSentiments,
    private readonly jobs: JobQueue,
  ) {}

  onModuleInit(): void {
    this.subscribers.register({
      name: 'sentiment',
      kinds: KINDS,
      handle: (events, tx) => this.handle(events, tx),
    });
  }

  private async handle(events: readonly Told[], tx: EntityManager): Promise<void> {
    if (!this.config.env.SENTIMENT_MESSAGES) return;
    const messages = await this.messages(tx, events);
    const comments = await this.comments(tx, events);
    const added = [...messages.readable, ...comments.readable];
    await this.work.add(tx, added, true);
    await this.work.drop(tx, [...messages.others, ...comments.others]);
    await this.sentiments.forget(
      tx,
      messages.others.flatMap(({ accountId, messageId }) =>
        messageId === null ? [] : [{ accountId, messageId }],
      ),
    );
    await this.sentiments.forgetComments(
      tx,
      comments.others.flatMap(({ accountId, commentId }) =>
        commentId === null ? [] : [{ accountId, commentId }],
      ),
    );
    await this.sentiments.reviewConversations(tx, changedConversations(events));
    if (added.length > 0) await this.jobs.add('sentiment', 'read', {}, { jobId: 'wake', delayMs: COMMIT_MS });
  }

  /** Only what customers wrote. `others`: messages that have nothing to read any more. */
  private async messages(
    tx: EntityManager,
    events: readonly Told[],
  ): Promise<{ readable: WorkKey[]; others: WorkKey[] }> {
    const told = new Map<MessageId, { accountId: AccountId; isNew: boolean }>();
    for (const event of events) {
      if (event.kind === 'message.created')
        told.set(event.payload.messageId, { accountId: event.accountId, isNew: true });
      // Imported history is read when it is asked for, edited or not.
      if (event.kind === 'message.updated' && (!event.payload.imported || this.config.env.SENTIMENT_HISTORY))
        told.set(event.payload.messageId, { accountId: event.accountId, isNew: false });
    }
    if (told.size === 0) return { readable: [], others: [] };
    const rows: TextRow[] = await tx.query(
      `SELECT m.account_id, m.id, CASE WHEN m.revoked_at IS NULL THEN m.message_text END AS text
         FROM unnest($1::uuid[], $2::uuid[]) AS told (account_id, id)
         JOIN messages m ON m.account_id = told.account_id AND m.id = told.id
        WHERE m.direction = 'inbound' AND m.sender_type = 'customer'`,
      [[...told.values()].map(({ accountId }) => accountId), [...told.keys()]],
    );
    const keyOf = (row: TextRow): WorkKey => ({
      accountId: row.account_id,
      messageId: row.id as MessageId,
      commentId: null,
    });
    return {
      readable: rows.filter(({ text }) => isReadable(text)).map(keyOf),
      others: rows
        .filter((row) => !isReadable(row.text) && told.get(row.id as MessageId)?.isNew === false)
        .map(keyOf),
    };
  }

  private async comments(
    tx: EntityManager,
    events: readonly Told[],
  ): Promise<{ readable: WorkKey[]; others: WorkKey[] }> {
    const told = new Map<CommentId, AccountId>();
    for (const event of events)
      if (
        event.kind === 'comment.created' ||
        event.kind === 'comment.updated' ||
        event.kind === 'comment.removed'
      )
        told.set(event.payload.commentId, event.accountId);
    if (told.size === 0) return { readable: [], others: [] };
    const rows: TextRow[] = await tx.query(
      `SELECT c.account_id, c.id, c.text FROM unnest($1::uuid[], $2::uuid[]) AS told (account_id, id)
         JOIN comments c ON c.account_id = told.account_id AND c.id = told.id
        WHERE c.is_complete AND NOT c.by_business`,
      [[...told.values()], [...told.keys()]],
    );
    const keyOf = (row: TextRow): WorkKey => ({
      accountId: row.account_id,
      messageId: null,
      commentId: row.id as CommentId,
    });
    return {
      readable: rows.filter(({ text }) => isReadable(text)).map(keyOf),
      others: rows.filter(({ text }) => !isReadable(text)).map(keyOf),
    };
  }
}

/** Those that were closed or opened again, and those of which nobody says what changed: they may hold other messages now. */
function changedConversations(
  events: readonly Told[],
): { accountId: AccountId; conversationId: ConversationId }[] {
  return events.flatMap((event) => {
    if (event.kind !== 'conversation.updated') return [];
    const { conversationId, changed } = event.payload;
    const { accountId } = event;
    return changed === undefined || changed.includes('status') ? [{ accountId, conversationId }] : [];
  });
}
