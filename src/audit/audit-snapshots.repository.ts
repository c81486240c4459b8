import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { isUuid } from '../database/ids';
import { hashSecret } from '../identity/secret-tokens';
import type { AuditFields } from './audit-event';
import { AUDIT_TABLES, type AuditTable, type AuditTableName } from './audit-tables';
import { storable } from './secret-fields';

export interface Snapshot {
  /** Unmasked: for comparing, never for showing. */
  row: AuditFields;
  id: string | null;
  /** Whose it is: the user is a member. Null for what is nobody's account's. */
  accountId: string | null;
}

export interface SnapshotPlace {
  table: AuditTableName;
  column: string;
  value: string;
  /** Who asks: of accounts only what the user is a member of is looked at. */
  userId: string | null;
  /** Known from a look before: also where the user is no member any more. */
  accountId: string | null;
  /** The account that the address names, which may be anybody's. */
  within?: string | undefined;
}

/** Columns whose values are ids of ours. */
const UUID_COLUMNS = new Set(['id', 'user_id']);
/** Kinds of Meta's things, by what they are called in requests. */
const ASSET_KINDS = {
  phoneNumberId: 'phone_number',
  wabaId: 'waba',
  pageId: 'page',
  igAccountId: 'instagram',
} as const;

/** Looks at the rows that requests are about, before and after. */
@Injectable()
export class AuditSnapshots {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async find({ table, column, value, userId, accountId, within }: SnapshotPlace): Promise<Snapshot | null> {
    if (UUID_COLUMNS.has(column) && !isUuid(value)) return null;
    if (within !== undefined && !isUuid(within)) return null;
    const { owner, ownerColumn }: AuditTable = AUDIT_TABLES[table];
    const condition =
      column === 'email' ? 'lower(t.email) = lower($1) AND t.deleted_at IS NULL' : `t.${column} = $1`;
    const rows: { row: AuditFields }[] = await this.database.query(
      `SELECT to_jsonb(t) AS row FROM ${table} t WHERE ${condition} AND ${whose(owner, ownerColumn)} LIMIT 1`,
      [
        storable(value),
        ...(owner === 'service' ? [] : owner === 'user' ? [userId] : [userId, accountId, within ?? null]),
      ],
    );
    const row = rows[0]?.row;
    if (row === undefined) return null;
    const account = owner === 'account' ? row[ownerColumn] : null;
    return { row, id: textOf(row.id), accountId: textOf(account) };
  }

  /** The account that a request names, or whose thing at Meta it names; null where it is none of the user's, or not clear. */
  async accountNamedIn(named: AuditFields, userId: string): Promise<string | null> {
    const assets = Object.entries(ASSET_KINDS).flatMap(([name, kind]) => {
      const metaId = named[name];
      return typeof metaId === 'string' ? [{ kind, metaId: storable(metaId.slice(0, 64)) }] : [];
    });
    const accountId = typeof named.accountId === 'string' && isUuid(named.accountId) ? named.accountId : null;
    if (accountId === null && assets.length === 0) return null;
    const rows: { account_id: string }[] = await this.database.query(
      `SELECT m.account_id FROM account_members m
        WHERE m.user_id = $1
          AND (m.account_id = $2 OR m.account_id IN (
            SELECT a.account_id FROM assets a JOIN unnest($3::text[], $4::text[]) AS named (kind, meta_id)
                ON a.kind = named.kind AND a.meta_id = named.meta_id))
        LIMIT 2`,
      [userId, accountId, assets.map(({ kind }) => kind), assets.map(({ metaId }) => metaId)],
    );
    return rows.length === 1 ? (rows[0]?.account_id ?? null) : null;
  }

  /** Whose a refresh token is, or was. */
  async ownerOfRefreshToken(token: string): Promise<string | null> {
    const rows: { user_id: string }[] = await this.database.query(
      'SELECT user_id FROM refresh_tokens WHERE token_hash = $1',
      [hashSecret(token)],
    );
    return rows[0]?.user_id ?? null;
  }
}

function whose(owner: AuditTable['owner'], column: string): string {
  if (owner === 'service') return 'true';
  if (owner === 'user') return `t.${column} = $2`;
  return `t.${column} = ANY(CASE WHEN $3::uuid IS NOT NULL THEN ARRAY[$3::uuid]
            ELSE ARRAY(SELECT m.account_id FROM account_members m WHERE m.user_id = $2) END)
            AND ($4::uuid IS NULL OR t.${column} = $4)`;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
