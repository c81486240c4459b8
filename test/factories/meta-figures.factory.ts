import type { AccountId, AssetId } from '../../src/database/ids';
import { MetaFiguresPuller } from '../../src/whatsapp/meta-figures/meta-figures.puller';
import { MetaPullsRepository } from '../../src/whatsapp/meta-figures/meta-pulls.repository';
import type { TestApp } from '../test-app';

export interface PullRow {
  waba_id: string;
  next_pull_at: Date | null;
  lease_id: string | null;
  pulled_at: Date | null;
  problem_code: string | null;
}

export interface SeriesRow {
  kind: string;
  part: string;
  state: string;
  message: string | null;
  covered_from: Date | null;
  covered_until: Date | null;
}

export async function pullRows(app: TestApp, accountId: string): Promise<PullRow[]> {
  return app.db.query('SELECT * FROM whatsapp_meta_pulls WHERE account_id = $1 ORDER BY waba_id', [
    accountId,
  ]);
}

export async function seriesRows(app: TestApp, accountId: string): Promise<SeriesRow[]> {
  return app.db.query('SELECT * FROM whatsapp_meta_series WHERE account_id = $1 ORDER BY kind, part', [
    accountId,
  ]);
}

/** All that is stored as Meta told it, without the time of writing. */
export async function storedPoints(
  app: TestApp,
  accountId: string,
  kind?: string,
): Promise<Record<string, unknown>[]> {
  return app.db.query(
    `SELECT to_jsonb(f) - 'account_id' - 'waba_id' AS row FROM whatsapp_meta_figures f
      WHERE account_id = $1 AND ($2::text IS NULL OR kind = $2)
      ORDER BY kind, view, granularity, start_at, phone_number, country, category, type, template_id`,
    [accountId, kind ?? null],
  );
}

/** Nothing of it waits for its time any more. */
export async function makeFiguresDue(app: TestApp, accountId: string): Promise<void> {
  await app.db.query(
    `UPDATE whatsapp_meta_pulls SET next_pull_at = now() - interval '1 second', lease_id = NULL, lease_until = NULL
      WHERE account_id = $1`,
    [accountId],
  );
  await app.db.query(
    `UPDATE whatsapp_meta_series SET read_at = now() - interval '1 day', retry_at = NULL WHERE account_id = $1`,
    [accountId],
  );
}

/** One pull of each WhatsApp Business Account of the account, in this process, whether it is due or not. */
export async function pullFigures(app: TestApp, accountId: string): Promise<void> {
  await app.app.get(MetaPullsRepository, { strict: false }).keepUp();
  await makeFiguresDue(app, accountId);
  for (const { waba_id } of await pullRows(app, accountId))
    await app.app.get(MetaFiguresPuller, { strict: false }).pull(accountId as AccountId, waba_id as AssetId);
}

/** As if all that Meta keeps had been asked for: what a pull does then is what is new. */
export async function endPast(app: TestApp, accountId: string): Promise<void> {
  await app.db.query('UPDATE whatsapp_meta_series SET is_past_over = true WHERE account_id = $1', [
    accountId,
  ]);
}
