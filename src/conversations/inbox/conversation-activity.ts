import type { EntityManager } from 'typeorm';
import type { AccountId, ConversationId, LabelId, MessageId, UserId } from '../../database/ids';
import { newId } from '../../database/ids';
import type { ConversationPriority, SentimentLabel } from '../conversation-types';

/** What is written down of each kind. Times are ISO 8601. Never changed once written: reports are made of it. */
export interface ActivityPayloads {
  /** To whom; null: to nobody. `reason`: it happened by itself, since the agent has no access any more. */
  assigned: { from: UserId | null; to: UserId | null; reason?: 'access_lost' };
  closed: Record<string, never>;
  reopened: Record<string, never>;
  /** Null: until the next message. */
  snoozed: { until: string | null };
  /** It was snoozed and is active again: somebody woke it, its time had come, or the customer wrote. */
  woke: { by: 'user' | 'time' | 'message' };
  /** `reason`: it happened by itself, since the customer is angry. */
  priority_changed: { from: ConversationPriority; to: ConversationPriority; reason?: 'sentiment' };
  labelled: { added: LabelId[]; removed: LabelId[] };
  /** Another conversation with the same person went on in this one. */
  merged: { conversationId: ConversationId };
  /** Somebody said what the sentiment of a message is, or took that back; null: nobody has read the message. */
  sentiment_corrected: {
    messageId: MessageId;
    from: SentimentLabel | null;
    to: SentimentLabel | null;
    isTakenBack: boolean;
  };
}

export type ActivityKind = keyof ActivityPayloads;

export const ACTIVITY_KINDS = [
  'assigned',
  'closed',
  'reopened',
  'snoozed',
  'woke',
  'priority_changed',
  'labelled',
  'merged',
  'sentiment_corrected',
] as const satisfies readonly ActivityKind[];

export type ConversationActivity = {
  [K in ActivityKind]: {
    accountId: AccountId;
    conversationId: ConversationId;
    /** Null: it happened by itself. */
    actorId: UserId | null;
    kind: K;
    payload: ActivityPayloads[K];
  };
}[ActivityKind];

/** An activity as the store gives it out. */
export interface StoredActivity {
  id: string;
  kind: ActivityKind;
  /** Null: it happened by itself. */
  actor: { id: UserId; name: string } | null;
  payload: Record<string, unknown>;
  at: Date;
}

/** @param tx the transaction that does what it tells of */
export async function recordActivities(
  tx: EntityManager,
  activities: readonly ConversationActivity[],
): Promise<void> {
  if (activities.length === 0) return;
  await tx.query(
    `INSERT INTO conversation_activities (account_id, id, conversation_id, actor_id, kind, payload)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::jsonb[])`,
    [
      activities.map(({ accountId }) => accountId),
      activities.map(() => newId()),
      activities.map(({ conversationId }) => conversationId),
      activities.map(({ actorId }) => actorId),
      activities.map(({ kind }) => kind),
      activities.map(({ payload }) => JSON.stringify(payload)),
    ],
  );
}
