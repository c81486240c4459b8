import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { SendOrder } from '../../conversations/conversation-types';
import { SendLedger } from '../../conversations/sends/send-ledger.service';
import type { AccountId, AssetId, MessageId } from '../../database/ids';
import { type DeliveredEvent, OutboxSubscribers } from '../../domain-events/outbox-subscribers';
import { FALLBACK } from './messages-api';
import { personOf, recipientOfRequest, targetFields } from './recipient';

/** Meta could not fetch the file, or could do nothing with it. */
const FILE_FAILED: readonly (number | string)[] = [131_052, 131_053];

interface FailedRow {
  account_id: AccountId;
  message_id: MessageId;
  asset_id: AssetId;
  sender_id: string;
  fallback: string;
  request: Record<string, unknown>;
}

/**
 * Orders the text that a sender named for the case that Meta can do nothing with a file. Most such failures come by webhook,
 * long after the request was answered.
 */
@Injectable()
export class FileFallbackSubscriber implements OnModuleInit {
  constructor(
    private readonly subscribers: OutboxSubscribers,
    private readonly ledger: SendLedger,
  ) {}

  onModuleInit(): void {
    this.subscribers.register({
      name: 'whatsapp-file-fallback',
      kinds: ['message.status'],
      handle: (events, tx) => this.replace(events, tx),
    });
  }

  private async replace(
    events: readonly DeliveredEvent<'message.status'>[],
    tx: EntityManager,
  ): Promise<void> {
    const failed = events.filter(
      ({ payload: { status, error } }) =>
        status === 'failed' && error !== undefined && FILE_FAILED.includes(error.code),
    );
    if (failed.length === 0) return;
    const rows: FailedRow[] = await tx.query(
      `SELECT s.account_id, s.message_id, s.asset_id, m.sender_id, s.request ->> '${FALLBACK}' AS fallback, s.request
         FROM unnest($1::uuid[], $2::uuid[]) AS told (account_id, message_id)
         JOIN message_sends s ON s.account_id = told.account_id AND s.message_id = told.message_id
         JOIN messages m ON m.account_id = s.account_id AND m.id = s.message_id
        WHERE s.platform = 'whatsapp' AND s.request ? '${FALLBACK}' AND NOT m.metadata ? 'fallback'`,
      [failed.map(({ accountId }) => accountId), failed.map(({ payload }) => payload.messageId)],
    );
    const distinct = [...new Map(rows.map((row) => [row.message_id, row])).values()];
    const ordered = await this.ledger.orderAll(tx, distinct.map(orderOf));
    await tx.query(
      `UPDATE messages m
          SET metadata = m.metadata || CASE WHEN m.id = pair.failed THEN jsonb_build_object('fallback', pair.text)
                                            ELSE jsonb_build_object('fallbackOf', pair.failed) END
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS pair (account_id, failed, text)
        WHERE m.account_id = pair.account_id AND m.id IN (pair.failed, pair.text)`,
      [
        distinct.map((row) => row.account_id),
        distinct.map((row) => row.message_id),
        ordered.map(({ messageId }) => messageId),
      ],
    );
  }
}

function orderOf(row: FailedRow): SendOrder {
  const recipient = recipientOfRequest(row.request);
  const groupId = recipient === null && typeof row.request.to === 'string' ? row.request.to : '';
  const content = { body: row.fallback };
  return {
    accountId: row.account_id,
    assetId: row.asset_id,
    platform: 'whatsapp',
    person: recipient === null ? null : personOf(recipient),
    groupId,
    senderId: row.sender_id,
    type: 'text',
    text: row.fallback,
    content,
    context: null,
    lane: 'reply',
    sendAt: null,
    request: { ...targetFields(recipient ?? { kind: 'group', id: groupId }), type: 'text', text: content },
  };
}
