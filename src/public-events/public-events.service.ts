import { Injectable } from '@nestjs/common';
import { CommentList } from '../conversations/comments/comment-list.service';
import { ConversationsService } from '../conversations/conversations.service';
import { CommentDto } from '../conversations/dto/comment.dto';
import { ConversationDto } from '../conversations/dto/conversation.dto';
import { ThreadMessageDto } from '../conversations/dto/thread-message.dto';
import { MessagesService } from '../conversations/messages/messages.service';
import type { AccountId, CommentId, ConversationId, MessageId } from '../database/ids';
import type { DomainEventKind } from '../domain-events/domain-events';
import type { DeliveredEvent } from '../domain-events/outbox-subscribers';
import { type PublicEvent, type PublicEventType, publicTypeOf } from './public-event';
import { dataOf } from './public-event-data';

interface Ref<Id> {
  accountId: AccountId;
  id: Id;
}

/** What an event is about, as far as the API shows it. */
interface Subjects {
  message?: Ref<MessageId>;
  conversation?: Ref<ConversationId>;
  comment?: Ref<CommentId>;
}

/**
 * Of these the message is shown with the event. Not of `message.status`, of which there are several for each message: what
 * they change is in the event itself.
 */
const SHOW_MESSAGE: ReadonlySet<DomainEventKind> = new Set([
  'message.created',
  'message.updated',
  'message.media_stored',
]);
const SHOW_CONVERSATION: ReadonlySet<string> = new Set([
  'message.created',
  'conversation.updated',
  'conversation.assigned',
  'sentiment.alert',
]);

/** Says of domain events what outside parties see of them. */
@Injectable()
export class PublicEvents {
  constructor(
    private readonly messages: MessagesService,
    private readonly conversations: ConversationsService,
    private readonly comments: CommentList,
  ) {}

  /**
   * Adds message, conversation and comment, as the REST API shows them, as they are now: an event that is told late shows
   * what has become of them. Where one is gone, `null` stands for it and its id remains. A few queries, however many
   * events. What nobody outside is told of is left out; all else keeps its order.
   */
  async describe(events: readonly DeliveredEvent[]): Promise<PublicEvent[]> {
    const told = events.flatMap((event) => {
      const type = publicTypeOf(event.kind);
      return type === null ? [] : [{ event, type, subjects: subjectsOf(event) }];
    });
    const [messages, conversations, comments] = await Promise.all([
      this.messages.getAcross(once(told.flatMap(({ subjects }) => subjects.message ?? []))),
      this.conversations.getMany(once(told.flatMap(({ subjects }) => subjects.conversation ?? []))),
      this.comments.getMany(once(told.flatMap(({ subjects }) => subjects.comment ?? []))),
    ]);
    const shown = {
      message: byKey(messages, (message) => ThreadMessageDto.from(message)),
      conversation: byKey(conversations, (conversation) => ConversationDto.from(conversation)),
      comment: byKey(comments, (comment) => CommentDto.from(comment)),
    };
    return told.map(({ event, type, subjects }) =>
      publicEvent(event, type, {
        ...dataOf(event),
        ...(subjects.message && { message: shown.message.get(keyOf(subjects.message)) ?? null }),
        ...(subjects.conversation && {
          conversation: shown.conversation.get(keyOf(subjects.conversation)) ?? null,
        }),
        ...(subjects.comment && { comment: shown.comment.get(keyOf(subjects.comment)) ?? null }),
      }),
    );
  }
}

function publicEvent(
  event: DeliveredEvent,
  type: PublicEventType,
  data: Record<string, unknown>,
): PublicEvent {
  const { id, accountId, createdAt: at, conversation } = event;
  return {
    id,
    type,
    accountId,
    at,
    conversation: conversation === null ? null : { id: conversation.id, sequence: Number(conversation.seq) },
    data,
  };
}

function subjectsOf({ kind, accountId, payload, conversation }: DeliveredEvent): Subjects {
  const conversationId = 'conversationId' in payload ? payload.conversationId : conversation?.id;
  return {
    ...(SHOW_MESSAGE.has(kind) &&
      'messageId' in payload && { message: { accountId, id: payload.messageId } }),
    ...(SHOW_CONVERSATION.has(kind) &&
      conversationId !== undefined && { conversation: { accountId, id: conversationId } }),
    ...(kind.startsWith('comment.') &&
      'commentId' in payload &&
      payload.commentId !== null && { comment: { accountId, id: payload.commentId } }),
  };
}

function keyOf({ accountId, id }: Ref<string>): string {
  return `${accountId} ${id}`;
}

function once<Id extends string>(refs: readonly Ref<Id>[]): Ref<Id>[] {
  return [...new Map(refs.map((ref) => [keyOf(ref), ref])).values()];
}

function byKey<Row extends Ref<string>, Shown>(
  rows: readonly Row[],
  show: (row: Row) => Shown,
): Map<string, Shown> {
  return new Map(rows.map((row) => [keyOf(row), show(row)]));
}
