import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ContactsService } from '../conversations/contacts/contacts.service';
import { DirectThreads } from '../conversations/direct/direct-threads';
import type { Person, SendOrder } from '../conversations/conversation-types';
import type { ReplyRequest } from '../conversations/replies/reply-channel';
import { SendLedger } from '../conversations/sends/send-ledger.service';
import { repeatLostRaces } from '../database/lost-race';
import { AppError, ValidationFailedError } from '../errors/app.error';
import { IdempotencyKeys, requestDigest } from '../http/idempotency-key';
import { SendingWaker } from '../sending/sending-waker';
import type { MessagingPerson, MessagingPlatform } from '../webhooks/messenger-events';
import { type DirectWarning, type QueuedDirectMessage, orderedContentOf } from './direct-content';
import type { DirectSender } from './direct-door';
import { DirectMedia } from './direct-media';
import { permitOf } from './direct-permit';
import type { DirectRequest } from './direct-request';
import { sendTimeOf } from './direct-send-time';

/** What is to be sent, from where and to whom; everything in it has been looked up and belongs to the user. */
export interface DirectOrder {
  platform: MessagingPlatform;
  sender: Pick<DirectSender, 'accountId' | 'id'>;
  person: MessagingPerson;
  /** The user who sends. */
  senderId: string;
  request: Omit<DirectRequest, 'recipient'>;
  /** As the caller wrote it. */
  sendAt: string | undefined;
  /** Whatever else stands against sending at present: its first error is the caller's. */
  check: () => Promise<void>;
  /** The caller's Idempotency-Key, and what tells this request from others. */
  key: string | undefined;
  route: string;
  body: unknown;
  /** Set for a reply in a conversation: what it is known again by, and what places it there. */
  reply?: Pick<ReplyRequest, 'digest' | 'place'> | undefined;
}

/** Takes orders to send: checks what can be known beforehand, writes the order down, wakes a worker. */
@Injectable()
export class DirectOrders {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly contacts: ContactsService,
    private readonly threads: DirectThreads,
    private readonly ledger: SendLedger,
    private readonly idempotency: IdempotencyKeys,
    private readonly media: DirectMedia,
    private readonly waker: SendingWaker,
  ) {}

  /** @returns once the order is durable; whether Meta takes the message shows in its status */
  async queue(order: DirectOrder): Promise<QueuedDirectMessage> {
    const { accountId, id: assetId } = order.sender;
    // A repeated request gets the first one's answer although, for instance, the window has closed since: whatever
    // stands against sending counts only where something would be sent.
    const prepared = await this.prepare(order).catch((error: unknown) => {
      if (order.key !== undefined && error instanceof AppError) return error;
      throw error;
    });
    const digest = order.reply?.digest ?? requestDigest('POST', order.route, order.body);
    const queued = await repeatLostRaces(() =>
      this.database.transaction((tx) =>
        this.idempotency.replayOr<QueuedDirectMessage>(
          tx,
          { accountId, key: order.key, digest },
          async () => {
            if (prepared instanceof AppError) throw prepared;
            const problems = await this.media.findProblems(tx, accountId, order.request.message);
            if (problems.length > 0) throw new ValidationFailedError(problems);
            const place = () => this.ledger.order(tx, prepared.order);
            const { messageId } = await (order.reply?.place(tx, place) ?? place());
            return { id: messageId, status: 'queued', warnings: prepared.warnings };
          },
        ),
      ),
    );
    this.waker.wake({ platform: order.platform, accountId, assetId });
    return queued;
  }

  private async prepare(order: DirectOrder): Promise<{ order: SendOrder; warnings: DirectWarning[] }> {
    const { platform, sender, person: identity, senderId, request } = order;
    const { accountId, id: assetId } = sender;
    const sendAt = sendTimeOf(order.sendAt);
    await order.check();
    const person: Person = { identities: [identity], name: null, profile: {} };
    const standing = await this.contacts.standingOf(accountId, assetId, person);
    const permit = permitOf(standing, request, { isLater: sendAt !== null });
    if (permit instanceof AppError) throw permit;
    const { type, text, content } = orderedContentOf(request.message);
    return {
      order: {
        accountId,
        assetId,
        platform,
        person,
        groupId: '',
        senderId,
        type,
        text,
        content,
        context: request.reply_to === undefined ? null : { message_id: request.reply_to.mid },
        lane: 'reply',
        sendAt,
        request: { recipient: { id: identity.value }, ...request },
      },
      warnings: await this.warningsOf(order),
    };
  }

  /** Meta tells of owners only where several apps are connected, and not always in time: it decides, we warn. */
  private async warningsOf({ sender, person }: DirectOrder): Promise<DirectWarning[]> {
    const { isOurs } = await this.threads.threadOf(sender.accountId, sender.id, person);
    if (isOurs !== false) return [];
    return [
      {
        code: 'THREAD_NOT_OURS',
        message:
          'Another app has this conversation at present: Meta may refuse the message. Take the conversation over first (thread control).',
      },
    ];
  }
}
