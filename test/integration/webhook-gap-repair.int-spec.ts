import type { AssetKind } from '../../src/assets/entities/asset.entity';
import type { AccountId } from '../../src/database/ids';
import { ForbiddenError, ServiceUnavailableError } from '../../src/errors/app.error';
import { GraphReauthRequiredError } from '../../src/graph-client/graph.error';
import {
  type BackfillRequest,
  type BackfillResult,
  BackfillRegistry,
} from '../../src/webhooks/gaps/backfill.registry';
import { GapRepairService } from '../../src/webhooks/gaps/gap-repair.service';
import { GapRepairWorker } from '../../src/webhooks/gaps/gap-repair.worker';
import { GapRepairsRepository } from '../../src/webhooks/gaps/gap-repairs.repository';
import { ReceptionWatch } from '../../src/webhooks/gaps/reception-watch';
import { SubscriptionCheckService } from '../../src/webhooks/gaps/subscription-check.service';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { type Messenger, aMessenger, helloWorld, sent } from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import {
  type GapRow,
  aStoredGap,
  gapEvents,
  gapsIn,
  lastReceivedAgo,
  unsubscribeWaba,
} from '../factories/webhook-gaps.factory';
import { type TestApp, startTestApp } from '../test-app';

const GAPS = '/api/meta/webhook/gaps';

let app: TestApp;
let admin: ApiClient;
let messenger: Messenger;
const asked: BackfillRequest[] = [];
const backfill = jest.fn<Promise<BackfillResult>, [BackfillRequest]>();

/** A platform whose past can be read; in place of whatever the product has for that kind. */
function registerPlatform(of: TestApp): void {
  const registry = of.app.get(BackfillRegistry);
  const real = registry.of.bind(registry);
  registry.register({ kind: 'page', backfill });
  jest
    .spyOn(registry, 'of')
    .mockImplementation((kind: AssetKind) =>
      real(kind).filter((each) => kind !== 'page' || each.backfill === backfill),
    );
}

beforeAll(async () => {
  app = await startTestApp({ sandbox: true, env: { APP_ROLES: 'api' } });
  registerPlatform(app);
  admin = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());
beforeEach(async () => {
  sandboxOf(app).reset();
  sandboxOf(app).clearFaults();
  await app.db.query('DELETE FROM conversations');
  await app.db.query('DELETE FROM meta_accounts');
  messenger = await aMessenger(app, admin);
  asked.length = 0;
  backfill.mockReset().mockImplementation((request) => {
    asked.push(request);
    return Promise.resolve({ found: 14, stored: 3 });
  });
});

const repair = (gap: { accountId: string; gapId: string }): Promise<void> =>
  app.app.get(GapRepairService).repair({ accountId: gap.accountId as AccountId, gapId: gap.gapId });
const rowOf = async ({ gapId }: { gapId: string }): Promise<GapRow> =>
  (await gapsIn(app)).find(({ id }) => id === gapId)!;
const dueNow = async (): Promise<string[]> =>
  (await app.app.get(GapRepairsRepository).due(100)).map(({ gapId }) => gapId);
const makeDue = (): Promise<unknown> => app.db.query('UPDATE webhook_gaps SET next_attempt_at = now()');

describe('repairing a gap', () => {
  it('reads the time of it, with a margin, and tells how much was missing', async () => {
    const gap = await aStoredGap(app, messenger.accountId);
    await repair(gap);
    expect(asked).toEqual([
      {
        accountId: gap.accountId,
        assetId: gap.assetId,
        metaId: gap.metaId,
        from: new Date('2026-03-14T07:55:00Z'),
        until: new Date('2026-03-14T09:05:00Z'),
      },
    ]);
    expect(await rowOf(gap)).toMatchObject({
      state: 'repaired',
      found_count: 14,
      stored_count: 3,
      attempts: 1,
    });
    expect(await gapEvents(app)).toEqual([
      {
        kind: 'webhook.gap_repaired',
        payload: { gapId: gap.gapId, assetId: gap.assetId, found: 14, stored: 3 },
      },
    ]);
    await repair(gap);
    expect(asked).toHaveLength(1);
    expect(await dueNow()).toEqual([]);
  });

  it('does not ask for a time that has not come yet', async () => {
    const gap = await aStoredGap(app, messenger.accountId);
    await app.db.query('UPDATE webhook_gaps SET until_at = now()');
    const before = Date.now();
    await repair(gap);
    expect(asked[0]!.until.getTime()).toBeLessThan(before + 60_000);
  });

  it('is tried again later when Meta fails for a while', async () => {
    const gap = await aStoredGap(app, messenger.accountId);
    backfill.mockRejectedValueOnce(new ServiceUnavailableError('Meta does not answer.'));
    await repair(gap);
    expect(await rowOf(gap)).toMatchObject({ state: 'found', attempts: 1, note: 'Meta does not answer.' });
    expect(await dueNow()).toEqual([]);
    await repair(gap);
    expect(asked).toEqual([]);
    await makeDue();
    expect(await dueNow()).toEqual([gap.gapId]);
    await repair(gap);
    expect(await rowOf(gap)).toMatchObject({ state: 'repaired', attempts: 2, note: null });
  });

  it('ends as failed, with the reason, when trying again cannot help or has not helped', async () => {
    const hopeless = await aStoredGap(app, messenger.accountId);
    backfill.mockRejectedValueOnce(new ForbiddenError('This Page may not be read.'));
    await repair(hopeless);
    expect(await rowOf(hopeless)).toMatchObject({ state: 'failed', note: 'This Page may not be read.' });

    const stubborn = await aStoredGap(app, messenger.accountId);
    backfill.mockRejectedValue(new Error('connect postgres://u:p@h/d'));
    for (let attempt = 0; attempt < 20; attempt++) {
      await makeDue();
      await repair(stubborn);
    }
    const row = await rowOf(stubborn);
    expect(row.state).toBe('failed');
    expect(row.note).not.toContain('postgres://');
    expect(backfill.mock.calls.length).toBeLessThan(20);
    expect((await gapEvents(app)).map(({ kind, payload }) => [kind, payload.gapId])).toEqual([
      ['webhook.gap_unrepaired', hopeless.gapId],
      ['webhook.gap_unrepaired', stubborn.gapId],
    ]);
  });

  it('waits for the account while its connection does not work, and goes on as soon as that does', async () => {
    const gap = await aStoredGap(app, messenger.accountId);
    backfill.mockRejectedValueOnce(new GraphReauthRequiredError('The token has expired.'));
    await repair(gap);
    expect(await rowOf(gap)).toMatchObject({ state: 'found', waits_for_account: true });
    await makeDue();
    expect(await dueNow()).toEqual([]);
    await app.app.get(SubscriptionCheckService).checkAccount(messenger.accountId as AccountId);
    expect(await dueNow()).toEqual([gap.gapId]);
    await repair(gap);
    expect(await rowOf(gap)).toMatchObject({ state: 'repaired', waits_for_account: false });
  });

  it('is done by one worker, however many are woken', async () => {
    const gap = await aStoredGap(app, messenger.accountId);
    await Promise.all([repair(gap), repair(gap), repair(gap), repair(gap)]);
    expect(asked).toHaveLength(1);
    expect(await gapEvents(app)).toHaveLength(1);
  });

  it('is taken over from a worker that has died, but not from one that lives', async () => {
    const alive = await aStoredGap(app, messenger.accountId, { state: 'repairing', leaseSeconds: 60 });
    const dead = await aStoredGap(app, messenger.accountId, { state: 'repairing', leaseSeconds: -1 });
    expect(await dueNow()).toEqual([dead.gapId]);
    await repair(alive);
    await repair(dead);
    expect(asked.map(({ assetId }) => assetId)).toEqual([dead.assetId]);
  });

  it('takes no result from a worker that was overtaken', async () => {
    const gap = await aStoredGap(app, messenger.accountId);
    backfill.mockImplementationOnce(async () => {
      // Its lease ran out meanwhile, and another one has it now.
      await app.db.query('UPDATE webhook_gaps SET attempts = attempts + 1');
      return { found: 99, stored: 99 };
    });
    await repair(gap);
    expect(await rowOf(gap)).toMatchObject({ state: 'repairing', found_count: 0 });
    expect(await gapEvents(app)).toEqual([]);
  });

  it('is given up for what was disconnected meanwhile', async () => {
    const gap = await aStoredGap(app, messenger.accountId);
    await app.db.query('UPDATE assets SET released_at = now() WHERE id = $1', [gap.assetId]);
    await repair(gap);
    expect(await rowOf(gap)).toMatchObject({ state: 'not_repairable' });
    expect(asked).toEqual([]);
  });

  it('says so where nobody can read the past', async () => {
    jest.spyOn(app.app.get(BackfillRegistry), 'of').mockReturnValueOnce([]);
    const gap = await aStoredGap(app, messenger.accountId, { kind: 'instagram' });
    await repair(gap);
    expect(await rowOf(gap)).toMatchObject({ state: 'not_repairable', note: expect.any(String) as unknown });
  });

  it('is found by the sweep when no job came, with Redis or without', async () => {
    const worker = await startTestApp({
      database: { url: app.env.DATABASE_URL ?? '', drop: () => Promise.resolve() },
      env: { APP_ROLES: 'worker', META_GRAPH_URL: app.sandbox?.url ?? '' },
    });
    registerPlatform(worker);
    const sweeper = worker.app.get(GapRepairWorker);
    const queued = await aStoredGap(app, messenger.accountId);
    await sweeper.sweep();
    await eventually(
      () => rowOf(queued),
      ({ state }) => state === 'repaired',
    );
    const direct = await aStoredGap(app, messenger.accountId);
    jest.spyOn(sweeper, 'wake').mockResolvedValue(false);
    await sweeper.sweep();
    expect((await rowOf(direct)).state).toBe('repaired');
    await worker.close();
  });
});

describe('a gap of WhatsApp', () => {
  const gapsAfter = async (cause: 'receiver_down' | 'unsubscribed'): Promise<GapRow[]> => {
    const checks = app.app.get(SubscriptionCheckService);
    await checks.checkAccount(messenger.accountId as AccountId);
    if (cause === 'receiver_down') {
      await lastReceivedAgo(app, 600);
      await app.app.get(ReceptionWatch).beat();
    } else {
      await unsubscribeWaba(app);
      await checks.checkAccount(messenger.accountId as AccountId);
    }
    for (const { account_id: accountId, id: gapId } of await gapsIn(app)) await repair({ accountId, gapId });
    return gapsIn(app);
  };

  it('says for the number what may be missing, that nobody can read it, and which messages are without an end', async () => {
    const ids = [await sent(messenger.client, helloWorld()), await sent(messenger.client, helloWorld())];
    // This one has not left yet.
    await sent(messenger.client, helloWorld());
    await app.db.query(`UPDATE messages SET status = 'sent' WHERE id = ANY($1)`, [ids]);
    const [number] = await gapsAfter('receiver_down');
    expect(number).toMatchObject({ kind: 'phone_number', state: 'not_repairable' });
    expect(number?.note).toMatch(/between \d{4}-\d\d-\d\d \d\d:\d\d UTC and .* UTC may be missing/);
    expect(number?.note).toContain('lets nobody read them again');
    expect(number?.note).toContain('seven days');
    expect(number?.note).toContain('2 messages that were sent');
  });

  it('promises nothing where Meta was not asked to deliver', async () => {
    const [number] = await gapsAfter('unsubscribed');
    expect(number?.note).toContain('will not send it later');
    expect(number?.note).not.toContain('seven days');
    expect(number?.note).not.toContain('sent then or');
  });

  it('has the state of the account, its numbers and its templates read again', async () => {
    await app.db.query(
      `UPDATE whatsapp_business_accounts SET status = 'DISABLED', templates_synced_at = now()`,
    );
    await app.db.query(`UPDATE whatsapp_phone_numbers SET quality_rating = 'RED'`);
    sandboxOf(app).clearCalls();
    const [, waba] = await gapsAfter('receiver_down');
    expect(waba).toMatchObject({
      kind: 'waba',
      state: 'repaired',
      note: expect.stringContaining('read again') as unknown,
    });
    expect(
      await app.db.query(
        `SELECT w.status, p.quality_rating FROM whatsapp_business_accounts w JOIN whatsapp_phone_numbers p USING (account_id)`,
      ),
    ).toEqual([{ status: 'APPROVED', quality_rating: 'GREEN' }]);
    expect(sandboxOf(app).calls({ method: 'GET', path: /message_templates$/ }).length).toBeGreaterThan(0);
  });
});

describe('the list of gaps', () => {
  interface Page {
    gaps: Record<string, unknown>[];
    pagination: { before: string | null; after: string | null };
  }
  const list = async (query = ''): Promise<Page> =>
    (await messenger.client.get<Page>(`${GAPS}${query}`)).body.data;

  it('shows each with what it is about, newest first, by pages and by state', async () => {
    const first = await aStoredGap(app, messenger.accountId);
    const second = await aStoredGap(app, messenger.accountId);
    const third = await aStoredGap(app, messenger.accountId);
    await repair(second);
    const { gaps } = await list();
    expect(gaps.map(({ id }) => id)).toEqual([third.gapId, second.gapId, first.gapId]);
    expect(gaps[1]).toMatchObject({
      accountId: messenger.accountId,
      assetId: second.assetId,
      metaId: second.metaId,
      kind: 'page',
      cause: 'receiver_down',
      from: '2026-03-14T08:00:00.000Z',
      until: '2026-03-14T09:00:00.000Z',
      state: 'repaired',
      attempts: 1,
      nextAttemptAt: null,
      found: 14,
      stored: 3,
      note: null,
    });
    expect((await list('?state=repaired')).gaps.map(({ id }) => id)).toEqual([second.gapId]);
    const page = await list('?limit=2');
    expect(page.gaps.map(({ id }) => id)).toEqual([third.gapId, second.gapId]);
    const rest = await list(`?limit=2&before=${page.pagination.before ?? ''}`);
    expect(rest.gaps.map(({ id }) => id)).toEqual([first.gapId]);
    const newer = await list(`?after=${rest.pagination.after ?? ''}`);
    expect(newer.gaps.map(({ id }) => id)).toEqual([third.gapId, second.gapId]);
  });

  it('begins a repair again on demand, and stores nothing twice', async () => {
    const gap = await aStoredGap(app, messenger.accountId);
    await repair(gap);
    const answer = await messenger.client.post(`${GAPS}/${gap.gapId}/repair`);
    expect(answer).toMatchObject({
      status: 202,
      body: { data: { id: gap.gapId, state: 'found', attempts: 0 } },
    });
    backfill.mockResolvedValueOnce({ found: 14, stored: 0 });
    await repair(gap);
    expect(await rowOf(gap)).toMatchObject({ state: 'repaired', found_count: 14, stored_count: 3 });
  });

  it('leaves a repair that is going on alone', async () => {
    const gap = await aStoredGap(app, messenger.accountId, { state: 'repairing', leaseSeconds: 60 });
    const answer = await messenger.client.post(`${GAPS}/${gap.gapId}/repair`);
    expect(answer).toMatchObject({ status: 202, body: { data: { state: 'repairing' } } });
    expect(await dueNow()).toEqual([]);
  });

  it('is for the people of the account', async () => {
    const gap = await aStoredGap(app, messenger.accountId);
    const stranger = app.api.as(await admin.createUser('agent'));
    expect((await stranger.get(`${GAPS}?accountId=${messenger.accountId}`)).status).toBe(404);
    expect(await stranger.post(`${GAPS}/${gap.gapId}/repair`)).toMatchObject({
      status: 404,
      body: { error: { code: 'NOT_FOUND' } },
    });
    const viewer = app.api.as(await admin.createUser('viewer'));
    expect((await viewer.get(GAPS)).status).toBe(403);
    expect((await viewer.post(`${GAPS}/${gap.gapId}/repair`)).status).toBe(403);
    expect((await app.api.get(GAPS)).status).toBe(401);
    for (const query of ['?state=lost', '?before=x', '?limit=0', '?accountId=1'])
      expect((await messenger.client.get(`${GAPS}${query}`)).status).toBe(400);
    expect((await messenger.client.post(`${GAPS}/x/repair`)).status).toBe(400);
  });
});
