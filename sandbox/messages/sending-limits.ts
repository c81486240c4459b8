import type { VirtualClock } from '../clock';
import type { Customer } from './customers';
import { catalogueError } from '../graph/error-catalogue';
import type { LimitSettings } from './message-settings';
import { Buckets, SlidingWindow, UniqueWindow } from '../graph/rate-limits';
import type { BusinessRecord, PhoneRecord, TemplateRecord } from '../world';

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Different people in 24 hours by tier. The first two are of the past, and still come up in fixtures. */
export const TIERS: Readonly<Record<string, number>> = {
  TIER_50: 50,
  TIER_1K: 1000,
  TIER_250: 250,
  TIER_2K: 2000,
  TIER_10K: 10_000,
  TIER_100K: 100_000,
  TIER_UNLIMITED: Infinity,
};

/** Where Meta keeps no limit on the marketing that one person gets. */
const WITHOUT_MARKETING_LIMIT = new Set(
  (
    'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO ' + 'GB JP KR'
  ).split(' '),
);

/** Codes that say "not now": what `limitStats` counts. */
const LIMIT_CODES = new Set([
  4, 17, 32, 613, 80001, 80002, 80006, 80007, 80008, 130429, 131048, 131049, 131056, 131057,
]);

export interface LimitStats {
  /** Messages answered with 200. */
  accepted: number;
  /** Calls answered with a limit's error, by code. */
  refused: Record<string, number>;
  /** Messages accepted that failed later by a limit, by code. */
  failed: Record<string, number>;
  numbers: Record<string, NumberStats>;
}

export interface NumberStats {
  accepted: number;
  /** Most messages that were accepted in any one second. */
  busiestSecond: number;
}

export interface OutgoingMessage {
  phone: PhoneRecord;
  business: BusinessRecord;
  customer: Customer;
  template: TemplateRecord | undefined;
  inWindow: boolean;
}

/** Every limit on sending. They are counted from what was accepted: a refused message uses nothing up. */
export class SendingLimits {
  private readonly throughput = new Map<string, SlidingWindow>();
  private readonly upgradingUntil = new Map<string, number>();
  private readonly people = new Map<string, UniqueWindow>();
  private readonly marketing = new Map<string, SlidingWindow>();
  private readonly red = new Map<string, SlidingWindow>();
  private readonly pairs = new Buckets();
  private tally: LimitStats = emptyStats();

  constructor(
    private readonly clock: VirtualClock,
    private readonly settings: LimitSettings,
  ) {}

  clear(): void {
    this.throughput.clear();
    this.upgradingUntil.clear();
    this.people.clear();
    this.marketing.clear();
    this.red.clear();
    this.pairs.clear();
    this.tally = emptyStats();
  }

  stats(): LimitStats {
    return structuredClone(this.tally);
  }

  /** Any answer of the sandbox with this code, whether a limit was reached or the control API asked for it. */
  countRefusal(code: number): void {
    if (LIMIT_CODES.has(code)) this.tally.refused[code] = (this.tally.refused[code] ?? 0) + 1;
  }

  countFailure(code: number): void {
    if (LIMIT_CODES.has(code)) this.tally.failed[code] = (this.tally.failed[code] ?? 0) + 1;
  }

  startUpgrade(phone: PhoneRecord): void {
    this.upgradingUntil.set(phone.id, this.clock.now() + this.settings.upgradeMs);
  }

  /** Asked first, before the message is looked at: the number itself may send nothing now. */
  checkNumber(phone: PhoneRecord): void {
    const now = this.clock.now();
    if ((this.upgradingUntil.get(phone.id) ?? 0) > now) throw catalogueError(131057);
    const limit = this.perSecond(phone);
    if (limit > 0 && this.windowOf(phone).count(now) >= limit) throw catalogueError(130429);
  }

  /** Takes a place in every limit for a message that is in order otherwise. Gives the code that it fails with later. */
  take(message: OutgoingMessage): number | undefined {
    const { phone, customer } = message;
    const now = this.clock.now();
    const later = this.laterFailure(message, now);
    if (later === 131048 && this.settings.spamToldAs === 'answer') throw catalogueError(131048);
    const { pairBurst, pairRefillMs } = this.settings;
    if (pairBurst > 0 && !this.pairs.take(`${phone.id} ${customer.userId}`, pairBurst, pairRefillMs, now)) {
      throw catalogueError(131056);
    }
    this.countAccepted(phone, now);
    if (later === undefined) this.countTowards(message, now);
    return later;
  }

  /** A person's message: it takes part in the number's throughput where that is set. */
  countInbound(phone: PhoneRecord): void {
    if (this.settings.countInbound) this.windowOf(phone).add(this.clock.now());
  }

  /** People reached outside of windows in the last 24 hours. */
  peopleReached(businessId: string): number {
    return this.people.get(businessId)?.count(this.clock.now()) ?? 0;
  }

  private perSecond(phone: PhoneRecord): number {
    const { standardPerSecond, highPerSecond, businessAppPerSecond } = this.settings;
    if (phone.isOnBizApp) return businessAppPerSecond;
    return phone.throughputLevel === 'HIGH' ? highPerSecond : standardPerSecond;
  }

  private windowOf(phone: PhoneRecord): SlidingWindow {
    return madeOnce(this.throughput, phone.id, SECOND_MS);
  }

  private countAccepted(phone: PhoneRecord, now: number): void {
    const window = this.windowOf(phone);
    window.add(now);
    const number = (this.tally.numbers[phone.id] ??= { accepted: 0, busiestSecond: 0 });
    number.accepted++;
    number.busiestSecond = Math.max(number.busiestSecond, window.count(now));
    this.tally.accepted++;
  }

  private laterFailure(message: OutgoingMessage, now: number): number | undefined {
    const { phone, business, customer, template, inWindow } = message;
    if (!template || inWindow) return undefined;
    const { settings } = this;
    if (settings.messagingTiers) {
      const people = this.people.get(business.id);
      const isNew = people?.has(customer.userId, now) !== true;
      if (isNew && (people?.count(now) ?? 0) >= (TIERS[business.messagingLimit] ?? Infinity)) return 131048;
    }
    if (phone.qualityRating === 'RED' && settings.redPerHour > 0) {
      if (madeOnce(this.red, phone.id, HOUR_MS).count(now) >= settings.redPerHour) return 131048;
    }
    return template.category === 'MARKETING' ? this.marketingFailure(business, customer, now) : undefined;
  }

  private marketingFailure(business: BusinessRecord, customer: Customer, now: number): number | undefined {
    const { marketingPerPerson, noMarketingToUs } = this.settings;
    const country = customer.userId.slice(0, 2);
    if (noMarketingToUs && country === 'US') return 131049;
    if (marketingPerPerson <= 0 || WITHOUT_MARKETING_LIMIT.has(country)) return undefined;
    const got = this.marketing.get(`${business.id} ${customer.userId}`)?.count(now) ?? 0;
    return got >= marketingPerPerson ? 131049 : undefined;
  }

  private countTowards(
    { phone, business, customer, template, inWindow }: OutgoingMessage,
    now: number,
  ): void {
    if (!template || inWindow) return;
    let people = this.people.get(business.id);
    if (!people) {
      people = new UniqueWindow(DAY_MS);
      this.people.set(business.id, people);
    }
    people.add(customer.userId, now);
    if (phone.qualityRating === 'RED') madeOnce(this.red, phone.id, HOUR_MS).add(now);
    if (template.category === 'MARKETING' && this.settings.marketingPerPerson > 0) {
      madeOnce(this.marketing, `${business.id} ${customer.userId}`, DAY_MS).add(now);
    }
  }
}

function madeOnce(windows: Map<string, SlidingWindow>, key: string, lengthMs: number): SlidingWindow {
  let window = windows.get(key);
  if (!window) {
    window = new SlidingWindow(lengthMs);
    windows.set(key, window);
  }
  return window;
}

function emptyStats(): LimitStats {
  return { accepted: 0, refused: {}, failed: {}, numbers: {} };
}
