import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, AssetId, ContactId, ConversationId, MessageId } from '../../database/ids';
import { type Doing, ErasedPeople } from '../erasure/erased-people';
import { ContactResolver } from './contact-resolver';
import { SERVICE_WINDOW_MS } from '../conversation-opener';
import type { ConversationStanding, Person } from '../conversation-types';
import { refusalsOfPerson } from './person-sql';

/** Somebody stopped marketing messages, or allowed them again. */
export interface MarketingChoice {
  accountId: AccountId;
  person: Person;
  optedOut: boolean;
  at: Date;
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
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly contacts: ContactResolver,
    private readonly erased: ErasedPeople,
  ) {}

  /** Makes contacts of people whom an address book names, or learns their names: a platform told of them without a message. */
  async recordPeople(
    tx: EntityManager,
    people: readonly { accountId: AccountId; person: Person; at: Date }[],
  ): Promise<void> {
    const told = people.filter(({ person }) => person.identities.length > 0);
    await this.contacts.resolve(tx, await this.erased.withoutErased(tx, told, doingOf));
  }

  /**
   * Records choices in whatever order they come: the latest counts, and of two at the same second the refusal. People
   * whom we do not know yet become contacts, so that their wish is not lost.
   */
  async recordMarketingChoices(tx: EntityManager, choices: readonly MarketingChoice[]): Promise<void> {
    const told = await this.erased.withoutErased(
      tx,
      choices.filter(({ person }) => person.identities.length > 0),
      doingOf,
    );
    if (told.length === 0) return;
    const contactIds = await this.contacts.resolve(tx, told);
    const latest = new Map<ContactId, MarketingChoice>();
    told.forEach((choice, index) => {
      const contactId = contactIds[index];
      if (contactId === undefined) return;
      const other = latest.get(contactId);
      if (other === undefined || isLater(choice, other)) latest.set(contactId, choice);
    });
    const rows = [...latest.entries()].sort(([a], [b]) => a.localeCompare(b));
    await tx.query(
      `UPDATE contacts c
          SET marketing_opted_out_at = CASE WHEN told.opted_out THEN told.at END, marketing_choice_at = told.at,
              updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::timestamptz[]) AS told (account_id, id, opted_out, at)
        WHERE c.account_id = told.account_id AND c.id = told.id
          AND (c.marketing_choice_at IS NULL OR c.marketing_choice_at < told.at
               OR (c.marketing_choice_at = told.at AND told.opted_out))`,
      [
        rows.map(([, { accountId }]) => accountId),
        rows.map(([id]) => id),
        rows.map(([, { optedOut }]) => optedOut),
        rows.map(([, { at }]) => at),
      ],
    );
  }

  /**
   * The same for the people to whom messages are to go, each from its own number or page.
   * @returns without those that are to a group
   */
  async standingsOfMessages(
    accountId: AccountId,
    messageIds: readonly MessageId[],
  ): Promise<Map<MessageId, ConversationStanding>> {
    const rows: (StandingRow & { message_id: MessageId })[] = await this.database.query(
      `SELECT m.id AS message_id, c.id AS contact_id, said.opted_out_at, said.marketing_opted_out_at, m.conversation_id,
              (SELECT max(v.window_expires_at) FROM conversations v
                WHERE v.account_id = m.account_id AND v.contact_id = m.contact_id AND v.asset_id = m.asset_id)
                AS window_expires_at
         FROM unnest($2::uuid[]) AS asked (id)
        -- Each by its index, whatever the planner knows of the tables: this stands between a claim and its calls.
        CROSS JOIN LATERAL (SELECT * FROM messages WHERE account_id = $1 AND id = asked.id LIMIT 1) m
        CROSS JOIN LATERAL (SELECT * FROM contacts WHERE account_id = m.account_id AND id = m.contact_id LIMIT 1) c
        CROSS JOIN LATERAL ${refusalsOfPerson('c')} AS said
        CROSS JOIN LATERAL (SELECT FROM conversations
                             WHERE account_id = m.account_id AND id = m.conversation_id AND group_id = '' LIMIT 1) own`,
      [accountId, messageIds],
    );
    return new Map(rows.map((row) => [row.message_id, toStanding(row)]));
  }

  /**
   * Somebody who is known here did what opens the customer service window, and it was no message: a call, for instance.
   * @param openings in any order; a window only ever becomes longer
   */
  async openWindows(
    tx: EntityManager,
    openings: readonly { accountId: AccountId; assetId: AssetId; person: Person; at: Date }[],
  ): Promise<void> {
    const told = openings.flatMap(({ person, ...opening }) =>
      person.identities.map((identity) => ({ ...opening, ...identity })),
    );
    if (told.length === 0) return;
    await tx.query(
      `WITH opened AS (
         SELECT v.account_id, v.id, max(told.at) + $6 * interval '1 millisecond' AS until
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
                  AS told (account_id, asset_id, kind, value, at)
           JOIN contact_identities i
             ON i.account_id = told.account_id AND i.kind = told.kind AND i.value = told.value
           JOIN conversations v ON v.account_id = i.account_id AND v.contact_id = i.contact_id
                AND v.asset_id = told.asset_id AND v.group_id = ''
          GROUP BY v.account_id, v.id ORDER BY v.account_id, v.id)
       UPDATE conversations v SET window_expires_at = opened.until, updated_at = now()
         FROM opened
        WHERE v.account_id = opened.account_id AND v.id = opened.id
          AND (v.window_expires_at IS NULL OR v.window_expires_at < opened.until)`,
      [
        told.map(({ accountId }) => accountId),
        told.map(({ assetId }) => assetId),
        told.map(({ kind }) => kind),
        told.map(({ value }) => value),
        told.map(({ at }) => at),
        SERVICE_WINDOW_MS,
      ],
    );
  }

  /** What we know, at this moment, about writing to a person from one of our numbers or pages. */
  async standingOf(accountId: AccountId, assetId: AssetId, person: Person): Promise<ConversationStanding> {
    const rows: StandingRow[] = await this.database.query(
      `SELECT c.id AS contact_id, said.opted_out_at, said.marketing_opted_out_at, v.id AS conversation_id,
              v.window_expires_at
         FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS asked (kind, value, strength)
         JOIN contact_identities i ON i.account_id = $1 AND i.kind = asked.kind AND i.value = asked.value
         JOIN contacts c ON c.account_id = i.account_id AND c.id = i.contact_id
        CROSS JOIN LATERAL ${refusalsOfPerson('c')} AS said
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
    return row === undefined ? NOBODY_KNOWN : toStanding(row);
  }
}

const NOBODY_KNOWN: ConversationStanding = {
  conversationId: null,
  contactId: null,
  windowExpiresAt: null,
  optedOutAt: null,
  marketingOptedOutAt: null,
};

function toStanding(row: StandingRow): ConversationStanding {
  return {
    conversationId: row.conversation_id,
    contactId: row.contact_id,
    windowExpiresAt: row.window_expires_at,
    optedOutAt: row.opted_out_at,
    marketingOptedOutAt: row.marketing_opted_out_at,
  };
}

function doingOf({ accountId, person, at }: { accountId: AccountId; person: Person; at: Date }): Doing {
  return { accountId, identities: person.identities, at };
}

function isLater(choice: MarketingChoice, other: MarketingChoice): boolean {
  return choice.at > other.at || (choice.at.getTime() === other.at.getTime() && choice.optedOut);
}
