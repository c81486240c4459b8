import { SEED } from '../../sandbox/world-seed';
import type { AccountId, AssetId } from '../../src/database/ids';
import { InsightAssetsRepository } from '../../src/insights/pulling/insight-assets.repository';
import { InsightPuller } from '../../src/insights/pulling/insight-puller';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import type { TestApp } from '../test-app';
import { PAGES, PAGE_SCOPES, type PageView, pagesAccount } from './facebook-pages.factory';
import { sandboxOf } from './meta-login';

export const FACEBOOK_METRICS = '/api/meta/facebook/metrics';
export const INSTAGRAM_METRICS = '/api/meta/instagram/metrics';

export interface InsightsView {
  object: {
    kind: string;
    id: string;
    productType: string | null;
    publishedAt: string | null;
    state: string;
    stateReason: string | null;
  };
  range: { from: string; until: string; timeZone: string; granularity: string };
  metrics: MetricView[];
  unavailable: { metric: string; reason: string; message: string }[];
  problem: { code: string; message: string; since: string } | null;
}

export interface MetricView {
  metric: string;
  adding: string;
  total: number | null;
  change: number | null;
  points: { timestamp: string; value: number | null; change: number | null }[];
  parts: { breakdown: string; label: string; value: number }[];
  isComplete: boolean;
  readAt: string | null;
  coveredFrom: string | null;
  coveredUntil: string | null;
}

export function metricOf(view: InsightsView, name: string): MetricView {
  const found = view.metrics.find(({ metric }) => metric === name);
  if (found === undefined) throw new Error(`There is no ${name} in ${JSON.stringify(view)}`);
  return found;
}

/** Makes everything of a Page or account due, as time would. */
export async function makeDue(app: TestApp, assetId: string): Promise<void> {
  await app.db.query(
    `UPDATE insight_assets SET next_pull_at = now() - interval '1 second', listed_at = NULL WHERE asset_id = $1`,
    [assetId],
  );
  await app.db.query(
    `UPDATE insight_objects SET next_read_at = now() - interval '1 second'
      WHERE asset_id = $1 AND next_read_at IS NOT NULL`,
    [assetId],
  );
}

/** One pull of a Page or account that is due. */
export async function pull(app: TestApp, accountId: string, assetId: string): Promise<void> {
  await app.app.get(InsightPuller, { strict: false }).pull(accountId as AccountId, assetId as AssetId);
}

export const FIGURE_SCOPES = [...PAGE_SCOPES, 'read_insights'];

/** A user's connected Page whose figures nothing but the test pulls. */
export class PageFigures {
  private constructor(
    private readonly app: TestApp,
    readonly client: ApiClient,
    readonly accountId: string,
    readonly assetId: string,
  ) {}

  /** Alone in the sandbox, which begins anew. */
  static async begin(
    app: TestApp,
    admin: ApiClient,
    scopes: readonly string[] = FIGURE_SCOPES,
  ): Promise<PageFigures> {
    await app.db.query('DELETE FROM assets');
    await app.db.query('DELETE FROM insight_refusals');
    await app.db.query('DELETE FROM domain_events');
    sandboxOf(app).reset();
    sandboxOf(app).clearFaults();
    const client = app.api.as(await admin.createUser('agent'));
    const accountId = await pagesAccount(app, client, { scopes: [...scopes] });
    const connected = await client.post<PageView>(`${PAGES}/${SEED.pageId}/connect`);
    if (connected.status !== 200) throw new Error(`Connecting the Page answered ${connected.text}`);
    await app.app.get(InsightAssetsRepository, { strict: false }).keepUp();
    sandboxOf(app).clearCalls();
    return new PageFigures(app, client, accountId, connected.body.data.id);
  }

  /** Everything that is due once its time has come. */
  async pullNow(): Promise<void> {
    await makeDue(this.app, this.assetId);
    await pull(this.app, this.accountId, this.assetId);
  }

  ask(query = ''): Promise<ApiAnswer<ApiBody<InsightsView>>> {
    return this.client.get<InsightsView>(`${FACEBOOK_METRICS}${query}`);
  }

  async read(query = ''): Promise<InsightsView> {
    const answer = await this.ask(query);
    if (answer.status !== 200) throw new Error(`Figures answered ${answer.status}: ${answer.text}`);
    return answer.body.data;
  }

  /** What Meta answers; for all days without one. */
  set(
    metric: string,
    value: number | Record<string, number>,
    { endDate, id = SEED.pageId }: { endDate?: string; id?: string } = {},
  ): void {
    sandboxOf(this.app).setInsight({ id, metric, value, ...(endDate === undefined ? {} : { endDate }) });
  }

  calls(path: RegExp = /\/insights$/) {
    return sandboxOf(this.app).calls({ method: 'GET', path });
  }
}

/** The date that Meta's `end_time` names for the day that ended so many days ago. */
export function endDate(daysAgo: number): string {
  return new Date(Date.now() - 8 * 3_600_000 - daysAgo * 86_400_000).toISOString().slice(0, 10);
}
