import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import {
  type Platform,
  PLATFORMS,
  type SendResult,
  type StartedSend,
} from '../conversations/conversation-types';
import { SendClaims, type SenderKey } from '../conversations/sends/send-claims.service';
import type { AccountId, AssetId } from '../database/ids';
import { GraphUsage } from '../graph-client/graph-usage';
import { JobWorker } from '../queue/job-worker';
import { Tracing } from '../tracing/tracing';
import { detached } from '../tracing/work-scope';
import { SendResults } from './send-results';
import type { Sender, SendingChannel } from './sending-channel';
import { SendingChannels } from './sending-channels';
import { SendingPace } from './sending-pace';
import { SendingSlots } from './sending-slots';
import { tracedSend } from './traced-send';

/** Senders looked after at the same moment; each needs a database connection for its claim. */
const SERVERS = 3;
/** A sender that has more to send is looked after again this soon: in small steps, so that messages leave evenly. */
const STEP_MS = 40;
const LONGEST_WAIT_MS = 1_000;
const FURTHEST_AHEAD_MS = 2_000;
const AFTER_FAILURE_MS = 1_000;
const LONGEST_DRAIN_MS = 20_000;
/** Meta's limit on a WhatsApp Business Account, Page or Instagram account is nearly used up: what is left is for those who answer customers. */
const NEARLY_USED_UP_PERCENT = 95;
const MUCH_USED_PERCENT = 80;
/** Of what a sender may send, as long as much is used. */
const CAMPAIGNS_SHARE_THEN = 0.25;
/** For a sender that is no longer connected: its messages fail, and need no pace. */
const FAILED_AT_ONCE = 100;

interface Line {
  sender: SenderKey;
  isServed: boolean;
  /** From when there is something to send, as far as was said since it was last looked at. */
  wantedAt: number | null;
  /** It has sent what it may for the moment. */
  restsUntil: number;
}

/**
 * Sends what is due. Every process with the role `worker` has one: it takes a few messages of a sender at a time, as many as
 * the sender's pace and its own free calls allow, the most urgent first, calls Meta for all of them side by side, and looks
 * at the next sender, account by account. PostgreSQL decides who gets which message, Redis how fast each sender may go, and
 * the channel of the platform knows how to send it.
 */
@Injectable()
export class SendingDispatcher implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(SendingDispatcher.name);
  private readonly lines = new Map<AssetId, Line>();
  /** Accounts in the order in which they were last looked after. */
  private readonly lastServed = new Map<AccountId, number>();
  private readonly slots: SendingSlots;
  private readonly underWay = new Set<Promise<void>>();
  private serving = 0;
  private served = 0;
  private timer: NodeJS.Timeout | undefined;
  private isClosing = false;

  constructor(
    config: AppConfig,
    private readonly worker: JobWorker,
    private readonly claims: SendClaims,
    private readonly channels: SendingChannels,
    private readonly pace: SendingPace,
    private readonly usage: GraphUsage,
    private readonly results: SendResults,
    private readonly tracing: Tracing,
  ) {
    this.slots = new SendingSlots(config.env.SENDING_CONCURRENCY);
  }

  onModuleInit(): void {
    this.worker.consume('message-sending', 'dispatch', 1, ({ platform, accountId, assetId }) => {
      const known = PLATFORMS.find((each) => each === platform);
      // Whatever an older release left in the queue is found by the sweeper.
      if (known !== undefined)
        this.wake({ platform: known, accountId: accountId as AccountId, assetId: assetId as AssetId });
      return Promise.resolve();
    });
  }

  /** Takes nothing more, and finishes what it holds. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    clearTimeout(this.timer);
    const gaveUp = sleep(LONGEST_DRAIN_MS, 'late', { ref: false });
    while (this.underWay.size > 0) {
      if ((await Promise.race([Promise.all(this.underWay), gaveUp])) === 'late') return;
    }
  }

  /** There is something to send, now or within moments; later times are the sweeper's to announce. */
  wake(sender: SenderKey, at = 0): void {
    if (this.isClosing || at > Date.now() + FURTHEST_AHEAD_MS) return;
    const line = this.lines.get(sender.assetId);
    if (line === undefined) {
      this.lines.set(sender.assetId, { sender, isServed: false, wantedAt: at, restsUntil: 0 });
    } else line.wantedAt = Math.min(line.wantedAt ?? Infinity, at);
    this.advance();
  }

  /** Looks after whoever's turn it is, as long as there is somebody to do it. */
  private advance(): void {
    clearTimeout(this.timer);
    if (this.isClosing) return;
    const now = Date.now();
    while (this.serving < SERVERS) {
      const line = this.nextLine(now);
      if (line === null) break;
      this.serving += 1;
      this.track(
        // For everybody: whoever's wake-up or message it was that led here, what follows is not theirs.
        detached(() => this.serve(line)).finally(() => {
          this.serving -= 1;
          this.advance();
        }),
      );
    }
    if (this.serving === SERVERS) return;
    const next = Math.min(...[...this.lines.values()].map(turnAt));
    if (!Number.isFinite(next)) return;
    this.timer = setTimeout(
      () => {
        this.advance();
      },
      Math.max(1, next - now),
    );
    this.timer.unref();
  }

  /** Of the accounts with something to do, the one that has waited longest; of its senders, likewise. */
  private nextLine(now: number): Line | null {
    let chosen: Line | null = null;
    for (const line of this.lines.values()) {
      if (turnAt(line) > now) continue;
      if (chosen === null || this.turnOf(line) < this.turnOf(chosen)) chosen = line;
    }
    return chosen;
  }

  private turnOf({ sender }: Line): number {
    return this.lastServed.get(sender.accountId) ?? 0;
  }

  private async serve(line: Line): Promise<void> {
    line.isServed = true;
    line.wantedAt = null;
    // Taken out and put back: a map is in the order of insertion, so senders of one account take turns.
    this.lines.delete(line.sender.assetId);
    this.lines.set(line.sender.assetId, line);
    this.served += 1;
    this.lastServed.set(line.sender.accountId, this.served);
    let againInMs: number | null = AFTER_FAILURE_MS;
    try {
      againInMs = await this.sendSome(line.sender);
    } catch (error) {
      this.logger.warn(
        `Messages to send could not be taken: ${error instanceof Error ? error.message : 'unknown error'}`,
      );
    }
    line.isServed = false;
    if (againInMs !== null) {
      line.wantedAt = 0;
      line.restsUntil = Date.now() + againInMs;
    }
    if (line.wantedAt === null) this.forget(line);
  }

  private forget({ sender: { accountId, assetId } }: Line): void {
    this.lines.delete(assetId);
    const isLast = [...this.lines.values()].every(({ sender }) => sender.accountId !== accountId);
    if (isLast) this.lastServed.delete(accountId);
  }

  /** @returns in how many milliseconds to look again; null: there is nothing more that is due */
  private async sendSome(key: SenderKey): Promise<number | null> {
    const free = this.slots.freeFor(key.accountId, this.lastServed.size);
    if (free.all === 0) return STEP_MS;
    const channel = this.channels.of(key.platform);
    const sender = await channel.findSender(key.accountId, key.assetId);
    if (sender === null) {
      const stranded = await this.claims.claim(key, { all: FAILED_AT_ONCE, campaign: FAILED_AT_ONCE });
      this.sendAll(stranded, channel, null);
      return stranded.length === FAILED_AT_ONCE ? STEP_MS : null;
    }
    const grant = await this.pace.take(sender, free.all);
    const takenAt = Date.now();
    if (grant.count === 0) return Math.min(grant.waitMs, LONGEST_WAIT_MS);
    const forCampaigns = grant.campaignsPausedMs > 0 ? 0 : this.campaignsMayTake(sender, grant.count);
    const limits = { all: grant.count, campaign: Math.min(free.campaign, forCampaigns) };
    const claimed = await this.claims.claim(key, limits).catch(async (error: unknown) => {
      await this.pace.giveBack(sender, grant, 0);
      throw error;
    });
    if (claimed.length < grant.count) await this.pace.giveBack(sender, grant, claimed.length);
    this.sendAll(claimed, channel, sender, takenAt);
    if (claimed.length === grant.count) return STEP_MS;
    const mayBeHeldBack = limits.campaign < grant.count && claimed.length >= limits.campaign;
    if (!mayBeHeldBack) return null;
    return forCampaigns === 0 ? LONGEST_WAIT_MS : STEP_MS;
  }

  private campaignsMayTake({ countedFor }: Sender, granted: number): number {
    const percent = this.usage.usageOf(countedFor)?.percent ?? 0;
    if (percent >= NEARLY_USED_UP_PERCENT) return 0;
    return percent >= MUCH_USED_PERCENT ? Math.ceil(granted * CAMPAIGNS_SHARE_THEN) : granted;
  }

  private sendAll(
    sends: readonly StartedSend[],
    channel: SendingChannel,
    sender: Sender | null,
    takenAt = Date.now(),
  ): void {
    if (sends.length === 0) return;
    for (const { accountId } of sends) this.slots.take(accountId, 1);
    this.track(this.sendBatch(sends, channel, sender, takenAt));
  }

  /** Every message of the batch ends in a result, whatever happens. */
  private async sendBatch(
    sends: readonly StartedSend[],
    channel: SendingChannel,
    sender: Sender | null,
    takenAt: number,
  ): Promise<void> {
    const finish = (send: StartedSend, work: () => Promise<SendResult>): void => {
      const result = tracedSend(this.tracing, channel.platform, send, work);
      this.track(this.finish(channel.platform, result, takenAt));
    };
    if (sender === null) {
      for (const send of sends) finish(send, () => channel.refuse(send, null, null));
      return;
    }
    try {
      const batch = await channel.prepare(sends, sender);
      const fit = sends.filter(({ messageId }) => !batch.refusals.has(messageId));
      const waits = await this.pace.takePlaces(
        sender,
        fit.map((send) => batch.limitOf(send)),
      );
      for (const send of sends) {
        const refusal = batch.refusals.get(send.messageId);
        if (refusal !== undefined) finish(send, () => channel.refuse(send, sender, refusal));
      }
      fit.forEach((send, index) => {
        const waitMs = waits[index] ?? 0;
        const availableAt = new Date(Date.now() + waitMs);
        finish(send, () =>
          waitMs > 0 ? Promise.resolve({ state: 'postponed', send, availableAt }) : batch.send(send),
        );
      });
    } catch (error) {
      for (const send of sends) finish(send, () => channel.refuse(send, sender, error));
    }
  }

  /** @param takenAt when it was given its place in the sender's pace: what it takes from then on differs for each message */
  private async finish(platform: Platform, ending: Promise<SendResult>, takenAt: number): Promise<void> {
    const result = await ending;
    if (result.state === 'accepted') this.pace.learnDuration(Date.now() - takenAt);
    await this.results.record(result);
    const { accountId, assetId } = result.send;
    this.slots.giveBack(accountId);
    // The next one to the same person may go now; and what has to wait is looked for when its time has come.
    this.wake({ platform, accountId, assetId }, 'availableAt' in result ? result.availableAt.getTime() : 0);
  }

  private track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        this.logger.error(error);
      })
      .finally(() => this.underWay.delete(tracked));
    this.underWay.add(tracked);
  }
}

/** In milliseconds of the clock; Infinity while it is being looked after, or has nothing to send. */
function turnAt({ isServed, wantedAt, restsUntil }: Line): number {
  return isServed || wantedAt === null ? Infinity : Math.max(wantedAt, restsUntil);
}
