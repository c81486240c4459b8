import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { instanceToPlain } from 'class-transformer';
import type { DataSource } from 'typeorm';
import { ContactsService } from '../conversations/contacts/contacts.service';
import { MessagesService } from '../conversations/messages/messages.service';
import { ConversationVisibility } from '../conversations/visibility/conversation-visibility';
import type { AccountId, ConversationId, MessageId } from '../database/ids';
import { NotFoundError } from '../errors/app.error';
import { AccountAccess } from '../identity/account-access.service';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import type { MessagingPerson } from '../webhooks/messenger-events';
import { DirectApi } from './direct-api';
import type { QueuedDirectMessage } from './direct-content';
import { type DirectDoor, type DirectSender, throughDoor } from './direct-door';
import type { DirectHouse, NamedSender } from './direct-house';
import { type DirectOrder, DirectOrders } from './direct-orders.service';
import { DirectRecipients, type NamedRecipient } from './direct-recipients.service';
import type { SendDirectBaseDto } from './dto/send-direct-base.dto';
import type { SenderAction } from './dto/sender-action.dto';

/** From where and to whom; both belong to the user. */
export interface DirectEnds<S extends DirectSender> {
  sender: S;
  person: MessagingPerson;
}

/** A body that orders a message, whatever it holds. */
export type SendDirectDto = SendDirectBaseDto & {
  message: object;
  notification_type?: string;
  persona_id?: string;
};

export interface SenderActionRequest {
  sender_action: SenderAction;
  payload?: { message_id: string; reaction?: string | undefined } | undefined;
}

/** Takes what users want of conversations on Messenger and Instagram. */
@Injectable()
export class DirectDesk {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly access: AccountAccess,
    private readonly visibility: ConversationVisibility,
    private readonly recipients: DirectRecipients,
    private readonly orders: DirectOrders,
    private readonly contacts: ContactsService,
    private readonly messages: MessagesService,
    private readonly api: DirectApi,
  ) {}

  /**
   * Finds the ends of what a request is about. A conversation says from where it is answered; else the request does, or
   * there is only one Page or account.
   * @throws AccountNotFoundError, AccountAmbiguousError, NotFoundError, ValidationFailedError
   */
  async endsOf<S extends DirectSender>(
    house: DirectHouse<S>,
    user: AuthenticatedUser,
    named: NamedSender & NamedRecipient,
  ): Promise<DirectEnds<S>> {
    const chosen = named.ref === undefined ? null : await house.choose(user, named);
    const accountIds =
      chosen !== null
        ? [chosen.accountId]
        : named.accountId === undefined
          ? await this.access.accountIdsOf(user.id)
          : [await this.access.resolve(user, named.accountId)];
    const { person, home } = await this.recipients.find(
      house.platform,
      accountIds,
      named,
      chosen?.id ?? null,
    );
    if (
      home !== null &&
      !(await this.visibility.isVisible(await this.visibility.of(user), home.conversationId))
    )
      throw new NotFoundError('There is no such conversation.');
    if (chosen !== null) return { sender: chosen, person };
    const sender =
      home === null ? await house.choose(user, named) : await house.get(home.accountId, home.assetId);
    return { sender, person };
  }

  /**
   * @param key the caller's Idempotency-Key
   * @param reply set for a reply in a conversation
   */
  async queue<S extends DirectSender>(
    house: DirectHouse<S>,
    user: AuthenticatedUser,
    named: NamedSender & NamedRecipient,
    dto: SendDirectDto,
    key: string | undefined,
    reply?: DirectOrder['reply'],
  ): Promise<QueuedDirectMessage> {
    const { sender, person } = await this.endsOf(house, user, named);
    const body = instanceToPlain(dto);
    const { messaging_type, tag, reply_to: replyTo, notification_type, persona_id } = dto;
    return this.orders.queue({
      platform: house.platform,
      sender,
      person,
      senderId: user.id,
      request: {
        message: instanceToPlain(dto.message),
        ...(replyTo === undefined ? {} : { reply_to: { mid: replyTo.mid } }),
        ...(messaging_type === undefined ? {} : { messaging_type }),
        ...(tag === undefined ? {} : { tag }),
        ...(notification_type === undefined ? {} : { notification_type }),
        ...(persona_id === undefined ? {} : { persona_id }),
      },
      sendAt: dto.sendAt,
      check: () => house.requireReady(sender),
      key,
      route: house.route,
      body,
      reply,
    });
  }

  /** Runs a call to Meta in the name of a Page or account, while somebody waits. */
  async call<S extends DirectSender, T>(
    house: DirectHouse<S>,
    sender: S,
    work: (door: DirectDoor) => Promise<T>,
  ): Promise<T> {
    await house.requireReady(sender);
    return throughDoor(house, sender, await house.open(sender), work);
  }

  /** Shows typing, marks as seen, reacts: at once, and not as a message. */
  async act<S extends DirectSender>(
    house: DirectHouse<S>,
    { sender, person }: DirectEnds<S>,
    { sender_action: action, payload }: SenderActionRequest,
  ): Promise<void> {
    await this.call(house, sender, (door) =>
      this.api.act(door, {
        recipient: { id: person.value },
        sender_action: action,
        ...(payload === undefined ? {} : { payload: { ...payload } }),
      }),
    );
    if (action === 'mark_seen') await this.recordSeen(sender, person);
  }

  /** Everything that the person wrote counts as read here, too. */
  private async recordSeen({ accountId, id }: DirectSender, person: MessagingPerson): Promise<void> {
    const { conversationId } = await this.contacts.standingOf(accountId, id, {
      identities: [person],
      name: null,
      profile: {},
    });
    if (conversationId === null) return;
    const latest = await this.latestReceived(accountId, conversationId);
    const [message] = latest === null ? [] : await this.messages.getMany(accountId, [latest]);
    if (message !== undefined) await this.messages.recordRead(message, new Date());
  }

  private async latestReceived(
    accountId: AccountId,
    conversationId: ConversationId,
  ): Promise<MessageId | null> {
    const rows: { id: MessageId }[] = await this.database.query(
      `SELECT id FROM messages WHERE account_id = $1 AND conversation_id = $2 AND direction = 'inbound'
        ORDER BY "timestamp" DESC, id DESC LIMIT 1`,
      [accountId, conversationId],
    );
    return rows[0]?.id ?? null;
  }
}
