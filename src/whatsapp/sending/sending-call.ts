import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ContactsService } from '../../conversations/contacts.service';
import type { SendResult, StartedSend } from '../../conversations/conversation-types';
import { createdAtOf } from '../../database/ids';
import { NotFoundError } from '../../errors/app.error';
import {
  GraphError,
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphUnavailableError,
} from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { JobQueue } from '../../queue/job-queue';
import { SEND_PROBLEMS } from '../accounts/sending-limits';
import { SendingStanding } from '../accounts/sending-standing.service';
import { OutgoingMedia } from '../media/outgoing-media';
import { TemplateInvalidError } from '../templates/template-invalid.error';
import { MessagesApi } from './messages-api';
import { STOPPED_MARKETING } from './messaging.errors';
import { personOf, recipientOfRequest } from './recipient';
import type { SendingNumber } from './sending-numbers';
import { outcomeOf } from './sending-outcome';
import { type PauseScope, SendingPace } from './sending-pace';

/** Meta lowers a number's limit because people complain: campaigns stop, whoever answers a customer goes on. */
const SPAM_LIMIT = 131048;
/** Meta does not know, or does not like, a file: what it is called there may be out of date. */
const FILE_CODES: readonly number[] = [33, 100, 131_052, 131_053];
/** The template is not there, not in this language, not with these parameters, paused or disabled. */
const TEMPLATE_TROUBLE: ReadonlySet<number> = new Set([132_000, 132_001, 132_012, 132_015, 132_016]);
/** Of these a campaign's other messages would meet the same. */
const TROUBLE_FOR_ALL: ReadonlySet<number> = new Set([132_001, 132_015, 132_016, ...SEND_PROBLEMS.keys()]);
/** Thousands of messages may be refused for one template; Meta's list is read for the first. */
const LOOK_AGAIN_AFTER_MS = 30_000;
const HOLD_BACK_MS = 15_000;
const MOST_HOLD_BACKS = 4;
/** For the longer ones each message waits by itself. */
const LONGEST_PAUSE_MS = 5 * 60_000;
const USUAL_RETRY_MS = 1_000;
const SHORT_PAUSE_MS = 250;

/** Calls Meta once for a message that was claimed, and tells what came of it. It never throws. */
@Injectable()
export class SendingCall {
  private readonly logger = new Logger(SendingCall.name);

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly tokens: MetaTokenService,
    private readonly contacts: ContactsService,
    private readonly pace: SendingPace,
    private readonly standing: SendingStanding,
    private readonly media: OutgoingMedia,
    private readonly jobs: JobQueue,
    private readonly api: MessagesApi,
  ) {}

  async send(send: StartedSend, number: SendingNumber, token: string): Promise<SendResult> {
    let wasCalled = false;
    const { phoneNumberId } = number;
    try {
      const request = await this.media.resolve({ ...send, phoneNumberId, token }, send.request);
      const startedAt = Date.now();
      wasCalled = true;
      const { wamid, identities, details } = await this.api.send(
        token,
        phoneNumberId,
        request,
        send.messageId,
      );
      this.pace.learnDuration(Date.now() - startedAt);
      return { state: 'accepted', send, externalId: wamid, identities, details };
    } catch (error) {
      return this.explain({ send, number, token, error, wasCalled });
    }
  }

  /** For messages that were not sent at all. @param number null: it is no longer connected */
  async refuse(send: StartedSend, number: SendingNumber | null, error: unknown): Promise<SendResult> {
    const shown =
      number === null ? new NotFoundError('The number to send from is no longer connected.') : error;
    return this.explain({ send, number, token: null, error: shown, wasCalled: false });
  }

  private async explain(failed: {
    send: StartedSend;
    number: SendingNumber | null;
    token: string | null;
    error: unknown;
    wasCalled: boolean;
  }): Promise<SendResult> {
    const { send, number, token, error, wasCalled } = failed;
    const outcome = outcomeOf({
      error,
      attempt: send.attempt,
      limited: send.limited,
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
    await this.learn(send, number, token, error).catch((cause: unknown) => {
      this.logger.error(cause);
    });
    if (outcome.state === 'failed' && this.isForAll(send, error)) {
      // Whoever looks after the campaign pauses it meanwhile; these messages are then held with the others.
      const availableAt = new Date(Date.now() + HOLD_BACK_MS);
      return { state: 'retry', send, availableAt, isLimit: true, error: outcome.error };
    }
    if (outcome.state !== 'retry') return { ...outcome, send };
    const availableAt = new Date(Date.now() + outcome.delayMs);
    return { state: 'retry', send, availableAt, isLimit: outcome.isLimit, error: outcome.error };
  }

  /** Whether the other messages of a campaign would end the same way: it is not this message that is wrong. */
  private isForAll({ lane, limited }: StartedSend, error: unknown): boolean {
    if (lane !== 'campaign' || limited >= MOST_HOLD_BACKS) return false;
    return error instanceof TemplateInvalidError || TROUBLE_FOR_ALL.has(codeOf(error) ?? 0);
  }

  /** What an error says of the number, the token or the person holds for the messages behind this one, too. */
  private async learn(
    send: StartedSend,
    number: SendingNumber | null,
    token: string | null,
    error: unknown,
  ): Promise<void> {
    if (error instanceof GraphReauthRequiredError && token !== null) {
      await this.tokens.markReauthRequired(send.accountId, error, token);
    }
    if (number !== null) await this.slowDown(send, number, error);
    const code = codeOf(error);
    if (code !== null) await this.standing.recordProblem(send.accountId, send.assetId, code);
    if (code !== null && number !== null && TEMPLATE_TROUBLE.has(code)) {
      // What is stored of the template is out of date: the webhook that told so is late or lost.
      const { accountId, wabaId } = number;
      const job = { accountId, wabaId, maxAgeMs: LOOK_AGAIN_AFTER_MS };
      await this.jobs.add('template-sync', 'sync', job, { jobId: `${accountId}:${wabaId}:refused` });
    }
    if (code !== null && FILE_CODES.includes(code)) await this.media.forget(send, send.request);
    const recipient = recipientOfRequest(send.request);
    if (code !== STOPPED_MARKETING || recipient === null) return;
    // So that the next one is refused before Meta has to.
    const choice = {
      accountId: send.accountId,
      person: personOf(recipient),
      optedOut: true,
      at: new Date(),
    };
    await this.database.transaction((tx) => this.contacts.recordMarketingChoices(tx, [choice]));
  }

  private async slowDown(send: StartedSend, number: SendingNumber, error: unknown): Promise<void> {
    if (error instanceof GraphRateLimitedError) {
      if (error.scope === 'pair') {
        await this.pace.exhaustPair(number, send.recipient, error.retryAfterMs);
        return;
      }
      const scope = codeOf(error) === SPAM_LIMIT ? 'campaigns' : pauseScopeOf(error.scope);
      const ms = scope === 'campaigns' ? error.retryAfterMs : pauseMsOf(error);
      await this.pace.pause(scope, number, ms, scope === 'number');
    }
    // The number is being moved at Meta: until that is done every message gets the same answer.
    if (error instanceof GraphUnavailableError && error.meta !== null && error.waitMs !== null) {
      await this.pace.pause('number', number, Math.min(error.waitMs, LONGEST_PAUSE_MS), false);
    }
  }
}

/** Where Meta does not say how long, a moment: one message in a second was too many. */
function pauseMsOf({ retryAfterMs }: GraphRateLimitedError): number {
  return retryAfterMs <= USUAL_RETRY_MS ? SHORT_PAUSE_MS : Math.min(retryAfterMs, LONGEST_PAUSE_MS);
}

function pauseScopeOf(scope: GraphRateLimitedError['scope']): PauseScope {
  if (scope === 'app' || scope === 'user') return 'app';
  return scope === 'waba' || scope === 'account' ? 'waba' : 'number';
}

function codeOf(error: unknown): number | null {
  return error instanceof GraphError ? (error.meta?.code ?? null) : null;
}
