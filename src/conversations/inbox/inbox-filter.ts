import type { AssetId, ContactId, ConversationId, LabelId, UserId } from '../../database/ids';
import type { ConversationPlatform, ConversationPriority, SentimentLabel } from '../conversation-types';
import type { ConversationKind, ConversationStatus } from '../stored-conversation';
import { contactsOfPerson } from '../contacts/person-sql';
import { unreadOf } from './conversation-view';

/** What a list of conversations is narrowed by; all that is given has to hold. */
export interface InboxFilter {
  platform?: ConversationPlatform | undefined;
  channelId?: AssetId | undefined;
  kind?: ConversationKind | undefined;
  status?: ConversationStatus | undefined;
  /** Null: those that are assigned to nobody. */
  assigneeId?: UserId | null | undefined;
  labelId?: LabelId | undefined;
  sentiment?: SentimentLabel | undefined;
  priority?: ConversationPriority | undefined;
  /** Of the user who asks. */
  isUnread?: boolean | undefined;
  contactId?: ContactId | undefined;
  /** Only these, as a search found them: some thousands at most. */
  conversationIds?: readonly ConversationId[] | undefined;
}

export type FilterField = keyof InboxFilter;

/** Values of a statement, by the placeholders that they are given. */
export class SqlValues {
  readonly list: unknown[] = [];

  /** @returns the placeholder */
  add(value: unknown): string {
    return `$${this.list.push(value)}`;
  }
}

/** The fields that are given. */
export function fieldsOf(filter: InboxFilter): FilterField[] {
  return (Object.keys(filter) as FilterField[]).filter((field) => filter[field] !== undefined);
}

/** @returns SQL about `v`, a row of `conversations`, for each field that is given */
export function conditionsOf(
  filter: InboxFilter,
  fields: readonly FilterField[],
  userId: UserId,
  values: SqlValues,
): string[] {
  return fields.map((field) => conditionOf(filter, field, userId, values));
}

function conditionOf(filter: InboxFilter, field: FilterField, userId: UserId, values: SqlValues): string {
  const value = filter[field];
  switch (field) {
    case 'platform':
    case 'status':
    case 'sentiment':
    case 'priority':
      return `v.${field} = ${values.add(value)}::text`;
    case 'channelId':
      return `v.asset_id = ${values.add(value)}::uuid`;
    case 'contactId':
      return `v.contact_id = ANY(${personOf('v', filter, values)})`;
    case 'assigneeId':
      return value === null ? 'v.agent_id IS NULL' : `v.agent_id = ${values.add(value)}::uuid`;
    case 'kind':
      return kindCondition(filter.kind);
    case 'labelId':
      return `EXISTS (SELECT FROM conversation_labels g WHERE g.account_id = v.account_id
                       AND g.conversation_id = v.id AND g.label_id = ${values.add(value)}::uuid)`;
    case 'isUnread':
      return `${unreadCondition(values.add(userId))} ${value === true ? '> 0' : '= 0'}`;
    case 'conversationIds':
      return `v.id = ANY(${values.add(value)}::uuid[])`;
  }
}

/**
 * With whichever contact of the person.
 * @param of alias of a row with the account
 * @returns SQL of an array of ids
 */
export const personOf = (of: string, { contactId }: InboxFilter, values: SqlValues): string =>
  contactsOfPerson(`${of}.account_id`, `${values.add(contactId)}::uuid`);

/** @returns SQL of how much of `v` the user has not read */
export const unreadCondition = (user: string): string =>
  unreadOf(
    'v',
    `(SELECT r.inbound_count FROM conversation_reads r
       WHERE r.account_id = v.account_id AND r.conversation_id = v.id AND r.user_id = ${user}::uuid)`,
  );

function kindCondition(kind: ConversationKind | undefined): string {
  if (kind === 'comments') return `v.comment_thread_id <> ''`;
  return kind === 'group' ? `v.group_id <> ''` : `v.contact_id IS NOT NULL`;
}
