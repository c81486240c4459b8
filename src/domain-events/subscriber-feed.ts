import { Logger } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import type { Tracing } from '../tracing/tracing';
import { type OutboxCursors, PAGE_SIZE } from './outbox-cursors.repository';
import type { OutboxFailures } from './outbox-failures.repository';
import { HandlingFailedError, type OutboxHandling } from './outbox-handling';
import type { DeliveredEvent, RegisteredSubscriber } from './outbox-subscribers';

export interface FeedTools {
  cursors: OutboxCursors;
  failures: OutboxFailures;
  handling: OutboxHandling;
  tracing: Tracing;
}

/** How often, and how long apart, one comes back who finds another process telling the same subscriber. */
const BUSY_TRIES = 2;
const BUSY_PAUSE_MS = 25;
/** In a log line. */
const MOST_IDS_TOLD = 20;

type Step = 'moved' | 'done' | 'busy';

/** Tells one subscriber, in this process, of what it has not been told. */
export class SubscriberFeed {
  private readonly log = new Logger('Outbox');
  /** How many events the next call gets: fewer after a failure, so that the one that fails comes to stand alone. */
  private most = PAGE_SIZE;
  /** How many of the next events are known to hold one that fails. */
  private suspects = 0;

  constructor(
    readonly subscriber: RegisteredSubscriber,
    private readonly tools: FeedTools,
  ) {}

  /** Until nothing is left, or `isStopping`. */
  async drain(isStopping: () => boolean): Promise<void> {
    for (let busy = 0; busy <= BUSY_TRIES && !isStopping();) {
      const step = await this.step();
      if (step === 'done') return;
      // Whoever is at it may have looked just before the events came that we were woken for.
      if (step === 'busy') {
        busy += 1;
        await pause(BUSY_PAUSE_MS);
      } else busy = 0;
    }
  }

  /** Tries what failed and is due, each in a transaction of its own. */
  async retryDue(isStopping: () => boolean): Promise<void> {
    while (!isStopping() && (await this.retryOne()));
  }

  private async step(): Promise<Step> {
    const { cursors, handling } = this.tools;
    const { name, kinds } = this.subscriber;
    try {
      const told = await handling.transaction(
        async (tx): Promise<{ count: number; isLast: boolean } | Step> => {
          const cursor = await cursors.lock(tx, name);
          if (cursor === null) return 'busy';
          const { events, end, isLast } = await cursors.read(tx, cursor, kinds, this.most);
          if (end === null) return 'done';
          await this.tell(tx, events);
          await cursors.move(tx, name, end);
          return { count: events.length, isLast };
        },
      );
      if (typeof told === 'string') return told;
      this.widen(told.count);
      // What was committed meanwhile has a wake-up of its own.
      return told.isLast ? 'done' : 'moved';
    } catch (error) {
      if (!(error instanceof HandlingFailedError)) throw error;
      const [only, ...others] = error.events;
      if (only !== undefined && others.length === 0) await this.putAside(only, error);
      else this.narrow(error.events.length);
      return 'moved';
    }
  }

  /** What a subscriber makes of events goes on with the trace of what caused them. */
  private async tell(tx: EntityManager, events: readonly DeliveredEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { handling, tracing } = this.tools;
    const { name } = this.subscriber;
    await tracing.run(
      {
        name: `tell ${name}`,
        kind: 'consumer',
        causes: events.map(({ traceParent }) => traceParent),
        attributes: { 'messaging.system': 'outbox', 'messaging.batch.message_count': events.length },
        fields: { subscriber: name, eventIds: events.slice(0, MOST_IDS_TOLD).map(({ id }) => id) },
      },
      () => handling.handle(tx, this.subscriber, events),
    );
  }

  private narrow(failed: number): void {
    this.suspects = failed;
    this.most = Math.ceil(failed / 2);
  }

  private widen(told: number): void {
    this.suspects = Math.max(0, this.suspects - told);
    this.most =
      this.suspects > 0 ? Math.ceil(this.suspects / 2) : Math.min(PAGE_SIZE, Math.max(1, this.most) * 2);
  }

  /** The cursor goes past the event and leaves it behind among the failures, in one transaction. */
  private async putAside(event: DeliveredEvent, error: HandlingFailedError): Promise<void> {
    const { cursors, failures, handling } = this.tools;
    const { name, kinds } = this.subscriber;
    const isAside = await handling.transaction(async (tx) => {
      const cursor = await cursors.lock(tx, name);
      if (cursor === null) return false;
      const { events, end } = await cursors.read(tx, cursor, kinds, 1);
      // Another process was faster, and may have had more luck.
      if (events[0]?.id !== event.id || end === null) return false;
      await failures.add(tx, name, event, error.message);
      await cursors.move(tx, name, end);
      return true;
    });
    this.suspects = 0;
    // Carefully at first: where one fails, the next may too.
    this.most = 2;
    if (isAside)
      this.log.warn(`${name} could not be told of ${label(event)}, will be tried again: ${error.message}`);
  }

  private async retryOne(): Promise<boolean> {
    const { failures, handling } = this.tools;
    const { name } = this.subscriber;
    let attempts = 0;
    try {
      return await handling.transaction(async (tx) => {
        const failure = await failures.lockDue(tx, name);
        if (failure === null) return false;
        attempts = failure.attempts;
        await this.tell(tx, [failure.event]);
        await failures.settle(tx, failure);
        return true;
      });
    } catch (error) {
      const event = error instanceof HandlingFailedError ? error.events[0] : undefined;
      if (event === undefined || !(error instanceof HandlingFailedError)) throw error;
      const isDead = await failures.putOff({ subscriber: name, event, attempts }, error.message);
      if (isDead) this.log.error(`${name} was never told of ${label(event)}, given up: ${error.message}`);
      return true;
    }
  }
}

function label({ kind, id }: DeliveredEvent): string {
  return `${kind} ${id}`;
}
