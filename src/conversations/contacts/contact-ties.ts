import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, ContactId } from '../../database/ids';
import type { MergedContact } from '../conversation-merger';
import { type HeadChoice, groupContacts } from './person-groups';

interface MemberRow {
  id: ContactId;
  person_id: ContactId | null;
}

interface TieRow {
  id: string;
  contact_id: ContactId;
  merged_id: ContactId;
}

/** Any fixed number: one transaction at a time changes which contacts of an account are one person. */
const PERSONS_LOCK = 7_205_064;

/**
 * Keeps `contacts.person_id`, by which everything is read, the same as what follows from the merges that have not ended
 * (docs/decisions/0015).
 */
@Injectable()
export class ContactTies {
  /** First thing in a transaction that makes or ends merges. */
  async lock(tx: EntityManager, accountId: AccountId): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [PERSONS_LOCK, accountId]);
  }

  /**
   * Contacts that turned out to be the same: what was decided about the one that is going holds for the one that stays.
   * Both must be there yet, and be locked.
   */
  async follow(tx: EntityManager, merged: readonly MergedContact[]): Promise<void> {
    for (const [accountId, pairs] of byAccount(await this.withTies(tx, merged))) {
      await this.lock(tx, accountId);
      const [losers, survivors] = [pairs.map(({ loser }) => loser), pairs.map(({ survivor }) => survivor)];
      const affected = await this.membersOf(tx, accountId, [...losers, ...survivors]);
      await tx.query(
        `UPDATE contact_merges m
            SET contact_id = coalesce(kept.survivor, m.contact_id), merged_id = coalesce(gone.survivor, m.merged_id),
                ended_at = CASE WHEN same.person THEN coalesce(m.ended_at, now()) ELSE m.ended_at END,
                ended_how = CASE WHEN same.person THEN coalesce(m.ended_how, 'proven') ELSE m.ended_how END
           FROM contact_merges o
           LEFT JOIN unnest($2::uuid[], $3::uuid[]) AS kept (loser, survivor) ON kept.loser = o.contact_id
           LEFT JOIN unnest($2::uuid[], $3::uuid[]) AS gone (loser, survivor) ON gone.loser = o.merged_id
          CROSS JOIN LATERAL (
            SELECT coalesce(kept.survivor, o.contact_id) = coalesce(gone.survivor, o.merged_id) AS person) AS same
          WHERE o.account_id = $1 AND (o.contact_id = ANY($2) OR o.merged_id = ANY($2))
            AND m.account_id = o.account_id AND m.id = o.id`,
        [accountId, losers, survivors],
      );
      const gone = new Set(losers);
      await this.regroup(
        tx,
        accountId,
        affected.filter(({ id }) => !gone.has(id)),
        { otherwise: new Set(survivors) },
      );
      // Nobody may stand for others who is about to be no more.
      await tx.query('UPDATE contacts SET person_id = NULL WHERE account_id = $1 AND id = ANY($2)', [
        accountId,
        losers,
      ]);
    }
  }

  /** All contacts of the persons that these are part of, locked in the order of their ids. */
  async membersOf(
    tx: EntityManager,
    accountId: AccountId,
    contactIds: readonly ContactId[],
  ): Promise<MemberRow[]> {
    return tx.query(
      `WITH heads AS (
         SELECT coalesce(person_id, id) AS id FROM contacts WHERE account_id = $1 AND id = ANY($2)),
       members AS (
         SELECT id FROM heads
         UNION SELECT c.id FROM heads JOIN contacts c ON c.account_id = $1 AND c.person_id = heads.id)
       SELECT c.id, c.person_id FROM contacts c WHERE c.account_id = $1 AND c.id IN (SELECT id FROM members)
        ORDER BY c.id FOR NO KEY UPDATE`,
      [accountId, contactIds],
    );
  }

  /** Makes persons of these contacts, which must be all that any of their persons had. */
  async regroup(
    tx: EntityManager,
    accountId: AccountId,
    members: readonly MemberRow[],
    choice: Pick<HeadChoice, 'preferred' | 'otherwise'>,
  ): Promise<void> {
    const ids = members.map(({ id }) => id);
    const rows: TieRow[] = await tx.query(
      `SELECT id, contact_id, merged_id FROM contact_merges
        WHERE account_id = $1 AND contact_id = ANY($2) AND merged_id = ANY($2) AND ended_at IS NULL`,
      [accountId, ids],
    );
    const { headOf, redundant } = groupContacts(
      ids,
      rows.map((row) => ({ id: row.id, contactId: row.contact_id, mergedId: row.merged_id })),
      { ...choice, heads: new Set(members.filter((row) => row.person_id === null).map(({ id }) => id)) },
    );
    if (redundant.length > 0)
      await tx.query(
        `UPDATE contact_merges SET ended_at = now(), ended_how = 'proven' WHERE account_id = $1 AND id = ANY($2)`,
        [accountId, redundant.map(({ id }) => id)],
      );
    const changed = members.filter(({ id, person_id: was }) => personIdOf(id, headOf) !== was);
    if (changed.length === 0) return;
    await tx.query(
      `UPDATE contacts c SET person_id = told.person_id, updated_at = now()
         FROM unnest($2::uuid[], $3::uuid[]) AS told (id, person_id) WHERE c.account_id = $1 AND c.id = told.id`,
      [accountId, changed.map(({ id }) => id), changed.map(({ id }) => personIdOf(id, headOf))],
    );
  }

  /** Hardly ever any: nearly all contacts are nobody's part. */
  private async withTies(tx: EntityManager, merged: readonly MergedContact[]): Promise<MergedContact[]> {
    const rows: { account_id: AccountId; contact_id: ContactId }[] = await tx.query(
      `SELECT told.account_id, told.contact_id
         FROM unnest($1::uuid[], $2::uuid[]) AS told (account_id, contact_id)
        WHERE EXISTS (SELECT FROM contact_merges m
                       WHERE m.account_id = told.account_id AND m.contact_id = told.contact_id)
           OR EXISTS (SELECT FROM contact_merges m
                       WHERE m.account_id = told.account_id AND m.merged_id = told.contact_id)`,
      [merged.map(({ accountId }) => accountId), merged.map(({ loser }) => loser)],
    );
    const tied = new Set(rows.map((row) => row.contact_id));
    return merged.filter(({ loser }) => tied.has(loser));
  }
}

function personIdOf(id: ContactId, headOf: ReadonlyMap<string, string>): string | null {
  const head = headOf.get(id) ?? id;
  return head === id ? null : head;
}

function byAccount(merged: readonly MergedContact[]): Map<AccountId, MergedContact[]> {
  const accounts = new Map<AccountId, MergedContact[]>();
  for (const entry of merged)
    accounts.set(entry.accountId, [...(accounts.get(entry.accountId) ?? []), entry]);
  return accounts;
}
