import { SEED } from '../../sandbox/world-seed';
import type { AccountId, AssetId } from '../../src/database/ids';
import { GraphUsage } from '../../src/graph-client/graph-usage';
import { MetaFiguresPuller } from '../../src/whatsapp/meta-figures/meta-figures.puller';
import { MetaPullsRepository } from '../../src/whatsapp/meta-figures/meta-pulls.repository';
import { MetaPullsScheduler } from '../../src/whatsapp/meta-figures/meta-pulls.scheduler';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { sandboxOf } from '../factories/meta-login';
import {
  type Messenger,
  aMessenger,
  helloWorld,
  messageWhen,
  sent,
  withStatus,
} from '../factories/messaging.factory';
import {
  type PullRow,
  endPast,
  makeFiguresDue,
  pullFigures,
  pullRows,
  seriesRows,
  storedPoints,
} from '../factories/meta-figures.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

const DAY_MS = 86_400_000;
const SWITCH_ON = '/api/meta/whatsapp/templates/analytics/enable';

let app: TestApp;
let admin: ApiClient;
let messenger: Messenger;
let accountId: string;
beforeAll(async () => {
  app = await startTestApp({ sandbox: true });
  admin = app.api.as(await app.api.registerAdmin());
  messenger = await aMessenger(app, admin);
  accountId = messenger.accountId;
  for (let count = 0; count < 2; count++)
    await messageWhen(messenger.client, await sent(messenger.client, helloWorld()), withStatus('read'));
});
afterAll(async () => {
  await app.close();
});
beforeEach(async () => {
  await app.db.query('DELETE FROM whatsapp_meta_pulls');
  await app.db.query('DELETE FROM whatsapp_meta_figures');
  sandboxOf(app).configure({
    analytics: { lagMs: 0, hidesCost: false, refusedDimensions: [], takenBack: 0 },
  });
  sandboxOf(app).clearFaults();
  sandboxOf(app).clearCalls();
});

const fieldCalls = (field = '') =>
  sandboxOf(app)
    .calls({ method: 'GET', path: new RegExp(`/${SEED.wabaId}$`) })
    .filter(
      ({ query }) => String(query.fields).startsWith(field) && String(query.fields).includes('.start('),
    );
const sums = async (kind: string): Promise<Record<string, number | null>[]> =>
  app.db.query(
    `SELECT view, granularity, sum(sent)::int AS sent, sum(delivered)::int AS delivered, sum(volume)::int AS volume,
            sum(cost)::float8 AS cost
       FROM whatsapp_meta_figures WHERE account_id = $1 AND kind = $2 GROUP BY 1, 2 ORDER BY 1, 2`,
    [accountId, kind],
  );
const pullRow = async (): Promise<PullRow> => (await pullRows(app, accountId))[0]!;
const states = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await seriesRows(app, accountId)).map(({ kind, state }) => [kind, state]));

describe('a pull', () => {
  it('stores what Meta counts by half hour, and its sums by number, country and day', async () => {
    await pullFigures(app, accountId);
    expect(await sums('analytics')).toEqual(
      [
        ['detail', 'half_hour'],
        ['number', 'day'],
        ['number', 'half_hour'],
        ['total', 'day'],
        ['total', 'half_hour'],
      ].map(([view, granularity]) => ({
        view,
        granularity,
        sent: 2,
        delivered: 2,
        volume: null,
        cost: null,
      })),
    );
    const prices = await sums('pricing');
    expect(prices).toHaveLength(7);
    for (const row of prices) expect(row).toMatchObject({ volume: 2, cost: 0.02, sent: null });
    const [detail] = await app.db.query<Record<string, unknown>[]>(
      `SELECT * FROM whatsapp_meta_figures WHERE account_id = $1 AND kind = 'pricing' AND view = 'detail'`,
      [accountId],
    );
    expect(detail).toMatchObject({
      phone_number: SEED.displayPhoneNumber.replace(/\D/g, ''),
      country: 'US',
      category: 'utility',
      type: 'regular',
      currency: 'USD',
    });
  });

  it('goes back as far as Meta does, in calls that are bounded, and is done then', async () => {
    for (let round = 0; round < 20; round++) {
      await pullFigures(app, accountId);
      if ((await pullRow()).next_pull_at!.getTime() > Date.now() + 30 * 60_000) break;
    }
    for (const { kind, covered_from: from, state } of await seriesRows(app, accountId)) {
      if (kind === 'template') continue;
      expect([kind, state]).toEqual([kind, 'read']);
      expect((Date.now() - from!.getTime()) / DAY_MS).toBeGreaterThan(363);
    }
    for (const { query, status } of fieldCalls()) {
      const [, start, end] = /start\((\d+)\)\.end\((\d+)\)/.exec(String(query.fields))!;
      expect(status).toBe(200);
      expect(Number(end) - Number(start)).toBeLessThanOrEqual(32 * 86_400);
    }
  });

  it('changes nothing when it is done again', async () => {
    await pullFigures(app, accountId);
    await endPast(app, accountId);
    const before = await storedPoints(app, accountId);
    expect(before.length).toBeGreaterThan(0);
    await pullFigures(app, accountId);
    // With the time at which each row was written.
    expect(await storedPoints(app, accountId)).toEqual(before);
  });

  it('overwrites what Meta has corrected, and takes away what Meta tells no more', async () => {
    await pullFigures(app, accountId);
    await endPast(app, accountId);
    sandboxOf(app).configure({ analytics: { takenBack: 1 } });
    await pullFigures(app, accountId);
    for (const row of await sums('analytics')) expect(row).toMatchObject({ sent: 1, delivered: 1 });
    for (const row of await sums('pricing')) expect(row).toMatchObject({ volume: 1, cost: 0.01 });
    sandboxOf(app).configure({ analytics: { takenBack: 2 } });
    await pullFigures(app, accountId);
    expect(await sums('pricing')).toEqual([]);
    expect(await sums('analytics')).toEqual([]);
  });

  it('asks with fewer dimensions where Meta refuses some', async () => {
    sandboxOf(app).configure({ analytics: { refusedDimensions: ['TIER'] } });
    await pullFigures(app, accountId);
    expect((await states()).pricing).toBe('read');
    expect(await sums('pricing')).toContainEqual(expect.objectContaining({ view: 'detail', volume: 2 }));
  });

  it('knows no cost where Meta tells none', async () => {
    sandboxOf(app).configure({ analytics: { hidesCost: true } });
    await pullFigures(app, accountId);
    for (const row of await sums('pricing')) expect(row).toMatchObject({ volume: 2, cost: null });
  });

  it('loses nothing else to a kind that Meta refuses', async () => {
    sandboxOf(app).configure({ analytics: { refusedDimensions: ['PRICING_CATEGORY'] } });
    await pullFigures(app, accountId);
    expect(await states()).toMatchObject({ pricing: 'refused', analytics: 'read', conversation: 'read' });
    expect(await pullRow()).toMatchObject({ problem_code: null, lease_id: null });
    expect((await sums('analytics')).length).toBeGreaterThan(0);
  });

  it('reads templates once that is switched on, and says so until then', async () => {
    await pullFigures(app, accountId);
    expect(await states()).toMatchObject({ template: 'disabled', pricing: 'read' });
    expect(await sums('template')).toEqual([]);
    expect((await messenger.client.post(SWITCH_ON)).status).toBe(200);
    // It is due at once, and nothing but that makes it so.
    await eventually(pullRow, ({ next_pull_at: at }) => at !== null && at.getTime() <= Date.now() + 1_000);
    const { waba_id: wabaId } = await pullRow();
    await app.app.get(MetaFiguresPuller, { strict: false }).pull(accountId as AccountId, wabaId as AssetId);
    expect(await states()).toMatchObject({ template: 'read' });
    expect(await sums('template')).toMatchObject([
      { view: 'detail', granularity: 'day', sent: 2, delivered: 2 },
    ]);
  });

  it('says so where a permission is missing for all of it', async () => {
    sandboxOf(app).failNext({
      method: 'GET',
      path: new RegExp(`/${SEED.wabaId}(/template_analytics)?$`),
      code: 10,
      times: 50,
    });
    await pullFigures(app, accountId);
    expect(await pullRow()).toMatchObject({ problem_code: 'permission', lease_id: null });
    expect(Object.values(await states()).filter((state) => state === 'refused').length).toBeGreaterThan(2);
  });
});

describe('whose turn it is', () => {
  const puller = (): MetaFiguresPuller => app.app.get(MetaFiguresPuller, { strict: false });
  const pulls = (): MetaPullsRepository => app.app.get(MetaPullsRepository, { strict: false });
  const pullAgain = async (): Promise<void> => {
    const { waba_id: wabaId } = await pullRow();
    await puller().pull(accountId as AccountId, wabaId as AssetId);
  };

  it('is begun by the schedule with an account that was connected, and not again before its time', async () => {
    const scheduler = app.app.get(MetaPullsScheduler, { strict: false });
    await scheduler.wakeDue();
    await eventually(pullRow, (row) => row.pulled_at !== null && row.lease_id === null);
    const calls = fieldCalls().length;
    expect(calls).toBeGreaterThan(0);
    await scheduler.wakeDue();
    await pullAgain();
    expect(fieldCalls().length).toBe(calls);
  });

  it('is taken over from a process that died, which writes nothing any more', async () => {
    await pulls().keepUp();
    const { waba_id: wabaId } = await pullRow();
    const dead = await pulls().claim(accountId as AccountId, wabaId as AssetId);
    expect(dead).not.toBeNull();
    await pullAgain();
    expect(fieldCalls()).toEqual([]);
    await app.db.query(`UPDATE whatsapp_meta_pulls SET lease_until = now() - interval '1 second'`);
    await pullAgain();
    expect(fieldCalls().length).toBeGreaterThan(0);
    await expect(app.db.transaction((tx) => pulls().hold(tx, dead!))).rejects.toThrow('taken over');
    expect((await sums('analytics')).length).toBeGreaterThan(0);
  });

  it('goes on after a crash with what was stored before it', async () => {
    await pulls().keepUp();
    // The first answers are stored, then Meta is not reached any more.
    sandboxOf(app).failNext({ method: 'GET', path: /template_analytics/, code: 4, times: 50 });
    await makeFiguresDue(app, accountId);
    await pullAgain();
    expect(await pullRow()).toMatchObject({ problem_code: 'limited', lease_id: null });
    expect((await states()).pricing).toBe('read');
    sandboxOf(app).clearFaults();
    sandboxOf(app).clearCalls();
    await pullFigures(app, accountId);
    expect(await pullRow()).toMatchObject({ problem_code: null });
    for (const row of await sums('analytics')) expect(row).toMatchObject({ sent: 2 });
  });

  it('ends where Meta’s limits are nearly used up', async () => {
    await pulls().keepUp();
    const usage = app.app.get(GraphUsage, { strict: false });
    usage.record({ 'x-app-usage': '{"call_count":85,"total_time":1,"total_cputime":1}' }, null);
    await pullAgain();
    usage.record({ 'x-app-usage': '{"call_count":1,"total_time":1,"total_cputime":1}' }, null);
    expect(fieldCalls()).toEqual([]);
    expect((await pullRow()).next_pull_at!.getTime()).toBeGreaterThan(Date.now() + 25 * 60_000);
  });

  it('ends with the connection, and what was read stays', async () => {
    await pullFigures(app, accountId);
    const before = await storedPoints(app, accountId);
    const { waba_id: wabaId } = await pullRow();
    const release = (at: string | null): Promise<unknown> =>
      app.db.query('UPDATE assets SET released_at = $2 WHERE account_id = $1 AND id = $3', [
        accountId,
        at,
        wabaId,
      ]);
    await release(new Date().toISOString());
    sandboxOf(app).clearCalls();
    await pullFigures(app, accountId);
    expect(fieldCalls()).toEqual([]);
    expect(await storedPoints(app, accountId)).toEqual(before);
    await app.app.get(MetaPullsScheduler, { strict: false }).wakeDue();
    expect((await pullRow()).next_pull_at).toBeNull();
    await release(null);
    await pulls().keepUp();
    expect((await pullRow()).next_pull_at).not.toBeNull();
  });

  it('is each tenant’s own', async () => {
    const tenant = sandboxOf(app).createTenant({ name: 'Another', displayPhoneNumber: '+1 555-078-9999' });
    const other = await aMessenger(app, admin, { personId: tenant.personId });
    await pullFigures(app, accountId);
    await pullFigures(app, other.accountId);
    expect(await storedPoints(app, other.accountId)).toEqual([]);
    expect((await pullRows(app, other.accountId)).length).toBe(1);
    const theirs = await other.client.get('/api/meta/analytics/costs');
    expect([theirs.status, theirs.body]).toMatchObject([
      200,
      { data: { currencies: [{ totals: { sent: 0, volume: 0 } }] } },
    ]);
    const stranger = await other.client.get(`/api/meta/analytics/costs?accountId=${accountId}`);
    expect(stranger.status).toBe(404);
  });
});
