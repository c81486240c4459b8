import type { AccountId, AssetId, ContactId, ConversationId, LabelId, UserId } from '../../database/ids';
import {
  COMMENT_THREAD_FACTS,
  type StoredCommentThread,
  commentThreadOf,
} from '../comment-threads/comment-thread-facts';
import type {
  ConversationPlatform,
  ConversationPriority,
  IdentityKind,
  SentimentLabel,
  SentimentTrend,
} from '../conversation-types';
import { type StoredThreadFacts, threadOf } from '../direct/direct-thread-view';
import type { ConversationKind, ConversationStatus, StoredConversation } from '../stored-conversation';

export interface ConversationRow {
  id: ConversationId;
  account_id: AccountId;
  platform: ConversationPlatform;
  asset_id: AssetId;
  asset_meta_id: string;
  asset_name: string | null;
  contact_id: ContactId | null;
  /** The contact that stands for the person: this one, unless it was merged into another. */
  person_id: ContactId | null;
  contact_name: string | null;
  contact_username: string | null;
  contact_picture: string | null;
  thread_facts: StoredThreadFacts | null;
  identities: { kind: IdentityKind; value: string }[] | null;
  group_id: string;
  comment_thread_id: string;
  comment_thread: StoredCommentThread | null;
  agent_id: UserId | null;
  agent_name: string | null;
  status: ConversationStatus;
  snoozed_until: Date | null;
  priority: ConversationPriority;
  labels: { id: LabelId; name: string; color: string | null }[] | null;
  sentiment: SentimentLabel | null;
  sentiment_score: number | null;
  sentiment_trend: SentimentTrend | null;
  /** A bigint, so text. */
  unread: string;
  read_at: Date | null;
  last_message_at: Date | null;
  last_message_preview: string | null;
  last_inbound_at: Date | null;
  window_expires_at: Date | null;
  previous_id: ConversationId | null;
  closed_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

/**
 * How many messages of the customer a user has not read: what is beyond the user's own place. Whoever never said how far
 * they read sees what nobody has read, which a receipt sent to the platform lessens, too.
 * @param conversation alias of the row of `conversations`
 * @param ownCount SQL of the user's own `inbound_count` in `conversation_reads`, or null
 */
export const unreadOf = (conversation: string, ownCount: string): string =>
  `greatest(coalesce(${conversation}.inbound_count - ${ownCount}, ${conversation}.unread_count), 0)`;

/**
 * Adds to the rows of `listed` what the API shows of them: few rows, after a page is cut.
 * @param user placeholder of the user's id, or of null for nobody's
 */
export const describeListed = (user: string): string => `
  SELECT v.*, a.meta_id AS asset_meta_id, a.name AS asset_name, coalesce(c.person_id, c.id) AS person_id,
         coalesce(h.name, c.name) AS contact_name,
         coalesce(c.profile ->> 'username', h.profile ->> 'username') AS contact_username,
         coalesce(c.profile ->> 'picture_url', h.profile ->> 'picture_url') AS contact_picture, i.identities,
         t.thread_facts, u.name AS agent_name, l.labels, ${unreadOf('v', 'r.inbound_count')} AS unread, r.read_at,
         p.id AS previous_id, k.comment_thread
    FROM listed v
    JOIN assets a ON a.account_id = v.account_id AND a.id = v.asset_id
    LEFT JOIN contacts c ON c.account_id = v.account_id AND c.id = v.contact_id
    -- Who stands for the person, where somebody merged several contacts.
    LEFT JOIN contacts h ON h.account_id = c.account_id AND h.id = c.person_id
    LEFT JOIN users u ON u.id = v.agent_id
    LEFT JOIN conversation_reads r
      ON r.account_id = v.account_id AND r.conversation_id = v.id AND r.user_id = ${user}::uuid
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object('kind', kind, 'value', value) ORDER BY kind, value) AS identities
        FROM contact_identities WHERE account_id = v.account_id AND contact_id = v.contact_id) i ON true
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object('id', label.id, 'name', label.name, 'color', label.color)
                       ORDER BY lower(label.name)) AS labels
        FROM conversation_labels given
        JOIN labels label ON label.account_id = given.account_id AND label.id = given.label_id
       WHERE given.account_id = v.account_id AND given.conversation_id = v.id) l ON true
    LEFT JOIN LATERAL (
      SELECT id FROM conversations before
       WHERE before.account_id = v.account_id AND before.contact_id = v.contact_id AND before.asset_id = v.asset_id
         AND before.id < v.id AND before.last_message_at <= v.last_message_at
       ORDER BY before.last_message_at DESC, before.id DESC LIMIT 1) p ON true
    LEFT JOIN LATERAL (
      SELECT jsonb_object_agg(f.fact, jsonb_build_object('value', f.value, 'at', f.at)) AS thread_facts
        FROM contact_identities p
        JOIN direct_thread_facts f ON f.account_id = p.account_id AND f.asset_id = v.asset_id
             AND f.person_kind = p.kind AND f.person = p.value
       WHERE v.platform <> 'whatsapp' AND p.account_id = v.account_id AND p.contact_id = v.contact_id) t ON true
    LEFT JOIN LATERAL (${COMMENT_THREAD_FACTS}) k ON true`;

export function toConversation(row: ConversationRow, ownAppId: string): StoredConversation {
  const kind = kindOf(row);
  return {
    id: row.id,
    accountId: row.account_id,
    platform: row.platform,
    kind,
    channel: { id: row.asset_id, metaId: row.asset_meta_id, name: row.asset_name },
    contact:
      row.person_id === null
        ? null
        : {
            id: row.person_id,
            name: row.contact_name,
            username: row.contact_username,
            pictureUrl: row.contact_picture,
            identities: row.identities ?? [],
          },
    thread:
      row.platform === 'whatsapp' || kind === 'comments' ? null : threadOf(row.thread_facts ?? {}, ownAppId),
    groupId: row.group_id === '' ? null : row.group_id,
    commentThread: commentThreadOf(row.comment_thread_id, row.comment_thread),
    agentId: row.agent_id,
    assignee: row.agent_id === null ? null : { id: row.agent_id, name: row.agent_name ?? '' },
    status: row.status,
    snoozedUntil: row.snoozed_until,
    priority: row.priority,
    labels: row.labels ?? [],
    sentiment:
      row.sentiment === null
        ? null
        : { label: row.sentiment, score: row.sentiment_score, trend: row.sentiment_trend },
    unreadCount: Number(row.unread),
    lastReadAt: row.read_at,
    lastMessageAt: row.last_message_at,
    lastMessagePreview: row.last_message_preview,
    lastInboundAt: row.last_inbound_at,
    windowExpiresAt: row.window_expires_at,
    previousConversationId: row.previous_id,
    closedAt: row.closed_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function kindOf(row: Pick<ConversationRow, 'group_id' | 'comment_thread_id'>): ConversationKind {
  if (row.comment_thread_id !== '') return 'comments';
  return row.group_id === '' ? 'direct' : 'group';
}
