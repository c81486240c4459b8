import { CONVERSATION_PLATFORMS, type ConversationPlatform } from '../conversation-types';
import { CONVERSATION_STATUSES } from '../stored-conversation';
import { type FilterField, type InboxFilter, type SqlValues, fieldsOf, personOf } from './inbox-filter';

/**
 * A way through an account's conversations, the latest first: by one index, or by a few parts of one that are merged. Each
 * has the order, so that a page costs what it shows, however many there are.
 */
export interface Walk {
  /** The conditions that hold for everything on it. */
  holds: readonly FilterField[];
  /** SQL that repeats an account for each part. */
  parts(values: SqlValues): string;
  /** SQL about `v`, by which an index is found. */
  where(values: SqlValues): string;
  /** Has no order of its own: only to be taken where it is short. */
  isUnordered?: boolean;
}

/** Up to here a walk is short: all on it can be looked at for one page. */
export const SHORT_WALK = 1_000;

const statusesOf = (filter: InboxFilter): readonly string[] =>
  filter.status === undefined ? CONVERSATION_STATUSES : [filter.status];

/** Where there are conversations of such a kind at all. */
function platformsOf({ platform, kind }: InboxFilter): readonly ConversationPlatform[] {
  const possible = CONVERSATION_PLATFORMS.filter((name) => {
    if (kind === 'comments') return name === 'facebook' || name === 'instagram';
    return kind === undefined || name !== 'facebook';
  });
  return platform === undefined ? possible : possible.filter((name) => name === platform);
}

const eachStatus = (filter: InboxFilter, values: SqlValues): string =>
  `CROSS JOIN unnest(${values.add(statusesOf(filter))}::text[]) AS statuses (status)`;

/**
 * The walks that a filter allows, the one that is likely to be the shortest first. The last one is always possible.
 */
export function walksOf(filter: InboxFilter): Walk[] {
  const walks: Walk[] = [];
  const direct = (field: FilterField, where: (values: SqlValues) => string, isUnordered = false): void => {
    walks.push({ holds: [field], parts: () => '', where, isUnordered });
  };
  if (filter.conversationIds !== undefined)
    direct('conversationIds', (values) => `v.id = ANY(${values.add(filter.conversationIds)}::uuid[])`, true);
  if (filter.contactId !== undefined)
    direct('contactId', (values) => `v.contact_id = ANY(${personOf('mine', filter, values)})`);
  if (filter.labelId !== undefined)
    direct(
      'labelId',
      (values) => `v.id IN (SELECT g.conversation_id FROM conversation_labels g
                             WHERE g.account_id = mine.account_id AND g.label_id = ${values.add(filter.labelId)}::uuid)`,
      true,
    );
  if (filter.priority !== undefined && filter.priority !== 'normal')
    direct(
      'priority',
      // The second half says that the partial index has them.
      (values) => `v.priority = ${values.add(filter.priority)}::text AND v.priority <> 'normal'`,
    );
  if (filter.sentiment === 'negative') direct('sentiment', () => `v.sentiment = 'negative'`);
  if (filter.kind === 'group') direct('kind', () => `v.group_id <> ''`);
  if (filter.kind === 'comments') direct('kind', () => `v.comment_thread_id <> ''`);
  const byStatus = (field: FilterField, where: (values: SqlValues) => string): void => {
    walks.push({
      holds: [field, 'status'],
      parts: (values) => eachStatus(filter, values),
      where: (values) => `${where(values)} AND v.status = statuses.status`,
    });
  };
  const { assigneeId, channelId } = filter;
  if (assigneeId !== undefined)
    byStatus('assigneeId', (values) =>
      assigneeId === null ? 'v.agent_id IS NULL' : `v.agent_id = ${values.add(assigneeId)}::uuid`,
    );
  if (channelId !== undefined)
    byStatus('channelId', (values) => `v.asset_id = ${values.add(channelId)}::uuid`);
  walks.push({
    holds: ['platform', 'status'],
    parts: (values) =>
      `CROSS JOIN unnest(${values.add(platformsOf(filter))}::text[]) AS platforms (platform) ${eachStatus(filter, values)}`,
    where: () => 'v.platform = platforms.platform AND v.status = statuses.status',
  });
  return walks;
}

/** What has to be looked at on a walk, row by row. */
export const leftOver = (filter: InboxFilter, walk: Walk): FilterField[] =>
  fieldsOf(filter).filter((field) => !walk.holds.includes(field));
