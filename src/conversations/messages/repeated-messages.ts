import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, ContactId, ConversationId, MessageId } from '../../database/ids';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import { ContactResolver } from '../contacts/contact-resolver';
import { SERVICE_WINDOW_MS } from '../conversation-opener';
import type { ArrivedMessage } from '../conversation-types';
import { wakeByMessage } from '../inbox/conversation-waking';
import { findMessageKeys, keyColumns, keyOf } from './external-key';
import { MessageChangeStore } from './message-change-store';
import { STATUS_ORDER } from './message-status-store';

interface RevivedRow {
  account_id: AccountId;
  id: MessageId;
  conversation_id: ConversationId;
  contact_id: ContactId | null;
  seq: string;
}

/**
 * What a message adds that is stored already. Nearly always nothing, as Meta repeats itself. But while a number's history
 * is imported, the same message may come as history and by the webhook of the moment, in either order; then the latter
 * counts: a customer's message opens the service window although the import knew it first.
 */
@Injectable()
export class RepeatedMessages {
  constructor(
    private readonly contacts: ContactResolver,
    private readonly changes: MessageChangeStore,
    private readonly outbox: Outbox,
  ) {}

  async apply(tx: EntityManager, repeated: readonly ArrivedMessage[]): Promise<void> {
    if (repeated.length === 0) return;
    await this.revive(
      tx,
      repeated.filter(({ live }) => live),
    );
    await this.raiseStatuses(
      tx,
      repeated.filter(({ direction }) => direction === 'outbound'),
    );
    await this.learn(
      tx,
      // On the other platforms a person has one id at each Page or account: another one is somebody else, whatever is wrong.
      repeated.filter(({ platform }) => platform === 'whatsapp'),
    );
  }

  /** A history and the webhook of the moment may name the same person by different ids, and only one of them by name. */
  private async learn(tx: EntityManager, messages: readonly ArrivedMessage[]): Promise<void> {
    const keys = await findMessageKeys(tx, messages);
    const told = messages.flatMap((message) => {
      const messageId = keys.get(keyOf(message));
      const { person, accountId, at } = message;
      return messageId === undefined || person === null ? [] : [{ accountId, messageId, person, at }];
    });
    await this.contacts.learn(
      tx,
      told.map(({ accountId, messageId, person: { identities } }) => ({ accountId, messageId, identities })),
    );
    await this.contacts.resolve(
      tx,
      told.filter(({ person }) => person.name !== null || Object.keys(person.profile).length > 0),
    );
  }

  /** Imported messages become what they would be had the import come second. */
  private async revive(tx: EntityManager, messages: readonly ArrivedMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const imported: unknown[] = await tx.query(
      `SELECT 1 FROM conversations WHERE (account_id, id) IN (
         SELECT m.account_id, m.conversation_id
           FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS told (account_id, asset_id, external_id)
           JOIN message_keys k USING (account_id, asset_id, external_id)
           JOIN messages m ON m.account_id = k.account_id AND m.id = k.message_id
          WHERE m.metadata @> '{"imported": true}')
        ORDER BY account_id, id FOR UPDATE`,
      keyColumns(messages),
    );
    if (imported.length === 0) return;
    const revived = await this.replaceImported(tx, messages);
    await this.count(tx, revived);
    await this.changes.showAgain(tx, messages);
    await this.outbox.record(
      tx,
      revived.map((row): DomainEvent => ({
        kind: 'message.created',
        accountId: row.account_id,
        payload: { messageId: row.id, conversationId: row.conversation_id, contactId: row.contact_id },
        conversation: { id: row.conversation_id, seq: row.seq },
      })),
    );
  }

  /** Edits stay, with the live message as what was edited; of what was taken back nothing comes back. */
  private async replaceImported(
    tx: EntityManager,
    messages: readonly ArrivedMessage[],
  ): Promise<RevivedRow[]> {
    const [rows]: [RevivedRow[], number] = await tx.query(
      `UPDATE messages m
          SET type = told.type, context = told.context, sender_id = told.sender_id, sender_type = told.sender_type,
              message_text = CASE WHEN m.edited_at IS NULL AND m.revoked_at IS NULL THEN told.text ELSE m.message_text END,
              content = CASE WHEN m.edited_at IS NULL AND m.revoked_at IS NULL THEN told.content ELSE m.content END,
              metadata = CASE WHEN m.revoked_at IS NOT NULL THEN told.metadata - 'raw'
                              WHEN m.edited_at IS NULL THEN told.metadata
                              ELSE told.metadata || jsonb_build_object('edits', jsonb_set(m.metadata -> 'edits', '{0}',
                                     jsonb_build_object('at', NULL, 'text', told.text, 'content', told.content))) END,
              updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[], $8::jsonb[],
                     $9::text[], $10::text[])
                AS told (account_id, asset_id, external_id, type, text, content, context, metadata, sender_id, sender_type)
         JOIN message_keys k USING (account_id, asset_id, external_id)
        WHERE m.account_id = k.account_id AND m.id = k.message_id AND m.metadata @> '{"imported": true}'
        RETURNING m.account_id, m.id, m.conversation_id, m.contact_id, m.seq`,
      [
        ...keyColumns(messages),
        messages.map(({ type }) => type),
        messages.map(({ text }) => text),
        messages.map(({ content }) => JSON.stringify(content)),
        messages.map(({ context }) => (context === null ? null : JSON.stringify(context))),
        messages.map(({ metadata }) => JSON.stringify(metadata)),
        messages.map(({ senderId }) => senderId),
        messages.map(({ senderType }) => senderType),
      ],
    );
    return rows;
  }

  private async count(tx: EntityManager, revived: readonly RevivedRow[]): Promise<void> {
    const [written]: [{ account_id: AccountId; id: ConversationId }[], number] = await tx.query(
      `UPDATE conversations c
          SET unread_count = c.unread_count + news.unread, inbound_count = c.inbound_count + news.unread,
              last_inbound_at = greatest(c.last_inbound_at, news.at),
              window_expires_at = greatest(c.window_expires_at, news.at + $3 * interval '1 millisecond'),
              updated_at = now()
         FROM (SELECT m.account_id, m.conversation_id AS id, max(m."timestamp") AS at,
                      count(*) FILTER (WHERE m.status = 'received') AS unread
                 FROM messages m
                WHERE (m.account_id, m.id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
                  AND m.direction = 'inbound' AND m.sender_type = 'customer'
                GROUP BY m.account_id, m.conversation_id) AS news
        WHERE c.account_id = news.account_id AND c.id = news.id
        RETURNING c.account_id, c.id`,
      [revived.map((row) => row.account_id), revived.map((row) => row.id), SERVICE_WINDOW_MS],
    );
    await wakeByMessage(
      tx,
      this.outbox,
      written.map((row) => ({ accountId: row.account_id, id: row.id })),
    );
  }

  /** A history knows how far a message had come; the business's own phone tells of it as just sent. */
  private async raiseStatuses(tx: EntityManager, messages: readonly ArrivedMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await tx.query(
      `UPDATE messages m SET status = (${STATUS_ORDER})[told.rank], error = NULL, updated_at = now()
         FROM (SELECT k.account_id, k.message_id AS id, max(array_position(${STATUS_ORDER}, t.status)) AS rank
                 FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS t (account_id, asset_id, external_id, status)
                 JOIN message_keys k USING (account_id, asset_id, external_id)
                GROUP BY k.account_id, k.message_id) AS told
        WHERE m.account_id = told.account_id AND m.id = told.id AND m.direction = 'outbound'
          AND array_position(${STATUS_ORDER}, m.status) < told.rank`,
      [...keyColumns(messages), messages.map(({ status }) => status)],
    );
  }
}
