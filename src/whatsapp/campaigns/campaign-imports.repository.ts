import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AccountId, CampaignId } from '../../database/ids';
import { newId } from '../../database/ids';
import { ConflictError } from '../../errors/app.error';
import { CampaignImportEntity, type ImportSource } from '../entities/campaign-import.entity';
import type { CampaignState } from '../entities/campaign.entity';
import { OPEN_STATES } from './campaign-states';
import type { UnreadableLine } from './recipient-csv';
import type { CheckedRecipient } from './recipient-lines';

export interface CampaignKey {
  accountId: AccountId;
  id: CampaignId;
}

export interface ImportBatch {
  recipients: readonly CheckedRecipient[];
  errors: readonly UnreadableLine[];
  /** The last line that the batch deals with. */
  lineReached: number;
}

/** Errors that are kept of one import; those beyond are counted. */
export const MOST_IMPORT_ERRORS = 1_000;
/** A living import writes a batch far more often. */
const ABANDONED_AFTER = '5 minutes';

type Updated<Row> = [rows: Row[], count: number];

@Injectable()
export class CampaignImportsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async begin(
    { accountId, id }: CampaignKey,
    told: { source: ImportSource; fileName: string | null; columns: string[] | null },
  ): Promise<string> {
    const importId = newId();
    await this.database.transaction(async (tx) => {
      await refuseFrozen(tx, { accountId, id });
      await tx.query(
        `INSERT INTO campaign_imports (account_id, campaign_id, id, source, file_name, columns)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [accountId, id, importId, told.source, told.fileName, told.columns && JSON.stringify(told.columns)],
      );
    });
    return importId;
  }

  /**
   * Stores some lines and how far the import is, together: what is counted is there, and the other way round.
   * @throws ConflictError once the campaign has been started
   */
  async addBatch(key: CampaignKey, importId: string, batch: ImportBatch): Promise<void> {
    const { recipients, errors, lineReached } = batch;
    await this.database.transaction(async (tx) => {
      await refuseFrozen(tx, key);
      const added = await insertRecipients(tx, key, recipients);
      if (added > 0) {
        await tx.query(
          `UPDATE campaign_progress SET total = total + $3, pending = pending + $3, is_told = false
            WHERE account_id = $1 AND campaign_id = $2`,
          [key.accountId, key.id, added],
        );
      }
      const [rows]: Updated<{ invalid: number }> = await tx.query(
        `UPDATE campaign_imports
            SET lines = lines + $4, added = added + $5, duplicates = duplicates + $6, invalid = invalid + $7,
                line_reached = $8, updated_at = now()
          WHERE account_id = $1 AND campaign_id = $2 AND id = $3 AND state = 'running' RETURNING invalid`,
        [
          key.accountId,
          key.id,
          importId,
          recipients.length + errors.length,
          added,
          recipients.length - added,
          errors.length,
          lineReached,
        ],
      );
      const [row] = rows;
      if (row === undefined)
        throw new ConflictError(
          'This import took too long and was given up. Send the list again: what is there stays.',
        );
      const room = MOST_IMPORT_ERRORS - (row.invalid - errors.length);
      await insertErrors(tx, key, importId, errors.slice(0, Math.max(room, 0)));
    });
  }

  async finish(
    { accountId, id }: CampaignKey,
    importId: string,
    error: { code: string; message: string } | null,
  ): Promise<CampaignImportEntity> {
    await this.database.query(
      `UPDATE campaign_imports SET state = $4, error = $5, finished_at = now(), updated_at = now()
        WHERE account_id = $1 AND campaign_id = $2 AND id = $3 AND state = 'running'`,
      [accountId, id, importId, error === null ? 'completed' : 'broken', error && JSON.stringify(error)],
    );
    return this.database.manager.findOneByOrFail(CampaignImportEntity, {
      accountId,
      campaignId: id,
      id: importId,
    });
  }

  /** Those of processes that died. What they had stored stays, and the same list completes it. */
  async breakAbandoned(): Promise<void> {
    const error = {
      code: 'IMPORT_ABANDONED',
      message: 'The process that read the list ended. Send the same list again: what is there stays.',
    };
    await this.database.query(
      `UPDATE campaign_imports SET state = 'broken', error = $1, finished_at = now(), updated_at = now()
        WHERE state = 'running' AND updated_at < now() - interval '${ABANDONED_AFTER}'`,
      [JSON.stringify(error)],
    );
  }

  /** Newest first; there are as many as somebody has handed in lists. */
  async list({ accountId, id }: CampaignKey, limit: number): Promise<CampaignImportEntity[]> {
    return this.database.manager.find(CampaignImportEntity, {
      where: { accountId, campaignId: id },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  async find({ accountId, id }: CampaignKey, importId: string): Promise<CampaignImportEntity | null> {
    return this.database.manager.findOneBy(CampaignImportEntity, { accountId, campaignId: id, id: importId });
  }

  /** In order of lines. */
  async errorsOf(
    { accountId, id }: CampaignKey,
    importId: string,
    page: { afterLine: number; limit: number },
  ): Promise<UnreadableLine[]> {
    return this.database.query(
      `SELECT line, code, message FROM campaign_import_errors
        WHERE account_id = $1 AND campaign_id = $2 AND import_id = $3 AND line > $4 ORDER BY line LIMIT $5`,
      [accountId, id, importId, page.afterLine, page.limit],
    );
  }
}

/** Holds whoever starts the campaign off until the batch is in, and the batch off once it has been started. */
async function refuseFrozen(tx: EntityManager, { accountId, id }: CampaignKey): Promise<void> {
  const rows: { state: CampaignState }[] = await tx.query(
    'SELECT state FROM campaigns WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL FOR SHARE',
    [accountId, id],
  );
  const state = rows[0]?.state;
  if (state === undefined || !OPEN_STATES.includes(state))
    throw new ConflictError(
      'The campaign has been started: its recipients are fixed. Make another campaign for further people.',
      { state: state ?? 'deleted' },
    );
}

async function insertRecipients(
  tx: EntityManager,
  { accountId, id }: CampaignKey,
  recipients: readonly CheckedRecipient[],
): Promise<number> {
  if (recipients.length === 0) return 0;
  // Ids in the order of lines; inserted in the order of people, so that two imports at once do not wait crosswise.
  const rows = recipients
    .map((recipient) => ({ ...recipient, id: newId() }))
    .sort((a, b) => (a.personKey < b.personKey ? -1 : a.personKey > b.personKey ? 1 : a.line - b.line));
  const [inserted]: { count: number }[] = await tx.query(
    `WITH added AS (
       INSERT INTO campaign_recipients (account_id, campaign_id, id, recipient, person_key, line, parameters)
       SELECT $1, $2, told.* FROM unnest($3::uuid[], $4::text[], $5::text[], $6::int[], $7::jsonb[]) AS told
       ON CONFLICT ON CONSTRAINT campaign_recipients_once DO NOTHING RETURNING 1)
     SELECT count(*)::int AS count FROM added`,
    [
      accountId,
      id,
      rows.map((row) => row.id),
      rows.map((row) => row.recipient),
      rows.map((row) => row.personKey),
      rows.map((row) => row.line),
      rows.map((row) => JSON.stringify(row.parameters)),
    ],
  );
  return inserted?.count ?? 0;
}

async function insertErrors(
  tx: EntityManager,
  { accountId, id }: CampaignKey,
  importId: string,
  errors: readonly UnreadableLine[],
): Promise<void> {
  if (errors.length === 0) return;
  await tx.query(
    `INSERT INTO campaign_import_errors (account_id, campaign_id, import_id, line, code, message)
     SELECT $1, $2, $3, told.* FROM unnest($4::int[], $5::text[], $6::text[]) AS told ON CONFLICT DO NOTHING`,
    [
      accountId,
      id,
      importId,
      errors.map(({ line }) => line),
      errors.map(({ code }) => code),
      errors.map(({ message }) => message),
    ],
  );
}
