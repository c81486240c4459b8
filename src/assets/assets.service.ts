import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, AssetId } from '../database/ids';
import { newId } from '../database/ids';
import { ConflictError } from '../errors/app.error';
import type { AssetKind } from './entities/asset.entity';

export interface AssetRef {
  kind: AssetKind;
  metaId: string;
}

export interface AssetClaim extends AssetRef {
  name: string | null;
}

export interface OwnedAsset extends AssetRef {
  accountId: AccountId;
  id: AssetId;
}

interface AssetRow {
  account_id: AccountId;
  id: AssetId;
  kind: AssetKind;
  meta_id: string;
}

/** The directory of who owns what: it gives every webhook event one home and keeps two tenants off one asset. */
@Injectable()
export class AssetsService {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /**
   * Makes the account the owner of the assets, or confirms that it is. All or none: run it in the transaction that
   * stores what was found at Meta.
   * @throws ConflictError when another account owns one of them; `details` name it without naming the owner
   * @returns in the order of `claims`
   */
  async claim(tx: EntityManager, accountId: AccountId, claims: readonly AssetClaim[]): Promise<OwnedAsset[]> {
    if (claims.length === 0) return [];
    // Same order everywhere, or two accounts claiming overlapping assets at once would deadlock.
    const sorted = [...claims].sort((a, b) => `${a.kind}:${a.metaId}`.localeCompare(`${b.kind}:${b.metaId}`));
    const taken: { kind: AssetKind; meta_id: string }[] = await tx.query(
      `SELECT kind, meta_id FROM assets
        WHERE released_at IS NULL AND account_id <> $1
          AND (kind, meta_id) IN (SELECT * FROM unnest($2::text[], $3::text[]))
        FOR SHARE`,
      [accountId, sorted.map((claim) => claim.kind), sorted.map((claim) => claim.metaId)],
    );
    if (taken.length > 0) throw ownedByAnother(taken.map((row) => ({ kind: row.kind, metaId: row.meta_id })));
    try {
      const rows: AssetRow[] = await tx.query(
        `INSERT INTO assets (account_id, id, kind, meta_id, name)
         SELECT $1, id, kind, meta_id, name
           FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS claim (id, kind, meta_id, name)
         ON CONFLICT (account_id, kind, meta_id)
           DO UPDATE SET released_at = NULL, name = coalesce(excluded.name, assets.name)
         RETURNING account_id, id, kind, meta_id`,
        [
          accountId,
          sorted.map(() => newId()),
          sorted.map((claim) => claim.kind),
          sorted.map((claim) => claim.metaId),
          sorted.map((claim) => claim.name),
        ],
      );
      const byRef = new Map(rows.map((row) => [`${row.kind}:${row.meta_id}`, toOwned(row)]));
      return claims.map((claim) => {
        const owned = byRef.get(`${claim.kind}:${claim.metaId}`);
        if (owned === undefined) throw new Error('A claimed asset did not come back.');
        return owned;
      });
    } catch (error) {
      // Lost the race against another account between the two statements.
      if (isUniqueViolation(error, 'assets_owner')) throw ownedByAnother(claims);
      throw error;
    }
  }

  /**
   * Gives things that an account could connect their ids, without making it their owner; what it owns stays its own.
   * @returns in the order of `claims`
   */
  async enlist(
    tx: EntityManager,
    accountId: AccountId,
    claims: readonly AssetClaim[],
  ): Promise<OwnedAsset[]> {
    if (claims.length === 0) return [];
    const sorted = [...claims].sort((a, b) => `${a.kind}:${a.metaId}`.localeCompare(`${b.kind}:${b.metaId}`));
    const rows: AssetRow[] = await tx.query(
      `INSERT INTO assets (account_id, id, kind, meta_id, name, released_at)
       SELECT $1, id, kind, meta_id, name, now()
         FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS claim (id, kind, meta_id, name)
       ON CONFLICT (account_id, kind, meta_id) DO UPDATE SET name = coalesce(excluded.name, assets.name)
       RETURNING account_id, id, kind, meta_id`,
      [
        accountId,
        sorted.map(() => newId()),
        sorted.map((claim) => claim.kind),
        sorted.map((claim) => claim.metaId),
        sorted.map((claim) => claim.name),
      ],
    );
    const byRef = new Map(rows.map((row) => [`${row.kind}:${row.meta_id}`, toOwned(row)]));
    return claims.map((claim) => {
      const enlisted = byRef.get(`${claim.kind}:${claim.metaId}`);
      if (enlisted === undefined) throw new Error('An enlisted asset did not come back.');
      return enlisted;
    });
  }

  /**
   * For a look before something is asked of Meta; `claim` decides.
   * @throws ConflictError as `claim` does
   */
  async requireFree(accountId: AccountId, refs: readonly AssetRef[]): Promise<void> {
    const owners = await this.ownersOf(this.database.manager, refs);
    const taken = [...owners.values()].filter((owner) => owner.accountId !== accountId);
    if (taken.length > 0) throw ownedByAnother(taken);
  }

  /** Gives up every asset of an account, so that another may connect them. */
  async releaseAll(tx: EntityManager, accountId: AccountId): Promise<void> {
    await tx.query('UPDATE assets SET released_at = now() WHERE account_id = $1 AND released_at IS NULL', [
      accountId,
    ]);
  }

  async release(tx: EntityManager, accountId: AccountId, refs: readonly AssetRef[]): Promise<void> {
    await tx.query(
      `UPDATE assets SET released_at = now()
        WHERE account_id = $1 AND released_at IS NULL
          AND (kind, meta_id) IN (SELECT * FROM unnest($2::text[], $3::text[]))`,
      [accountId, refs.map((ref) => ref.kind), refs.map((ref) => ref.metaId)],
    );
  }

  /** The present owners of those that have one, in one query. Key: `kind:metaId`. */
  async ownersOf(manager: EntityManager, refs: readonly AssetRef[]): Promise<Map<string, OwnedAsset>> {
    if (refs.length === 0) return new Map();
    const rows: AssetRow[] = await manager.query(
      `SELECT account_id, id, kind, meta_id FROM assets
        WHERE released_at IS NULL AND (kind, meta_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
      [refs.map((ref) => ref.kind), refs.map((ref) => ref.metaId)],
    );
    return new Map(rows.map((row) => [`${row.kind}:${row.meta_id}`, toOwned(row)]));
  }

  /** Meta's ids of what an account owns of one kind at present, the first claimed first. */
  async metaIdsOf(accountId: AccountId, kind: AssetKind): Promise<string[]> {
    const rows: { meta_id: string }[] = await this.database.query(
      'SELECT meta_id FROM assets WHERE account_id = $1 AND kind = $2 AND released_at IS NULL ORDER BY id',
      [accountId, kind],
    );
    return rows.map((row) => row.meta_id);
  }

  /** Which kinds an account owns at present, for `platforms{}` of the connection status. */
  async kindsOf(accountId: AccountId): Promise<Set<AssetKind>> {
    const rows: { kind: AssetKind }[] = await this.database.query(
      'SELECT DISTINCT kind FROM assets WHERE account_id = $1 AND released_at IS NULL',
      [accountId],
    );
    return new Set(rows.map(({ kind }) => kind));
  }
}

function toOwned(row: AssetRow): OwnedAsset {
  return { accountId: row.account_id, id: row.id, kind: row.kind, metaId: row.meta_id };
}

function ownedByAnother(assets: readonly AssetRef[]): ConflictError {
  return new ConflictError(
    'Another account of this service owns this already. Ask its owner to add you as a member, or disconnect it there first.',
    { assets: assets.map(({ kind, metaId }) => ({ kind, metaId })) },
  );
}

function isUniqueViolation(error: unknown, constraint: string): boolean {
  if (typeof error !== 'object' || error === null || !('driverError' in error)) return false;
  const driverError: unknown = error.driverError;
  return (
    typeof driverError === 'object' &&
    driverError !== null &&
    'code' in driverError &&
    driverError.code === '23505' &&
    'constraint' in driverError &&
    driverError.constraint === constraint
  );
}
