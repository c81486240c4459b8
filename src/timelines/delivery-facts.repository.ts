import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AssetsService, type OwnedAsset } from '../assets/assets.service';
import type { DeliveryId } from '../database/ids';
import { NotFoundError } from '../errors/app.error';
import { fingerprintOf } from '../webhooks/event-fingerprint';
import { parseDeliveryBody } from '../webhooks/parsers/delivery.parser';

export interface DeliveryFact {
  id: DeliveryId;
  body: Buffer;
  lane: string;
  state: 'pending' | 'processed' | 'ignored' | 'quarantined' | 'dead';
  attempts: number;
  nextAttemptAt: Date;
  events: { processed: number; ignored: number; quarantined: number; dead: number };
  ignored: { reason: string; count: number }[];
  reason: string | null;
  error: string | null;
  receivedAt: Date;
  processedAt: Date | null;
}

export interface StepFact {
  at: Date;
  kind: 'received' | 'failed' | 'dead' | 'replayed';
  attempt: number | null;
  nextAttemptAt: Date | null;
  error: string | null;
  userId: string | null;
  userName: string | null;
  requestId: string | null;
  traceParent: string | null;
}

/** A message that the delivery brought, or told something of. */
export interface TouchedFact {
  messageId: string;
  accountId: string;
  conversationId: string;
  externalId: string;
  direction: 'inbound' | 'outbound';
  type: string;
  createdAt: Date;
  isFromHere: boolean;
  contactId: string | null;
  isNewContact: boolean;
  statuses: { status: string; at: string; createdAt: string }[] | null;
}

/** What a delivery's own bytes say, as far as it matters here. */
export interface DeliveryContent {
  kinds: Map<string, number>;
  externalIds: { accountId: string; assetId: string; externalId: string }[];
  fingerprints: { accountId: string; fingerprint: Buffer }[];
}

const MOST_MESSAGES = 50;

/** What is stored of one delivery, and what came of it. */
@Injectable()
export class DeliveryFacts {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly assets: AssetsService,
  ) {}

  /** @throws NotFoundError */
  async delivery(id: string): Promise<DeliveryFact> {
    const [row]: DeliveryFact[] = await this.database.query(
      `SELECT id, body, lane, state, attempts, next_attempt_at AS "nextAttemptAt",
              json_build_object('processed', events_processed, 'ignored', events_ignored, 'quarantined', events_quarantined,
                                'dead', events_dead) AS events,
              ignored, reason, error, received_at AS "receivedAt", processed_at AS "processedAt"
         FROM webhook_deliveries WHERE id = $1`,
      [id],
    );
    if (row === undefined) throw new NotFoundError('There is no such delivery.');
    return row;
  }

  async steps(id: DeliveryId): Promise<StepFact[]> {
    return this.database.query(
      `SELECT s.at, s.kind, s.attempt, s.next_attempt_at AS "nextAttemptAt", s.error, s.user_id AS "userId",
              u.name AS "userName", s.request_id AS "requestId", s.trace_parent AS "traceParent"
         FROM webhook_delivery_steps s LEFT JOIN users u ON u.id = s.user_id
        WHERE s.delivery_id = $1 ORDER BY s.at DESC LIMIT 200`,
      [id],
    );
  }

  /** Read again from the bytes: what it made is found by the names that Meta gave it, without a note for each. */
  async content({ body, receivedAt }: DeliveryFact): Promise<DeliveryContent> {
    const { events } = parseDeliveryBody(body, receivedAt);
    const content: DeliveryContent = { kinds: new Map(), externalIds: [], fingerprints: [] };
    const refs = events.flatMap(({ asset }) => (asset === null ? [] : [asset]));
    const owners = await this.assets.ownersOf(this.database.manager, refs);
    for (const event of events) {
      content.kinds.set(event.kind, (content.kinds.get(event.kind) ?? 0) + 1);
      const owner: OwnedAsset | undefined =
        event.asset === null ? undefined : owners.get(`${event.asset.kind}:${event.asset.metaId}`);
      if (owner === undefined || content.fingerprints.length >= MOST_MESSAGES) continue;
      content.fingerprints.push({ accountId: owner.accountId, fingerprint: fingerprintOf(event) });
      for (const externalId of externalIdsOf(event.payload))
        content.externalIds.push({ accountId: owner.accountId, assetId: owner.id, externalId });
    }
    content.externalIds = content.externalIds.slice(0, MOST_MESSAGES);
    return content;
  }

  async touched(id: DeliveryId, { externalIds }: DeliveryContent): Promise<TouchedFact[]> {
    if (externalIds.length === 0) return [];
    return this.database.query(
      `SELECT m.id AS "messageId", m.account_id AS "accountId", m.conversation_id AS "conversationId",
              k.external_id AS "externalId", m.direction, m.type, m.created_at AS "createdAt",
              m.delivery_id = $4 AS "isFromHere", m.contact_id AS "contactId",
              c.created_at IS NOT NULL AND c.created_at = m.created_at AS "isNewContact", told.statuses
         FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[], $3::text[])) AS named (account_id, asset_id, external_id)
         JOIN message_keys k USING (account_id, asset_id, external_id)
         JOIN messages m ON m.account_id = k.account_id AND m.id = k.message_id
         LEFT JOIN contacts c ON c.account_id = m.account_id AND c.id = m.contact_id
         LEFT JOIN LATERAL (
           SELECT json_agg(json_build_object('status', s.status, 'at', s.at, 'createdAt', s.created_at) ORDER BY s.at) AS statuses
             FROM message_statuses s
            WHERE s.account_id = m.account_id AND s.message_id = m.id AND s.delivery_id = $4) AS told ON true
        ORDER BY m.id LIMIT ${MOST_MESSAGES}`,
      [
        externalIds.map(({ accountId }) => accountId),
        externalIds.map(({ assetId }) => assetId),
        externalIds.map(({ externalId }) => externalId),
        id,
      ],
    );
  }
}

/** By whichever name a platform gives to messages. */
function externalIdsOf(payload: unknown): string[] {
  if (typeof payload !== 'object' || payload === null) return [];
  const facts = new Map<string, unknown>(Object.entries(payload));
  const lists: unknown = facts.get('mids');
  const names = ['wamid', 'originalWamid', 'mid'].map((name) => facts.get(name));
  return [...names, ...(Array.isArray(lists) ? (lists as unknown[]) : [])].filter(
    (value): value is string => typeof value === 'string',
  );
}
