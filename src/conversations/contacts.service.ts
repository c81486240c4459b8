import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, AssetId, ContactId, ConversationId } from '../database/ids';
import type { ConversationStanding, Person, PersonIdentity } from './conversation-types';

export interface MarketingOptOut {
  accountId: AccountId;
  identity: PersonIdentity;
  /** When the person stopped marketing, or null when they allow it again. */
  optedOutAt: Date | null;
}

interface StandingRow {
  contact_id: ContactId;
  opted_out_at: Date | null;
  marketing_opted_out_at: Date | null;
  conversation_id: ConversationId | null;
  window_expires_at: Date | null;
}

@Injectable()
export class ContactsService {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Gives further identities to the contact that has the known one. What belongs to another contact stays there. */
  async linkIdentities(
    tx: EntityManager,
    accountId: AccountId,
    known: PersonIdentity,
    also: readonly PersonIdentity[],
  ): Promise<void> {
    if (also.length === 0) return;
    await tx.query(
      `INSERT INTO contact_identities (account_id, kind, value, contact_id)
       SELECT i.account_id, told.kind, told.value, i.contact_id
         FROM unnest($4::text[], $5::text[]) AS told (kind, value)
         JOIN contact_identities i ON i.account_id = $1 AND i.kind = $2 AND i.value = $3
       ON CONFLICT DO NOTHING`,
      [accountId, known.kind, known.value, also.map(({ kind }) => kind), also.map(({ value }) => value)],
    );
  }

  async setMarketingOptOut(tx: EntityManager, items: readonly MarketingOptOut[]): Promise<void> {
    for (const { accountId, identity, optedOutAt } of items) {
      await tx.query(
        `UPDATE contacts SET marketing_opted_out_at = $4, updated_at = now()
           FROM contact_identities i
          WHERE i.account_id = $1 AND i.kind = $2 AND i.value = $3
            AND contacts.account_id = i.account_id AND contacts.id = i.contact_id`,
        [accountId, identity.kind, identity.value, optedOutAt],
      );
    }
  }

  /** What we know, at this moment, about writing to a person from one of our numbers or pages. */
  async standingOf(accountId: AccountId, assetId: AssetId, person: Person): Promise<ConversationStanding> {
    const rows: StandingRow[] = await this.database.query(
      `SELECT c.id AS contact_id, c.opted_out_at, c.marketing_opted_out_at, v.id AS conversation_id, v.window_expires_at
         FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS asked (kind, value, strength)
         JOIN contact_identities i ON i.account_id = $1 AND i.kind = asked.kind AND i.value = asked.value
         JOIN contacts c ON c.account_id = i.account_id AND c.id = i.contact_id
         LEFT JOIN LATERAL (
           SELECT id, window_expires_at FROM conversations
            WHERE account_id = $1 AND contact_id = c.id AND asset_id = $2
            ORDER BY window_expires_at DESC NULLS LAST LIMIT 1) v ON true
        ORDER BY asked.strength LIMIT 1`,
      [
        accountId,
        assetId,
        person.identities.map(({ kind }) => kind),
        person.identities.map(({ value }) => value),
      ],
    );
    const [row] = rows;
    return {
      conversationId: row?.conversation_id ?? null,
      contactId: row?.contact_id ?? null,
      windowExpiresAt: row?.window_expires_at ?? null,
      optedOutAt: row?.opted_out_at ?? null,
      marketingOptedOutAt: row?.marketing_opted_out_at ?? null,
    };
  }
}
