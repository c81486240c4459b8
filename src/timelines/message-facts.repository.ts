import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { type AccountId, type ConversationId, type MessageId, isUuid } from '../database/ids';

interface StoredError {
  code: number | string;
  title: string | null;
  message: string | null;
  details: string | null;
}

export interface MessageFact {
  id: MessageId;
  accountId: AccountId;
  conversationId: ConversationId;
  assetId: string;
  platform: string;
  direction: 'inbound' | 'outbound';
  senderType: string;
  senderId: string | null;
  type: string;
  status: string;
  externalId: string | null;
  deliveryId: string | null;
  campaignId: string | null;
  isImported: boolean;
  toldAt: Date;
  createdAt: Date;
  editedAt: Date | null;
  revokedAt: Date | null;
  sentiment: string | null;
}

export interface StatusFact {
  status: string;
  participant: string;
  at: Date;
  error: StoredError | null;
  deliveryId: string | null;
  createdAt: Date;
}

export interface SendFact {
  state: 'queued' | 'held' | 'sending' | 'accepted' | 'failed' | 'unknown';
  attempts: number;
  limited: number;
  availableAt: Date;
  orderedFor: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  createdAt: Date;
  error: StoredError | null;
  requestId: string | null;
  traceParent: string | null;
  /** Orders to the same person that go first. */
  earlier: number;
}

export interface AttemptFact {
  number: number;
  startedAt: Date;
  endedAt: Date;
  outcome: 'retry' | 'postponed' | 'failed' | 'unknown';
  nextAt: Date | null;
  error: StoredError | null;
  fbtraceId: string | null;
}

export interface ToldByFact {
  id: string;
  receivedAt: Date;
  processedAt: Date | null;
  requestId: string | null;
  traceParent: string | null;
}

export interface MediaFact {
  mediaId: string;
  state: string;
  attempts: number;
  nextAttemptAt: Date;
  createdAt: Date;
  storedAt: Date | null;
  error: StoredError | null;
}

export interface SentimentFact {
  state: string;
  attempts: number;
  availableAt: Date;
  createdAt: Date;
  error: string | null;
}

export interface CampaignFact {
  id: string;
  name: string;
  state: string;
  pauseReason: { message?: string } | null;
  updatedAt: Date;
}

/** What is stored of one message. Each question is answered by an index, and none can have more answers than a few. */
@Injectable()
export class MessageFacts {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async message(
    accountId: AccountId,
    conversationId: ConversationId,
    id: string,
  ): Promise<MessageFact | null> {
    const [row]: MessageFact[] = await this.database.query(
      `SELECT m.id, m.account_id AS "accountId", m.conversation_id AS "conversationId", m.asset_id AS "assetId", m.platform,
              m.direction, m.sender_type AS "senderType", m.sender_id AS "senderId", m.type, m.status,
              m.external_id AS "externalId", m.delivery_id AS "deliveryId", m.metadata->>'campaignId' AS "campaignId",
              m.metadata @> '{"imported": true}' AS "isImported", m."timestamp" AS "toldAt",
              m.created_at AS "createdAt", m.edited_at AS "editedAt", m.revoked_at AS "revokedAt", m.sentiment
         FROM messages m
        WHERE m.account_id = $1 AND m.id = $2 AND m.conversation_id = $3`,
      [accountId, id, conversationId],
    );
    return row ?? null;
  }

  /** Of a user; null for whoever is none of ours. */
  async nameOf(userId: string | null): Promise<string | null> {
    if (userId === null || !isUuid(userId)) return null;
    const [row]: { name: string }[] = await this.database.query('SELECT name FROM users WHERE id = $1', [
      userId,
    ]);
    return row?.name ?? null;
  }

  async statuses({ accountId, id }: MessageFact): Promise<StatusFact[]> {
    return this.database.query(
      `SELECT status, participant, at, error, delivery_id AS "deliveryId", created_at AS "createdAt"
         FROM message_statuses WHERE account_id = $1 AND message_id = $2 ORDER BY created_at, at LIMIT 100`,
      [accountId, id],
    );
  }

  async send({ accountId, id }: MessageFact): Promise<SendFact | null> {
    const [row]: SendFact[] = await this.database.query(
      `SELECT s.state, s.attempts, s.limited, s.available_at AS "availableAt", s.ordered_for AS "orderedFor",
              s.started_at AS "startedAt", s.finished_at AS "finishedAt", s.created_at AS "createdAt", s.error,
              s.request_id AS "requestId", s.trace_parent AS "traceParent",
              CASE WHEN s.state = 'queued' THEN (
                SELECT count(*)::int FROM (
                  SELECT 1 FROM message_sends earlier
                   WHERE earlier.account_id = s.account_id AND earlier.asset_id = s.asset_id
                     AND earlier.recipient = s.recipient AND earlier.state IN ('queued', 'sending')
                     AND (earlier.ordered_for, earlier.message_id) < (s.ordered_for, s.message_id)
                     AND earlier.lane <= s.lane LIMIT 100) AS first) ELSE 0 END AS earlier
         FROM message_sends s WHERE s.account_id = $1 AND s.message_id = $2`,
      [accountId, id],
    );
    return row ?? null;
  }

  async attempts({ accountId, id }: MessageFact): Promise<AttemptFact[]> {
    return this.database.query(
      `SELECT number, started_at AS "startedAt", ended_at AS "endedAt", outcome, next_at AS "nextAt", error,
              fbtrace_id AS "fbtraceId"
         FROM message_send_attempts WHERE account_id = $1 AND message_id = $2 ORDER BY number LIMIT 100`,
      [accountId, id],
    );
  }

  /** The webhooks that the message and its statuses came with, as far as they are still kept. */
  async deliveries(ids: readonly string[]): Promise<ToldByFact[]> {
    if (ids.length === 0) return [];
    return this.database.query(
      `SELECT d.id, d.received_at AS "receivedAt", d.processed_at AS "processedAt", step.request_id AS "requestId",
              step.trace_parent AS "traceParent"
         FROM webhook_deliveries d
         LEFT JOIN LATERAL (
           SELECT s.request_id, s.trace_parent FROM webhook_delivery_steps s
            WHERE s.delivery_id = d.id AND s.kind = 'received' ORDER BY s.at LIMIT 1) AS step ON true
        WHERE d.id = ANY($1::uuid[])`,
      [ids],
    );
  }

  async media({ accountId, id }: MessageFact): Promise<MediaFact[]> {
    return this.database.query(
      `SELECT media_id AS "mediaId", state, attempts, next_attempt_at AS "nextAttemptAt", created_at AS "createdAt",
              stored_at AS "storedAt", error
         FROM message_media WHERE account_id = $1 AND message_id = $2 ORDER BY created_at, media_id LIMIT 20`,
      [accountId, id],
    );
  }

  async sentiment({ accountId, id }: MessageFact): Promise<SentimentFact[]> {
    return this.database.query(
      `SELECT state, attempts, available_at AS "availableAt", created_at AS "createdAt", error
         FROM sentiment_work WHERE account_id = $1 AND message_id = $2 AND message_id IS NOT NULL LIMIT 5`,
      [accountId, id],
    );
  }

  async campaign({ accountId, campaignId }: MessageFact): Promise<CampaignFact | null> {
    if (campaignId === null || !isUuid(campaignId)) return null;
    const [row]: CampaignFact[] = await this.database.query(
      `SELECT id, name, state, pause_reason AS "pauseReason", updated_at AS "updatedAt"
         FROM campaigns WHERE account_id = $1 AND id = $2`,
      [accountId, campaignId],
    );
    return row ?? null;
  }

  /** What is told of failures is told of all that fail for the same reason through the same channel. */
  async failureNotifications(
    { accountId, assetId }: MessageFact,
    code: string,
    at: Date,
  ): Promise<{ id: string; title: string; firstAt: Date; lastAt: Date }[]> {
    return this.database.query(
      `SELECT id, title, first_at AS "firstAt", last_at AS "lastAt" FROM notifications
        WHERE account_id = $1 AND group_key = $2 AND first_at <= $3::timestamptz + interval '1 day'
          AND last_at >= $3::timestamptz - interval '1 minute'
        ORDER BY first_at DESC LIMIT 3`,
      [accountId, `message.failed:${assetId}:${code}`, at],
    );
  }
}
