import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../../database/ids';

/** How long it can still be seen that there was a report, after its files are gone. */
const REMEMBERED_FOR = '90 days';

export interface LeftoverFile {
  accountId: AccountId;
  reportId: string;
  attempt: number;
  place: number;
  storageKey: string;
}

/** What is to go. */
@Injectable()
export class ReportRemovals {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Completed ones lose their files; those long over are forgotten. At most a thousand of each at a time. */
  async expire(): Promise<void> {
    await this.database.query(
      `UPDATE reports SET state = 'expired', has_leftovers = true, updated_at = now()
        WHERE state = 'completed' AND (account_id, id) IN (
          SELECT account_id, id FROM reports WHERE expires_at < now() AND state = 'completed'
           ORDER BY expires_at LIMIT 1000)`,
    );
    await this.database.query(
      `UPDATE reports SET state = 'removed', has_leftovers = true, updated_at = now()
        WHERE state IN ('expired', 'failed', 'cancelled') AND (account_id, id) IN (
          SELECT account_id, id FROM reports
           WHERE expires_at < now() - interval '${REMEMBERED_FOR}' AND state IN ('expired', 'failed', 'cancelled')
           ORDER BY expires_at LIMIT 1000)`,
    );
  }

  /** Files that nobody offers: of attempts that were broken off, and of reports that did not come to their end or have expired. */
  async leftovers(limit: number): Promise<LeftoverFile[]> {
    const rows: {
      account_id: AccountId;
      report_id: string;
      attempt: number;
      place: number;
      storage_key: string;
    }[] = await this.database.query(
      `SELECT f.account_id, f.report_id, f.attempt, f.place, f.storage_key
         FROM reports r JOIN report_files f ON f.account_id = r.account_id AND f.report_id = r.id
        WHERE r.has_leftovers AND (r.state NOT IN ('running', 'completed') OR f.attempt <> r.attempt)
        ORDER BY r.updated_at LIMIT $1`,
      [limit],
    );
    return rows.map((row) => ({
      accountId: row.account_id,
      reportId: row.report_id,
      attempt: row.attempt,
      place: row.place,
      storageKey: row.storage_key,
    }));
  }

  /** Reports of which nothing is left over: they need not be looked at until one of their attempts ends again. */
  async settle(): Promise<void> {
    await this.database.query(
      `UPDATE reports r SET has_leftovers = false
        WHERE has_leftovers AND NOT EXISTS (
          SELECT FROM report_files f WHERE f.account_id = r.account_id AND f.report_id = r.id
             AND (r.state NOT IN ('running', 'completed') OR f.attempt <> r.attempt))`,
    );
  }

  /** Once they are gone from storage. */
  async forgetFiles(files: readonly LeftoverFile[]): Promise<void> {
    if (files.length === 0) return;
    await this.database.query(
      `DELETE FROM report_files
        WHERE (account_id, report_id, attempt, place) IN (
          SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::integer[]))`,
      [
        files.map(({ accountId }) => accountId),
        files.map(({ reportId }) => reportId),
        files.map(({ attempt }) => attempt),
        files.map(({ place }) => place),
      ],
    );
  }

  /** Those that are removed and have no file left. */
  async forgetRemoved(): Promise<void> {
    await this.database.query(
      `DELETE FROM reports WHERE state = 'removed' AND (account_id, id) IN (
         SELECT account_id, id FROM reports r WHERE state = 'removed'
            AND NOT EXISTS (SELECT FROM report_files f WHERE f.account_id = r.account_id AND f.report_id = r.id)
          ORDER BY updated_at LIMIT 1000)`,
    );
  }
}
