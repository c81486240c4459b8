import { Injectable } from '@nestjs/common';
import { newId } from '../database/ids';
import { type RedisScript, SharedRedis } from '../queue/shared-redis';
import { EXHAUST_PLACE, GIVE_BACK, PAUSE, TAKE, TAKE_PLACES } from './sending-pace.scripts';
import { LatencySpread } from './latency-spread';
import { LocalPace } from './local-pace';
import type { PlaceLimit, Sender } from './sending-channel';

/** Permission to send so many messages now. */
export interface Grant {
  id: string;
  count: number;
  /** Until there may be more, in milliseconds. */
  waitMs: number;
  /** As long as this is above 0, no campaign may send. */
  campaignsPausedMs: number;
}

/** What one of Meta's limits covers: a sender, its campaigns, what Meta counts its calls for, everything. */
export type PauseScope = 'sender' | 'campaigns' | 'account' | 'app';

/** Meta counts by the second, as messages arrive; what their ways differ by comes on top. */
const WINDOW_MS = 1_000;
const SMOOTH_MS = 120;
/** After Meta has complained the pace is this part of what it was, and climbs back by the second part each second. */
const SLOWDOWN = 0.9;
const RECOVERY_PER_SECOND = 0.05;
const SLOWEST = 1 / 16;

/**
 * How fast messages leave, over all processes: a sender at its real throughput, slower for a while after Meta has said that
 * it was too fast, and no more to one person, or of one kind, than Meta lets through.
 * While Redis is away each process keeps a slower pace of its own, and only Meta watches over the rest.
 */
@Injectable()
export class SendingPace {
  private readonly local = new LocalPace();
  private readonly spread = new LatencySpread();

  constructor(private readonly redis: SharedRedis) {}

  async take(sender: Sender, wanted: number): Promise<Grant> {
    const id = newId();
    const answer = await this.run(
      TAKE,
      [
        paceKey(sender),
        grantsKey(sender),
        pauseKey('campaigns', sender),
        pauseKey('sender', sender),
        pauseKey('account', sender),
        pauseKey('app', sender),
      ],
      [
        sender.perSecond,
        wanted,
        Math.round(WINDOW_MS + this.spread.valueAt()),
        SMOOTH_MS,
        id,
        RECOVERY_PER_SECOND,
      ],
    );
    if (answer === null) return { id: '', ...this.local.take(sender, wanted), campaignsPausedMs: 0 };
    const [count = 0, waitMs = 0, campaignsPausedMs = 0] = answer;
    return { id, count, waitMs, campaignsPausedMs };
  }

  /** How long a message took from its place in the pace to Meta's answer. */
  learnDuration(ms: number): void {
    this.spread.record(ms);
  }

  /** @param used how many of the grant were sent */
  async giveBack(sender: Sender, grant: Grant, used: number): Promise<void> {
    if (grant.id === '' || used >= grant.count) return;
    await this.run(
      GIVE_BACK,
      [paceKey(sender), grantsKey(sender)],
      [grant.id, used, 1_000 / sender.perSecond],
    );
  }

  /** @param isTooFast Meta said so: afterwards the sender goes on more slowly */
  async pause(scope: PauseScope, sender: Sender, ms: number, isTooFast: boolean): Promise<void> {
    this.local.pause(sender.id, ms);
    const keys = [pauseKey(scope, sender), ...(scope === 'sender' ? [paceKey(sender)] : [])];
    await this.run(PAUSE, keys, [Math.max(1, Math.round(ms)), isTooFast ? SLOWDOWN : 1, SLOWEST]);
  }

  /** @returns for each message how many milliseconds it is too early for it; 0: a place was taken, or none is needed */
  async takePlaces(sender: Sender, limits: readonly (PlaceLimit | null)[]): Promise<number[]> {
    const limited = limits.filter((limit) => limit !== null);
    if (limited.length === 0) return limits.map(() => 0);
    const waits = await this.run(
      TAKE_PLACES,
      limited.map((limit) => placeKey(sender, limit)),
      limited.flatMap(({ eachMs, burst }) => [eachMs, burst]),
    );
    let next = 0;
    return limits.map((limit) => (limit === null ? 0 : (waits?.[next++] ?? 0)));
  }

  /** Meta said that a limit is reached: for one person, for instance, who was written to too often. */
  async exhaust(sender: Sender, limit: PlaceLimit, waitMs: number): Promise<void> {
    await this.run(EXHAUST_PLACE, [placeKey(sender, limit)], [Math.round(waitMs), limit.eachMs, limit.burst]);
  }

  private async run(
    script: RedisScript,
    keys: string[],
    parameters: (string | number)[],
  ): Promise<number[] | null> {
    const answer = await this.redis.run(script, keys, parameters);
    return Array.isArray(answer) ? answer.map(Number) : null;
  }
}

const paceKey = ({ id }: Sender): string => `sending:pace:${id}`;
const grantsKey = ({ id }: Sender): string => `sending:grants:${id}`;
const placeKey = ({ id }: Sender, { name }: PlaceLimit): string => `sending:place:${id}:${name}`;

function pauseKey(scope: PauseScope, { id, countedFor }: Sender): string {
  if (scope === 'app') return 'sending:pause:app';
  return `sending:pause:${scope}:${scope === 'account' ? countedFor : id}`;
}
