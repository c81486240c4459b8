import { Injectable } from '@nestjs/common';
import { newId } from '../../database/ids';
import { type RedisScript, SharedRedis } from '../../queue/shared-redis';
import { EXHAUST_PAIR, GIVE_BACK, PAUSE, TAKE, TAKE_PAIRS } from './sending-pace.scripts';
import { LatencySpread } from './latency-spread';
import { LocalPace } from './local-pace';
import type { SendingNumber } from './sending-numbers';
import { perSecond } from './throughput';

/** Permission to send so many messages now. */
export interface Grant {
  id: string;
  count: number;
  /** Until there may be more, in milliseconds. */
  waitMs: number;
  /** As long as this is above 0, no campaign may send from the number. */
  campaignsPausedMs: number;
}

/** What one of Meta's limits covers. */
export type PauseScope = 'number' | 'campaigns' | 'waba' | 'app';

/** Meta counts by the second, as messages arrive; what their ways differ by comes on top. */
const WINDOW_MS = 1_000;
const SMOOTH_MS = 120;
/** After Meta has complained the pace is this part of what it was, and climbs back by the second part each second. */
const SLOWDOWN = 0.9;
const RECOVERY_PER_SECOND = 0.05;
const SLOWEST = 1 / 16;
/** One message to a person in six seconds, and up to 45 in advance of those to come. The burst is doubtful. */
const PAIR_EACH_MS = 6_000;
const PAIR_BURST = 45;

/**
 * How fast messages leave, over all processes: a number at its real throughput, slower for a while after Meta has said that
 * it was too fast, and each person no more often than Meta lets one number write to one person.
 * While Redis is away each process keeps a slower pace of its own, and only Meta watches over the people.
 */
@Injectable()
export class SendingPace {
  private readonly local = new LocalPace();
  private readonly spread = new LatencySpread();

  constructor(private readonly redis: SharedRedis) {}

  async take(number: SendingNumber, wanted: number): Promise<Grant> {
    const id = newId();
    const answer = await this.run(
      TAKE,
      [
        paceKey(number),
        grantsKey(number),
        pauseKey('campaigns', number),
        pauseKey('number', number),
        pauseKey('waba', number),
        pauseKey('app', number),
      ],
      [
        perSecond(number),
        wanted,
        Math.round(WINDOW_MS + this.spread.valueAt()),
        SMOOTH_MS,
        id,
        RECOVERY_PER_SECOND,
      ],
    );
    if (answer === null) return { id: '', ...this.local.take(number, wanted), campaignsPausedMs: 0 };
    const [count = 0, waitMs = 0, campaignsPausedMs = 0] = answer;
    return { id, count, waitMs, campaignsPausedMs };
  }

  /** How long Meta took for a message. */
  learnDuration(ms: number): void {
    this.spread.record(ms);
  }

  /** @param used how many of the grant were sent */
  async giveBack(number: SendingNumber, grant: Grant, used: number): Promise<void> {
    if (grant.id === '' || used >= grant.count) return;
    await this.run(
      GIVE_BACK,
      [paceKey(number), grantsKey(number)],
      [grant.id, used, 1_000 / perSecond(number)],
    );
  }

  /** @param isTooFast Meta said so: afterwards the number goes on more slowly */
  async pause(scope: PauseScope, number: SendingNumber, ms: number, isTooFast: boolean): Promise<void> {
    this.local.pause(number.id, ms);
    const keys = [pauseKey(scope, number), ...(scope === 'number' ? [paceKey(number)] : [])];
    await this.run(PAUSE, keys, [Math.max(1, Math.round(ms)), isTooFast ? SLOWDOWN : 1, SLOWEST]);
  }

  /** @returns for each person how many milliseconds it is too early for another message; 0: a place was taken */
  async takePairs(number: SendingNumber, recipients: readonly string[]): Promise<number[]> {
    if (recipients.length === 0) return [];
    const keys = recipients.map((recipient) => pairKey(number, recipient));
    return (await this.run(TAKE_PAIRS, keys, [PAIR_EACH_MS, PAIR_BURST])) ?? recipients.map(() => 0);
  }

  /** Meta said that this person was written to too often. */
  async exhaustPair(number: SendingNumber, recipient: string, waitMs: number): Promise<void> {
    await this.run(
      EXHAUST_PAIR,
      [pairKey(number, recipient)],
      [Math.round(waitMs), PAIR_EACH_MS, PAIR_BURST],
    );
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

const paceKey = ({ id }: SendingNumber): string => `sending:pace:${id}`;
const grantsKey = ({ id }: SendingNumber): string => `sending:grants:${id}`;
const pairKey = ({ id }: SendingNumber, recipient: string): string => `sending:pair:${id}:${recipient}`;

function pauseKey(scope: PauseScope, { id, wabaId }: SendingNumber): string {
  if (scope === 'app') return 'sending:pause:app';
  return scope === 'waba' ? `sending:pause:waba:${wabaId}` : `sending:pause:${scope}:${id}`;
}
