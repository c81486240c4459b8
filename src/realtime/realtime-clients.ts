import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { UserId } from '../database/ids';
import { OUTBOX_PLACED_CHANNEL } from '../domain-events/outbox-sequencer';
import { ACCESS_CHANGED_CHANNEL } from '../identity/access-news';
import { AccessReview, type CurrentAccess } from '../identity/access-review.service';
import type { Identification } from '../identity/credentials.service';
import type { ClientFeed } from './client-feed';
import type { ClientView } from './client-view';
import { ConversationPresence } from './conversation-presence';
import { EventTail } from './event-tail';
import { RealtimeMetrics } from './realtime.metrics';
import { RealtimeRedis } from './realtime-redis';
import { type RealtimeSocket, roomOf } from './realtime-socket';

/** Without Redis this is what tells clients of events. */
const LOOK_EVERY_MS = 1_000;
/** Without Redis, and for what nobody tells of, this is how long somebody whose access ended stays. */
const REVIEW_EVERY_MS = 10_000;
/** How long before its token ends a client is told so. */
const WARNING_MS = 60_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Somebody who is connected to this process. */
export interface RealtimeClient {
  socket: RealtimeSocket;
  identification: Identification;
  view: ClientView;
  feed: ClientFeed;
  timer?: NodeJS.Timeout;
}

/** Who is connected to this process, and whether they still may be. */
@Injectable()
export class RealtimeClients implements OnModuleInit {
  private readonly log = new Logger('Realtime');
  private readonly bySocket = new Map<string, RealtimeClient>();
  private readonly byUser = new Map<UserId, Set<RealtimeClient>>();
  private isFailing = false;

  constructor(
    private readonly tail: EventTail,
    private readonly accessReview: AccessReview,
    private readonly presence: ConversationPresence,
    private readonly redis: RealtimeRedis,
    private readonly metrics: RealtimeMetrics,
  ) {}

  onModuleInit(): void {
    this.tail.observe({
      moved: (from, end, touched) => {
        for (const { feed, view } of this.bySocket.values())
          if (view.accountIds.some((id) => touched.has(id))) feed.kick();
          else feed.passOver(from, end);
      },
      membersChanged: (userIds) => this.review(userIds),
    });
    this.redis.listen(OUTBOX_PLACED_CHANNEL, () => {
      this.tail.wake();
    });
    this.redis.listen(ACCESS_CHANGED_CHANNEL, (userId) => void this.reviewQuietly([userId as UserId]));
  }

  get size(): number {
    return this.bySocket.size;
  }

  get users(): number {
    return this.byUser.size;
  }

  countOf(userId: UserId): number {
    return this.byUser.get(userId)?.size ?? 0;
  }

  all(): RealtimeClient[] {
    return [...this.bySocket.values()];
  }

  add(client: RealtimeClient): void {
    const { socket, view, identification } = client;
    this.bySocket.set(socket.id, client);
    const ofUser = this.byUser.get(identification.user.id) ?? new Set();
    this.byUser.set(identification.user.id, ofUser.add(client));
    this.metrics.connected(this.size, this.users);
    this.tail.follow(view.accountIds);
    this.tail.count(1);
    this.watchExpiry(client);
  }

  remove(client: RealtimeClient): void {
    if (!this.bySocket.delete(client.socket.id)) return;
    const { id } = client.identification.user;
    const ofUser = this.byUser.get(id);
    ofUser?.delete(client);
    if (ofUser?.size === 0) this.byUser.delete(id);
    this.metrics.connected(this.size, this.users);
    clearTimeout(client.timer);
    client.feed.end();
    this.tail.unfollow(client.view.accountIds);
    this.tail.count(-1);
  }

  /** Another token, or the same one longer. */
  renew(client: RealtimeClient, identification: Identification): void {
    client.identification = identification;
    this.watchExpiry(client);
  }

  /** Ends it for good: the client does not come back by itself. */
  dismiss({ socket }: RealtimeClient, code: string, message: string): void {
    socket.emit('closing', { code, message, reconnect: false });
    socket.disconnect(true);
  }

  @Interval(LOOK_EVERY_MS)
  look(): void {
    this.tail.wake();
    for (const { feed } of this.bySocket.values()) feed.retry();
  }

  @Interval(REVIEW_EVERY_MS)
  async reviewAll(): Promise<void> {
    await this.reviewQuietly([...this.byUser.keys()]);
  }

  /** Looks again at what these users may see. */
  async review(userIds: readonly UserId[]): Promise<void> {
    const clients = userIds.flatMap((id) => [...(this.byUser.get(id) ?? [])]);
    if (clients.length === 0) return;
    const access = await this.accessReview.review(
      clients.map(({ identification: { user, loginId, apiKeyId } }) => ({
        userId: user.id,
        loginId,
        apiKeyId,
      })),
    );
    clients.forEach((client, index) => {
      if (this.bySocket.has(client.socket.id)) this.apply(client, access[index] ?? null);
    });
  }

  private apply(client: RealtimeClient, access: CurrentAccess | null): void {
    if (access === null) {
      this.dismiss(client, 'UNAUTHORIZED', 'Your access has ended. Log in again.');
      return;
    }
    const { socket, view, feed } = client;
    const before = [...view.accountIds];
    const change = view.change(access);
    if (change === null) return;
    this.tail.follow(view.accountIds);
    this.tail.unfollow(before);
    for (const id of change.closed) {
      void socket.leave(roomOf(id));
      this.presence.changed(id);
    }
    socket.emit('access_changed', {
      accountIds: view.accountIds,
      gained: change.gained,
      lost: change.lost,
      closedConversationIds: change.closed,
    });
    feed.kick();
  }

  private async reviewQuietly(userIds: readonly UserId[]): Promise<void> {
    try {
      await this.review(userIds);
      this.isFailing = false;
    } catch (error) {
      // Nobody is sent away because the database is: the next look is soon.
      if (!this.isFailing)
        this.log.warn(
          `It is not known whether everybody still may be connected: ${error instanceof Error ? error.message : 'unknown error'}`,
        );
      this.isFailing = true;
    }
  }

  private watchExpiry(client: RealtimeClient): void {
    clearTimeout(client.timer);
    const { expiresAt } = client.identification;
    if (expiresAt === null) return;
    const left = expiresAt.getTime() - Date.now();
    const after = (ms: number, act: () => void): void => {
      client.timer = setTimeout(act, Math.min(Math.max(0, ms), LONGEST_TIMER_MS));
      client.timer.unref();
    };
    const expire = (): void => {
      this.dismiss(client, 'UNAUTHORIZED', 'The access token has expired. Connect again with a new one.');
    };
    if (left <= 0) expire();
    else if (left > LONGEST_TIMER_MS)
      after(LONGEST_TIMER_MS, () => {
        this.watchExpiry(client);
      });
    else
      after(left - WARNING_MS, () => {
        client.socket.emit('token_expiring', { expiresAt });
        after(expiresAt.getTime() - Date.now(), expire);
      });
  }
}
