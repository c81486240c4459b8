import { Injectable, Logger } from '@nestjs/common';
import type { SendResult, StartedSend } from '../conversations/conversation-types';
import { createdAtOf } from '../database/ids';
import { NotFoundError } from '../errors/app.error';
import {
  GraphError,
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphUnavailableError,
} from '../graph-client/graph.error';
import type { PlaceLimit, Sender } from './sending-channel';
import { outcomeOf } from './sending-outcome';
import { type PauseScope, SendingPace } from './sending-pace';

const HOLD_BACK_MS = 15_000;
const MOST_HOLD_BACKS = 4;
/** For the longer ones each message waits by itself. */
const LONGEST_PAUSE_MS = 5 * 60_000;
const USUAL_RETRY_MS = 1_000;
const SHORT_PAUSE_MS = 250;

export interface FailedSend<S extends Sender> {
  send: StartedSend;
  /** null: it is no longer connected. */
  sender: S | null;
  /** What Meta was called with, or would have been; null where it did not come to that. */
  token: string | null;
  error: unknown;
  /** False when it is certain that Meta was not called at all. */
  wasCalled: boolean;
}

/** What a platform knows of its own errors. */
export interface FailureKnowledge<S extends Sender> {
  /** Whether the other messages of a campaign would end the same way: it is not this message that is wrong. */
  isForAll(error: unknown): boolean;
  /** Whether it stops campaigns alone: whoever answers a person goes on. */
  isForCampaigns(error: GraphRateLimitedError): boolean;
  limitOf(send: StartedSend): PlaceLimit | null;
  /** Whatever else follows from it for what is sent later: of a dead token, for instance, that it is dead. */
  learn(failed: FailedSend<S>): Promise<void>;
}

/** Tells what becomes of a message that was not sent, and what follows from it for those behind it. It never throws. */
@Injectable()
export class SendFailures {
  private readonly logger = new Logger(SendFailures.name);

  constructor(private readonly pace: SendingPace) {}

  async explain<S extends Sender>(
    failed: FailedSend<S>,
    knowledge: FailureKnowledge<S>,
  ): Promise<SendResult> {
    const { send, sender, wasCalled } = failed;
    const error =
      sender === null
        ? new NotFoundError('What the message was to be sent from is no longer connected.')
        : failed.error;
    const outcome = outcomeOf({
      error,
      attempt: send.attempt,
      limited: send.limited,
      ageMs: Date.now() - createdAtOf(send.messageId).getTime(),
      wasCalled,
    });
    const fbtraceId = error instanceof GraphError ? (error.meta?.fbtraceId ?? null) : null;
    this.logger.warn({
      // Not Meta's sentence: it may quote the message. It is kept with the message.
      message: 'A message was not sent',
      title: outcome.error.title,
      messageId: send.messageId,
      code: outcome.error.code,
      attempt: send.attempt,
      outcome: outcome.state,
      fbtraceId,
    });
    if (!wasCalled && outcome.error.code === 'SERVER_ERROR') this.logger.error(error);
    await this.learn({ ...failed, error }, knowledge).catch((cause: unknown) => {
      this.logger.error(cause);
    });
    if (outcome.state === 'failed' && mayBeHeldBack(send) && isForAll(error, knowledge)) {
      // Whoever looks after the campaign pauses it meanwhile; these messages are then held with the others.
      const availableAt = new Date(Date.now() + HOLD_BACK_MS);
      return { state: 'retry', send, availableAt, isLimit: true, error: outcome.error, fbtraceId };
    }
    if (outcome.state !== 'retry') return { ...outcome, send, fbtraceId };
    const availableAt = new Date(Date.now() + outcome.delayMs);
    return { state: 'retry', send, availableAt, isLimit: outcome.isLimit, error: outcome.error, fbtraceId };
  }

  /** What an error says of the sender, the token or the person holds for the messages behind this one, too. */
  private async learn<S extends Sender>(
    failed: FailedSend<S>,
    knowledge: FailureKnowledge<S>,
  ): Promise<void> {
    const { send, sender, error } = failed;
    if (sender !== null) await this.slowDown(send, sender, error, knowledge);
    await knowledge.learn(failed);
  }

  private async slowDown<S extends Sender>(
    send: StartedSend,
    sender: S,
    error: unknown,
    knowledge: FailureKnowledge<S>,
  ): Promise<void> {
    if (error instanceof GraphRateLimitedError) {
      const limit = error.scope === 'pair' ? knowledge.limitOf(send) : null;
      if (limit !== null) {
        await this.pace.exhaust(sender, limit, error.retryAfterMs);
        return;
      }
      const scope = knowledge.isForCampaigns(error) ? 'campaigns' : pauseScopeOf(error.scope);
      const ms = scope === 'campaigns' ? error.retryAfterMs : pauseMsOf(error);
      await this.pace.pause(scope, sender, ms, scope === 'sender');
    }
    // The sender is being moved at Meta: until that is done every message gets the same answer.
    if (error instanceof GraphUnavailableError && error.meta !== null && error.waitMs !== null) {
      await this.pace.pause('sender', sender, Math.min(error.waitMs, LONGEST_PAUSE_MS), false);
    }
  }
}

function mayBeHeldBack({ lane, limited }: StartedSend): boolean {
  return lane === 'campaign' && limited < MOST_HOLD_BACKS;
}

/** A dead token ends every message alike. */
function isForAll<S extends Sender>(error: unknown, knowledge: FailureKnowledge<S>): boolean {
  return error instanceof GraphReauthRequiredError || knowledge.isForAll(error);
}

/** Where Meta does not say how long, a moment: one message in a second was too many. */
function pauseMsOf({ retryAfterMs }: GraphRateLimitedError): number {
  return retryAfterMs <= USUAL_RETRY_MS ? SHORT_PAUSE_MS : Math.min(retryAfterMs, LONGEST_PAUSE_MS);
}

function pauseScopeOf(scope: GraphRateLimitedError['scope']): PauseScope {
  if (scope === 'app' || scope === 'user') return 'app';
  return scope === 'waba' || scope === 'account' ? 'account' : 'sender';
}

/** Meta's code of an error of Meta's. */
export function metaCodeOf(error: unknown): number | null {
  return error instanceof GraphError ? (error.meta?.code ?? null) : null;
}
