import type { AccountUsage, SentDirectMessage } from './direct-inbox';
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
import { playDirectOptIn, playDirectReferral, setPrimaryReceiver, setThreadOwner } from './direct-contacts';
import type { DirectMessageRecord, ScopedUserRecord } from './direct-records';
import { ownerOf } from './direct-owner';
import type { JsonObject } from '../json';
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

  /** The person comes by a link or an ad, without writing; opens the window. */
  playDirectReferral(input: Parameters<typeof playDirectReferral>[1]): { userId: string; told: number } {
    return playDirectReferral(this.context, input);
  }

  /** The person agrees to messages; a `userRef` or `notificationToken` can be sent to from then on. */
  playDirectOptIn(input: Parameters<typeof playDirectOptIn>[1]): { userId: string; told: number } {
    return playDirectOptIn(this.context, input);
  }

  /**
   * Who controls the thread: an app by its id, `inbox` for Meta's own, null for everybody. The others listen as
   * `standby`, and cannot write.
   */
  setThreadOwner(input: Parameters<typeof setThreadOwner>[1]): number {
    return setThreadOwner(this.context, input);
  }

  setPrimaryReceiver(input: { pageId?: string; appId: string }): number {
    return setPrimaryReceiver(this.context, input);
  }

  /**
   * Percentages of a Page's Messenger budget, or of an Instagram account's, in all usage headers; from 100 on calls
   * fail with 80006 or 80002. Null: as counted.
   */
  setAccountUsage(input: DirectAddress & { usage: AccountUsage | null }): void {
    const { id } = addressed(this.context, input);
    if (input.usage === null) this.context.direct.usage.delete(id);
    else this.context.direct.usage.set(id, input.usage);
  }

  /** What `messenger_profile` has been set to; of the first Page where nothing is named. */
  messengerProfile(input: DirectAddress = {}): JsonObject {
    return this.context.direct.profiles.get(addressed(this.context, input).id) ?? {};
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
