import type { ContactsService } from '../conversations/contacts/contacts.service';
import type { SendResult, StartedSend } from '../conversations/conversation-types';
import type { AccountId, AssetId, MessageId } from '../database/ids';
import { AppError } from '../errors/app.error';
import { GraphError } from '../graph-client/graph.error';
import type { FailedSend, FailureKnowledge, SendFailures } from '../sending/send-failures';
import type { PlaceLimit, PreparedBatch, SendingChannel } from '../sending/sending-channel';
import type { DirectApi } from './direct-api';
import { type DirectDoor, type DirectGateway, type DirectSender, throughDoor } from './direct-door';
import { explainedError } from './direct-explanations';
import type { DirectMedia } from './direct-media';
import { type Permit, permitOf } from './direct-permit';
import { callOf, hasMedia, wishOf } from './direct-request';

/** Meta's limit on messages with files, beside that on all of a Page or account: 10 in a second. */
const MEDIA_LIMIT: PlaceLimit = { name: 'media', eachMs: 100, burst: 10 };
/** Meta does not know, or does not like, a file: what it is called there may be out of date. */
const FILE_TROUBLE = 100;

export interface DirectTools {
  contacts: ContactsService;
  failures: SendFailures;
  media: DirectMedia;
  api: DirectApi;
}

/** Messenger's or Instagram's part of the sending engine. */
export class DirectChannel<S extends DirectSender> implements SendingChannel<S>, FailureKnowledge<S> {
  readonly platform: DirectGateway<S>['platform'];

  constructor(
    private readonly gateway: DirectGateway<S>,
    private readonly tools: DirectTools,
  ) {
    this.platform = gateway.platform;
  }

  async findSender(accountId: AccountId, assetId: AssetId): Promise<S | null> {
    return this.gateway.findSender(accountId, assetId);
  }

  async prepare(sends: readonly StartedSend[], sender: S): Promise<PreparedBatch> {
    const [standings, door] = await Promise.all([
      this.tools.contacts.standingsOfMessages(
        sender.accountId,
        sends.map(({ messageId }) => messageId),
      ),
      this.gateway.open(sender),
    ]);
    const permits = new Map<MessageId, Permit>();
    const refusals = new Map<MessageId, AppError>();
    for (const { messageId, request } of sends) {
      const permit = permitOf(standings.get(messageId) ?? NOBODY, wishOf(request));
      if (permit instanceof AppError) refusals.set(messageId, permit);
      else permits.set(messageId, permit);
    }
    return {
      refusals,
      limitOf: (send) => this.limitOf(send),
      send: (send) => this.send(send, sender, door, permits.get(send.messageId) ?? RESPONSE),
    };
  }

  async refuse(send: StartedSend, sender: S | null, error: unknown): Promise<SendResult> {
    return this.explain({ send, sender, token: null, error, wasCalled: false }, false);
  }

  limitOf({ request }: StartedSend): PlaceLimit | null {
    return hasMedia(request.message) ? MEDIA_LIMIT : null;
  }

  isForAll(): boolean {
    return false;
  }

  isForCampaigns(): boolean {
    return false;
  }

  async learn({ send, sender, error }: FailedSend<S>): Promise<void> {
    if (sender === null || !(error instanceof GraphError) || error.meta?.code !== FILE_TROUBLE) return;
    await this.tools.media.forget(sender, send.request.message);
  }

  private async send(send: StartedSend, sender: S, door: DirectDoor, permit: Permit): Promise<SendResult> {
    let wasCalled = false;
    try {
      // Each on its own: that an upload was not answered does not mean that the message may have gone out.
      const message = await throughDoor(this.gateway, sender, door, (open) =>
        this.tools.media.resolve({ platform: this.platform, sender, door: open }, send.request.message),
      );
      const { mid, recipientId } = await throughDoor(this.gateway, sender, door, (open) => {
        wasCalled = true;
        return this.tools.api.send(open, callOf(send, message, permit));
      });
      return {
        state: 'accepted',
        send,
        externalId: mid,
        identities: this.identitiesOf(send, recipientId),
        details: permit.messaging_type === 'MESSAGE_TAG' ? { ...permit } : {},
      };
    } catch (error) {
      const wasTagged = permit.messaging_type === 'MESSAGE_TAG';
      return this.explain({ send, sender, token: door.token, error, wasCalled }, wasTagged);
    }
  }

  /** Only what is news: Meta may know the person by another id by now. */
  private identitiesOf({ recipient }: StartedSend, told: string | null): PersonIds {
    if (told === null || told === recipient || !/^\d{1,64}$/.test(told)) return [];
    return [{ kind: this.platform === 'messenger' ? 'psid' : 'igsid', value: told }];
  }

  private async explain(failed: FailedSend<S>, wasTagged: boolean): Promise<SendResult> {
    const result = await this.tools.failures.explain(failed, this);
    return 'error' in result
      ? { ...result, error: explainedError(result.error, failed.error, wasTagged) }
      : result;
  }
}

type PersonIds = Extract<SendResult, { state: 'accepted' }>['identities'];

const RESPONSE: Permit = { messaging_type: 'RESPONSE' };
/** A message that was removed since it was claimed. */
const NOBODY = { optedOutAt: null, windowExpiresAt: null };
