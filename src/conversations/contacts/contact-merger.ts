import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, ContactId, UserId } from '../../database/ids';
import { type ContactFacts, laterFacts } from './contact-facts';
import { ConversationMerger, type MergedContact } from '../conversation-merger';
import { ContactTies } from './contact-ties';
import { DisjointSets } from './disjoint-sets';

/** Contacts of one account that turned out to be the same person. */
export interface ContactGroup {
  accountId: AccountId;
  contactIds: readonly ContactId[];
}

interface ContactRow {
  account_id: AccountId;
  id: ContactId;
  name: string | null;
  name_told_at: Date | null;
  profile: Record<string, unknown>;
  profile_told_at: Record<string, number>;
  opted_out_at: Date | null;
  marketing_opted_out_at: Date | null;
  marketing_choice_at: Date | null;
  attributes: Record<string, unknown>;
  note: string | null;
  named_by: UserId | null;
  told_name: string | null;
  told_name_at: Date | null;
}

/**
 * Makes one contact of several, of which a message proved that they are one person: somebody wrote with a hidden number
 * first, and under the number later. The oldest stays and gets everything that belonged to the others. A fixed number of
 * statements for any number of contacts; there are hardly ever any.
 */
@Injectable()
export class ContactMerger {
  constructor(
    private readonly conversations: ConversationMerger,
    private readonly ties: ContactTies,
  ) {}

  /**
   * A transaction that has met one of the losers meanwhile fails by a foreign key, and finds the survivor when it is
   * repeated.
   * @returns the survivor of each contact that is gone
   */
  async merge(tx: EntityManager, groups: readonly ContactGroup[]): Promise<Map<ContactId, ContactId>> {
    const sets = new DisjointSets();
    const accountOf = new Map<string, AccountId>();
    for (const { accountId, contactIds } of groups) {
      for (const id of contactIds) {
        sets.unite(contactIds[0] ?? id, id);
        accountOf.set(id, accountId);
      }
    }
    if (accountOf.size === 0) return new Map();
    const rows = await this.lock(tx, accountOf);
    const persons = new Map<string, ContactRow[]>();
    for (const row of rows) {
      const root = sets.rootOf(row.id);
      persons.set(root, [...(persons.get(root) ?? []), row]);
    }
    const torn = [...persons.values()].filter((parts) => parts.length > 1);
    // Ids sort by age, and the rows are sorted by them.
    const merged = torn.flatMap(([survivor, ...losers]) =>
      losers.map((loser): MergedContact => ({
        accountId: loser.account_id,
        loser: loser.id,
        survivor: survivor?.id ?? loser.id,
      })),
    );
    if (merged.length === 0) return new Map();
    await this.conversations.moveTo(tx, merged);
    await this.moveIdentities(tx, merged);
    await this.keepFacts(tx, torn);
    await this.ties.follow(tx, merged);
    await this.remove(tx, merged);
    return new Map(merged.map(({ loser, survivor }) => [loser, survivor]));
  }

  /** From here on nobody can give them another conversation. Those that others merged meanwhile do not come back. */
  private async lock(tx: EntityManager, accountOf: ReadonlyMap<string, AccountId>): Promise<ContactRow[]> {
    return tx.query(
      `SELECT account_id, id, name, name_told_at, profile, profile_told_at, opted_out_at, marketing_opted_out_at,
              marketing_choice_at, attributes, note, named_by, told_name, told_name_at
         FROM contacts WHERE (account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
        ORDER BY account_id, id FOR UPDATE`,
      [[...accountOf.values()], [...accountOf.keys()]],
    );
  }

  private async moveIdentities(tx: EntityManager, merged: readonly MergedContact[]): Promise<void> {
    await tx.query(
      `UPDATE contact_identities i SET contact_id = merged.survivor
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS merged (account_id, loser, survivor)
        WHERE i.account_id = merged.account_id AND i.contact_id = merged.loser`,
      [
        merged.map(({ accountId }) => accountId),
        merged.map(({ loser }) => loser),
        merged.map(({ survivor }) => survivor),
      ],
    );
  }

  private async keepFacts(tx: EntityManager, persons: readonly ContactRow[][]): Promise<void> {
    const kept = persons.map((parts) => parts.reduce(mergedRow));
    await tx.query(
      `UPDATE contacts c
          SET name = kept.name, name_told_at = kept.name_told_at, profile = kept.profile,
              profile_told_at = kept.profile_told_at, opted_out_at = kept.opted_out_at,
              marketing_opted_out_at = kept.marketing_opted_out_at, marketing_choice_at = kept.marketing_choice_at,
              attributes = kept.attributes, note = kept.note, named_by = kept.named_by, told_name = kept.told_name,
              told_name_at = kept.told_name_at, updated_at = now()
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::jsonb[], $6::jsonb[], $7::timestamptz[],
                     $8::timestamptz[], $9::timestamptz[], $10::jsonb[], $11::text[], $12::uuid[], $13::text[],
                     $14::timestamptz[])
                AS kept (account_id, id, name, name_told_at, profile, profile_told_at, opted_out_at,
                         marketing_opted_out_at, marketing_choice_at, attributes, note, named_by, told_name,
                         told_name_at)
        WHERE c.account_id = kept.account_id AND c.id = kept.id`,
      [
        kept.map((row) => row.account_id),
        kept.map((row) => row.id),
        kept.map((row) => row.name),
        kept.map((row) => row.name_told_at),
        kept.map((row) => JSON.stringify(row.profile)),
        kept.map((row) => JSON.stringify(row.profile_told_at)),
        kept.map((row) => row.opted_out_at),
        kept.map((row) => row.marketing_opted_out_at),
        kept.map((row) => row.marketing_choice_at),
        kept.map((row) => JSON.stringify(row.attributes)),
        kept.map((row) => row.note),
        kept.map((row) => row.named_by),
        kept.map((row) => row.told_name),
        kept.map((row) => row.told_name_at),
      ],
    );
  }

  private async remove(tx: EntityManager, merged: readonly MergedContact[]): Promise<void> {
    await tx.query(
      `DELETE FROM contacts WHERE (account_id, id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`,
      [merged.map(({ accountId }) => accountId), merged.map(({ loser }) => loser)],
    );
  }
}

function mergedRow(survivor: ContactRow, loser: ContactRow): ContactRow {
  const facts = laterFacts(factsOf(survivor), factsOf(loser));
  return {
    account_id: survivor.account_id,
    id: survivor.id,
    name: facts.name,
    name_told_at: facts.nameToldAt === null ? null : new Date(facts.nameToldAt),
    profile: facts.profile,
    profile_told_at: facts.profileToldAt,
    // Whoever asked not to be written to asked for both.
    opted_out_at: earlier(survivor.opted_out_at, loser.opted_out_at),
    ...laterChoice(survivor, loser),
    ...handWork(survivor, loser, facts.name === loser.name ? loser : survivor),
  };
}

/** What the team wrote about either of them. The same key on both: what stands with the one that stays. */
function handWork(
  survivor: ContactRow,
  loser: ContactRow,
  named: ContactRow,
): Pick<ContactRow, 'attributes' | 'note' | 'named_by' | 'told_name' | 'told_name_at'> {
  const notes = [survivor.note, loser.note].filter((note) => note !== null);
  return {
    attributes: { ...loser.attributes, ...survivor.attributes },
    note: notes.length === 0 ? null : [...new Set(notes)].join('\n\n'),
    named_by: named.named_by,
    told_name: named.told_name,
    told_name_at: named.told_name_at,
  };
}

function factsOf(row: ContactRow): ContactFacts {
  return {
    name: row.name,
    nameToldAt: row.name_told_at?.getTime() ?? null,
    profile: row.profile,
    profileToldAt: row.profile_told_at,
  };
}

function earlier(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

/** As `ContactsService.recordMarketingChoices`: the latest counts, and of two at once the refusal. */
function laterChoice(
  a: ContactRow,
  b: ContactRow,
): Pick<ContactRow, 'marketing_opted_out_at' | 'marketing_choice_at'> {
  const [timeA, timeB] = [a.marketing_choice_at?.getTime() ?? 0, b.marketing_choice_at?.getTime() ?? 0];
  const { marketing_opted_out_at, marketing_choice_at } =
    timeB > timeA || (timeB === timeA && a.marketing_opted_out_at === null) ? b : a;
  return { marketing_opted_out_at, marketing_choice_at };
}
