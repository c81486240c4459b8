import { SEED } from '../../sandbox/world-seed';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  type CampaignShown,
  aCampaign,
  act,
  acted,
  addPeople,
  campaign,
  campaignWhen,
  eventsOf,
  people,
} from '../factories/campaigns.factory';
import { type Messenger, aMessenger } from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

/** At 80 a second under way long enough for something to come between. */
const MANY = 400;

describe('a campaign under way', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: Messenger;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { CAMPAIGN_PAUSE_FAILURES: '20' } });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aMessenger(app, admin);
    await me.client.post('/api/meta/webhook/configure', {
      verifyToken: 'a-verify-token',
      fields: { messages: true, message_template_status_update: true },
    });
  });
  afterAll(() => app.close());
  afterEach(async () => {
    sandboxOf(app).clearFaults();
    await app.db.query(`UPDATE whatsapp_phone_numbers SET quality_rating = 'GREEN'`);
  });

  /** @param prepare what is to meet some of these people */
  const started = async (
    count = MANY,
    prepare: (numbers: string[]) => void = () => undefined,
  ): Promise<{ id: string; numbers: string[] }> => {
    const id = await aCampaign(me.client);
    const numbers = people(count);
    await addPeople(me.client, id, numbers);
    prepare(numbers);
    await acted(me.client, id, 'start');
    return { id, numbers };
  };
  const failing =
    (code: number, how: 'answer' | 'status') =>
    (numbers: readonly string[]): void => {
      for (const to of numbers) sandboxOf(app).failMessages({ code, how, to });
    };
  const halfWay = async (): Promise<{ id: string; numbers: string[] }> => {
    const running = await started();
    await campaignWhen(me.client, running.id, ({ progress }) => (progress.reached.accepted ?? 0) >= 20);
    return running;
  };
  const pausedBecause = (id: string): Promise<CampaignShown> =>
    campaignWhen(me.client, id, ({ state }) => state === 'paused');
  const reached = (numbers: readonly string[]): number =>
    numbers.filter((number) => sandboxOf(app).sentMessages({ to: number }).length > 0).length;

  it('pauses by itself when its template is rejected, stays so while it is, and goes on afterwards', async () => {
    const { id, numbers } = await halfWay();
    sandboxOf(app).setTemplateStatus({ name: 'hello_world' }, { status: 'REJECTED', reason: 'SCAM' });
    // Meta's refusal of a message may be faster than its webhook.
    const { pauseReason } = await pausedBecause(id);
    expect(['template_rejected', 'sending_refused']).toContain(pauseReason?.code);
    const [told] = (await eventsOf(app, id)).filter(({ kind }) => kind === 'campaign.paused');
    expect(told?.payload).toMatchObject({ automatic: true, reason: pauseReason });
    expect(reached(numbers)).toBeLessThan(MANY);

    const refused = await act(me.client, id, 'resume');
    expect([refused.status, refused.body.error.code]).toEqual([422, 'TEMPLATE_INVALID']);
    sandboxOf(app).setTemplateStatus({ name: 'hello_world' }, { status: 'APPROVED' });
    await eventually(
      async () => (await act(me.client, id, 'resume')).status,
      (status) => status === 200,
    );
    // Those whose turn came between the rejection and the pause failed; they are tried again when somebody says so.
    const done = await campaignWhen(me.client, id, ({ state }) => state === 'completed');
    const failed = done.progress.counts.failed ?? 0;
    if (failed > 0) {
      expect((await act(me.client, id, 'recipients/retry')).body.data).toMatchObject({ retried: failed });
      await campaignWhen(me.client, id, ({ state }) => state === 'completed');
    }
    expect(reached(numbers)).toBe(MANY);
    for (const number of numbers) expect(sandboxOf(app).sentMessages({ to: number })).toHaveLength(1);
  });

  it('pauses when its number is deregistered at Meta', async () => {
    const { id, numbers } = await halfWay();
    const { token } = sandboxOf(app).issueToken({});
    const gone = await fetch(`${app.sandbox?.url ?? ''}/v26.0/${SEED.phoneNumberId}/deregister`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(gone.status).toBe(200);
    const { pauseReason } = await pausedBecause(id);
    expect(['sending_refused', 'number_disconnected']).toContain(pauseReason?.code);
    expect(pauseReason?.message).toMatch(/[Rr]egister/);
    expect(reached(numbers)).toBeLessThan(MANY);
    const back = await fetch(`${app.sandbox?.url ?? ''}/v26.0/${SEED.phoneNumberId}/register`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messaging_product: 'whatsapp', pin: SEED.pin }),
    });
    expect(back.status).toBe(200);
    await acted(me.client, id, 'cancel');
    await app.db.query(`UPDATE whatsapp_phone_numbers SET status = 'CONNECTED'`);
  });

  it('pauses when the quality of its number becomes low, and is not resumed before it has recovered', async () => {
    const { id } = await halfWay();
    await app.db.query(`UPDATE whatsapp_phone_numbers SET quality_rating = 'RED'`);
    expect(await pausedBecause(id)).toMatchObject({ pauseReason: { code: 'quality_low' } });
    expect((await act(me.client, id, 'resume')).body.error).toMatchObject({
      code: 'CONFLICT',
      details: { reason: 'quality_low' },
    });
    await app.db.query(`UPDATE whatsapp_phone_numbers SET quality_rating = 'GREEN'`);
    expect(await acted(me.client, id, 'resume')).toMatchObject({ state: 'running' });
    await acted(me.client, id, 'cancel');
  });

  it('pauses when Meta holds much of its marketing back', async () => {
    const { id } = await started(MANY, failing(131049, 'status'));
    expect(await pausedBecause(id)).toMatchObject({ pauseReason: { code: 'marketing_limited' } });
    const refused = await act(me.client, id, 'recipients/retry');
    expect([refused.status, refused.body.error.message]).toEqual([409, expect.stringContaining('24 hours')]);
    await acted(me.client, id, 'cancel');
  });

  it('pauses when many messages fail, and not for a few', async () => {
    const few = await started(40, (numbers) => {
      failing(131026, 'answer')(numbers.slice(0, 5));
    });
    const done = await campaignWhen(me.client, few.id, ({ state }) => state !== 'running');
    expect(done).toMatchObject({ state: 'completed', progress: { counts: { failed: 5 } } });

    const { id } = await started(MANY, failing(131026, 'answer'));
    expect(await pausedBecause(id)).toMatchObject({ pauseReason: { code: 'many_failures' } });
    await acted(me.client, id, 'cancel');
  });

  it('starts at its time, and says why when it cannot', async () => {
    const soon = (): string => new Date(Date.now() + 1_500).toISOString();
    const id = await aCampaign(me.client, { scheduledAt: soon() });
    await addPeople(me.client, id, people(3));
    const empty = await aCampaign(me.client, { scheduledAt: soon() });
    expect(await campaign(me.client, id)).toMatchObject({ state: 'scheduled' });
    expect(await campaignWhen(me.client, id, ({ state }) => state === 'completed')).toMatchObject({
      progress: { reached: { accepted: 3 } },
    });
    expect(await pausedBecause(empty)).toMatchObject({ pauseReason: { code: 'not_started' } });
  });

  it('pauses when the account has to be connected again', async () => {
    const { id } = await halfWay();
    for (const { token } of sandboxOf(app).tokens()) sandboxOf(app).revokeToken(token, 463);
    const { pauseReason } = await pausedBecause(id);
    expect(['account_reauth_required', 'sending_refused']).toContain(pauseReason?.code);
    expect((await act(me.client, id, 'resume')).body.error.code).toBe('META_REAUTH_REQUIRED');
  });
});
