import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId, ConversationId, MessageId } from '../../database/ids';
import { newId } from '../../database/ids';
import type { DomainEvent } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import { ContactResolver } from '../contacts/contact-resolver';
import { ConversationOpener } from '../conversation-opener';
import type { ArrivedEdit, ArrivedMessage, ArrivedRevocation, ArrivedStatus } from '../conversation-types';
import { ErasedPeople } from '../erasure/erased-people';
import { keyOf } from './external-key';
import { MessageChangeStore } from './message-change-store';
import { MessageStatusStore } from './message-status-store';
import { RepeatedMessages } from './repeated-messages';

interface Fresh {
  message: ArrivedMessage;
  messageId: MessageId;
}

interface KeyRow {
  account_id: AccountId;
  asset_id: AssetId;
  external_id: string;
}

/**
 * The one store of messages for all platforms, as the webhook handlers use it: inside the inbox transaction, in batches,
 * as often as the same events come. What was stored before is left alone.
 */
@Injectable()
export class MessageStore {
  constructor(
    private readonly contacts: ContactResolver,
    private readonly conversations: ConversationOpener,
    private readonly statuses: MessageStatusStore,
    private readonly changes: MessageChangeStore,
    private readonly repetitions: RepeatedMessages,
    private readonly erased: ErasedPeople,
    private readonly outbox: Outbox,
  ) {}

  async storeArrived(tx: EntityManager, messages: readonly ArrivedMessage[]): Promise<void> {
    const wanted = await this.erased.withoutErased(tx, messages, ({ accountId, person, at }) =>
      person === null ? null : { accountId, identities: person.identities, at },
    );
    const { fresh, repeated } = await this.takeKeys(tx, wanted);
    await this.storeFresh(tx, fresh);
    await this.repetitions.apply(tx, repeated);
  }

  private async storeFresh(tx: EntityManager, fresh: readonly Fresh[]): Promise<void> {
    if (fresh.length === 0) return;

    const authored = fresh.filter(
      (entry): entry is Fresh & { message: { person: NonNullable<ArrivedMessage['person']> } } =>
        entry.message.person !== null,
    );
    const contactIds = await this.contacts.resolve(
      tx,
      authored.map(({ message }) => ({
        accountId: message.accountId,
        person: message.person,
        at: message.at,
      })),
    );
    const contactOf = new Map(authored.map((entry, index) => [entry.messageId, contactIds[index] ?? null]));

    const joined = await this.conversations.join(
      tx,
      fresh.map(({ message, messageId }) => ({
        accountId: message.accountId,
        assetId: message.assetId,
        platform: message.platform,
        contactId: contactOf.get(messageId) ?? null,
        groupId: message.groupId,
        preview: message.text,
        at: message.at,
        opensWindow: message.live && message.direction === 'inbound' && message.senderType === 'customer',
      })),
    );

    await tx.query(
      `INSERT INTO messages (account_id, id, conversation_id, asset_id, contact_id, platform, direction, sender_type,
                             sender_id, type, message_text, content, context, metadata, external_id, status, seq, "timestamp",
                             delivery_id)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[],
                            $9::text[], $10::text[], $11::text[], $12::jsonb[], $13::jsonb[], $14::jsonb[], $15::text[],
                            $16::text[], $17::bigint[], $18::timestamptz[], $19::uuid[])`,
      [
        fresh.map(({ message }) => message.accountId),
        fresh.map(({ messageId }) => messageId),
        joined.map(({ conversationId }) => conversationId),
        fresh.map(({ message }) => message.assetId),
        fresh.map(({ messageId }) => contactOf.get(messageId) ?? null),
        fresh.map(({ message }) => message.platform),
        fresh.map(({ message }) => message.direction),
        fresh.map(({ message }) => message.senderType),
        fresh.map(({ message }) => message.senderId),
        fresh.map(({ message }) => message.type),
        fresh.map(({ message }) => message.text),
        fresh.map(({ message }) => JSON.stringify(message.content)),
        fresh.map(({ message }) => (message.context === null ? null : JSON.stringify(message.context))),
        fresh.map(({ message }) => JSON.stringify(message.metadata)),
        fresh.map(({ message }) => message.externalId),
        fresh.map(({ message }) => message.status),
        joined.map(({ seq }) => seq),
        fresh.map(({ message }) => message.at),
        fresh.map(({ message }) => message.deliveryId ?? null),
      ],
    );

    const keys = fresh.map(({ message }) => message);
    await this.statuses.applyWaiting(
      tx,
      keys.filter(({ direction }) => direction === 'outbound'),
    );
    await this.changes.applyWaiting(tx, keys);
    await this.outbox.record(tx, this.createdEvents(fresh, joined, contactOf));
  }

  async applyStatuses(tx: EntityManager, statuses: readonly ArrivedStatus[]): Promise<void> {
    await this.statuses.apply(tx, statuses);
  }

  /** The same for echoes of our own sends, which are about to be stored: they get to know Meta's id before that. */
  async recognizeSends(tx: EntityManager, statuses: readonly ArrivedStatus[]): Promise<void> {
    await this.statuses.apply(tx, statuses, 'at once');
  }

  async applyEdits(tx: EntityManager, edits: readonly ArrivedEdit[]): Promise<void> {
    await this.changes.applyEdits(tx, edits);
  }

  async applyRevocations(tx: EntityManager, revocations: readonly ArrivedRevocation[]): Promise<void> {
    await this.changes.applyRevocations(tx, revocations);
  }

  /** The keys decide what is new: a message that comes twice, even in two transactions at once, gets one row. */
  private async takeKeys(
    tx: EntityManager,
    messages: readonly ArrivedMessage[],
  ): Promise<{ fresh: Fresh[]; repeated: ArrivedMessage[] }> {
    const byKey = new Map<string, Fresh>();
    const repeated: ArrivedMessage[] = [];
    for (const message of messages) {
      const other = byKey.get(keyOf(message))?.message;
      if (other === undefined) byKey.set(keyOf(message), { message, messageId: newId<MessageId>() });
      else if (told(other) !== told(message)) repeated.push(message);
    }
    if (byKey.size === 0) return { fresh: [], repeated };
    const sorted = [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, fresh]) => fresh);
    const rows: KeyRow[] = await tx.query(
      `INSERT INTO message_keys (account_id, asset_id, external_id, message_id)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[])
       ON CONFLICT DO NOTHING RETURNING account_id, asset_id, external_id`,
      [
        sorted.map(({ message }) => message.accountId),
        sorted.map(({ message }) => message.assetId),
        sorted.map(({ message }) => message.externalId),
        sorted.map(({ messageId }) => messageId),
      ],
    );
    const inserted = new Set(
      rows.map((row) =>
        keyOf({ accountId: row.account_id, assetId: row.asset_id, externalId: row.external_id }),
      ),
    );
    // In order of arrival again: sequence numbers follow it.
    const fresh: Fresh[] = [];
    for (const [key, entry] of byKey) {
      if (inserted.has(key)) fresh.push(entry);
      else repeated.push(entry.message);
    }
    return { fresh, repeated };
  }

  private createdEvents(
    fresh: readonly Fresh[],
    joined: readonly { conversationId: ConversationId; seq: string }[],
    contactOf: ReadonlyMap<MessageId, DomainEvent<'message.created'>['payload']['contactId']>,
  ): DomainEvent[] {
    return fresh.flatMap(({ message, messageId }, index): DomainEvent[] => {
      const place = joined[index];
      if (!message.live || place === undefined) return [];
      return [
        {
          kind: 'message.created',
          accountId: message.accountId,
          payload: {
            messageId,
            conversationId: place.conversationId,
            contactId: contactOf.get(messageId) ?? null,
          },
          conversation: { id: place.conversationId, seq: place.seq },
        },
      ];
    });
  }
}

/** What is told of a message, whatever it came with. */
function told(message: ArrivedMessage): string {
  return JSON.stringify({ ...message, deliveryId: null });
}
