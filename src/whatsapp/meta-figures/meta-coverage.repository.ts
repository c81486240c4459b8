import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import type { InsightProblem } from '../../insights/pulling/insight-problem';
import type { MetaFigureKind } from './meta-figure';
import { firstDay } from './meta-pull-schedule';
import type { MetaSeriesState } from './meta-series.repository';
import type { MetaCoverage, MetaFigureAccount, MetaNumber } from './meta-coverage';

interface AccountRow {
  id: AssetId;
  waba_id: string;
  name: string | null;
  currency: string | null;
  released_at: Date | null;
  pulled_at: Date | null;
  problem_code: InsightProblem['code'] | null;
  problem: string | null;
  problem_since: Date | null;
}

interface SeriesRow {
  waba_id: AssetId;
  kind: MetaFigureKind;
  part: string;
  state: MetaSeriesState;
  message: string | null;
  read_at: Date | null;
  covered_from: Date | null;
  covered_until: Date | null;
  is_past_over: boolean;
}

/** Tells how far Meta's figures are known. */
@Injectable()
export class MetaCoverageRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** All that the account has or had, in the order in which they were connected. */
  async accounts(accountId: AccountId, now = new Date()): Promise<MetaFigureAccount[]> {
    const [accounts, series] = await Promise.all([
      this.database.query<AccountRow[]>(
        `SELECT w.id, w.waba_id, w.name, w.currency, a.released_at, p.pulled_at, p.problem_code, p.problem, p.problem_since
           FROM whatsapp_business_accounts w
           JOIN assets a ON a.account_id = w.account_id AND a.id = w.id
           LEFT JOIN whatsapp_meta_pulls p ON p.account_id = w.account_id AND p.waba_id = w.id
          WHERE w.account_id = $1 ORDER BY w.id`,
        [accountId],
      ),
      this.database.query<SeriesRow[]>(
        `SELECT waba_id, kind, part, state, message, read_at, covered_from, covered_until, is_past_over
           FROM whatsapp_meta_series WHERE account_id = $1 ORDER BY waba_id, kind, part`,
        [accountId],
      ),
    ]);
    const byAccount = new Map<AssetId, MetaCoverage[]>();
    for (const row of series) {
      const known = byAccount.get(row.waba_id) ?? [];
      byAccount.set(row.waba_id, [...known, coverageOf(row, now)]);
    }
    return accounts.map((row) => ({
      id: row.id,
      wabaId: row.waba_id,
      name: row.name,
      currency: row.currency,
      releasedAt: row.released_at,
      pulledAt: row.pulled_at,
      problem:
        row.problem_code === null
          ? null
          : { code: row.problem_code, message: row.problem ?? '', since: row.problem_since ?? now },
      series: byAccount.get(row.id) ?? [],
    }));
  }

  async numbers(accountId: AccountId): Promise<MetaNumber[]> {
    const rows: MetaNumber[] = await this.database.query(
      `SELECT n.id, w.id AS "wabaId", n.phone_number_id AS "externalId",
              regexp_replace(coalesce(n.phone_number, ''), '\\D', '', 'g') AS digits, n.display_name AS name, w.currency
         FROM whatsapp_phone_numbers n
         JOIN whatsapp_business_accounts w ON w.account_id = n.account_id AND w.id = n.whatsapp_business_account_id
        WHERE n.account_id = $1 ORDER BY n.id`,
      [accountId],
    );
    return rows;
  }
}

function coverageOf(row: SeriesRow, now: Date): MetaCoverage {
  return {
    kind: row.kind,
    part: row.part,
    state: row.state,
    message: row.message,
    readAt: row.read_at,
    coveredFrom: row.covered_from,
    coveredUntil: row.covered_until,
    isPastRead:
      row.is_past_over || (row.covered_from !== null && row.covered_from <= afterFirstDay(row.kind, now)),
  };
}

/** A pull of yesterday went as far back as it could then. */
function afterFirstDay(kind: MetaFigureKind, now: Date): Date {
  return kind === 'template' ? now : new Date(firstDay(kind, now).getTime() + 2 * 86_400_000);
}
