import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, LabelId } from '../../database/ids';
import { newId } from '../../database/ids';
import { ConflictError, NotFoundError } from '../../errors/app.error';
import type { StoredLabel } from './stored-label';

interface LabelRow {
  id: LabelId;
  account_id: AccountId;
  name: string;
  color: string | null;
  created_at: Date;
  updated_at: Date;
}

/** More than people find their way through; so few that they are listed all at once. */
const MOST_LABELS = 200;

/** The labels that an account has for its conversations. */
@Injectable()
export class ConversationLabels {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** By name. */
  async list(accountIds: readonly AccountId[]): Promise<StoredLabel[]> {
    const rows: LabelRow[] = await this.database.query(
      'SELECT * FROM labels WHERE account_id = ANY($1) ORDER BY lower(name), id',
      [accountIds],
    );
    return rows.map(toLabel);
  }

  /** @throws ConflictError when the account has a label of this name, in whatever case, or has too many */
  async add(accountId: AccountId, name: string, color: string | null): Promise<StoredLabel> {
    const rows: LabelRow[] = await this.database.query(
      `INSERT INTO labels (account_id, id, name, color)
       SELECT $1::uuid, $2::uuid, $3::text, $4::text WHERE (SELECT count(*) FROM labels WHERE account_id = $1) < ${MOST_LABELS}
       ON CONFLICT (account_id, lower(name)) DO NOTHING RETURNING *`,
      [accountId, newId<LabelId>(), name, color],
    );
    const [row] = rows;
    if (row !== undefined) return toLabel(row);
    await this.refuseTaken(accountId, name);
    throw new ConflictError(`An account has at most ${MOST_LABELS} labels. Remove one first.`);
  }

  /**
   * @throws NotFoundError when none of the accounts has it
   * @throws ConflictError when the account has another label of this name
   */
  async edit(
    accountIds: readonly AccountId[],
    id: string,
    changes: { name?: string | undefined; color?: string | null | undefined },
  ): Promise<StoredLabel> {
    const label = await this.get(accountIds, id);
    const [rows]: [LabelRow[], number] = await this.database.query(
      `UPDATE labels l SET name = $3, color = $4, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND NOT EXISTS (
          SELECT FROM labels other WHERE other.account_id = $1 AND lower(other.name) = lower($3) AND other.id <> $2)
        RETURNING *`,
      [
        label.accountId,
        id,
        changes.name ?? label.name,
        changes.color === undefined ? label.color : changes.color,
      ],
    );
    const [row] = rows;
    if (row !== undefined) return toLabel(row);
    await this.refuseTaken(label.accountId, changes.name ?? label.name);
    throw new NotFoundError(NO_SUCH_LABEL);
  }

  /**
   * Takes it off all conversations as well.
   * @throws NotFoundError when none of the accounts has it
   */
  async remove(accountIds: readonly AccountId[], id: string): Promise<void> {
    const [, removed]: [unknown[], number] = await this.database.query(
      'DELETE FROM labels WHERE account_id = ANY($1) AND id = $2',
      [accountIds, id],
    );
    if (removed === 0) throw new NotFoundError(NO_SUCH_LABEL);
  }

  private async get(accountIds: readonly AccountId[], id: string): Promise<StoredLabel> {
    const rows: LabelRow[] = await this.database.query(
      'SELECT * FROM labels WHERE account_id = ANY($1) AND id = $2',
      [accountIds, id],
    );
    const [row] = rows;
    if (row === undefined) throw new NotFoundError(NO_SUCH_LABEL);
    return toLabel(row);
  }

  private async refuseTaken(accountId: AccountId, name: string): Promise<void> {
    const rows: { id: LabelId; name: string }[] = await this.database.query(
      'SELECT id, name FROM labels WHERE account_id = $1 AND lower(name) = lower($2)',
      [accountId, name],
    );
    const [row] = rows;
    if (row !== undefined)
      throw new ConflictError(`There is a label ${row.name} already.`, { labelId: row.id });
  }
}

const NO_SUCH_LABEL = 'There is no such label.';

function toLabel(row: LabelRow): StoredLabel {
  return {
    id: row.id,
    accountId: row.account_id,
    name: row.name,
    color: row.color,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
