import type { SentDirectMessage } from './direct-inbox';
import type { DirectPersonReference } from './direct-inbox';
import {
  addressed,
  playDirectEdit,
  playDirectMessage,
  playDirectPostback,
  playDirectReaction,
  playDirectRead,
  playDirectUnsend,
  playInboxReply,
  type DirectAddress,
  type DirectMessageInput,
  type DirectReceipt,
  type PostbackInput,
} from './direct-events';
import type { DirectMessageRecord, ScopedUserRecord } from './direct-records';
import { ownerOf } from './direct-owner';
import { MessagingControl } from '../messages/messaging-control';

export interface ConversationView {
  id: string;
  platform: string;
  ownerId: string;
  userId: string;
  unread: number;
  /** Unix ms; null: the business may not write. */
  windowOpenedAt: number | null;
  /** The business shows that it types. */
  isTyping: boolean;
  /** Oldest first; unsent ones are gone. */
  messages: Omit<DirectMessageRecord, 'kind'>[];
}

/** People who write to Pages and Instagram accounts. */
export class DirectControl extends MessagingControl {
  /** A person's message; opens the 24-hour window. */
  playDirectMessage(input: DirectMessageInput): DirectReceipt {
    return playDirectMessage(this.context, input);
  }

  playDirectPostback(input: PostbackInput): DirectReceipt {
    return playDirectPostback(this.context, input);
  }

  playDirectReaction(input: Parameters<typeof playDirectReaction>[1]): number {
    return playDirectReaction(this.context, input);
  }

  playDirectRead(input: Parameters<typeof playDirectRead>[1]): number {
    return playDirectRead(this.context, input);
  }

  playDirectEdit(input: Parameters<typeof playDirectEdit>[1]): number {
    return playDirectEdit(this.context, input);
  }

  playDirectUnsend(input: Parameters<typeof playDirectUnsend>[1]): number {
    return playDirectUnsend(this.context, input);
  }

  /** A human answers in Meta's own inbox. */
  playInboxReply(input: Parameters<typeof playInboxReply>[1]): DirectReceipt {
    return playInboxReply(this.context, input);
  }

  /** Ends the 24-hour window at once. */
  closeDirectWindow(input: DirectAddress & { from: string | DirectPersonReference }): void {
    const owner = addressed(this.context, input);
    const user = this.context.direct.person(owner, input.from);
    const conversation = this.context.direct.findConversation(owner.id, user.id);
    if (conversation) conversation.windowOpenedAt = null;
  }

  /** A person at one Page or account: made where there is none yet, changed as told. */
  directPerson(
    input: DirectAddress & {
      from: string | DirectPersonReference;
      isUnavailable?: boolean;
      isGone?: boolean;
      hasConsented?: boolean;
    },
  ): ScopedUserRecord {
    const user = this.context.direct.person(addressed(this.context, input), input.from);
    user.isUnavailable = input.isUnavailable ?? user.isUnavailable;
    user.isGone = input.isGone ?? user.isGone;
    user.hasConsented = input.hasConsented ?? user.hasConsented;
    return user;
  }

  /** Every message that Send accepted: what must have been sent exactly once. `to`: PSID or IGSID. */
  sentDirectMessages(filter: { to?: string; ownerId?: string } = {}): SentDirectMessage[] {
    return this.context.direct.sent.filter(
      (message) =>
        (filter.to === undefined || message.userId === filter.to) &&
        (filter.ownerId === undefined || message.ownerId === filter.ownerId),
    );
  }

  /** What stands in the conversations, whatever was told of it. */
  directConversations(filter: { ownerId?: string; userId?: string } = {}): ConversationView[] {
    const { world, clock } = this.context;
    return world
      .all('conversation')
      .filter(
        (conversation) =>
          (filter.ownerId === undefined || conversation.ownerId === filter.ownerId) &&
          (filter.userId === undefined || conversation.userId === filter.userId),
      )
      .map(({ id, platform, ownerId, userId, unread, windowOpenedAt, typingUntil, ...rest }) => ({
        id,
        platform,
        ownerId,
        userId,
        unread,
        windowOpenedAt,
        isTyping: typingUntil > clock.now(),
        messages: rest.messageIds.flatMap((messageId) => world.findKind('direct-message', messageId) ?? []),
      }));
  }

  protected personAt(ownerId: string, from: string | DirectPersonReference): ScopedUserRecord {
    return this.context.direct.person(ownerOf(this.context, ownerId), from);
  }
}
