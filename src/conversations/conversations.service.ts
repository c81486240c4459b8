import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import type { AccountId, AssetId, ContactId, ConversationId, UserId } from '../database/ids';
import { isUuid } from '../database/ids';
import { NotFoundError } from '../errors/app.error';
import type { IdentityKind, Platform } from './conversation-types';
import { type StoredThreadFacts, threadOf } from './direct/direct-thread-view';
import type { PagePosition } from './page-position';
import type { ConversationStatus, StoredConversation } from './stored-conversation';

export interface InboxFilter {
  platform?: Platform | undefined;
  status?: ConversationStatus | undefined;
  limit: number;
  /** At most one of the two. `after`: the ones next to it, so that a reader can go on without a gap. */
  before?: PagePosition | undefined;
  after?: PagePosition | undefined;
}

interface ConversationRow {
  id: ConversationId;
  account_id: AccountId;
  platform: Platform;
  asset_id: AssetId;
  asset_meta_id: string;
  asset_name: string | null;
  contact_id: ContactId | null;
  contact_name: string | null;
  contact_username: string | null;
  contact_picture: string | null;
  thread_facts: StoredThreadFacts | null;
  identities: { kind: IdentityKind; value: string }[] | null;
  group_id: string;
  agent_id: UserId | null;
  status: ConversationStatus;
  unread_count: number;
  last_message_at: Date | null;
  last_message_preview: string | null;
  last_inbound_at: Date | null;
  window_expires_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

@Injectable()
export class ConversationsService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly config: AppConfig,
  ) {}

  /** The inbox of the given accounts, the latest conversation first. */
  async page(accountIds: readonly AccountId[], filter: InboxFilter): Promise<StoredConversation[]> {
    if (accountIds.length === 0) return [];
    const parameters: unknown[] = [accountIds, filter.limit];
    const conditions = ['v.account_id = mine.account_id', 'v.last_message_at IS NOT NULL'];
    const placeholder = (value: unknown): string => `$${parameters.push(value)}`;
    if (filter.platform !== undefined) conditions.push(`v.platform = ${placeholder(filter.platform)}`);
    if (filter.status !== undefined) conditions.push(`v.status = ${placeholder(filter.status)}`);
    const bound = filter.before ?? filter.after;
    const order = filter.before === undefined && filter.after !== undefined ? 'ASC' : 'DESC';
    if (bound !== undefined)
      conditions.push(
        `(v.last_message_at, v.id) ${order === 'ASC' ? '>' : '<'} (${placeholder(bound.at)}, ${placeholder(bound.id)})`,
      );
    const rows: ConversationRow[] = await this.database.query(
      // Of each account its latest, by the index, and then the latest of those: over all accounts at once no index has the
      // order, and every conversation of the user would be read and sorted.
      `WITH listed AS (
         SELECT latest.* FROM unnest($1::uuid[]) AS mine (account_id) CROSS JOIN LATERAL (
           SELECT v.* FROM conversations v WHERE ${conditions.join(' AND ')}
            ORDER BY v.last_message_at ${order}, v.id ${order} LIMIT $2) latest
          ORDER BY latest.last_message_at ${order}, latest.id ${order} LIMIT $2)
       ${DESCRIBE} ORDER BY v.last_message_at DESC, v.id DESC`,
      parameters,
    );
    return rows.map((row) => toConversation(row, this.config.env.META_APP_ID));
  }

  /** @throws NotFoundError when no such conversation is in any of the accounts */
  async get(accountIds: readonly AccountId[], id: string): Promise<StoredConversation> {
    const rows: ConversationRow[] =
      isUuid(id) && accountIds.length > 0
        ? await this.database.query(
            `WITH listed AS (SELECT * FROM conversations WHERE account_id = ANY($1) AND id = $2) ${DESCRIBE}`,
            [accountIds, id],
          )
        : [];
    const [row] = rows;
    if (row === undefined) throw new NotFoundError('There is no such conversation.');
    return toConversation(row, this.config.env.META_APP_ID);
  }
}

/** Adds channel and contact to the few rows of a page, after the page is cut. */
const DESCRIBE = `
  SELECT v.*, a.meta_id AS asset_meta_id, a.name AS asset_name, c.name AS contact_name,
         c.profile ->> 'username' AS contact_username, c.profile ->> 'picture_url' AS contact_picture, i.identities,
         t.thread_facts
    FROM listed v
    JOIN assets a ON a.account_id = v.account_id AND a.id = v.asset_id
    LEFT JOIN contacts c ON c.account_id = v.account_id AND c.id = v.contact_id
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object('kind', kind, 'value', value) ORDER BY kind, value) AS identities
        FROM contact_identities WHERE account_id = v.account_id AND contact_id = v.contact_id) i ON true
    LEFT JOIN LATERAL (
      SELECT jsonb_object_agg(f.fact, jsonb_build_object('value', f.value, 'at', f.at)) AS thread_facts
        FROM contact_identities p
        JOIN direct_thread_facts f ON f.account_id = p.account_id AND f.asset_id = v.asset_id
             AND f.person_kind = p.kind AND f.person = p.value
       WHERE v.platform <> 'whatsapp' AND p.account_id = v.account_id AND p.contact_id = v.contact_id) t ON true`;

function toConversation(row: ConversationRow, ownAppId: string): StoredConversation {
  return {
    id: row.id,
    accountId: row.account_id,
    platform: row.platform,
    channel: { id: row.asset_id, metaId: row.asset_meta_id, name: row.asset_name },
    contact:
      row.contact_id === null
        ? null
        : {
            id: row.contact_id,
            name: row.contact_name,
            username: row.contact_username,
            pictureUrl: row.contact_picture,
            identities: row.identities ?? [],
          },
    thread: row.platform === 'whatsapp' ? null : threadOf(row.thread_facts ?? {}, ownAppId),
    groupId: row.group_id === '' ? null : row.group_id,
    agentId: row.agent_id,
    status: row.status,
    unreadCount: row.unread_count,
    lastMessageAt: row.last_message_at,
    lastMessagePreview: row.last_message_preview,
    lastInboundAt: row.last_inbound_at,
    windowExpiresAt: row.window_expires_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
