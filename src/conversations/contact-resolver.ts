import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, ContactId } from '../database/ids';
import { newId } from '../database/ids';
import type { IdentityKind, Person } from './conversation-types';

export interface PersonOfAccount {
  accountId: AccountId;
  person: Person;
}

interface IdentityRow {
  account_id: AccountId;
  kind: IdentityKind;
  value: string;
  contact_id: ContactId;
}

interface Draft {
  accountId: AccountId;
  contactId: ContactId;
  isNew: boolean;
  name: string | null;
  profile: Record<string, unknown>;
  identityKeys: Set<string>;
}

/**
 * Finds or makes the contacts that a batch of events speaks of, in a fixed number of statements however many there are.
 * Two transactions that meet the same new person at once end with one contact: the primary key of an identity decides.
 */
@Injectable()
export class ContactResolver {
  /** @returns the contact of each person, in the order given */
  async resolve(tx: EntityManager, people: readonly PersonOfAccount[]): Promise<ContactId[]> {
    if (people.length === 0) return [];
    const known = await this.findKnown(tx, people);
    const drafts = people.map((entry) => this.draftOf(entry, known));
    const distinct = [...new Set(drafts)];

    const unknown = distinct.filter((draft) => draft.isNew);
    await this.insertContacts(tx, unknown);
    const winners = await this.insertIdentities(tx, distinct, known);
    await this.yieldTo(tx, winners, unknown);
    await this.refresh(
      tx,
      distinct.filter((draft) => !draft.isNew),
    );
    return drafts.map((draft) => draft.contactId);
  }

  private async findKnown(
    tx: EntityManager,
    people: readonly PersonOfAccount[],
  ): Promise<Map<string, Draft>> {
    const identities = people.flatMap(({ accountId, person }) =>
      person.identities.map(({ kind, value }) => ({ accountId, kind, value })),
    );
    const rows: IdentityRow[] = await tx.query(
      `SELECT account_id, kind, value, contact_id FROM contact_identities
        WHERE (account_id, kind, value) IN (SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[]))`,
      [identities.map((i) => i.accountId), identities.map((i) => i.kind), identities.map((i) => i.value)],
    );
    const byContact = new Map<ContactId, Draft>();
    const byIdentity = new Map<string, Draft>();
    for (const row of rows) {
      let draft = byContact.get(row.contact_id);
      if (draft === undefined) {
        draft = emptyDraft(row.account_id, row.contact_id, false);
        byContact.set(row.contact_id, draft);
      }
      byIdentity.set(identityKey(row.account_id, row.kind, row.value), draft);
    }
    return byIdentity;
  }

  /** People of one batch who share an identity are one contact; the strongest known identity says which. */
  private draftOf({ accountId, person }: PersonOfAccount, byIdentity: Map<string, Draft>): Draft {
    const keys = person.identities.map(({ kind, value }) => identityKey(accountId, kind, value));
    const draft =
      keys.map((key) => byIdentity.get(key)).find((found) => found !== undefined) ??
      emptyDraft(accountId, newId<ContactId>(), true);
    for (const key of keys) {
      if (byIdentity.get(key) === undefined) {
        byIdentity.set(key, draft);
        draft.identityKeys.add(key);
      }
    }
    draft.name = person.name ?? draft.name;
    Object.assign(draft.profile, person.profile);
    return draft;
  }

  private async insertContacts(tx: EntityManager, drafts: readonly Draft[]): Promise<void> {
    if (drafts.length === 0) return;
    await tx.query(
      `INSERT INTO contacts (account_id, id, name, profile)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[])`,
      [
        drafts.map((draft) => draft.accountId),
        drafts.map((draft) => draft.contactId),
        drafts.map((draft) => draft.name),
        drafts.map((draft) => JSON.stringify(draft.profile)),
      ],
    );
  }

  /** @returns for drafts whose identity was taken meanwhile: the contact that got it */
  private async insertIdentities(
    tx: EntityManager,
    drafts: readonly Draft[],
    byIdentity: ReadonlyMap<string, Draft>,
  ): Promise<Map<Draft, ContactId>> {
    // Sorted, so that two transactions with overlapping people wait for each other instead of deadlocking.
    const keys = drafts.flatMap((draft) => [...draft.identityKeys]).sort();
    if (keys.length === 0) return new Map();
    const parts = keys.map(splitIdentityKey);
    // The empty update makes a conflicting insert wait for the other transaction and answer with its row.
    const rows: IdentityRow[] = await tx.query(
      `INSERT INTO contact_identities (account_id, kind, value, contact_id)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[])
       ON CONFLICT (account_id, kind, value) DO UPDATE SET value = excluded.value
       RETURNING account_id, kind, value, contact_id`,
      [
        parts.map(([accountId]) => accountId),
        parts.map(([, kind]) => kind),
        parts.map(([, , value]) => value),
        keys.map((key) => byIdentity.get(key)?.contactId),
      ],
    );
    const winners = new Map<Draft, ContactId>();
    for (const row of rows) {
      const draft = byIdentity.get(identityKey(row.account_id, row.kind, row.value));
      if (draft?.isNew === true && row.contact_id !== draft.contactId) winners.set(draft, row.contact_id);
    }
    return winners;
  }

  /** Another transaction made the contact first: its row stays, ours goes. */
  private async yieldTo(
    tx: EntityManager,
    winners: ReadonlyMap<Draft, ContactId>,
    unknown: readonly Draft[],
  ): Promise<void> {
    const losers = unknown.filter((draft) => winners.has(draft));
    if (losers.length === 0) return;
    const parameters = [
      losers.map((draft) => draft.accountId),
      losers.map((draft) => draft.contactId),
      losers.map((draft) => winners.get(draft)),
    ];
    await tx.query(
      `UPDATE contact_identities SET contact_id = lost.winner
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS lost (account_id, loser, winner)
        WHERE contact_identities.account_id = lost.account_id AND contact_identities.contact_id = lost.loser`,
      parameters,
    );
    await tx.query(
      `DELETE FROM contacts USING unnest($1::uuid[], $2::uuid[]) AS lost (account_id, loser)
        WHERE contacts.account_id = lost.account_id AND contacts.id = lost.loser`,
      parameters.slice(0, 2),
    );
    for (const draft of losers) draft.contactId = winners.get(draft) ?? draft.contactId;
  }

  /** Takes over a name or profile that the platform changed. */
  private async refresh(tx: EntityManager, drafts: readonly Draft[]): Promise<void> {
    const told = drafts
      .filter((draft) => draft.name !== null || Object.keys(draft.profile).length > 0)
      .sort((a, b) => a.contactId.localeCompare(b.contactId));
    if (told.length === 0) return;
    await tx.query(
      `UPDATE contacts SET name = coalesce(told.name, contacts.name), profile = contacts.profile || told.profile,
              updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[]) AS told (account_id, id, name, profile)
        WHERE contacts.account_id = told.account_id AND contacts.id = told.id
          AND (contacts.name IS DISTINCT FROM coalesce(told.name, contacts.name)
               OR NOT contacts.profile @> told.profile)`,
      [
        told.map((draft) => draft.accountId),
        told.map((draft) => draft.contactId),
        told.map((draft) => draft.name),
        told.map((draft) => JSON.stringify(draft.profile)),
      ],
    );
  }
}

function emptyDraft(accountId: AccountId, contactId: ContactId, isNew: boolean): Draft {
  return { accountId, contactId, isNew, name: null, profile: {}, identityKeys: new Set() };
}

function identityKey(accountId: AccountId, kind: IdentityKind, value: string): string {
  return `${accountId} ${kind} ${value}`;
}

function splitIdentityKey(key: string): [accountId: string, kind: string, value: string] {
  const [accountId = '', kind = ''] = key.split(' ', 2);
  return [accountId, kind, key.slice(accountId.length + kind.length + 2)];
}
