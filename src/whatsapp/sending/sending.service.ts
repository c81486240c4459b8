import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { instanceToPlain } from 'class-transformer';
import { DataSource } from 'typeorm';
import { ContactsService } from '../../conversations/contacts/contacts.service';
import type { Person, SendOrder } from '../../conversations/conversation-types';
import type { ReplyRequest } from '../../conversations/replies/reply-channel';
import { SendLedger } from '../../conversations/sends/send-ledger.service';
import type { AccountId, AssetId, MessageId } from '../../database/ids';
import { repeatLostRaces } from '../../database/lost-race';
import { AppError, ConflictError, ValidationFailedError } from '../../errors/app.error';
import { IdempotencyKeys, requestDigest } from '../../http/idempotency-key';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { AccountScope } from '../account-scope';
import { AccountsService } from '../accounts/accounts.service';
import type { SendMessageDto } from '../dto/send-message.dto';
import { OutgoingMedia } from '../media/outgoing-media';
import { EDGE, FALLBACK, MARKETING_EDGE } from './messages-api';
import { orderedContent, sendTimeOf } from './sending-content';
import { refuseUnwanted } from './sending-rules';
import { SendingWaker } from '../../sending/sending-waker';
import {
  type MessageTarget,
  type Recipient,
  personOf,
  readTarget,
  targetFields,
  unlistedDigits,
} from './recipient';
import { SendingTemplates } from '../templates/sending-templates';
import { TemplateInvalidError } from '../templates/template-invalid.error';

export const SENDING_ROUTE = '/api/meta/whatsapp/messages';
const AUTHENTICATION = 'AUTHENTICATION';
const MARKETING = 'MARKETING';

export interface QueuedMessage {
  id: MessageId;
  status: 'queued';
}

/** Takes orders to send: checks what can be known beforehand, writes the order down, wakes a worker. */
@Injectable()
export class SendingService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly scope: AccountScope,
    private readonly accounts: AccountsService,
    private readonly tokens: MetaTokenService,
    private readonly templates: SendingTemplates,
    private readonly contacts: ContactsService,
    private readonly ledger: SendLedger,
    private readonly idempotency: IdempotencyKeys,
    private readonly media: OutgoingMedia,
    private readonly waker: SendingWaker,
  ) {}

  /**
   * @param key the caller's Idempotency-Key
   * @param reply set for a reply in a conversation: what it is known again by, and what places it there
   * @returns once the order is durable; whether Meta takes the message shows in its status
   */
  async queue(
    user: AuthenticatedUser,
    dto: SendMessageDto,
    key: string | undefined,
    reply?: Pick<ReplyRequest, 'digest' | 'place'>,
  ): Promise<QueuedMessage> {
    const read = targetOf(dto);
    const accountId = await this.scope.resolve(user, dto);
    // A repeated request gets the first one's answer although, for instance, the window has closed since: whatever
    // stands against sending counts only where something would be sent.
    const prepared = await this.prepare(user, accountId, dto, read).catch((error: unknown) => {
      if (key !== undefined && error instanceof AppError) return error;
      throw error;
    });
    const digest = reply?.digest ?? requestDigest('POST', SENDING_ROUTE, instanceToPlain(dto));
    const queued = await repeatLostRaces(() =>
      this.database.transaction((tx) =>
        this.idempotency.replayOr<QueuedMessage>(tx, { accountId, key, digest }, async () => {
          if (prepared instanceof AppError) throw prepared;
          const order = () => this.ledger.order(tx, prepared);
          const { messageId } = await (reply === undefined ? order() : reply.place(tx, order));
          return { id: messageId, status: 'queued' };
        }),
      ),
    );
    if (!(prepared instanceof AppError))
      this.waker.wake({ platform: 'whatsapp', accountId, assetId: prepared.assetId });
    return queued;
  }

  /** A number that looks wrong, but by which WhatsApp has named somebody to this account. */
  private async knownRecipient(
    accountId: AccountId,
    assetId: AssetId,
    { digits, doubt }: DoubtfulRecipient,
  ): Promise<Recipient> {
    const person: Person = { identities: [{ kind: 'wa_id', value: digits }], name: null, profile: {} };
    const { contactId } = await this.contacts.standingOf(accountId, assetId, person);
    if (contactId === null) throw doubt;
    return { kind: 'phone', digits };
  }

  private async prepare(
    user: AuthenticatedUser,
    accountId: AccountId,
    dto: SendMessageDto,
    read: MessageTarget | DoubtfulRecipient,
  ): Promise<SendOrder> {
    const sendAt = sendTimeOf(dto);
    const { waba, number } = await this.accounts.chooseNumber(accountId, dto);
    const target = 'doubt' in read ? await this.knownRecipient(accountId, number.id, read) : read;
    if (target.kind === 'phone' && target.digits === digitsOf(number.phoneNumber)) throw toItself();
    // Said now, and not by a failed message a moment later, when it is known that nothing can be sent.
    await this.tokens.tokenFor(accountId);
    const { canSend, reason } = await this.accounts.limitsOf(accountId, number.id);
    if (!canSend) throw new ConflictError(`Nothing can be sent from this number. ${reason ?? ''}`.trim());
    const template = dto.type === 'template' ? await this.templates.check(waba, dto.template) : null;
    if (template?.category === AUTHENTICATION && target.kind === 'bsuid') throw needsPhoneNumber();
    const marketing = marketingOf(dto, template?.category ?? null);
    const person = target.kind === 'group' ? null : personOf(target);
    if (person !== null) {
      const standing = await this.contacts.standingOf(accountId, number.id, person);
      const unwanted = refuseUnwanted(standing, template?.category ?? null, sendAt !== null);
      if (unwanted !== null) throw unwanted;
    }

    const { text, content, context } = orderedContent(dto, template?.text ?? null);
    const { recipient_identity_key_hash: keyHash } = dto;
    const request = {
      ...targetFields(target),
      type: dto.type,
      [dto.type]: content,
      ...(dto.context === undefined ? {} : { context: { message_id: dto.context.message_id } }),
      ...(keyHash === undefined ? {} : { recipient_identity_key_hash: keyHash }),
      ...marketing,
      ...fallbackOf(dto),
    };
    const problems = await this.media.findProblems(accountId, request);
    if (problems.length > 0) throw new ValidationFailedError(problems);
    return {
      accountId,
      assetId: number.id,
      platform: 'whatsapp',
      person,
      groupId: target.kind === 'group' ? target.id : '',
      senderId: user.id,
      type: dto.type,
      text,
      content: Array.isArray(content) ? { [dto.type]: content } : content,
      context,
      lane: template?.category === AUTHENTICATION ? 'authentication' : 'reply',
      sendAt,
      request,
    };
  }
}

interface DoubtfulRecipient {
  digits: string;
  doubt: ValidationFailedError;
}

function targetOf(dto: SendMessageDto): MessageTarget | DoubtfulRecipient {
  try {
    return readTarget(dto);
  } catch (error) {
    const isPerson = dto.recipient_type !== 'group' && dto.recipient === undefined;
    const digits = isPerson ? unlistedDigits(dto.to) : null;
    if (digits === null || !(error instanceof ValidationFailedError)) throw error;
    return { digits, doubt: error };
  }
}

/** Fields that send a template by Meta's own edge for marketing. */
function marketingOf(dto: SendMessageDto, category: string | null): Record<string, unknown> {
  if (dto.type !== 'template' || dto.marketing === undefined) return {};
  if (category !== null && category !== MARKETING) {
    const message = `Only marketing templates go through marketing; this one is ${category}.`;
    throw new TemplateInvalidError([{ path: 'marketing', rule: 'template.category', message }]);
  }
  const { productPolicy, messageActivitySharing } = dto.marketing;
  return {
    [EDGE]: MARKETING_EDGE,
    ...(productPolicy === undefined ? {} : { product_policy: productPolicy }),
    ...(messageActivitySharing === undefined ? {} : { message_activity_sharing: messageActivitySharing }),
  };
}

function digitsOf(phoneNumber: string | null): string {
  return phoneNumber?.replace(/\D/g, '') ?? '';
}

/** Meta's code for it would be 131021. */
function toItself(): ValidationFailedError {
  return ValidationFailedError.of('to', 'notOwnNumber', 'A number cannot write to itself.');
}

function fallbackOf(dto: SendMessageDto): Record<string, unknown> {
  const text = 'fallbackText' in dto ? dto.fallbackText : undefined;
  return text === undefined ? {} : { [FALLBACK]: text };
}

/** Meta sends one-time passwords to phone numbers only. */
function needsPhoneNumber(): TemplateInvalidError {
  const message = "Authentication templates need the person's phone number: give to. Meta's code: 131062.";
  return new TemplateInvalidError([{ path: 'recipient', rule: 'template.needs_phone_number', message }]);
}
