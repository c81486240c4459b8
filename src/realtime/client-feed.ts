import { setTimeout as pause } from 'node:timers/promises';

import type { AccountId } from '../database/ids';
import { RelayLane } from '../domain-events/relay-lane';
import type { ClientView } from './client-view';
import type { EventLog } from './event-log.repository';
import { type EventPlace, comparePlaces, encodePlace, endOf } from './event-place';
import type { EventTail } from './event-tail';
import type { RealtimeSocket } from './realtime-socket';
import type { TellableEvent, TellableEvents } from './tellable-events';
import type { Turns } from './turns';

export interface FeedTools {
  tail: EventTail;
  log: EventLog;
  tellable: TellableEvents;
  /** Of clients that read the database because they are behind. */
  turns: Turns;
}

/** Why a client cannot go on from where it was, and has to fetch afresh what it shows. */
export type ResyncReason = 'expired' | 'unknown' | 'too_far';

/** What is sent before the client's connection has to have taken it. */
const MOST_AT_ONCE = 100;
const MOST_BYTES_AT_ONCE = 256 * 1_024;
/** How long a client may take for that. */
const LONGEST_TAKING_MS = 60_000;
const LOOK_EVERY_MS = 250;
/** After so many places without anything for the client it is told where it stands, or it would come back far behind. */
const PLACES_UNTOLD = 1_000n;

/**
 * Sends one client what it has not got, in order, from where it is. It has no buffer: what the client's connection does not
 * take stays in the database, and only as much as fits a page is under way.
 */
export class ClientFeed {
  private readonly lane = new RelayLane('a client', () => this.run());
  private told: bigint;
  private wanted: EventPlace | null = null;
  private behind = false;
  private isEnded = false;

  constructor(
    private readonly socket: RealtimeSocket,
    private readonly view: ClientView,
    private place: EventPlace,
    private readonly tools: FeedTools,
  ) {
    this.told = place.position;
  }

  get eventId(): string {
    return encodePlace(this.place);
  }

  /** Whether the client has yet to get what there is. */
  get isBehind(): boolean {
    return this.behind;
  }

  /** There may be more to send. */
  kick(): void {
    if (!this.isEnded) this.lane.kick();
  }

  /** What was between these two places is not for this client. */
  passOver(from: EventPlace, end: EventPlace): void {
    if (this.behind) return;
    // An account that is followed only since may have had something there, which was not looked for.
    const isCertain =
      comparePlaces(this.place, from) >= 0 && this.tools.tail.covers(from, this.view.accountIds);
    if (!isCertain) this.kick();
    else if (comparePlaces(this.place, end) < 0) {
      this.place = end;
      this.tellPlace();
    }
  }

  /** Goes on where it broke off. */
  retry(): void {
    if (this.behind) this.kick();
  }

  /** Goes on from there, after what is under way. */
  moveTo(place: EventPlace): void {
    this.wanted = place;
    this.kick();
  }

  end(): void {
    this.isEnded = true;
  }

  private async run(): Promise<void> {
    this.behind = true;
    while (this.isOpen()) {
      if (!(await this.isTaken())) return;
      this.jump();
      const { events, end, isLast } = this.fromTail() ?? (await this.tools.turns.take(() => this.fromLog()));
      // It may have been told to go on elsewhere while the database was read.
      if (!this.isOpen() || this.wanted !== null) continue;
      const sent = this.send(events);
      this.place = sent ?? end;
      if (isLast && sent === null) break;
    }
    this.tellPlace();
    this.behind = false;
  }

  private jump(): void {
    if (this.wanted === null) return;
    this.place = this.wanted;
    this.wanted = null;
  }

  private fromTail(): { events: readonly TellableEvent[]; end: EventPlace; isLast: boolean } | null {
    return this.tools.tail.after(this.place, this.view.accountIds, MOST_AT_ONCE);
  }

  private async fromLog(): Promise<{ events: TellableEvent[]; end: EventPlace; isLast: boolean }> {
    const accountIds: readonly AccountId[] = this.view.accountIds;
    const page = await this.tools.log.page(this.place, accountIds, [], MOST_AT_ONCE);
    if (page.isGone) {
      const end = endOf(await this.tools.log.lastPosition());
      this.resync('expired', end);
      return { events: [], end, isLast: false };
    }
    return { events: await this.tools.tellable.describe(page.events), end: page.end, isLast: page.isLast };
  }

  /** @returns where it stopped, because that is enough for now; null when all was sent */
  private send(events: readonly TellableEvent[]): EventPlace | null {
    let bytes = 0;
    for (const tellable of events) {
      if (!this.view.wants(tellable)) continue;
      this.socket.emit(tellable.event.type, tellable.packet);
      this.told = tellable.place.position;
      bytes += tellable.size;
      if (bytes > MOST_BYTES_AT_ONCE) return tellable.place;
    }
    return null;
  }

  resync(reason: ResyncReason, place: EventPlace): void {
    this.told = place.position;
    this.socket.emit('resync_required', {
      eventId: encodePlace(place),
      reason,
      message: RESYNC_MESSAGES[reason],
      refetch: ['/api/meta/conversations', '/api/meta/notifications'],
    });
  }

  private tellPlace(): void {
    if (!this.isOpen() || this.place.position - this.told < PLACES_UNTOLD) return;
    this.told = this.place.position;
    this.socket.emit('position', { eventId: this.eventId });
  }

  private isOpen(): boolean {
    return !this.isEnded && this.socket.connected;
  }

  /** Waits until the connection has taken what it was given; ends one that does not. */
  private async isTaken(): Promise<boolean> {
    const end = Date.now() + LONGEST_TAKING_MS;
    while (this.isOpen()) {
      // True only when nothing waits before it.
      const { transport } = this.socket.conn;
      if (transport.writable) return true;
      if (Date.now() >= end) {
        // Not a word to it, which would wait as well. It comes back by itself, and goes on where it was.
        this.socket.conn.close(true);
        return false;
      }
      const signal = new AbortController();
      const ready = (): void => {
        signal.abort();
      };
      transport.once('ready', ready);
      await pause(LOOK_EVERY_MS, undefined, { signal: signal.signal, ref: false }).catch(() => undefined);
      transport.off('ready', ready);
    }
    return false;
  }
}

const RESYNC_MESSAGES: Record<ResyncReason, string> = {
  expired: 'What happened since then is no longer kept. Fetch anew what you show.',
  unknown: 'There is no such event. Fetch anew what you show.',
  too_far: 'Too much has happened since then. Fetch anew what you show.',
};
