import type { AccountId, AssetId, ContactId, ConversationId, LabelId, UserId } from '../../database/ids';
import type { DomainEvent } from '../../domain-events/domain-events';
import type { ConversationPriority } from '../conversation-types';
import type { ConversationStatus } from '../stored-conversation';
import type { ConversationActivity } from './conversation-activity';

/** What is to be changed of one or several conversations; what is left out stays. */
export interface ConversationPatch {
  status?: ConversationStatus | undefined;
  /** With `status: 'snoozed'`: null or left out until the next message. */
  snoozedUntil?: Date | null | undefined;
  /** Null: nobody. */
  assigneeId?: UserId | null | undefined;
  /** Only if it is assigned to one of these; null is nobody. */
  expectedAssigneeIds?: readonly (UserId | null)[] | undefined;
  priority?: ConversationPriority | undefined;
  addedLabelIds?: readonly LabelId[] | undefined;
  removedLabelIds?: readonly LabelId[] | undefined;
  /** In place of those it has. */
  labelIds?: readonly LabelId[] | undefined;
}

/** A conversation as it is locked for a change. */
export interface LockedConversation {
  account_id: AccountId;
  id: ConversationId;
  asset_id: AssetId;
  contact_id: ContactId | null;
  group_id: string;
  status: ConversationStatus;
  snoozed_until: Date | null;
  agent_id: UserId | null;
  priority: ConversationPriority;
  label_ids: LabelId[];
}

/** What becomes of one conversation. */
export interface PlannedChange {
  row: LockedConversation;
  status: ConversationStatus;
  snoozedUntil: Date | null;
  agentId: UserId | null;
  priority: ConversationPriority;
  addedLabelIds: LabelId[];
  removedLabelIds: LabelId[];
  /** The agent it had has no access to the account any more. */
  isAgentGone: boolean;
}

/** @param goneAgents of closed conversations: agents who have no access any more, and do not come back with them */
export function planChange(
  row: LockedConversation,
  patch: ConversationPatch,
  goneAgents: ReadonlySet<string>,
): PlannedChange {
  const status = patch.status ?? row.status;
  const wanted = wantedLabels(row, patch);
  const isAgentGone =
    patch.assigneeId === undefined &&
    isReopened(row, patch) &&
    row.agent_id !== null &&
    goneAgents.has(`${row.account_id} ${row.agent_id}`);
  return {
    row,
    status,
    snoozedUntil: snoozedUntilOf(row, patch),
    agentId: isAgentGone ? null : patch.assigneeId === undefined ? row.agent_id : patch.assigneeId,
    priority: patch.priority ?? row.priority,
    addedLabelIds: [...wanted].filter((id) => !row.label_ids.includes(id)),
    removedLabelIds: row.label_ids.filter((id) => !wanted.has(id)),
    isAgentGone,
  };
}

export function isReopened(row: Pick<LockedConversation, 'status'>, { status }: ConversationPatch): boolean {
  return row.status === 'closed' && status !== undefined && status !== 'closed';
}

function snoozedUntilOf(row: LockedConversation, { status, snoozedUntil }: ConversationPatch): Date | null {
  if (status === undefined) return row.snoozed_until;
  return status === 'snoozed' ? (snoozedUntil ?? null) : null;
}

function wantedLabels(row: LockedConversation, patch: ConversationPatch): Set<LabelId> {
  const wanted = new Set([...(patch.labelIds ?? row.label_ids), ...(patch.addedLabelIds ?? [])]);
  for (const id of patch.removedLabelIds ?? []) wanted.delete(id);
  return wanted;
}

/** The fields of the API that are other than before; none where nothing is changed. */
export function changedFields(change: PlannedChange): string[] {
  const { row } = change;
  return [
    ...(change.status === row.status ? [] : ['status']),
    ...(change.snoozedUntil?.getTime() === row.snoozed_until?.getTime() ? [] : ['snoozedUntil']),
    ...(change.agentId === row.agent_id ? [] : ['agentId', 'assignee']),
    ...(change.priority === row.priority ? [] : ['priority']),
    ...(change.addedLabelIds.length + change.removedLabelIds.length === 0 ? [] : ['labels']),
  ];
}

/** What is written down of a change, in the order in which a person would have done it. */
export function activitiesOf(change: PlannedChange, userId: UserId): ConversationActivity[] {
  const { row } = change;
  const of = { accountId: row.account_id, conversationId: row.id };
  const by = { ...of, actorId: userId };
  const activities: ConversationActivity[] = [];
  const wasClosed = row.status === 'closed';
  const isSnoozed = change.status === 'snoozed';
  if (wasClosed && change.status !== 'closed') activities.push({ ...by, kind: 'reopened', payload: {} });
  if (change.agentId !== row.agent_id) {
    const payload = { from: row.agent_id, to: change.agentId };
    if (change.isAgentGone)
      activities.push({
        ...of,
        actorId: null,
        kind: 'assigned',
        payload: { ...payload, reason: 'access_lost' },
      });
    else activities.push({ ...by, kind: 'assigned', payload });
  }
  if (change.priority !== row.priority)
    activities.push({
      ...by,
      kind: 'priority_changed',
      payload: { from: row.priority, to: change.priority },
    });
  if (change.addedLabelIds.length + change.removedLabelIds.length > 0)
    activities.push({
      ...by,
      kind: 'labelled',
      payload: { added: change.addedLabelIds, removed: change.removedLabelIds },
    });
  if (
    isSnoozed &&
    (row.status !== 'snoozed' || change.snoozedUntil?.getTime() !== row.snoozed_until?.getTime())
  )
    activities.push({
      ...by,
      kind: 'snoozed',
      payload: { until: change.snoozedUntil?.toISOString() ?? null },
    });
  if (row.status === 'snoozed' && change.status === 'active')
    activities.push({ ...by, kind: 'woke', payload: { by: 'user' } });
  if (!wasClosed && change.status === 'closed') activities.push({ ...by, kind: 'closed', payload: {} });
  return activities;
}

export function eventsOf(change: PlannedChange, userId: UserId): DomainEvent[] {
  const { row, agentId } = change;
  const of = { accountId: row.account_id };
  const events: DomainEvent[] = [
    {
      ...of,
      kind: 'conversation.updated',
      payload: { conversationId: row.id, changed: changedFields(change) },
    },
  ];
  if (agentId !== row.agent_id)
    events.push({
      ...of,
      kind: 'conversation.assigned',
      payload: {
        conversationId: row.id,
        previousAgentId: row.agent_id,
        agentId,
        actorId: change.isAgentGone ? null : userId,
      },
    });
  return events;
}
