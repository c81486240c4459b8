import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId } from '../../database/ids';
import type { Subject } from '../rules/finding';

export type NameLookup = (accountId: AccountId, subject: Subject) => string | null;

interface AssetRow {
  account_id: AccountId;
  id: string;
  kind: string;
  meta_id: string;
  name: string | null;
  phone_number: string | null;
}

/** What people call the things that events name by ids. */
@Injectable()
export class SubjectNames {
  async load(
    tx: EntityManager,
    subjects: readonly { accountId: AccountId; subject: Subject }[],
  ): Promise<NameLookup> {
    const accountIds = [...new Set(subjects.map(({ accountId }) => accountId))];
    const unnamed = subjects.map(({ subject }) => subject).filter(({ name }) => name == null);
    const assets = await this.assets(tx, accountIds, unnamed);
    const accounts = await this.accounts(
      tx,
      unnamed.some(({ type }) => type === 'account') ? accountIds : [],
    );
    const people = await this.people(
      tx,
      subjects.filter(({ subject: { type, name } }) => type === 'conversation' && name == null),
    );
    return (accountId, { type, id, name, assetId }) => {
      if (name != null) return name;
      if (type === 'conversation') return people.get(`${accountId}:${id}`) ?? null;
      if (type === 'account') return accounts.get(accountId) ?? null;
      return assets.get(`${accountId}:${assetId ?? `${type}:${id}`}`) ?? null;
    };
  }

  private async assets(
    tx: EntityManager,
    accountIds: readonly AccountId[],
    subjects: readonly Subject[],
  ): Promise<Map<string, string>> {
    const rows: AssetRow[] = await tx.query(
      `SELECT a.account_id, a.id, a.kind, a.meta_id, coalesce(p.display_name, a.name) AS name, p.phone_number
         FROM assets a LEFT JOIN whatsapp_phone_numbers p ON p.account_id = a.account_id AND p.id = a.id
        WHERE a.account_id = ANY($1)
          AND ((a.kind, a.meta_id) IN (SELECT * FROM unnest($2::text[], $3::text[])) OR a.id = ANY($4))`,
      [
        accountIds,
        subjects.map(({ type }) => type),
        subjects.map(({ id }) => id),
        subjects.flatMap(({ assetId }) => assetId ?? []),
      ],
    );
    const names = new Map<string, string>();
    for (const row of rows) {
      const name = inFull(row);
      if (name === null) continue;
      names.set(`${row.account_id}:${row.kind}:${row.meta_id}`, name);
      names.set(`${row.account_id}:${row.id}`, name);
    }
    return names;
  }

  /** Who conversations are with. */
  private async people(
    tx: EntityManager,
    conversations: readonly { accountId: AccountId; subject: Subject }[],
  ): Promise<Map<string, string>> {
    if (conversations.length === 0) return new Map();
    const rows: { account_id: AccountId; id: string; name: string }[] = await tx.query(
      `SELECT c.account_id, c.id, p.name
         FROM (SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[]) AS w (account_id, id)) w
         JOIN conversations c USING (account_id, id)
         JOIN contacts p ON p.account_id = c.account_id AND p.id = c.contact_id
        WHERE p.name IS NOT NULL`,
      [conversations.map(({ accountId }) => accountId), conversations.map(({ subject }) => subject.id)],
    );
    return new Map(rows.map((row) => [`${row.account_id}:${row.id}`, row.name]));
  }

  private async accounts(
    tx: EntityManager,
    accountIds: readonly AccountId[],
  ): Promise<Map<AccountId, string>> {
    if (accountIds.length === 0) return new Map();
    const rows: { id: AccountId; name: string }[] = await tx.query(
      'SELECT id, name FROM meta_accounts WHERE id = ANY($1) AND name IS NOT NULL',
      [accountIds],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}

/** A business has several numbers of one name: the digits tell them apart. */
function inFull({ name, phone_number: number }: AssetRow): string | null {
  if (number === null) return name;
  return name === null ? number : `${number} (${name})`;
}
