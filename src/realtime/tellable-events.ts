import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, UserId } from '../database/ids';
import type { DeliveredEvent } from '../domain-events/outbox-subscribers';
import type { PublicEvent } from '../public-events/public-event';
import { PublicEvents } from '../public-events/public-events.service';
import { type EventPlace, encodePlace } from './event-place';

/** An event that is ready to be sent, with what decides who gets it. */
export interface TellableEvent {
  place: EventPlace;
  event: PublicEvent;
  /** What clients get: the event with the id to go on from. */
  packet: PublicEvent & { eventId: string };
  /** About how long it is as JSON. */
  size: number;
  /** To whom the conversation or thread of comments that it is about is assigned at present. Null also where it is about none. */
  agentId: UserId | null;
  /** Who does not want to hear of it: of notifications only. */
  mutedBy: ReadonlySet<UserId>;
}

const NOBODY: ReadonlySet<UserId> = new Set();

interface MutedRow {
  account_id: AccountId;
  user_id: UserId;
  muted_kinds: string[];
  muted_severities: string[];
}

interface AgentRow {
  id: string;
  agent_id: UserId | null;
}

const WANTED = `(SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[]) AS wanted (account_id, id)) AS wanted`;
const CONVERSATION_AGENTS = `
  SELECT v.id, v.agent_id FROM ${WANTED}
    JOIN conversations v ON v.account_id = wanted.account_id AND v.id = wanted.id`;
const THREAD_AGENTS = `
  SELECT c.id, v.agent_id FROM ${WANTED}
    JOIN comments c ON c.account_id = wanted.account_id AND c.id = wanted.id
    JOIN conversations v ON v.account_id = c.account_id AND v.asset_id = c.asset_id
     AND v.comment_thread_id <> '' AND v.comment_thread_id = c.thread_external_id`;

@Injectable()
export class TellableEvents {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly publicEvents: PublicEvents,
  ) {}

  /** In order. A few queries, however many events and however many listen. */
  async describe(events: readonly DeliveredEvent[]): Promise<TellableEvent[]> {
    if (events.length === 0) return [];
    const [described, agents, muted] = await Promise.all([
      this.publicEvents.describe(events),
      this.agentsOf(events),
      this.mutedOf(events),
    ]);
    const positions = new Map(events.map(({ id, position }) => [id, BigInt(position)]));
    return described.map((event) => {
      const place = { position: positions.get(event.id) ?? 0n, eventId: event.id };
      const packet = { eventId: encodePlace(place), ...event };
      const subjectId = conversationOf(event.conversation?.id, event.data) ?? commentOf(event.data);
      return {
        place,
        event,
        packet,
        size: JSON.stringify(packet).length,
        agentId: subjectId === null ? null : (agents.get(subjectId) ?? null),
        mutedBy: mutedBy(event, muted),
      };
    });
  }

  /** Of the conversations that events are about, by their ids, and of the threads of comments, by the comments' ids. */
  private async agentsOf(events: readonly DeliveredEvent[]): Promise<Map<string, UserId | null>> {
    const conversations: [AccountId, string][] = [];
    const comments: [AccountId, string][] = [];
    for (const { accountId, conversation, payload } of events) {
      const conversationId = conversationOf(conversation?.id, payload);
      const commentId = commentOf(payload);
      if (conversationId !== null) conversations.push([accountId, conversationId]);
      else if (commentId !== null) comments.push([accountId, commentId]);
    }
    const found = await Promise.all([
      this.agentsBy(CONVERSATION_AGENTS, conversations),
      this.agentsBy(THREAD_AGENTS, comments),
    ]);
    return new Map(found.flat().map(({ id, agent_id: agentId }) => [id, agentId]));
  }

  private async agentsBy(query: string, wanted: readonly [AccountId, string][]): Promise<AgentRow[]> {
    if (wanted.length === 0) return [];
    return this.database.query(query, [wanted.map(([accountId]) => accountId), wanted.map(([, id]) => id)]);
  }

  /** Read as they are stored, since what shows notifications to people stands beside this module. */
  private async mutedOf(events: readonly DeliveredEvent[]): Promise<MutedRow[]> {
    const accountIds = events
      .filter(({ kind }) => kind.startsWith('notification.'))
      .map(({ accountId }) => accountId);
    if (accountIds.length === 0) return [];
    return this.database.query(
      `SELECT m.account_id, p.user_id, p.muted_kinds, p.muted_severities
         FROM account_members m JOIN notification_preferences p ON p.user_id = m.user_id AND p.channel = 'in_app'
        WHERE m.account_id = ANY($1)`,
      [[...new Set(accountIds)]],
    );
  }
}

function conversationOf(own: string | undefined, payload: object): string | null {
  if (own !== undefined) return own;
  return 'conversationId' in payload && typeof payload.conversationId === 'string'
    ? payload.conversationId
    : null;
}

function commentOf(payload: object): string | null {
  return 'commentId' in payload && typeof payload.commentId === 'string' ? payload.commentId : null;
}

function mutedBy({ accountId, data }: PublicEvent, rows: readonly MutedRow[]): ReadonlySet<UserId> {
  const { notificationKind, severity } = data;
  if (typeof notificationKind !== 'string' || rows.length === 0) return NOBODY;
  return new Set(
    rows
      .filter(
        (row) =>
          row.account_id === accountId &&
          (row.muted_kinds.includes(notificationKind) ||
            (typeof severity === 'string' && row.muted_severities.includes(severity))),
      )
      .map((row) => row.user_id),
  );
}
