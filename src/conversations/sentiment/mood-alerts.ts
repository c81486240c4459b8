import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type AccountId, type ConversationId, firstIdAt, newId } from '../../database/ids';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import type { ConversationPriority } from '../conversation-types';
import { type ActivityKind, recordActivities } from '../inbox/conversation-activity';
import { type AlertStep, type StoredAlert, alertStep } from './alert-step';
import type { ConversationMood } from './conversation-mood';
import { type ConversationKey, type LockedConversation, type Updated, columnsOf, keyOf } from './stored-mood';

/** A conversation with what its messages say of it now. */
export interface ReviewedConversation {
  conversation: LockedConversation;
  mood: ConversationMood;
  /** Of the customer's latest message that was read. */
  latestAt: Date | null;
}

interface AlertRow {
  account_id: AccountId;
  conversation_id: ConversationId;
  id: string;
  message_at: Date;
  last_message_at: Date;
  is_escalated: boolean;
  is_open: boolean;
}

interface Decided extends ReviewedConversation {
  alert: StoredAlert | null;
  step: AlertStep;
}

type Opened = Decided & { step: AlertStep & { do: 'open' } };

/** Calls people to customers who are angry, and sees to it that they come first: once for each time, until it is over. */
@Injectable()
export class MoodAlerts {
  constructor(private readonly outbox: Outbox) {}

  /** @param reviewed their conversations are locked, so that nobody else decides about them meanwhile */
  async follow(tx: EntityManager, reviewed: readonly ReviewedConversation[]): Promise<void> {
    const alerts = await this.latest(
      tx,
      reviewed.map(({ conversation }) => conversation),
    );
    const now = new Date();
    const decided = reviewed.map((each): Decided => {
      const alert = alerts.get(keyOf(each.conversation)) ?? null;
      const isClosed = each.conversation.status === 'closed';
      return { ...each, alert, step: alertStep({ ...each, isClosed, alert, now }) };
    });
    const opened = decided.filter((each): each is Opened => each.step.do === 'open');
    await this.open(tx, opened);
    await this.update(tx, decided);
    await this.raisePriority(tx, [
      ...opened.map((each) => ({
        ...each,
        to: each.step.isRepeated ? ('urgent' as const) : ('high' as const),
        since: each.step.by.at,
      })),
      ...decided.flatMap((each) =>
        each.step.do === 'escalate' && each.alert !== null
          ? [{ ...each, to: 'urgent' as const, since: each.alert.messageAt }]
          : [],
      ),
    ]);
    await this.outbox.record(tx, decided.flatMap(eventsOf));
  }

  /** People need not be called any more to conversations that are not there. */
  async forgetGone(tx: EntityManager, keys: readonly ConversationKey[]): Promise<void> {
    await this.outbox.record(
      tx,
      keys.map(({ accountId, conversationId }): DomainEvent => ({
        kind: 'sentiment.recovered',
        accountId,
        payload: { conversationId, reason: 'gone' },
      })),
    );
  }

  private async latest(
    tx: EntityManager,
    keys: readonly ConversationKey[],
  ): Promise<Map<string, StoredAlert>> {
    const rows: AlertRow[] = await tx.query(
      `SELECT a.account_id, a.conversation_id, a.id, a.message_at, a.last_message_at,
              a.escalated_at IS NOT NULL AS is_escalated, a.ended_at IS NULL AS is_open
         FROM unnest($1::uuid[], $2::uuid[]) AS c (account_id, conversation_id)
        CROSS JOIN LATERAL (
          SELECT * FROM sentiment_alerts
           WHERE account_id = c.account_id AND conversation_id = c.conversation_id ORDER BY id DESC LIMIT 1) a`,
      columnsOf(keys),
    );
    return new Map(
      rows.map((row) => [
        keyOf({ accountId: row.account_id, conversationId: row.conversation_id }),
        {
          id: row.id,
          messageAt: row.message_at,
          lastMessageAt: row.last_message_at,
          isEscalated: row.is_escalated,
          isOpen: row.is_open,
        },
      ]),
    );
  }

  private async open(tx: EntityManager, opened: readonly Opened[]): Promise<void> {
    if (opened.length === 0) return;
    await tx.query(
      `INSERT INTO sentiment_alerts (account_id, conversation_id, id, reason, message_at, last_message_at, escalated_at)
       SELECT account_id, conversation_id, id, reason, message_at, last_message_at, CASE WHEN is_repeated THEN now() END
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::boolean[])
                AS told (account_id, conversation_id, id, reason, message_at, last_message_at, is_repeated)`,
      [
        ...columnsOf(opened.map(({ conversation }) => conversation)),
        opened.map(() => newId()),
        opened.map(({ step }) => step.reason),
        opened.map(({ step }) => step.by.at),
        opened.map(({ step, latestAt }) => latestAt ?? step.by.at),
        opened.map(({ step }) => step.isRepeated),
      ],
    );
  }

  private async update(tx: EntityManager, decided: readonly Decided[]): Promise<void> {
    const known = decided.flatMap((each) =>
      each.alert?.isOpen === true ? [{ ...each, alert: each.alert }] : [],
    );
    if (known.length === 0) return;
    await tx.query(
      `UPDATE sentiment_alerts a
          SET last_message_at = greatest(a.last_message_at, told.latest_at),
              escalated_at = CASE WHEN told.does = 'escalate' THEN now() ELSE a.escalated_at END,
              ended_at = CASE WHEN told.does = 'end' THEN now() END
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) AS told (account_id, id, does, latest_at)
        WHERE a.account_id = told.account_id AND a.id = told.id`,
      [
        known.map(({ conversation }) => conversation.accountId),
        known.map(({ alert }) => alert.id),
        known.map(({ step }) => step.do),
        known.map(({ latestAt }) => latestAt),
      ],
    );
  }

  /** Not where somebody has set it by hand since the message: they know better. Never down. */
  private async raisePriority(
    tx: EntityManager,
    raised: readonly { conversation: LockedConversation; to: ConversationPriority; since: Date }[],
  ): Promise<void> {
    if (raised.length === 0) return;
    const [rows]: Updated<{
      account_id: AccountId;
      id: ConversationId;
      previous: ConversationPriority;
      priority: ConversationPriority;
    }> = await tx.query(
      `UPDATE conversations c SET priority = told.priority, updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[])
                AS told (account_id, id, previous, priority, since)
        WHERE c.account_id = told.account_id AND c.id = told.id
          AND array_position($6::text[], told.priority) > array_position($6::text[], c.priority)
          AND NOT EXISTS (
            SELECT FROM conversation_activities a
             WHERE a.account_id = told.account_id AND a.conversation_id = told.id AND a.id >= told.since
               AND a.kind = $7 AND a.actor_id IS NOT NULL)
        RETURNING c.account_id, c.id, told.previous, c.priority`,
      [
        ...columnsOf(raised.map(({ conversation }) => conversation)),
        raised.map(({ conversation }) => conversation.priority),
        raised.map(({ to }) => to),
        raised.map(({ since }) => firstIdAt(since)),
        PRIORITY_ORDER,
        PRIORITY_ACTIVITY,
      ],
    );
    if (rows.length === 0) return;
    await recordActivities(
      tx,
      rows.map(({ account_id: accountId, id: conversationId, previous, priority }) => ({
        accountId,
        conversationId,
        actorId: null,
        kind: 'priority_changed' as const,
        payload: { from: previous, to: priority, reason: 'sentiment' as const },
      })),
    );
    await this.outbox.record(
      tx,
      rows.map((row): DomainEvent => ({
        kind: 'conversation.updated',
        accountId: row.account_id,
        payload: { conversationId: row.id, changed: ['priority'] },
      })),
    );
  }
}

const PRIORITY_ORDER = ['low', 'normal', 'high', 'urgent'] satisfies ConversationPriority[];
/** What people do with a priority. */
const PRIORITY_ACTIVITY: ActivityKind = 'priority_changed';

function eventsOf({ conversation: { accountId, conversationId }, mood, step }: Decided): DomainEvent[] {
  if (step.do === 'open') {
    const { by, reason } = step;
    const payload = {
      conversationId,
      messageId: by.id,
      score: mood.score ?? 0,
      confidence: by.confidence,
      reason,
    };
    return [{ kind: 'sentiment.alert', accountId, payload }];
  }
  if (step.do === 'end')
    return [{ kind: 'sentiment.recovered', accountId, payload: { conversationId, reason: step.reason } }];
  return [];
}
