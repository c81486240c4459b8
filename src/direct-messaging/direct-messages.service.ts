import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import {
  type MessageFilter,
  MessageList,
  type MessageSlice,
} from '../conversations/messages/message-list.service';
import { MessagesService } from '../conversations/messages/messages.service';
import { SendLedger } from '../conversations/sends/send-ledger.service';
import { ConversationVisibility } from '../conversations/visibility/conversation-visibility';
import type { MessageWithHistory, StoredMessage } from '../conversations/messages/stored-message';
import { type AccountId, type MessageId, isUuid } from '../database/ids';
import { ConflictError, NotFoundError, ValidationFailedError } from '../errors/app.error';
import { decodeCursor } from '../http/cursor';
import { AccountAccess } from '../identity/account-access.service';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import type { MessagingPlatform } from '../webhooks/messenger-events';
import { DirectDesk } from './direct-desk.service';
import type { DirectSender } from './direct-door';
import type { DirectHouse, NamedSender } from './direct-house';
import type { DirectMessageEnds } from './dto/direct-message.dto';
import type { DirectMessagesQuery } from './dto/direct-message-list.dto';
import type { SenderAction } from './dto/sender-action.dto';

export interface DescribedDirectMessage {
  found: MessageWithHistory;
  ends: DirectMessageEnds;
}

export interface ListedDirectMessages {
  messages: { message: StoredMessage; ends: DirectMessageEnds }[];
  before: MessageId | null;
  after: MessageId | null;
}

const CANCELLED = {
  code: 'CANCELLED',
  title: 'Cancelled',
  message: 'A user took it back before it was sent.',
  details: null,
};

/** Stored messages of Messenger and Instagram: reading them, taking back what has not left, reacting to what came. */
@Injectable()
export class DirectMessages {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly access: AccountAccess,
    private readonly visibility: ConversationVisibility,
    private readonly messages: MessagesService,
    private readonly lists: MessageList,
    private readonly ledger: SendLedger,
    private readonly desk: DirectDesk,
  ) {}

  /** @throws NotFoundError also for somebody else's message */
  async get(
    user: AuthenticatedUser,
    platform: MessagingPlatform,
    id: string,
  ): Promise<DescribedDirectMessage> {
    const found = await this.find(user, platform, id);
    const [described] = await this.describe(platform, found.message.accountId, [found.message]);
    if (described === undefined) throw noSuchMessage();
    return { found, ends: described.ends };
  }

  /** Messages of one account over all its conversations. @param ref a Page or Instagram account, by our id or Meta's */
  async list<S extends DirectSender>(
    house: DirectHouse<S>,
    user: AuthenticatedUser,
    named: NamedSender,
    query: DirectMessagesQuery,
  ): Promise<ListedDirectMessages> {
    const slice = sliceOf(query);
    const sender = named.ref === undefined ? null : await house.choose(user, named);
    const accountId = sender?.accountId ?? (await this.access.resolve(user, named.accountId));
    const filter: MessageFilter = {
      platform: house.platform,
      assetId: sender?.id,
      direction: query.direction,
      status: query.status,
      type: query.type,
      scheduled: query.scheduled,
      view: await this.visibility.of(user),
    };
    const { messages, before, after } = await this.lists.page(accountId, filter, slice);
    return { messages: await this.describe(house.platform, accountId, messages), before, after };
  }

  /**
   * Takes back a message that has not left. Of one that has been taken back before it says so again.
   * @throws ConflictError when Meta has it, may have it, or never will
   */
  async cancel(user: AuthenticatedUser, platform: MessagingPlatform, id: string): Promise<void> {
    const { message } = await this.find(user, platform, id);
    if (message.error?.code === CANCELLED.code) return;
    const withdrawn = await this.database.transaction((tx) =>
      this.ledger.withdraw(tx, message.accountId, [message.id], CANCELLED),
    );
    if (withdrawn.length > 0) return;
    // Another request may have been faster, or a worker.
    const now = (await this.find(user, platform, id)).message;
    if (now.error?.code === CANCELLED.code) return;
    throw new ConflictError(
      'The message cannot be taken back any longer: it is under way, sent or received.',
      { status: now.status },
    );
  }

  /** Does something about a person's message: marks it as seen with all before it, or reacts to it. */
  async act<S extends DirectSender>(
    house: DirectHouse<S>,
    user: AuthenticatedUser,
    id: string,
    action: SenderAction,
    reaction?: string,
  ): Promise<void> {
    const { message } = await this.find(user, house.platform, id);
    const { accountId, assetId, externalId, senderId } = message;
    if (message.direction !== 'inbound' || externalId === null || senderId === null)
      throw ValidationFailedError.of(
        'id',
        'inbound',
        'This can be done only with a message that a person wrote.',
      );
    const sender = await house.get(accountId, assetId);
    const kind = house.platform === 'messenger' ? 'psid' : 'igsid';
    const concernsMessage = action === 'react' || action === 'unreact';
    await this.desk.act(
      house,
      { sender, person: { kind, value: senderId } },
      {
        sender_action: action,
        ...(concernsMessage
          ? { payload: { message_id: externalId, ...(reaction === undefined ? {} : { reaction }) } }
          : {}),
      },
    );
  }

  private async describe(
    platform: MessagingPlatform,
    accountId: AccountId,
    messages: readonly StoredMessage[],
  ): Promise<{ message: StoredMessage; ends: DirectMessageEnds }[]> {
    const routes = await this.lists.routesOf(accountId, messages);
    const kind = platform === 'messenger' ? 'psid' : 'igsid';
    return messages.flatMap((message) => {
      const route = routes.get(message.id);
      // Its conversation went with its contact between the two questions.
      if (route === undefined) return [];
      const known = route.identities.find((identity) => identity.kind === kind)?.value ?? null;
      const person = message.direction === 'inbound' ? (message.senderId ?? known) : known;
      return [{ message, ends: { channelId: route.channelMetaId, person, sendAt: route.sendAt } }];
    });
  }

  private async find(
    user: AuthenticatedUser,
    platform: MessagingPlatform,
    id: string,
  ): Promise<MessageWithHistory> {
    const view = await this.visibility.of(user);
    const found = await this.messages.getWithHistory(view.accountIds, id);
    const { platform: where, accountId, id: messageId } = found.message;
    if (where !== platform || !(await this.visibility.isMessageVisible(view, accountId, messageId)))
      throw noSuchMessage();
    return found;
  }
}

function noSuchMessage(): NotFoundError {
  return new NotFoundError('There is no such message.');
}

function sliceOf({ limit, before, after }: DirectMessagesQuery): MessageSlice {
  if (before !== undefined && after !== undefined)
    throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
  if (before !== undefined) return { limit, before: decodeCursor('before', before, parseMessageId) };
  return after === undefined ? { limit } : { limit, after: decodeCursor('after', after, parseMessageId) };
}

const parseMessageId = (position: unknown): MessageId | undefined =>
  typeof position === 'string' && isUuid(position) ? (position.toLowerCase() as MessageId) : undefined;
