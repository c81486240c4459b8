import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, In } from 'typeorm';
import type { PersonIdentity } from '../../conversations/conversation-types';
import {
  type MessageFilter,
  MessageList,
  type MessageSlice,
} from '../../conversations/messages/message-list.service';
import { MessagesService } from '../../conversations/messages/messages.service';
import { SendLedger } from '../../conversations/sends/send-ledger.service';
import { ConversationVisibility } from '../../conversations/visibility/conversation-visibility';
import type { MessageWithHistory, StoredMessage } from '../../conversations/messages/stored-message';
import { type AccountId, type AssetId, type MessageId, isUuid } from '../../database/ids';
import { ConflictError, NotFoundError, ValidationFailedError } from '../../errors/app.error';
import { decodeCursor } from '../../http/cursor';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountScope } from '../account-scope';
import type { MessageEnds } from '../dto/message.dto';
import type { MessagesQuery } from '../dto/message-list.dto';
import { WhatsAppPhoneNumberEntity } from '../entities/whatsapp-phone-number.entity';
import { MessagesApi } from '../sending/messages-api';

export interface DescribedMessage {
  found: MessageWithHistory;
  ends: MessageEnds;
}

export interface ListedMessages {
  messages: { message: StoredMessage; ends: MessageEnds }[];
  before: MessageId | null;
  after: MessageId | null;
}

const CANCELLED = {
  code: 'CANCELLED',
  title: 'Cancelled',
  message: 'A user took it back before it was sent.',
  details: null,
};

/** WhatsApp's side of stored messages: reading one, and telling the customer that theirs was read. */
@Injectable()
export class WhatsAppMessagesService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly scope: AccountScope,
    private readonly visibility: ConversationVisibility,
    private readonly messages: MessagesService,
    private readonly lists: MessageList,
    private readonly ledger: SendLedger,
    private readonly tokens: MetaTokenService,
    private readonly api: MessagesApi,
  ) {}

  /** @throws NotFoundError also for somebody else's message */
  async get(user: AuthenticatedUser, id: string): Promise<DescribedMessage> {
    const found = await this.find(user, id);
    const [described] = await this.describe(found.message.accountId, [found.message]);
    if (described === undefined) throw new NotFoundError('There is no such message.');
    return { found, ends: described.ends };
  }

  /** Messages of one account over all its conversations. */
  async list(user: AuthenticatedUser, query: MessagesQuery): Promise<ListedMessages> {
    const slice = sliceOf(query);
    const accountId = await this.scope.resolve(user, query);
    const assetId = await this.numberNamed(accountId, query.phoneNumberId);
    const filter: MessageFilter = {
      platform: 'whatsapp',
      assetId,
      direction: query.direction,
      status: query.status,
      type: query.type,
      templateName: query.templateName,
      from: instantOf('from', query.from),
      until: instantOf('to', query.to),
      scheduled: query.scheduled,
      view: await this.visibility.of(user),
    };
    const { messages, before, after } = await this.lists.page(accountId, filter, slice);
    return { messages: await this.describe(accountId, messages), before, after };
  }

  /**
   * Takes back a message that has not left. Of one that has been taken back before it says so again.
   * @throws ConflictError when Meta has it, may have it, or never will
   */
  async cancel(user: AuthenticatedUser, id: string): Promise<void> {
    const { message } = await this.find(user, id);
    if (message.error?.code === CANCELLED.code) return;
    const withdrawn = await this.database.transaction((tx) =>
      this.ledger.withdraw(tx, message.accountId, [message.id], CANCELLED),
    );
    if (withdrawn.length > 0) return;
    // Another request may have been faster, or a worker.
    const now = (await this.find(user, id)).message;
    if (now.error?.code === CANCELLED.code) return;
    throw new ConflictError(
      'The message cannot be taken back any longer: it is under way, sent or received.',
      {
        status: now.status,
      },
    );
  }

  /**
   * @param typing also show that an answer is being written
   * @throws ValidationFailedError for a message that no customer wrote
   */
  async markRead(user: AuthenticatedUser, id: string, typing: boolean): Promise<{ readAt: Date }> {
    const { message } = await this.find(user, id);
    const { accountId, assetId, externalId } = message;
    if (message.direction !== 'inbound' || externalId === null) {
      throw ValidationFailedError.of(
        'id',
        'inbound',
        'Only a message that a customer wrote can be marked as read.',
      );
    }
    const number = await this.database.manager.findOneBy(WhatsAppPhoneNumberEntity, {
      accountId,
      id: assetId,
    });
    if (number === null) throw new NotFoundError('The number that it came to is no longer connected.');
    await this.tokens.withToken(accountId, (token) =>
      this.api.markRead(token, number.phoneNumberId, externalId, typing),
    );
    const readAt = new Date();
    await this.messages.recordRead(message, readAt);
    return { readAt };
  }

  /** Our id of a number of the account, also of one that has gone. */
  private async numberNamed(accountId: AccountId, phoneNumberId?: string): Promise<AssetId | undefined> {
    if (phoneNumberId === undefined) return undefined;
    const number = await this.database.manager.findOne(WhatsAppPhoneNumberEntity, {
      where: { accountId, phoneNumberId },
      withDeleted: true,
    });
    if (number === null) throw new NotFoundError('There is no such phone number.');
    return number.id;
  }

  private async describe(
    accountId: AccountId,
    messages: readonly StoredMessage[],
  ): Promise<{ message: StoredMessage; ends: MessageEnds }[]> {
    const routes = await this.lists.routesOf(accountId, messages);
    const numbers = await this.database.manager.find(WhatsAppPhoneNumberEntity, {
      where: { accountId, id: In([...new Set(messages.map(({ assetId }) => assetId))]) },
      withDeleted: true,
    });
    return messages.flatMap((message) => {
      const route = routes.get(message.id);
      // Its conversation went with its contact between the two questions.
      if (route === undefined) return [];
      const business = numbers.find(({ id }) => id === message.assetId)?.phoneNumber ?? null;
      const isInGroup = message.contactId === null || route.groupId !== '';
      const ends: MessageEnds = {
        phoneNumberId: route.channelMetaId,
        business: business === null ? null : `+${business.replace(/\D/g, '')}`,
        person: !isInGroup
          ? addressOf(route.identities)
          : message.direction === 'inbound'
            ? message.senderId
            : null,
        groupId: route.groupId === '' ? null : route.groupId,
        sendAt: route.sendAt,
      };
      return [{ message, ends }];
    });
  }

  private async find(user: AuthenticatedUser, id: string): Promise<MessageWithHistory> {
    const view = await this.visibility.of(user);
    const found = await this.messages.getWithHistory(view.accountIds, id);
    const { platform, accountId, id: messageId } = found.message;
    if (platform !== 'whatsapp' || !(await this.visibility.isMessageVisible(view, accountId, messageId)))
      throw new NotFoundError('There is no such message.');
    return found;
  }
}

function sliceOf({ limit, before, after }: MessagesQuery): MessageSlice {
  if (before !== undefined && after !== undefined) {
    throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
  }
  if (before !== undefined) return { limit, before: decodeCursor('before', before, parseMessageId) };
  return after === undefined ? { limit } : { limit, after: decodeCursor('after', after, parseMessageId) };
}

const parseMessageId = (position: unknown): MessageId | undefined =>
  typeof position === 'string' && isUuid(position) ? (position.toLowerCase() as MessageId) : undefined;

function instantOf(field: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime()) || instant.getTime() < 0) {
    throw ValidationFailedError.of(field, 'instant', `${field} must be an instant that exists, after 1970.`);
  }
  return instant;
}

/** What a message to the person would be addressed to: WhatsApp's form of the number, else the id that stands in for it. */
function addressOf(identities: readonly PersonIdentity[]): string | null {
  const valueOf = (wanted: PersonIdentity['kind']): string | undefined =>
    identities.find(({ kind }) => kind === wanted)?.value;
  const number = valueOf('wa_id') ?? valueOf('phone');
  return number === undefined ? (valueOf('bsuid') ?? valueOf('parent_bsuid') ?? null) : `+${number}`;
}
