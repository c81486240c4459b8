import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ContactsService } from '../../conversations/contacts.service';
import type { StartedSend } from '../../conversations/conversation-types';
import { SendLedger } from '../../conversations/send-ledger.service';
import { type AccountId, type MessageId, createdAtOf } from '../../database/ids';
import { NotFoundError } from '../../errors/app.error';
import { GraphRateLimitedError } from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { JobQueue } from '../../queue/job-queue';
import { JobWorker } from '../../queue/job-worker';
import { WhatsAppPhoneNumberEntity } from '../entities/whatsapp-phone-number.entity';
import { type AcceptedMessage, MessagesApi } from './messages-api';
import { STOPPED_MARKETING } from './messaging.errors';
import { isRecord, textAt } from '../meta-values';
import { personOf, recipientOfRequest } from './recipient';
import { SendingLimiter } from './sending-limiter';
import { outcomeOf, type SendOutcome } from './sending-outcome';
import { SendingTemplates } from '../templates/sending-templates';
import { refuseUnwanted } from './sending.service';

/** Messages that one process sends at once. Each holds a database connection for moments only, mostly it waits for Meta. */
const CONCURRENCY = 20;
/** A place in the number's line further away than this is given back: the message waits in the ledger, not in here. */
const LONGEST_WAIT_MS = 1_000;
/** Redis' delayed jobs are for short waits; the sweeper sees to the others. */
const LONGEST_DELAY_MS = 60_000;
const SAVING_TRIES = 4;

/** Sends one message: takes it from the ledger, calls Meta once, writes down what came of it. */
@Injectable()
export class SendingWorker implements OnModuleInit {
  private readonly logger = new Logger(SendingWorker.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly worker: JobWorker,
    private readonly jobs: JobQueue,
    private readonly ledger: SendLedger,
    private readonly tokens: MetaTokenService,
    private readonly contacts: ContactsService,
    private readonly templates: SendingTemplates,
    private readonly limiter: SendingLimiter,
    private readonly api: MessagesApi,
  ) {}

  onModuleInit(): void {
    this.worker.consume('message-sending', 'send', CONCURRENCY, ({ accountId, messageId }) =>
      this.send(accountId as AccountId, messageId as MessageId),
    );
  }

  /** Safe to call any number of times, from any number of processes, for the same message. */
  async send(accountId: AccountId, messageId: MessageId): Promise<void> {
    const send = await this.ledger.begin(accountId, messageId);
    if (send === null) return;
    let wasCalled = false;
    let accepted: AcceptedMessage;
    try {
      const number = await this.numberOf(send);
      await this.recheck(send, number);
      const waitMs = this.limiter.reserve(number);
      if (waitMs > LONGEST_WAIT_MS) {
        this.limiter.release(number);
        const availableAt = new Date(Date.now() + waitMs);
        await this.persistently(() => this.ledger.postpone(send, availableAt));
        await this.wakeIn(send, waitMs);
        return;
      }
      if (waitMs > 0) await sleep(waitMs);
      accepted = await this.tokens.withToken(accountId, (token) => {
        wasCalled = true;
        return this.api.send(token, number.phoneNumberId, send.request, messageId);
      });
    } catch (error) {
      await this.recordProblem(send, error, wasCalled);
      return;
    }
    // Meta has it: from here on nothing may lead to another call.
    await this.persistently(() =>
      this.ledger.recordAccepted(send, {
        externalId: accepted.wamid,
        identities: accepted.identities,
        details: accepted.details,
      }),
    );
  }

  private async numberOf({ accountId, assetId }: StartedSend): Promise<WhatsAppPhoneNumberEntity> {
    const number = await this.database.manager.findOneBy(WhatsAppPhoneNumberEntity, {
      accountId,
      id: assetId,
    });
    if (number === null) throw new NotFoundError('The number to send from is no longer connected.');
    return number;
  }

  /** A message may have waited: the window may have closed since, or the person may have opted out. */
  private async recheck(send: StartedSend, number: WhatsAppPhoneNumberEntity): Promise<void> {
    const recipient = recipientOfRequest(send.request);
    if (recipient === null) return;
    const standing = await this.contacts.standingOf(send.accountId, send.assetId, personOf(recipient));
    refuseUnwanted(standing, await this.categoryOf(send, number));
  }

  /** null for messages that are no template. */
  private async categoryOf(
    { accountId, request }: StartedSend,
    { whatsappBusinessAccountId }: WhatsAppPhoneNumberEntity,
  ): Promise<string | null> {
    const { template } = request;
    if (request.type !== 'template' || !isRecord(template)) return null;
    const ref = { name: textAt(template, 'name') ?? '', language: textAt(template.language, 'code') ?? '' };
    return (await this.templates.categoryOf(accountId, whatsappBusinessAccountId, ref)) ?? '';
  }

  private async recordProblem(send: StartedSend, error: unknown, wasCalled: boolean): Promise<void> {
    if (error instanceof GraphRateLimitedError && error.scope !== 'pair') {
      this.limiter.slowDown(send.assetId, error.retryAfterMs);
    }
    const outcome = outcomeOf({
      error,
      attempt: send.attempt,
      ageMs: Date.now() - createdAtOf(send.messageId).getTime(),
      wasCalled,
    });
    this.logger.warn({
      // Not Meta's sentence: it may quote the message. It is kept with the message.
      message: 'A message was not sent',
      title: outcome.error.title,
      messageId: send.messageId,
      code: outcome.error.code,
      attempt: send.attempt,
      outcome: outcome.state,
    });
    if (!wasCalled && outcome.error.code === 'SERVER_ERROR') this.logger.error(error);
    await this.record(send, outcome);
    if (outcome.error.code === STOPPED_MARKETING) await this.recordOptOut(send);
  }

  /** So that the next one is refused before Meta has to. */
  private async recordOptOut({ accountId, request }: StartedSend): Promise<void> {
    const recipient = recipientOfRequest(request);
    if (recipient === null) return;
    const choice = { accountId, person: personOf(recipient), optedOut: true, at: new Date() };
    await this.database.transaction((tx) => this.contacts.recordMarketingChoices(tx, [choice]));
  }

  private async record(send: StartedSend, outcome: SendOutcome): Promise<void> {
    if (outcome.state === 'retry') await this.retryLater(send, outcome.delayMs, outcome.error);
    else if (outcome.state === 'failed')
      await this.persistently(() => this.ledger.recordFailed(send, outcome.error));
    else await this.persistently(() => this.ledger.recordUnknown(send, outcome.error));
  }

  private async retryLater(send: StartedSend, delayMs: number, error: SendOutcome['error']): Promise<void> {
    const availableAt = new Date(Date.now() + delayMs);
    await this.persistently(() => this.ledger.recordRetry(send, availableAt, error));
    await this.wakeIn(send, delayMs);
  }

  private async wakeIn(send: StartedSend, delayMs: number): Promise<void> {
    if (delayMs > LONGEST_DELAY_MS) return;
    // Another id than the running job's, which Bull would take this one for; a little later, for clocks differ.
    await this.jobs.add(
      'message-sending',
      'send',
      { accountId: send.accountId, messageId: send.messageId },
      { jobId: `${send.messageId}-${send.attempt}`, delayMs: delayMs + 100 },
    );
  }

  /**
   * What Meta answered must not be lost over a database that is away for a second. If it stays away the message is left
   * in the hands of the sweep for abandoned sends, which calls it `unknown`, and of the status webhook.
   */
  private async persistently(write: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await write();
        return;
      } catch (error) {
        if (tries >= SAVING_TRIES) throw error;
        await sleep(250 * 4 ** (tries - 1));
      }
    }
  }
}
