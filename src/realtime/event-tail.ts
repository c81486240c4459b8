import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import type { AccountId, UserId } from '../database/ids';
import type { DeliveredEvent } from '../domain-events/outbox-subscribers';
import { WHOLE_BATCH } from '../domain-events/outbox-cursors.repository';
import { RelayLane } from '../domain-events/relay-lane';
import { EventLog } from './event-log.repository';
import { type EventPlace, comparePlaces, endOf } from './event-place';
import { RealtimeMetrics } from './realtime.metrics';
import { type TellableEvent, TellableEvents } from './tellable-events';

/** How many events are read at once. */
const PAGE_SIZE = 500;
/** What is kept of the latest events, for all clients together: who is further behind reads the database. */
const MOST_KEPT = 2_000;
const MOST_KEPT_BYTES = 16 * 1_024 * 1_024;

export interface TailObserver {
  /** There was something between these places: of these accounts, and of no others that are followed. */
  moved(from: EventPlace, end: EventPlace, accountIds: ReadonlySet<AccountId>): void;
  /** The access of these users changed at this place. What comes after it is not told before this is done. */
  membersChanged(userIds: readonly UserId[]): Promise<void>;
}

/** What of the latest events comes after a place. */
export interface TailSlice {
  events: readonly TellableEvent[];
  end: EventPlace;
  isLast: boolean;
}

/**
 * Reads new events once for all clients of this process, and keeps the latest. Nothing is lost when it is not woken, or
 * dies: every client has its place, and what is not here is in the database.
 */
@Injectable()
export class EventTail implements BeforeApplicationShutdown {
  private readonly lane = new RelayLane('connected clients', () => this.read());
  private readonly observers = new Set<TailObserver>();
  /** How many clients follow each account, and from which place on its events are kept; null until the next reading. */
  private readonly followed = new Map<AccountId, { clients: number; since: EventPlace | null }>();
  private clients = 0;
  private place: EventPlace | null = null;
  /** All that was read after this place, of the accounts that were followed then, is in `kept`. */
  private start: EventPlace = endOf(0n);
  private kept: TellableEvent[] = [];
  private keptBytes = 0;
  /** Another one whenever everybody has left: what was being read then is of no use to those who come after. */
  private round = 0;
  private isStopping = false;

  constructor(
    private readonly log: EventLog,
    private readonly tellable: TellableEvents,
    private readonly metrics: RealtimeMetrics,
  ) {}

  observe(observer: TailObserver): void {
    this.observers.add(observer);
  }

  /** A client more, or one less. While there is none, nothing is read. */
  count(change: 1 | -1): void {
    this.clients += change;
    if (this.clients > 0) return;
    this.round += 1;
    this.place = null;
    this.kept = [];
    this.keptBytes = 0;
    for (const followed of this.followed.values()) followed.since = null;
  }

  follow(accountIds: Iterable<AccountId>): void {
    for (const accountId of accountIds) {
      const found = this.followed.get(accountId);
      if (found === undefined) this.followed.set(accountId, { clients: 1, since: null });
      else found.clients += 1;
    }
  }

  unfollow(accountIds: Iterable<AccountId>): void {
    for (const accountId of accountIds) {
      const found = this.followed.get(accountId);
      if (found !== undefined && (found.clients -= 1) === 0) this.followed.delete(accountId);
    }
  }

  /** Looks whether there are new events. Not awaited, never fails. */
  wake(): void {
    if (this.clients > 0 && !this.isStopping) this.lane.kick();
  }

  /** How far this process has read; null while nobody is connected to it. */
  position(): bigint | null {
    return this.place?.position ?? null;
  }

  /**
   * @param most how many at most
   * @returns null when not all of it is kept here: the database has it
   */
  after(place: EventPlace, accountIds: Iterable<AccountId>, most: number): TailSlice | null {
    if (this.place === null || comparePlaces(place, this.start) < 0 || !this.covers(place, accountIds))
      return null;
    if (comparePlaces(place, this.place) >= 0) return { events: [], end: place, isLast: true };
    const from = this.firstAfter(place);
    const events = this.kept.slice(from, from + most);
    const isLast = from + most >= this.kept.length;
    return { events, end: isLast ? this.place : (events.at(-1)?.place ?? this.place), isLast };
  }

  /** Whether all that these accounts had after the place has been read, as far as this has read at all. */
  covers(place: EventPlace, accountIds: Iterable<AccountId>): boolean {
    for (const accountId of accountIds) {
      const since = this.followed.get(accountId)?.since ?? null;
      if (since === null || comparePlaces(place, since) < 0) return false;
    }
    return true;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await this.lane.idle();
  }

  private async read(): Promise<void> {
    while (!this.isStopping && this.clients > 0) {
      const round = this.round;
      const accountIds = [...this.followed.keys()];
      const last = await this.log.lastPosition();
      const from = this.place ?? endOf(last);
      const isNews = last > from.position || from.eventId !== WHOLE_BATCH;
      const page = isNews
        ? await this.log.page(from, accountIds, ['account.members_changed'], PAGE_SIZE)
        : { events: [], end: from, isLast: true };
      const told = await this.tellable.describe(page.events);
      await this.announce(page.events);
      if (round !== this.round) continue;
      if (this.place === null) this.start = from;
      this.noteFollowed(accountIds, from);
      this.keep(told);
      this.place = page.end;
      if (isNews) {
        const touched = new Set(page.events.map(({ accountId }) => accountId));
        for (const observer of this.observers) observer.moved(from, page.end, touched);
      }
      if (page.isLast) return;
    }
  }

  private noteFollowed(accountIds: readonly AccountId[], from: EventPlace): void {
    for (const accountId of accountIds) {
      const found = this.followed.get(accountId);
      if (found !== undefined) found.since ??= from;
    }
  }

  private async announce(events: readonly DeliveredEvent[]): Promise<void> {
    const userIds = events.flatMap((event) =>
      event.kind === 'account.members_changed' ? event.payload.userIds : [],
    );
    if (userIds.length === 0) return;
    for (const observer of this.observers) await observer.membersChanged(userIds);
  }

  private keep(events: readonly TellableEvent[]): void {
    for (const event of events) {
      this.metrics.told(event.event.id);
      this.kept.push(event);
      this.keptBytes += event.size;
    }
    let dropped = 0;
    while (this.kept.length - dropped > MOST_KEPT || this.keptBytes > MOST_KEPT_BYTES) {
      const oldest = this.kept[dropped];
      if (oldest === undefined) break;
      this.keptBytes -= oldest.size;
      this.start = oldest.place;
      dropped += 1;
    }
    if (dropped > 0) this.kept.splice(0, dropped);
  }

  /** By halves: there is a client who asks for each of them. */
  private firstAfter(place: EventPlace): number {
    let low = 0;
    for (let high = this.kept.length; low < high;) {
      const middle = (low + high) >>> 1;
      const event = this.kept[middle];
      if (event === undefined || comparePlaces(event.place, place) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
