import { AnalyticsDatasets } from '../../src/analytics/tables/analytics-datasets';
import { DATASETS } from '../../src/analytics/tables/analytics-table';
import { AnalyticsScopes } from '../../src/analytics/scope/analytics-scopes.service';
import { CONVERSATION_PLATFORMS } from '../../src/conversations/conversation-types';
import type { ApiClient } from '../api-client';
import { REPORTS, built } from '../factories/reports.factory';
import { type SentimentTenant, aSentimentTenant, customerWrites } from '../factories/sentiment.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(180_000);

describe('every kind of figures', () => {
  let app: TestApp;
  let tenant: SentimentTenant;
  let client: ApiClient;

  beforeAll(async () => {
    app = await startTestApp();
    const admin = app.api.as(await app.api.registerAdmin());
    tenant = await aSentimentTenant(app, admin, 'agent');
    client = tenant.client;
    await customerWrites(app, tenant, ['Hello', 'Where is my parcel?']);
  });
  afterAll(async () => {
    await app.close();
  });

  it.each(DATASETS)('is told as tables with a cell for each column: %s', async (name) => {
    const scope = await app.app
      .get(AnalyticsScopes, { strict: false })
      .of(tenant.accountId, { granularity: 'day', timeZone: 'Europe/Berlin' });
    expect(scope.platforms).toEqual(CONVERSATION_PLATFORMS);
    const tables = await app.app.get(AnalyticsDatasets, { strict: false }).get(name).tables(scope);
    expect(tables.length).toBeGreaterThan(0);
    expect(new Set(tables.map((table) => table.name)).size).toBe(tables.length);
    for (const { name: table, columns, rows, chart } of tables) {
      expect(table).toMatch(/^[a-z-]{1,40}$/);
      const keys = columns.map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
      const drawn =
        chart === undefined
          ? []
          : [chart.x, ...chart.y, ...(chart.series === undefined ? [] : [chart.series])];
      expect(keys).toEqual(expect.arrayContaining(drawn));
      for await (const row of rows) expect([table, row.length]).toEqual([table, columns.length]);
    }
  });

  it.each(['csv', 'json', 'html'])('is written as %s, all in one report', async (format) => {
    const done = await built(client, {
      datasets: DATASETS,
      format,
      range: 'last_30_days',
      timeZone: 'Europe/Berlin',
    });
    expect(done).toMatchObject({
      state: 'completed',
      error: null,
      progress: { datasetsDone: DATASETS.length },
    });
    for (const { path, size } of done.files) {
      const { status, headers } = await client.raw(path, {});
      expect([path, status, headers.get('content-length')]).toEqual([path, 200, String(size)]);
    }
    if (format === 'csv') {
      const told = new Set(done.files.map(({ table }) => table?.split('.')[0]));
      expect([...told].sort()).toEqual([...DATASETS].sort());
    }
    const refused = await client.get(`${REPORTS}/${done.id}/download?table=overview.nonsense`);
    expect(refused.status).toBe(400);
  });
});
