import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { PersonIdentity } from '../../conversations/conversation-types';
import { ConversationsService } from '../../conversations/conversations.service';
import { MessagesService } from '../../conversations/messages.service';
import type { MessageWithHistory } from '../../conversations/stored-message';
import { NotFoundError, ValidationFailedError } from '../../errors/app.error';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountScope } from '../account-scope';
import type { MessageEnds } from '../dto/message.dto';
import { WhatsAppPhoneNumberEntity } from '../entities/whatsapp-phone-number.entity';
import { MessagesApi } from '../sending/messages-api';

export interface DescribedMessage {
  found: MessageWithHistory;
  ends: MessageEnds;
}

/** WhatsApp's side of stored messages: reading one, and telling the customer that theirs was read. */
@Injectable()
export class WhatsAppMessagesService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly scope: AccountScope,
    private readonly messages: MessagesService,
    private readonly conversations: ConversationsService,
    private readonly tokens: MetaTokenService,
    private readonly api: MessagesApi,
  ) {}

  /** @throws NotFoundError also for somebody else's message */
  async get(user: AuthenticatedUser, id: string): Promise<DescribedMessage> {
    const found = await this.find(user, id);
    const { accountId, assetId, conversationId, contactId, senderId } = found.message;
    const number = await this.database.manager.findOne(WhatsAppPhoneNumberEntity, {
      where: { accountId, id: assetId },
      withDeleted: true,
    });
    const { channel, contact } = await this.conversations.get([accountId], conversationId);
    const isInGroup = contactId === null || contact === null;
    return {
      found,
      ends: {
        phoneNumberId: channel.metaId,
        business: number?.phoneNumber == null ? null : `+${number.phoneNumber.replace(/\D/g, '')}`,
        person: isInGroup ? senderId : addressOf(contact.identities),
      },
    };
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

  private async find(user: AuthenticatedUser, id: string): Promise<MessageWithHistory> {
    const found = await this.messages.getWithHistory(await this.scope.accountIdsOf(user), id);
    if (found.message.platform !== 'whatsapp') throw new NotFoundError('There is no such message.');
    return found;
  }
}

/** What a message to the person would be addressed to: WhatsApp's form of the number, else the id that stands in for it. */
function addressOf(identities: readonly PersonIdentity[]): string | null {
  const valueOf = (wanted: PersonIdentity['kind']): string | undefined =>
    identities.find(({ kind }) => kind === wanted)?.value;
  const number = valueOf('wa_id') ?? valueOf('phone');
  return number === undefined ? (valueOf('bsuid') ?? valueOf('parent_bsuid') ?? null) : `+${number}`;
}
