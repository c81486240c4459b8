import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  CAMPAIGNS,
  aCampaign,
  act,
  acted,
  addCsv,
  addPeople,
  campaign,
  campaignWhen,
  eventsOf,
  people,
  recipients,
} from '../factories/campaigns.factory';
import { type Messenger, aMessenger, customerWrites } from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

describe('a campaign', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: Messenger;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aMessenger(app, admin);
  });
  afterAll(() => app.close());

  const sentTo = (to: string) => sandboxOf(app).sentMessages({ to });

  it('reaches everybody once, and shows what became of each', async () => {
    const id = await aCampaign(me.client);
    const numbers = people(30);
    await addPeople(me.client, id, numbers);
    expect(await campaign(me.client, id)).toMatchObject({
      state: 'draft',
      progress: { counts: { pending: 30 } },
    });

    expect(await acted(me.client, id, 'start')).toMatchObject({ state: 'running' });
    const done = await campaignWhen(
      me.client,
      id,
      ({ state, progress }) => state === 'completed' && progress.counts.read === 30,
    );
    expect(done).toMatchObject({
      template: { category: expect.any(String) as unknown },
      progress: {
        counts: { total: 30, pending: 0, queued: 0, read: 30 },
        reached: { accepted: 30 },
        percent: 100,
      },
    });
    for (const number of numbers) expect(sentTo(number)).toHaveLength(1);
    const shown = await recipients(me.client, id);
    expect(shown.map(({ to, state, line }) => [to, state, line])).toEqual(
      numbers.map((number, index) => [number, 'read', index + 2]),
    );
    const told = await eventually(
      () => eventsOf(app, id),
      (events) =>
        events.filter(({ kind }) => kind === 'campaign.progress').at(-1)?.payload.state === 'completed',
    );
    expect(told.filter(({ kind }) => kind === 'campaign.completed')).toHaveLength(1);
  });

  it('puts each person’s values in place, and the defaults where there are none', async () => {
    await approvedTemplate('greeting_of_spring', 'Hello {{1}}, your code is {{2}} today.');
    const id = await aCampaign(me.client, {
      template: {
        name: 'greeting_of_spring',
        language: 'en_US',
        components: [
          {
            type: 'body',
            parameters: [
              { type: 'text', text: '{{First Name}}' },
              { type: 'text', text: 'S-{{code}}' },
            ],
          },
        ],
        defaults: { first_name: 'friend' },
      },
    });
    const [ana = '', bo = '', cy = ''] = people(3);
    const answer = await addCsv(
      me.client,
      id,
      `phone;first name;Code;unused\n${ana};Ana;A1;x\n${bo};;B2;x\n${cy};Cy;;x\n`,
    );
    expect(answer.body.data).toMatchObject({
      state: 'completed',
      added: 2,
      invalid: 1,
      errors: [{ line: 4, code: 'parameter.missing' }],
    });
    await acted(me.client, id, 'start');
    await campaignWhen(me.client, id, ({ state }) => state === 'completed');
    expect(JSON.stringify(sentTo(ana)[0]?.body)).toContain('"Ana"');
    expect(JSON.stringify(sentTo(ana)[0]?.body)).toContain('"S-A1"');
    expect(JSON.stringify(sentTo(bo)[0]?.body)).toContain('"friend"');
    expect(sentTo(cy)).toEqual([]);
  });

  it('leaves out who opted out, and who is in the list twice by another id', async () => {
    const id = await aCampaign(me.client);
    const [out = '', known = ''] = people(2);
    await customerWrites(app, { from: { phone: out, userId: 'US.1000000000000001' } });
    await customerWrites(app, { from: { phone: known, userId: 'US.1000000000000002' } });
    await app.db.query(
      `UPDATE contacts SET opted_out_at = now() WHERE id IN (
         SELECT contact_id FROM contact_identities WHERE value = $1)`,
      [out.slice(1)],
    );
    const added = await me.client.post(`${CAMPAIGNS}/${id}/recipients`, {
      recipients: [{ to: out }, { to: known }, { recipient: 'US.1000000000000002' }],
    });
    expect(added.body.data).toMatchObject({ added: 3, invalid: 0 });
    const forecast = await me.client.get(`${CAMPAIGNS}/${id}/forecast`);
    expect(forecast.body.data).toMatchObject({
      sendable: 1,
      skipped: { optedOut: 1, duplicate: 1 },
      perSecond: 80,
      limit: { newPeople: 0 },
      price: null,
      obstacles: [],
    });
    await acted(me.client, id, 'start');
    await campaignWhen(me.client, id, ({ state }) => state === 'completed');
    expect((await recipients(me.client, id)).map(({ code }) => code)).toEqual([
      'opted_out',
      null,
      'duplicate',
    ]);
    expect([sentTo(out).length, sentTo(known).length]).toEqual([0, 1]);
    const { reasons } = (await me.client.get<{ reasons: unknown[] }>(`${CAMPAIGNS}/${id}/reasons`)).body.data;
    expect(reasons).toMatchObject([
      { state: 'skipped', count: 1 },
      { state: 'skipped', count: 1 },
    ]);
  });

  it('can be paused at once, resumed and cancelled, and accounts for everybody', async () => {
    const id = await aCampaign(me.client);
    const numbers = people(1_500);
    await addPeople(me.client, id, numbers);
    await acted(me.client, id, 'start');
    await campaignWhen(me.client, id, ({ progress }) => (progress.reached.accepted ?? 0) > 0);
    expect(await acted(me.client, id, 'pause')).toMatchObject({
      state: 'paused',
      pauseReason: { code: 'user' },
    });
    await nothingUnderWay();
    const paused = sandboxOf(app).sentMessages().length;
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(sandboxOf(app).sentMessages()).toHaveLength(paused);

    expect(await acted(me.client, id, 'resume')).toMatchObject({ state: 'running', pauseReason: null });
    await eventually(
      () => Promise.resolve(sandboxOf(app).sentMessages().length),
      (count) => count > paused,
    );
    expect(await acted(me.client, id, 'cancel')).toMatchObject({ state: 'cancelled' });
    const end = await campaignWhen(
      me.client,
      id,
      ({ progress: { counts } }) => counts.pending === 0 && counts.queued === 0 && counts.accepted === 0,
    );
    const atMeta = numbers.filter((number) => sentTo(number).length > 0);
    for (const number of atMeta) expect(sentTo(number)).toHaveLength(1);
    expect(end.progress.counts.cancelled).toBe(1_500 - atMeta.length);
    expect(end.progress.counts.cancelled).toBeGreaterThan(0);
    expect((await act(me.client, id, 'resume')).status).toBe(409);
  });

  /** Of what was begun, everything has been answered. */
  const nothingUnderWay = () =>
    eventually(
      async (): Promise<unknown[]> =>
        app.db.query(`SELECT 1 FROM message_sends WHERE state IN ('queued', 'sending')`),
      (rows) => rows.length === 0,
    );

  async function approvedTemplate(name: string, text: string): Promise<void> {
    const examples = [...text.matchAll(/\{\{\d+\}\}/g)].map(() => 'x');
    const made = await me.client.post('/api/meta/whatsapp/templates', {
      name,
      language: 'en_US',
      category: 'UTILITY',
      components: [{ type: 'BODY', text, example: { body_text: [examples] } }],
    });
    if (made.status !== 201) throw new Error(`Making a template answered ${made.text}`);
    await eventually(
      async () =>
        (await me.client.get<{ status: string }>(`/api/meta/whatsapp/templates/${String(made.body.data.id)}`))
          .body.data,
      ({ status }) => status === 'APPROVED',
    );
  }
});
