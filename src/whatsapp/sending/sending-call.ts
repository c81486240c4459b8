import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ContactsService } from '../../conversations/contacts/contacts.service';
import type { SendResult, StartedSend } from '../../conversations/conversation-types';
import { type GraphRateLimitedError, GraphReauthRequiredError } from '../../graph-client/graph.error';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { JobQueue } from '../../queue/job-queue';
import {
  type FailedSend,
  type FailureKnowledge,
  metaCodeOf,
  SendFailures,
} from '../../sending/send-failures';
import type { PlaceLimit } from '../../sending/sending-channel';
import { SEND_PROBLEMS } from '../accounts/sending-limits';
import { SendingStanding } from '../accounts/sending-standing.service';
import { OutgoingMedia } from '../media/outgoing-media';
import { TemplateInvalidError } from '../templates/template-invalid.error';
import { MessagesApi } from './messages-api';
import { STOPPED_MARKETING } from './messaging.errors';
import { personOf, recipientOfRequest } from './recipient';
import type { SendingNumber } from './sending-numbers';

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
/** One message to a person in six seconds, and up to 45 in advance of those to come. The burst is doubtful. */
const PAIR_EACH_MS = 6_000;
const PAIR_BURST = 45;

/** Calls Meta once for a message that was claimed, and tells what came of it. It never throws. */
@Injectable()
export class SendingCall implements FailureKnowledge<SendingNumber> {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly tokens: MetaTokenService,
    private readonly contacts: ContactsService,
    private readonly failures: SendFailures,
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
      wasCalled = true;
      const { wamid, identities, details } = await this.api.send(
        token,
        phoneNumberId,
        request,
        send.messageId,
      );
      return { state: 'accepted', send, externalId: wamid, identities, details };
    } catch (error) {
      return this.failures.explain({ send, sender: number, token, error, wasCalled }, this);
    }
  }

  /** For messages that were not sent at all. @param number null: it is no longer connected */
  async refuse(send: StartedSend, number: SendingNumber | null, error: unknown): Promise<SendResult> {
    return this.failures.explain({ send, sender: number, token: null, error, wasCalled: false }, this);
  }

  /** Groups are no pair: for them Meta has limits of its own. */
  limitOf({ request, recipient }: StartedSend): PlaceLimit | null {
    if (recipientOfRequest(request) === null) return null;
    return { name: `pair:${recipient}`, eachMs: PAIR_EACH_MS, burst: PAIR_BURST };
  }

  isForAll(error: unknown): boolean {
    return error instanceof TemplateInvalidError || TROUBLE_FOR_ALL.has(metaCodeOf(error) ?? 0);
  }

  isForCampaigns(error: GraphRateLimitedError): boolean {
    return metaCodeOf(error) === SPAM_LIMIT;
  }

  async learn({ send, sender: number, token, error }: FailedSend<SendingNumber>): Promise<void> {
    if (error instanceof GraphReauthRequiredError && token !== null) {
      await this.tokens.markReauthRequired(send.accountId, error, token);
    }
    const code = metaCodeOf(error);
    if (code === null) return;
    await this.standing.recordProblem(send.accountId, send.assetId, code);
    if (number !== null && TEMPLATE_TROUBLE.has(code)) {
      // What is stored of the template is out of date: the webhook that told so is late or lost.
      const { accountId, wabaId } = number;
      const job = { accountId, wabaId, maxAgeMs: LOOK_AGAIN_AFTER_MS };
      await this.jobs.add('template-sync', 'sync', job, { jobId: `${accountId}:${wabaId}:refused` });
    }
    if (FILE_CODES.includes(code)) await this.media.forget(send, send.request);
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
}
