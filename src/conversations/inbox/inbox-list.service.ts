import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, ConversationId } from '../../database/ids';
import { type ConversationKey, ConversationsService } from '../conversations.service';
import type { PagePosition } from '../page-position';
import type { StoredConversation } from '../stored-conversation';
import { type View, seesAll, visibleCondition } from '../visibility/visible-conversations';
import { type InboxFilter, SqlValues, conditionsOf } from './inbox-filter';
import { SHORT_WALK, type Walk, leftOver, walksOf } from './inbox-walks';

export interface InboxSlice {
  limit: number;
  /** At most one of the two. `after`: the ones next to it, so that a reader can go on without a gap. */
  before?: PagePosition | undefined;
  after?: PagePosition | undefined;
}

export interface InboxPage {
  /** The latest first. */
  conversations: StoredConversation[];
  /** Where the next page of older ones begins; null when there are none. */
  before: PagePosition | null;
  /** Where to ask for newer ones; null when there was nothing to look at. */
  after: PagePosition | null;
}

/** How many conversations one page looks at. What is rare among them is found over several pages, none of which takes long. */
const LOOKED_AT_ONCE = 3_000;

/** Where nothing is known of a table, only the order says which index is meant. */
const LATEST_FIRST = 'ORDER BY v.last_message_at DESC, v.id DESC';

interface Place extends PagePosition {
  accountId: AccountId;
  id: ConversationId;
}

interface Stretch {
  looked: number;
  last: PagePosition | null;
  found: Place[];
}

/** The inbox: the conversations that a user sees by when their last message was. */
@Injectable()
export class InboxList {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly conversations: ConversationsService,
  ) {}

  /** A page may hold fewer than `limit`, even none, and still have a next one. */
  async page(view: View, filter: InboxFilter, slice: InboxSlice): Promise<InboxPage> {
    if (view.accountIds.length === 0) return { conversations: [], before: null, after: null };
    const walk = await this.shortestWalk(view.accountIds, filter);
    const isForward = slice.before === undefined && slice.after !== undefined;
    const found: Place[] = [];
    let position = slice.before ?? slice.after;
    let isEnd = false;
    for (const size of sizesOf(view, filter, walk, slice.limit)) {
      const wanted = slice.limit - found.length;
      const stretch = await this.look(view, filter, walk, { position, isForward, size, wanted });
      found.push(...stretch.found);
      position = stretch.last ?? position;
      isEnd = stretch.looked < size;
      if (isEnd || found.length === slice.limit) break;
    }
    if (found.length === slice.limit) position = found.at(-1);
    const goOn = isEnd && found.length < slice.limit ? null : toPosition(position);
    if (isForward) found.reverse();
    const keys: ConversationKey[] = found;
    const conversations = await this.conversations.getMany(keys, view.userId);
    const [first, last] = [toPosition(found[0]), toPosition(found.at(-1))];
    return isForward
      ? { conversations, before: last, after: goOn ?? first }
      : { conversations, before: goOn, after: first };
  }

  /** Of several ways the one with the least on it. How much that is, is only counted as far as it decides. */
  private async shortestWalk(accountIds: readonly AccountId[], filter: InboxFilter): Promise<Walk> {
    const walks = walksOf(filter);
    const [first] = walks;
    if (first === undefined) throw new Error('There is no way through the inbox.');
    if (walks.length === 1 || filter.conversationIds !== undefined || filter.contactId !== undefined)
      return first;
    const values = new SqlValues();
    const accounts = values.add(accountIds);
    const counts = walks.map(
      (walk) => `(SELECT count(*)::integer FROM (
         SELECT FROM unnest(${accounts}::uuid[]) AS mine (account_id) ${walk.parts(values)}
          CROSS JOIN LATERAL (SELECT FROM conversations v
            WHERE v.account_id = mine.account_id AND v.last_message_at IS NOT NULL AND ${walk.where(values)}
            ${walk.isUnordered === true ? '' : LATEST_FIRST} LIMIT ${SHORT_WALK + 1}) part LIMIT ${SHORT_WALK + 1}) few)`,
    );
    const [row]: { lengths: number[] }[] = await this.database.query(
      `SELECT ARRAY[${counts.join(', ')}] AS lengths`,
      values.list,
    );
    const measured = walks.flatMap((walk, index) => {
      const length = row?.lengths[index] ?? 0;
      return walk.isUnordered === true && length > SHORT_WALK ? [] : [{ walk, length }];
    });
    return measured.reduce((a, b) => (b.length < a.length ? b : a)).walk;
  }

  private async look(
    view: View,
    filter: InboxFilter,
    walk: Walk,
    part: { position: PagePosition | undefined; isForward: boolean; size: number; wanted: number },
  ): Promise<Stretch> {
    const values = new SqlValues();
    const order = part.isForward ? 'ASC' : 'DESC';
    const beyond =
      part.position === undefined
        ? ''
        : `AND (v.last_message_at, v.id) ${part.isForward ? '>' : '<'}
             (${values.add(part.position.at)}::timestamptz, ${values.add(part.position.id)}::uuid)`;
    const remaining = conditionsOf(filter, leftOver(filter, walk), view.userId, values);
    const visible = visibleCondition(view, 'v', (value) => values.add(value));
    if (visible !== null) remaining.push(visible);
    const rows: Stretch[] = await this.database.query(
      // Of each account and part its latest, by the index, and then the latest of those: over all at once no index has the
      // order, and every conversation of the user would be read and sorted.
      `WITH looked AS MATERIALIZED (
         SELECT place.* FROM unnest(${values.add(view.accountIds)}::uuid[]) AS mine (account_id) ${walk.parts(values)}
          CROSS JOIN LATERAL (
            SELECT v.account_id, v.id, v.last_message_at AS at FROM conversations v
             WHERE v.account_id = mine.account_id AND v.last_message_at IS NOT NULL AND ${walk.where(values)} ${beyond}
             ORDER BY v.last_message_at ${order}, v.id ${order} LIMIT ${part.size}) place
          ORDER BY place.at ${order}, place.id ${order} LIMIT ${part.size}),
       found AS (
         SELECT looked.* FROM looked
          CROSS JOIN LATERAL (
            SELECT FROM conversations v
             WHERE ${['v.account_id = looked.account_id', 'v.id = looked.id', ...remaining].join(' AND ')} OFFSET 0) fit
          ORDER BY looked.at ${order}, looked.id ${order} LIMIT ${part.wanted})
       SELECT (SELECT count(*)::integer FROM looked) AS looked,
              (SELECT jsonb_build_object('at', at, 'id', id) FROM looked
                ORDER BY looked.at ${opposite(order)}, looked.id ${opposite(order)} LIMIT 1) AS last,
              (SELECT coalesce(jsonb_agg(jsonb_build_object('accountId', account_id, 'at', at, 'id', id)
                                         ORDER BY at ${order}, id ${order}), '[]') FROM found) AS found`,
      values.list,
    );
    return rows[0] ?? { looked: 0, last: null, found: [] };
  }
}

/** How many to look at for a page: only more where what is looked for is rare. */
function sizesOf(view: View, filter: InboxFilter, walk: Walk, limit: number): number[] {
  if (walk.isUnordered === true) return [Math.max(SHORT_WALK, filter.conversationIds?.length ?? 0) + 1];
  return leftOver(filter, walk).length === 0 && seesAll(view) ? [limit] : [4 * limit, LOOKED_AT_ONCE];
}

const opposite = (order: 'ASC' | 'DESC'): 'ASC' | 'DESC' => (order === 'ASC' ? 'DESC' : 'ASC');

function toPosition(place: PagePosition | undefined): PagePosition | null {
  return place === undefined ? null : { at: place.at, id: place.id };
}
