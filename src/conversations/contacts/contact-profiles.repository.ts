import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, AssetId, ContactId } from '../../database/ids';
import type { IdentityKind } from '../conversation-types';
import type { PersonAtAsset } from './person-readers';

/** A profile that this process has taken to read, until its lease is over. */
export interface ClaimedProfile extends PersonAtAsset {
  /** This one included. */
  attempt: number;
}

interface ProfileRow {
  account_id: AccountId;
  asset_id: AssetId;
  person_kind: IdentityKind;
  person: string;
  attempts: number;
}

/** Names change seldom, pictures' addresses end after some days. */
const FRESH_HOURS = 24;
/** Meta tells no more of somebody who has not agreed, or is gone: until then it is not asked again. */
const REFUSED_DAYS = 7;

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated<Row> = [rows: Row[], count: number];

/** Whose profile is to be read when. The row is the truth: whoever dies with one leaves it to be claimed again. */
@Injectable()
export class ContactProfilesRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Notes people who did something: new ones are read, and those whose profile is old are read again. */
  async want(tx: EntityManager, people: readonly PersonAtAsset[]): Promise<void> {
    if (people.length === 0) return;
    await tx.query(
      `INSERT INTO contact_profiles AS p (account_id, asset_id, person_kind, person)
       SELECT DISTINCT account_id, asset_id, kind, value
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS seen (account_id, asset_id, kind, value)
        ORDER BY account_id, asset_id, kind, value
       ON CONFLICT ON CONSTRAINT contact_profiles_pkey DO UPDATE SET next_read_at = now(), attempts = 0
        WHERE p.next_read_at IS NULL
          AND p.read_at < now() - CASE p.state WHEN 'refused' THEN $6 * interval '1 day' ELSE $5 * interval '1 hour' END`,
      [...columnsOf(people), FRESH_HOURS, REFUSED_DAYS],
    );
  }

  /** Takes those that have been due for longest: new ones, or ones that somebody took and never finished. */
  async claim(kinds: readonly IdentityKind[], leaseMs: number): Promise<ClaimedProfile | null> {
    const [[row]]: Updated<ProfileRow> = await this.database.query(
      `UPDATE contact_profiles SET attempts = attempts + 1, next_read_at = now() + $1 * interval '1 millisecond'
        WHERE (account_id, asset_id, person_kind, person) = (
          SELECT account_id, asset_id, person_kind, person FROM contact_profiles
           WHERE next_read_at <= now() AND person_kind = ANY($2)
           ORDER BY next_read_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING account_id, asset_id, person_kind, person, attempts`,
      [leaseMs, kinds],
    );
    if (row === undefined) return null;
    return {
      accountId: row.account_id,
      assetId: row.asset_id,
      person: { kind: row.person_kind, value: row.person },
      attempt: row.attempts,
    };
  }

  async recordEnd(
    tx: EntityManager,
    who: PersonAtAsset,
    { state, refusal }: { state: 'read' | 'refused'; refusal: string | null },
  ): Promise<void> {
    await tx.query(
      `INSERT INTO contact_profiles AS p (account_id, asset_id, person_kind, person, state, next_read_at, read_at, refusal)
       VALUES ($1, $2, $3, $4, $5, NULL, now(), $6)
       ON CONFLICT ON CONSTRAINT contact_profiles_pkey DO UPDATE
          SET state = excluded.state, next_read_at = NULL, read_at = excluded.read_at, refusal = excluded.refusal,
              attempts = 0`,
      [...keyOf(who), state, refusal],
    );
  }

  /** @param delayMs null: nobody tries again before the person does something */
  async recordRetry(who: PersonAtAsset, delayMs: number | null, isCounted: boolean): Promise<void> {
    await this.database.query(
      `UPDATE contact_profiles
          SET next_read_at = now() + $5 * interval '1 millisecond', read_at = CASE WHEN $5::bigint IS NULL THEN now() ELSE read_at END,
              attempts = attempts - CASE WHEN $6 THEN 0 ELSE 1 END
        WHERE account_id = $1 AND asset_id = $2 AND person_kind = $3 AND person = $4`,
      [...keyOf(who), delayMs, isCounted],
    );
  }

  /** Meta wants no calls for an asset for a while: all of it that is due waits. */
  async pause(
    { accountId, assetId }: Pick<PersonAtAsset, 'accountId' | 'assetId'>,
    delayMs: number,
  ): Promise<void> {
    await this.database.query(
      `UPDATE contact_profiles SET next_read_at = now() + $3 * interval '1 millisecond'
        WHERE account_id = $1 AND asset_id = $2 AND next_read_at < now() + $3 * interval '1 millisecond'`,
      [accountId, assetId, delayMs],
    );
  }

  /** By which Pages and accounts a contact is known, and since when the profile is. */
  async placesOf(
    accountId: AccountId,
    contactId: ContactId,
  ): Promise<(PersonAtAsset & { readAt: Date | null })[]> {
    const rows: (ProfileRow & { read_at: Date | null })[] = await this.database.query(
      `SELECT DISTINCT v.account_id, v.asset_id, i.kind AS person_kind, i.value AS person, p.read_at, 0 AS attempts
         FROM contact_identities i
         JOIN conversations v ON v.account_id = i.account_id AND v.contact_id = i.contact_id
         LEFT JOIN contact_profiles p ON p.account_id = v.account_id AND p.asset_id = v.asset_id
              AND p.person_kind = i.kind AND p.person = i.value
        WHERE i.account_id = $1 AND i.contact_id = $2`,
      [accountId, contactId],
    );
    return rows.map((row) => ({
      accountId: row.account_id,
      assetId: row.asset_id,
      person: { kind: row.person_kind, value: row.person },
      readAt: row.read_at,
    }));
  }
}

function keyOf({ accountId, assetId, person }: PersonAtAsset): string[] {
  return [accountId, assetId, person.kind, person.value];
}

function columnsOf(people: readonly PersonAtAsset[]): string[][] {
  return [
    people.map(({ accountId }) => accountId),
    people.map(({ assetId }) => assetId),
    people.map(({ person }) => person.kind),
    people.map(({ person }) => person.value),
  ];
}
