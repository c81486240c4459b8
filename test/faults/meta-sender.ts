import { Agent, request } from 'node:http';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { SeededRandom } from './seeded-random';
import type { Delivery, Traffic } from './traffic';

/** `200`, another status, `timeout`, or `connection` for refused and broken ones. */
type Outcome = string;

export interface SenderOptions {
  random: SeededRandom;
  /** Receivers of the same service; whoever did not answer with 200 is not asked the next time. */
  urls: readonly string[];
  traffic: Traffic;
  perSecond: number;
}

const PATH = '/api/meta/webhook/events';
const MOST_AT_ONCE = 48;
const BURST = 4 * MOST_AT_ONCE;
/** While so many wait for their acknowledgement nothing new begins: a slow machine gets no larger test. */
const MOST_UNANSWERED = 500;
/** Meta's patience, shortened like its pauses between attempts: these tests are to end. */
const PATIENCE_MS = 10_000;
const LONGEST_WATCH_MS = 120_000;
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 4_000;
/** What Meta may meet while things break. Anything else is wrong even then. */
const EXPECTED: readonly Outcome[] = ['200', '503', 'timeout', 'connection'];

/**
 * Delivers as Meta does: many at once, and what is not answered with 200 in time is sent again, the very same bytes, until
 * it is. Keeps what was acknowledged.
 */
export class MetaSender {
  /** By the digest of the body. */
  readonly acknowledged = new Map<string, Delivery>();
  readonly outcomes = new Map<Outcome, number>();
  begunAt = 0;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: MOST_AT_ONCE });
  private readonly freed: (() => void)[] = [];
  private readonly watchers = new Set<() => void>();
  private readonly underWay: Promise<void>[] = [];
  private attempting = 0;
  private unanswered = 0;
  private nextUrl = 0;
  private isEnding = false;
  private isAborted = false;
  private all: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: SenderOptions) {}

  /** Begins; there is no end of it until `finish`. */
  start(): void {
    this.begunAt = Date.now();
    this.all = this.deliverAll();
  }

  countOf(outcome: Outcome): number {
    return this.outcomes.get(outcome) ?? 0;
  }

  /** Attempts that were not answered with 200. */
  get refused(): number {
    return [...this.outcomes].reduce((sum, [outcome, count]) => (outcome === '200' ? sum : sum + count), 0);
  }

  /** Resolves when this many more attempts were acknowledged. */
  async untilMoreAcknowledged(count: number): Promise<void> {
    const wanted = this.countOf('200') + count;
    await this.until(() => this.countOf('200') >= wanted, `${count} more acknowledgements`);
  }

  /** Resolves when this many more attempts were not acknowledged. */
  async untilMoreRefused(count: number): Promise<void> {
    const wanted = this.refused + count;
    await this.until(() => this.refused >= wanted, `${count} more attempts without acknowledgement`);
  }

  /**
   * Sends as many at once as connections allow, and resolves when the first of them are acknowledged: others of the same
   * batch are on their way to the disk or just written.
   */
  async amidBurst(): Promise<void> {
    for (let count = 0; count < BURST; count += 1) this.begin(this.options.traffic.next());
    await this.untilMoreAcknowledged(BURST / 4);
  }

  /** Begins nothing new. Resolves when everything was acknowledged. */
  async finish(timeoutMs = 180_000): Promise<void> {
    this.isEnding = true;
    const all = this.all.then(() => true);
    const isDone = await Promise.race([all, pause(timeoutMs, false, { ref: false })]);
    if (!isDone)
      throw new Error(`${this.unanswered} deliveries were never acknowledged (${this.describe()}).`);
    const wrong = [...this.outcomes.keys()].filter((outcome) => !EXPECTED.includes(outcome));
    if (wrong.length > 0)
      throw new Error(`The sender was answered what it never should be: ${this.describe()}.`);
  }

  async stop(): Promise<void> {
    this.isAborted = true;
    this.agent.destroy();
    await this.all;
  }

  describe(): string {
    const counts = [...this.outcomes]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, n]) => `${n} × ${name}`);
    return `${this.acknowledged.size} bodies acknowledged; attempts: ${counts.join(', ')}`;
  }

  /** Resolves in the very moment: who kills then kills amid the commits and answers of what came with it. */
  private async until(isReached: () => boolean, what: string): Promise<void> {
    const reached = new Promise<boolean>((resolve) => {
      const look = (): void => {
        if (!isReached()) return;
        this.watchers.delete(look);
        resolve(true);
      };
      this.watchers.add(look);
    });
    const isInTime: boolean = await Promise.race([reached, pause(LONGEST_WATCH_MS, false, { ref: false })]);
    if (!isInTime) throw new Error(`There never were ${what} (${this.describe()}).`);
  }

  private record(outcome: Outcome): void {
    this.outcomes.set(outcome, this.countOf(outcome) + 1);
    for (const look of [...this.watchers]) look();
  }

  private async deliverAll(): Promise<void> {
    const { traffic, perSecond } = this.options;
    let nextAt = Date.now();
    while (!this.isEnding && !this.isAborted) {
      if (this.unanswered < MOST_UNANSWERED) this.begin(traffic.next());
      nextAt = Math.max(Date.now(), nextAt + 1_000 / perSecond);
      await (nextAt > Date.now() ? pause(nextAt - Date.now()) : nextTurn());
    }
    if (!this.isAborted) for (const delivery of traffic.rest()) this.begin(delivery);
    await Promise.all(this.underWay);
  }

  private begin(delivery: Delivery): void {
    this.underWay.push(this.deliver(delivery));
  }

  private async deliver(delivery: Delivery): Promise<void> {
    this.unanswered += 1;
    for (let attempt = 1; !this.isAborted; attempt += 1) {
      const outcome = await this.inTurn(() => this.attempt(delivery));
      if (outcome === '200') {
        this.acknowledged.set(delivery.digest, delivery);
        this.unanswered -= 1;
      }
      this.record(outcome);
      if (outcome === '200') return;
      this.nextUrl += 1;
      const pauseMs = Math.min(SHORTEST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
      await pause(pauseMs * (0.75 + this.options.random.next() / 2));
    }
  }

  private async inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    while (this.attempting >= MOST_AT_ONCE) await new Promise<void>((resolve) => this.freed.push(resolve));
    this.attempting += 1;
    try {
      return await work();
    } finally {
      this.attempting -= 1;
      this.freed.shift()?.();
    }
  }

  private async attempt({ body, signature }: Delivery): Promise<Outcome> {
    const { urls } = this.options;
    const url = urls[this.nextUrl % urls.length] ?? '';
    if (urls.length > 1 && this.options.random.chance(0.5)) this.nextUrl += 1;
    return new Promise<Outcome>((resolve) => {
      const outgoing = request(new URL(PATH, url), {
        method: 'POST',
        agent: this.agent,
        headers: {
          'content-type': 'application/json',
          'content-length': body.length,
          'x-hub-signature-256': signature,
        },
      });
      const timer = setTimeout(() => {
        resolve('timeout');
        outgoing.destroy();
      }, PATIENCE_MS);
      const done = (outcome: Outcome): void => {
        clearTimeout(timer);
        resolve(outcome);
      };
      outgoing.once('response', (response) => {
        response.resume();
        response.once('end', () => {
          done(String(response.statusCode));
        });
        response.once('error', () => {
          done('connection');
        });
      });
      outgoing.once('error', () => {
        done('connection');
      });
      outgoing.end(body);
    });
  }
}
