import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, AssetId, ConversationId, MessageId } from '../../database/ids';
import { firstIdAt } from '../../database/ids';
import { type MessageStatus, type PersonIdentity, type Platform, SEND_LANES } from '../conversation-types';
import { type View, visibleCondition } from '../visibility/visible-conversations';
import { MessagesService } from './messages.service';
import type { StoredMessage } from './stored-message';

export interface MessageFilter {
  platform: Platform;
  assetId?: AssetId | undefined;
  direction?: 'inbound' | 'outbound' | undefined;
  status?: MessageStatus | undefined;
  /** The platform's word. */
  type?: string | undefined;
  templateName?: string | undefined;
  /** When it was stored here: from this instant, until before that one. */
  from?: Date | undefined;
  until?: Date | undefined;
  /** Only what waits for a time that was asked for. */
  scheduled?: boolean | undefined;
  /** Only messages of conversations that the user sees. */
  view?: View | undefined;
}

export interface MessageSlice {
  limit: number;
  /** At most one of the two: older than this one, newer than this one. */
  before?: MessageId | undefined;
  after?: MessageId | undefined;
}

export interface MessagePage {
  /** Newest first. */
  messages: StoredMessage[];
  /** Where the next page of older ones begins; null when there are none. */
  before: MessageId | null;
  /** Where to ask for newer ones; null when nothing has been looked at. */
  after: MessageId | null;
}

/** What a message itself does not hold of its two ends. */
export interface MessageRoute {
  channelMetaId: string;
  groupId: string;
  identities: PersonIdentity[];
  /** When it is to go out, while it waits for that. */
  sendAt: Date | null;
}

/** How many messages one page looks at. What is rare among them is found over several pages, none of which takes long. */
const LOOKED_AT_ONCE = 20_000;

/** A channel of an account seldom has more; what waits longest is found when others have gone. */
const MOST_SCHEDULED = 10_000;

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

interface RouteRow {
  id: MessageId;
  channel_meta_id: string;
  group_id: string;
  identities: PersonIdentity[] | null;
  send_at: Date | null;
}

/**
 * Messages of an account over all its conversations, newest first. It goes along the primary key, whose UUIDv7 ids are in
 * the order in which messages were stored: an index for each filter would slow down every message that comes in.
 */
@Injectable()
export class MessageList {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly messages: MessagesService,
  ) {}

  /** A page may hold fewer than `limit`, even none, and still have a next one. */
  async page(accountId: AccountId, filter: MessageFilter, slice: MessageSlice): Promise<MessagePage> {
    const isForward = slice.before === undefined && slice.after !== undefined;
    const order = isForward ? 'ASC' : 'DESC';
    const range = rangeOf(filter, slice);
    const source = filter.scheduled === true ? SCHEDULED : looked(order);
    const { conditions, parameters } = conditionsOf(filter, [accountId, range.above, range.below]);
    const found: { id: MessageId }[] = await this.database.query(
      `SELECT m.id FROM (${source}) m WHERE ${conditions.join(' AND ')}
        ORDER BY m.id ${order} LIMIT $${parameters.length + 1}`,
      [...parameters, slice.limit],
    );
    const ids = found.map(({ id }) => id);
    const isFull = ids.length === slice.limit;
    const last = isFull ? (ids.at(-1) ?? null) : await this.lastLookedAt(accountId, filter, range, order);
    if (isForward) ids.reverse();
    const messages = await this.messages.getMany(accountId, ids);
    return isForward
      ? { messages, before: ids.at(-1) ?? null, after: last ?? ids[0] ?? null }
      : { messages, before: last, after: ids[0] ?? null };
  }

  async routesOf(
    accountId: AccountId,
    messages: readonly { id: MessageId; conversationId: ConversationId }[],
  ): Promise<Map<MessageId, MessageRoute>> {
    if (messages.length === 0) return new Map();
    const rows: RouteRow[] = await this.database.query(
      `SELECT wanted.id, a.meta_id AS channel_meta_id, v.group_id, i.identities,
              CASE WHEN s.ordered_for > now() THEN s.ordered_for END AS send_at
         FROM unnest($2::uuid[], $3::uuid[]) AS wanted (id, conversation_id)
         JOIN conversations v ON v.account_id = $1 AND v.id = wanted.conversation_id
         JOIN assets a ON a.account_id = $1 AND a.id = v.asset_id
         LEFT JOIN message_sends s ON s.account_id = $1 AND s.message_id = wanted.id AND s.state = 'queued'
         LEFT JOIN LATERAL (
           SELECT jsonb_agg(jsonb_build_object('kind', kind, 'value', value) ORDER BY kind, value) AS identities
             FROM contact_identities WHERE account_id = $1 AND contact_id = v.contact_id) i ON true`,
      [accountId, messages.map(({ id }) => id), messages.map(({ conversationId }) => conversationId)],
    );
    return new Map(
      rows.map((row) => [
        row.id,
        {
          channelMetaId: row.channel_meta_id,
          groupId: row.group_id,
          identities: row.identities ?? [],
          sendAt: row.send_at,
        },
      ]),
    );
  }

  /** Where looking stopped because it had looked at enough; null when there was nothing more to look at. */
  private async lastLookedAt(
    accountId: AccountId,
    filter: MessageFilter,
    range: { above: string; below: string },
    order: 'ASC' | 'DESC',
  ): Promise<MessageId | null> {
    if (filter.scheduled === true) return null;
    const rows: { id: MessageId }[] = await this.database.query(
      `SELECT id FROM messages WHERE account_id = $1 AND id > $2 AND id < $3
        ORDER BY id ${order} OFFSET ${LOOKED_AT_ONCE - 1} LIMIT 1`,
      [accountId, range.above, range.below],
    );
    return rows[0]?.id ?? null;
  }
}

/** Each channel's lanes by their index, from now on: what is due or done is not touched. */
const SCHEDULED = `
  SELECT scheduled.* FROM assets a
   CROSS JOIN generate_series(0, ${SEND_LANES.length - 1}) AS lanes (place)
   CROSS JOIN LATERAL (
    SELECT m.* FROM message_sends s JOIN messages m ON m.account_id = s.account_id AND m.id = s.message_id
     WHERE s.platform = $4 AND s.account_id = a.account_id AND s.asset_id = a.id AND s.lane = lanes.place
       AND s.state = 'queued' AND s.available_at > now() AND s.ordered_for > now()
     ORDER BY s.available_at LIMIT ${MOST_SCHEDULED}) scheduled
   WHERE a.account_id = $1 AND scheduled.id > $2 AND scheduled.id < $3`;

const looked = (order: 'ASC' | 'DESC'): string => `
  SELECT * FROM messages WHERE account_id = $1 AND id > $2 AND id < $3
   ORDER BY id ${order} LIMIT ${LOOKED_AT_ONCE}`;

function rangeOf(filter: MessageFilter, slice: MessageSlice): { above: string; below: string } {
  const above = [FIRST_ID, slice.after, filter.from && firstIdAt(filter.from)];
  const below = [LAST_ID, slice.before, filter.until && firstIdAt(filter.until)];
  return { above: above.reduce(later) ?? FIRST_ID, below: below.reduce(earlier) ?? LAST_ID };
}

type MaybeId = string | undefined;
const later = (a: MaybeId, b: MaybeId): MaybeId => (b !== undefined && (a === undefined || b > a) ? b : a);
const earlier = (a: MaybeId, b: MaybeId): MaybeId => (b !== undefined && (a === undefined || b < a) ? b : a);

function conditionsOf(
  filter: MessageFilter,
  range: readonly unknown[],
): { conditions: string[]; parameters: unknown[] } {
  const parameters: unknown[] = [...range, filter.platform];
  const conditions = ['m.platform = $4'];
  const require = (column: string, value: unknown): void => {
    if (value !== undefined) conditions.push(`${column} = $${parameters.push(value)}`);
  };
  require('m.asset_id', filter.assetId);
  require('m.direction', filter.direction);
  require('m.status', filter.status);
  require('m.type', filter.templateName === undefined ? filter.type : 'template');
  require("m.content->>'name'", filter.templateName);
  const visible =
    filter.view === undefined
      ? null
      : visibleCondition(filter.view, 'v', (value) => `$${parameters.push(value)}`);
  if (visible !== null)
    conditions.push(
      `EXISTS (SELECT FROM conversations v WHERE v.account_id = m.account_id AND v.id = m.conversation_id AND ${visible})`,
    );
  return { conditions, parameters };
}
