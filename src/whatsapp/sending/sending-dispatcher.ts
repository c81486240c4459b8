import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import type { SendResult, StartedSend } from '../../conversations/conversation-types';
import { SendClaims } from '../../conversations/send-claims.service';
import type { AccountId, AssetId } from '../../database/ids';
import { GraphUsage } from '../../graph-client/graph-usage';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { JobWorker } from '../../queue/job-worker';
import { LastMomentCheck } from './last-moment-check';
import { SendResults } from './send-results';
import { SendingCall } from './sending-call';
import { type SendingNumber, SendingNumbers } from './sending-numbers';
import { SendingPace } from './sending-pace';
import { SendingSlots } from './sending-slots';

/** Numbers looked after at the same moment; each needs a database connection for its claim. */
const SERVERS = 3;
/** A number that has more to send is looked after again this soon: in small steps, so that messages leave evenly. */
const STEP_MS = 25;
const LONGEST_WAIT_MS = 1_000;
const FURTHEST_AHEAD_MS = 2_000;
const AFTER_FAILURE_MS = 1_000;
const LONGEST_DRAIN_MS = 20_000;
/** Meta's limit on a WhatsApp Business Account is nearly used up: what is left is for those who answer customers. */
const NEARLY_USED_UP_PERCENT = 95;
const MUCH_USED_PERCENT = 80;
/** Of what a number may send, as long as much is used. */
const CAMPAIGNS_SHARE_THEN = 0.25;
/** For a number that is no longer connected: its messages fail, and need no pace. */
const FAILED_AT_ONCE = 100;

interface Line {
  accountId: AccountId;
  assetId: AssetId;
  isServed: boolean;
  /** From when there is something to send, as far as was said since it was last looked at. */
  wantedAt: number | null;
  /** It has sent what it may for the moment. */
  restsUntil: number;
}

/**
 * Sends what is due. Every process with the role `worker` has one: it takes a few messages of a number at a time, as many as
 * the number's pace and its own free calls allow, the most urgent first, calls Meta for all of them side by side, and looks
 * at the next number, account by account. PostgreSQL decides who gets which message, Redis how fast each number may go.
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
    private readonly numbers: SendingNumbers,
    private readonly pace: SendingPace,
    private readonly usage: GraphUsage,
    private readonly tokens: MetaTokenService,
    private readonly check: LastMomentCheck,
    private readonly call: SendingCall,
    private readonly results: SendResults,
  ) {
    this.slots = new SendingSlots(config.env.SENDING_CONCURRENCY);
  }

  onModuleInit(): void {
    this.worker.consume('message-sending', 'dispatch', 1, ({ accountId, assetId }) => {
      this.wake(accountId as AccountId, assetId as AssetId);
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

  /** There is something to send from a number, now or within moments; later times are the sweeper's to announce. */
  wake(accountId: AccountId, assetId: AssetId, at = 0): void {
    if (this.isClosing || at > Date.now() + FURTHEST_AHEAD_MS) return;
    const line = this.lines.get(assetId);
    if (line === undefined) {
      this.lines.set(assetId, { accountId, assetId, isServed: false, wantedAt: at, restsUntil: 0 });
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
        this.serve(line).finally(() => {
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

  /** Of the accounts with something to do, the one that has waited longest; of its numbers, likewise. */
  private nextLine(now: number): Line | null {
    let chosen: Line | null = null;
    for (const line of this.lines.values()) {
      if (turnAt(line) > now) continue;
      if (chosen === null || this.turnOf(line) < this.turnOf(chosen)) chosen = line;
    }
    return chosen;
  }

  private turnOf({ accountId }: Line): number {
    return this.lastServed.get(accountId) ?? 0;
  }

  private async serve(line: Line): Promise<void> {
    line.isServed = true;
    line.wantedAt = null;
    // Taken out and put back: a map is in the order of insertion, so numbers of one account take turns.
    this.lines.delete(line.assetId);
    this.lines.set(line.assetId, line);
    this.served += 1;
    this.lastServed.set(line.accountId, this.served);
    let againInMs: number | null = AFTER_FAILURE_MS;
    try {
      againInMs = await this.sendSome(line);
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

  private forget(line: Line): void {
    this.lines.delete(line.assetId);
    const isLast = [...this.lines.values()].every(({ accountId }) => accountId !== line.accountId);
    if (isLast) this.lastServed.delete(line.accountId);
  }

  /** @returns in how many milliseconds to look again; null: there is nothing more that is due */
  private async sendSome({ accountId, assetId }: Line): Promise<number | null> {
    const free = this.slots.freeFor(accountId, this.lastServed.size);
    if (free.all === 0) return STEP_MS;
    const channel = { platform: 'whatsapp', accountId, assetId } as const;
    const number = await this.numbers.find(accountId, assetId);
    if (number === null) {
      const stranded = await this.claims.claim(channel, { all: FAILED_AT_ONCE, campaign: FAILED_AT_ONCE });
      this.sendAll(stranded, null);
      return stranded.length === FAILED_AT_ONCE ? STEP_MS : null;
    }
    const grant = await this.pace.take(number, free.all);
    if (grant.count === 0) return Math.min(grant.waitMs, LONGEST_WAIT_MS);
    const forCampaigns = grant.campaignsPausedMs > 0 ? 0 : this.campaignsMayTake(number, grant.count);
    const limits = { all: grant.count, campaign: Math.min(free.campaign, forCampaigns) };
    const claimed = await this.claims.claim(channel, limits).catch(async (error: unknown) => {
      await this.pace.giveBack(number, grant, 0);
      throw error;
    });
    if (claimed.length < grant.count) await this.pace.giveBack(number, grant, claimed.length);
    this.sendAll(claimed, number);
    if (claimed.length === grant.count) return STEP_MS;
    const mayBeHeldBack = limits.campaign < grant.count && claimed.length >= limits.campaign;
    if (!mayBeHeldBack) return null;
    return forCampaigns === 0 ? LONGEST_WAIT_MS : STEP_MS;
  }

  private campaignsMayTake({ wabaId }: SendingNumber, granted: number): number {
    const percent = this.usage.usageOf(wabaId)?.percent ?? 0;
    if (percent >= NEARLY_USED_UP_PERCENT) return 0;
    return percent >= MUCH_USED_PERCENT ? Math.ceil(granted * CAMPAIGNS_SHARE_THEN) : granted;
  }

  private sendAll(sends: readonly StartedSend[], number: SendingNumber | null): void {
    if (sends.length === 0) return;
    for (const { accountId } of sends) this.slots.take(accountId, 1);
    this.track(this.sendBatch(sends, number));
  }

  /** Every message of the batch ends in a result, whatever happens. */
  private async sendBatch(sends: readonly StartedSend[], number: SendingNumber | null): Promise<void> {
    const finish = (result: Promise<SendResult>): void => {
      this.track(this.finish(result));
    };
    if (number === null) {
      for (const send of sends) finish(this.call.refuse(send, null, null));
      return;
    }
    try {
      const [token, refusals] = await Promise.all([
        this.tokens.tokenFor(number.accountId),
        this.check.refusals(sends, number),
      ]);
      const fit = sends.filter(({ messageId }) => !refusals.has(messageId));
      const waits = await this.pace.takePairs(
        number,
        fit.map(({ recipient }) => recipient),
      );
      for (const send of sends) {
        const refusal = refusals.get(send.messageId);
        if (refusal !== undefined) finish(this.call.refuse(send, number, refusal));
      }
      fit.forEach((send, index) => {
        const waitMs = waits[index] ?? 0;
        const availableAt = new Date(Date.now() + waitMs);
        finish(
          waitMs > 0
            ? Promise.resolve({ state: 'postponed', send, availableAt })
            : this.call.send(send, number, token),
        );
      });
    } catch (error) {
      for (const send of sends) finish(this.call.refuse(send, number, error));
    }
  }

  private async finish(ending: Promise<SendResult>): Promise<void> {
    const result = await ending;
    await this.results.record(result);
    const { accountId, assetId } = result.send;
    this.slots.giveBack(accountId);
    // The next one to the same person may go now; and what has to wait is looked for when its time has come.
    this.wake(accountId, assetId, 'availableAt' in result ? result.availableAt.getTime() : 0);
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
