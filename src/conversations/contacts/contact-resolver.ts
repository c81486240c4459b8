import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, ContactId, MessageId } from '../../database/ids';
import {
  type Draft,
  type PersonOfAccount,
  draftMaker,
  identityKey,
  setsOf,
  splitIdentityKey,
  tornGroups,
} from './contact-drafts';
import { laterFacts, noFacts } from './contact-facts';
import { type ContactGroup, ContactMerger } from './contact-merger';
import type { IdentityKind, PersonIdentity } from '../conversation-types';

/** What an event told of the person whom one of our messages went to. */
export interface LearntIdentities {
  accountId: AccountId;
  messageId: MessageId;
  identities: readonly PersonIdentity[];
}

interface IdentityRow {
  account_id: AccountId;
  kind: IdentityKind;
  value: string;
  contact_id: ContactId;
}

/** Two transactions can merge and make the contacts of the same people at the same time, hardly three times in a row. */
const MOST_ROUNDS = 3;

/**
 * Finds or makes the contacts that a batch of events speaks of, in a fixed number of statements however many there are.
 * Everything that one event tells of one person belongs to one contact: where two contacts have parts of it, they turn
 * out to be the same person and become one. So the order of events decides nothing.
 * Two transactions that meet the same new person at once end with one contact: the primary key of an identity decides.
 */
@Injectable()
export class ContactResolver {
  constructor(private readonly merger: ContactMerger) {}

  /** @returns the contact of each person, in the order given */
  async resolve(tx: EntityManager, people: readonly PersonOfAccount[]): Promise<ContactId[]> {
    if (people.length === 0) return [];
    const sets = setsOf(people);
    let known = await this.findKnown(tx, people);
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const torn = tornGroups(sets, known);
      if (torn.length === 0) break;
      await this.merger.merge(tx, torn);
      known = await this.findKnown(tx, people);
    }
    const drafts = people.map(draftMaker(sets, known));
    const distinct = [...new Set(drafts)];
    const [fresh, old] = [distinct.filter(({ isNew }) => isNew), distinct.filter(({ isNew }) => !isNew)];

    await this.insertContacts(tx, fresh);
    const owners = await this.insertIdentities(tx, distinct);
    await this.yieldTo(tx, fresh, owners);
    await this.uniteWithOwners(tx, distinct, owners);
    await this.refresh(tx, [...old, ...fresh.filter((draft) => owners.has(draft))]);
    return drafts.map((draft) => draft.contactId);
  }

  /** Statuses and answers tell what else the recipient is called: the WhatsApp form of a number, the business-scoped id. */
  async learn(tx: EntityManager, learnt: readonly LearntIdentities[]): Promise<void> {
    const told = learnt.flatMap(({ accountId, messageId, identities }) =>
      identities.map(({ kind, value }) => ({ accountId, messageId, kind, value })),
    );
    if (told.length === 0) return;
    // Nearly always all of it is known already, and nothing is written.
    const news: (Omit<IdentityRow, 'contact_id'> & { own_kind: IdentityKind; own_value: string })[] =
      await tx.query(
        `SELECT DISTINCT told.account_id, told.kind, told.value, own.kind AS own_kind, own.value AS own_value
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS told (account_id, message_id, kind, value)
           JOIN messages m ON m.account_id = told.account_id AND m.id = told.message_id
           LEFT JOIN contact_identities i
             ON i.account_id = told.account_id AND i.kind = told.kind AND i.value = told.value
           JOIN LATERAL (SELECT kind, value FROM contact_identities
                          WHERE account_id = m.account_id AND contact_id = m.contact_id LIMIT 1) own ON true
          WHERE i.contact_id IS DISTINCT FROM m.contact_id`,
        [
          told.map(({ accountId }) => accountId),
          told.map(({ messageId }) => messageId),
          told.map(({ kind }) => kind),
          told.map(({ value }) => value),
        ],
      );
    await this.resolve(
      tx,
      news.map((row) => ({
        accountId: row.account_id,
        person: {
          identities: [
            { kind: row.own_kind, value: row.own_value },
            { kind: row.kind, value: row.value },
          ],
          name: null,
          profile: {},
        },
        at: new Date(0),
      })),
    );
  }

  /** @returns the contact of each identity that belongs to one, by `identityKey` */
  private async findKnown(
    tx: EntityManager,
    people: readonly PersonOfAccount[],
  ): Promise<Map<string, ContactId>> {
    const identities = people.flatMap(({ accountId, person }) =>
      person.identities.map(({ kind, value }) => ({ accountId, kind, value })),
    );
    const rows: IdentityRow[] = await tx.query(
      `SELECT account_id, kind, value, contact_id FROM contact_identities
        WHERE (account_id, kind, value) IN (SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[]))`,
      [identities.map((i) => i.accountId), identities.map((i) => i.kind), identities.map((i) => i.value)],
    );
    return new Map(rows.map((row) => [identityKey(row.account_id, row.kind, row.value), row.contact_id]));
  }

  private async insertContacts(tx: EntityManager, drafts: readonly Draft[]): Promise<void> {
    if (drafts.length === 0) return;
    await tx.query(
      `INSERT INTO contacts (account_id, id, name, name_told_at, profile, profile_told_at)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::jsonb[], $6::jsonb[])`,
      factColumns(drafts),
    );
  }

  /** @returns for drafts of which an identity was taken meanwhile: the contacts that have it */
  private async insertIdentities(
    tx: EntityManager,
    drafts: readonly Draft[],
  ): Promise<Map<Draft, ContactId[]>> {
    // Sorted, so that two transactions with overlapping people wait for each other instead of deadlocking.
    const items = drafts
      .flatMap((draft) => [...draft.newIdentities].map((key) => ({ draft, key })))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    if (items.length === 0) return new Map();
    const parts = items.map(({ key }) => splitIdentityKey(key));
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
        items.map(({ draft }) => draft.contactId),
      ],
    );
    const ownerOf = new Map(
      rows.map((row) => [identityKey(row.account_id, row.kind, row.value), row.contact_id]),
    );
    const owners = new Map<Draft, ContactId[]>();
    for (const { draft, key } of items) {
      const owner = ownerOf.get(key);
      if (owner === undefined || owner === draft.contactId) continue;
      owners.set(draft, [...(owners.get(draft) ?? []), owner]);
    }
    return owners;
  }

  /** Another transaction made the contact first: its row stays, ours goes, which nothing belongs to yet. */
  private async yieldTo(
    tx: EntityManager,
    fresh: readonly Draft[],
    owners: ReadonlyMap<Draft, readonly ContactId[]>,
  ): Promise<void> {
    const losers = fresh.flatMap((draft) => {
      const winner = owners.get(draft)?.[0];
      return winner === undefined ? [] : [{ draft, loser: draft.contactId, winner }];
    });
    if (losers.length === 0) return;
    const parameters = [
      losers.map(({ draft }) => draft.accountId),
      losers.map(({ loser }) => loser),
      losers.map(({ winner }) => winner),
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
    for (const { draft, winner } of losers) draft.contactId = winner;
  }

  /** Identities of one person that several transactions gave to several contacts at the same moment. */
  private async uniteWithOwners(
    tx: EntityManager,
    drafts: readonly Draft[],
    owners: ReadonlyMap<Draft, readonly ContactId[]>,
  ): Promise<void> {
    const groups = [...owners].map(([draft, ids]): ContactGroup => ({
      accountId: draft.accountId,
      contactIds: [...new Set([draft.contactId, ...ids])],
    }));
    const survivors = await this.merger.merge(
      tx,
      groups.filter(({ contactIds }) => contactIds.length > 1),
    );
    for (const draft of drafts) draft.contactId = survivors.get(draft.contactId) ?? draft.contactId;
  }

  /** Takes over a name or profile that was told later than the one we have. */
  private async refresh(tx: EntityManager, drafts: readonly Draft[]): Promise<void> {
    const byContact = new Map<ContactId, DraftFacts>();
    for (const { accountId, contactId, facts } of drafts) {
      const other = byContact.get(contactId)?.facts ?? noFacts();
      byContact.set(contactId, { accountId, contactId, facts: laterFacts(other, facts) });
    }
    // Locked in their order first, as concurrent batches may be about the same people. `laterFacts` is the same rule.
    const told = [...byContact.values()].sort((x, y) => (x.contactId < y.contactId ? -1 : 1));
    await this.refreshNames(
      tx,
      told.filter(({ facts }) => facts.name !== null),
    );
    await this.refreshProfiles(
      tx,
      told.filter(({ facts }) => Object.keys(facts.profile).length > 0),
    );
  }

  private async refreshNames(tx: EntityManager, told: readonly DraftFacts[]): Promise<void> {
    if (told.length === 0) return;
    await tx.query(
      `WITH told AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) AS told (account_id, id, name, at)),
       stale AS (
         SELECT c.account_id, c.id FROM contacts c JOIN told USING (account_id, id)
          WHERE ${NAME_IS_LATER} ORDER BY c.account_id, c.id FOR NO KEY UPDATE OF c)
       UPDATE contacts c
          SET name = told.name, name_told_at = told.at,
              updated_at = CASE WHEN c.name IS DISTINCT FROM told.name THEN now() ELSE c.updated_at END
         FROM told JOIN stale USING (account_id, id)
        WHERE c.account_id = told.account_id AND c.id = told.id AND ${NAME_IS_LATER}`,
      factColumns(told).slice(0, 4),
    );
  }

  private async refreshProfiles(tx: EntityManager, told: readonly DraftFacts[]): Promise<void> {
    if (told.length === 0) return;
    const [accountIds, contactIds, , , profiles, times] = factColumns(told);
    await tx.query(
      `WITH told AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::jsonb[], $4::jsonb[]) AS told (account_id, id, profile, at)),
       locked AS (
         SELECT c.account_id, c.id FROM contacts c JOIN told USING (account_id, id)
          ORDER BY c.account_id, c.id FOR NO KEY UPDATE OF c)
       UPDATE contacts c
          SET (profile, profile_told_at) = (
                SELECT c.profile || coalesce(jsonb_object_agg(key, value), '{}'),
                       c.profile_told_at || coalesce(jsonb_object_agg(key, told.at -> key), '{}')
                  FROM jsonb_each(told.profile)
                 WHERE NOT c.profile ? key OR
                       ((told.at ->> key)::bigint, value::text COLLATE "C") >
                       (coalesce((c.profile_told_at ->> key)::bigint, 0), (c.profile -> key)::text COLLATE "C")),
              updated_at = CASE WHEN c.profile @> told.profile THEN c.updated_at ELSE now() END
         FROM told JOIN locked USING (account_id, id)
        WHERE c.account_id = told.account_id AND c.id = told.id`,
      [accountIds, contactIds, profiles, times],
    );
  }
}

type DraftFacts = Pick<Draft, 'accountId' | 'contactId' | 'facts'>;

const NAME_IS_LATER = `(c.name IS NULL OR
  (told.at, told.name COLLATE "C") > (coalesce(c.name_told_at, '-infinity'), c.name COLLATE "C"))`;

function factColumns(drafts: readonly DraftFacts[]): unknown[][] {
  return [
    drafts.map((draft) => draft.accountId),
    drafts.map((draft) => draft.contactId),
    drafts.map(({ facts }) => facts.name),
    drafts.map(({ facts }) => (facts.nameToldAt === null ? null : new Date(facts.nameToldAt))),
    drafts.map(({ facts }) => JSON.stringify(facts.profile)),
    drafts.map(({ facts }) => JSON.stringify(facts.profileToldAt)),
  ];
}
