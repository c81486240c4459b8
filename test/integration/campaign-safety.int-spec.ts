import { CampaignFeeder } from '../../src/whatsapp/campaigns/campaign-feeder';
import { CampaignProgressRepository } from '../../src/whatsapp/campaigns/campaign-progress.repository';
import type { AccountId, CampaignId } from '../../src/database/ids';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  CAMPAIGNS,
  type CampaignShown,
  aCampaign,
  act,
  acted,
  addCsv,
  addPeople,
  campaign,
  campaignWhen,
  people,
  recipients,
} from '../factories/campaigns.factory';
import { type Messenger, aMessenger } from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const NEVER = 3_600_000;

describe('nobody twice, nobody forgotten', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: Messenger;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aMessenger(app, admin);
  });
  afterAll(() => app.close());
  afterEach(() => {
    jest.restoreAllMocks();
    sandboxOf(app).clearFaults();
    sandboxOf(app).configure({
      statuses: { delaysMs: { sent: 60, delivered: 140, read: 260, played: 320 }, reorder: false },
    });
  });

  const keyOf = (id: string) => ({ accountId: me.accountId as AccountId, id: id as CampaignId });
  const timesSent = (numbers: readonly string[]): number[] =>
    numbers.map((number) => sandboxOf(app).sentMessages({ to: number }).length);

  it('when the process dies between ordering and writing down that it was ordered', async () => {
    const id = await aCampaign(me.client);
    const numbers = people(60);
    await addPeople(me.client, id, numbers);
    // The last statement before the commit fails: all that was ordered before it is undone with it.
    const change = jest.spyOn(app.app.get(CampaignProgressRepository), 'change');
    change.mockRejectedValueOnce(new Error('The process died.')).mockRejectedValueOnce(new Error('Again.'));
    await acted(me.client, id, 'start');
    await campaignWhen(me.client, id, ({ state }) => state === 'completed');
    expect(change.mock.results.length).toBeGreaterThan(2);
    expect(timesSent(numbers)).toEqual(numbers.map(() => 1));
    const [orders]: { count: number }[] = await app.db.query(
      `SELECT count(*)::int AS count FROM messages WHERE id NOT IN (
         SELECT message_id FROM campaign_recipients WHERE message_id IS NOT NULL) AND direction = 'outbound'`,
    );
    expect(orders?.count).toBe(0);
  });

  it('when several workers order for one campaign at the same time', async () => {
    const id = await aCampaign(me.client);
    const numbers = people(900);
    await addPeople(me.client, id, numbers);
    await acted(me.client, id, 'start');
    const feeder = app.app.get(CampaignFeeder);
    await Promise.all(Array.from({ length: 6 }, () => feeder.feed(keyOf(id))));
    // The worker that starting has woken may still be writing its part.
    const rows = await eventually(
      async (): Promise<{ recipients: number; messages: number }[]> =>
        app.db.query(
          `SELECT count(*)::int AS recipients, count(DISTINCT message_id)::int AS messages
             FROM campaign_recipients WHERE campaign_id = $1 AND message_id IS NOT NULL`,
          [id],
        ),
      ([row]) => row?.recipients === 900,
    );
    expect(rows).toEqual([{ recipients: 900, messages: 900 }]);
    await acted(me.client, id, 'cancel');
    const { progress } = await campaignWhen(
      me.client,
      id,
      ({ progress: { counts } }) => counts.queued === 0 && counts.pending === 0,
    );
    expect(Math.max(...timesSent(numbers))).toBe(1);
    expect(timesSent(numbers).reduce((sum, times) => sum + times, 0)).toBe(
      900 - (progress.counts.cancelled ?? 0),
    );
  });

  it('when a message comes back from its call after the campaign was paused, or cancelled', async () => {
    const id = await aCampaign(me.client);
    const numbers = people(200);
    await addPeople(me.client, id, numbers);
    await acted(me.client, id, 'start');
    await campaignWhen(me.client, id, ({ progress }) => (progress.reached.accepted ?? 0) > 0);
    await acted(me.client, id, 'pause');
    const comeBack = async (): Promise<string> => {
      // As after an answer of Meta's that says "later".
      const [[row]]: [{ message_id: string }[], number] = await app.db.query(
        `UPDATE message_sends SET state = 'queued', available_at = now() + interval '1 hour'
          WHERE message_id = (SELECT message_id FROM message_sends WHERE state = 'held' ORDER BY message_id LIMIT 1)
          RETURNING message_id`,
      );
      return row?.message_id ?? '';
    };
    const stateOf = async (messageId: string): Promise<string> => {
      const [row]: { state: string }[] = await app.db.query(
        'SELECT state FROM message_sends WHERE message_id = $1',
        [messageId],
      );
      return row?.state ?? '';
    };
    const held = await comeBack();
    await eventually(
      () => stateOf(held),
      (state) => state === 'held',
    );
    const late = await comeBack();
    await acted(me.client, id, 'cancel');
    expect(await stateOf(late)).toBe('failed');
    const { progress } = await campaignWhen(me.client, id, ({ progress: { counts } }) => counts.queued === 0);
    const sent = timesSent(numbers).reduce((sum, times) => sum + times, 0);
    expect(progress.counts.cancelled).toBe(200 - sent);
  });

  it('when two people start, pause and cancel at once: each step is made once', async () => {
    const id = await aCampaign(me.client);
    await addPeople(me.client, id, people(200));
    const both = async (action: string): Promise<number[]> => {
      const answers = await Promise.all([act(me.client, id, action), act(me.client, id, action)]);
      return answers.map(({ status }) => status).sort();
    };
    for (const action of ['start', 'pause', 'cancel']) {
      const statuses = await both(action);
      expect(statuses[0]).toBe(200);
      expect([200, 409]).toContain(statuses[1]);
    }
    const { counts } = (await campaignWhen(me.client, id, ({ progress }) => progress.counts.pending === 0))
      .progress;
    const { total, ...states } = counts;
    expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(total);
  });

  it('when a message fails, unless somebody asks for another', async () => {
    const id = await aCampaign(me.client);
    const [ana = '', bo = ''] = people(2);
    await addPeople(me.client, id, [ana, bo]);
    sandboxOf(app).failMessages({ code: 131026, how: 'status', to: ana, times: 1 });
    await acted(me.client, id, 'start');
    await campaignWhen(me.client, id, ({ progress: { counts } }) => counts.failed === 1 && counts.read === 1);
    expect(await recipients(me.client, id, '&state=failed')).toMatchObject([
      { to: ana, code: '131026', attempt: 1 },
    ]);
    const reasons = await me.client.get<{ reasons: unknown[] }>(`${CAMPAIGNS}/${id}/reasons`);
    expect(reasons.body.data.reasons).toMatchObject([
      { state: 'failed', code: '131026', count: 1, whoMustAct: 'customer', retryHelps: false },
    ]);

    expect((await act(me.client, id, 'recipients/retry', { codes: ['131042'] })).status).toBe(409);
    const again = await act(me.client, id, 'recipients/retry', { codes: ['131026'] });
    expect(again.body.data).toEqual({ retried: 1 });
    await campaignWhen(
      me.client,
      id,
      ({ state, progress }) => state === 'completed' && progress.counts.read === 2,
    );
    expect((await recipients(me.client, id)).map(({ attempt }) => attempt)).toEqual([2, 1]);
  });

  it('when an answer of Meta is lost: the outcome is shown as unknown until somebody takes the risk', async () => {
    sandboxOf(app).configure({
      statuses: { delaysMs: { sent: NEVER, delivered: NEVER, read: NEVER, played: NEVER } },
    });
    const id = await aCampaign(me.client);
    const [ana = ''] = people(1);
    await addPeople(me.client, id, [ana]);
    sandboxOf(app).failNext({ path: '/messages$', drop: 'after' });
    await acted(me.client, id, 'start');
    const done = await campaignWhen(me.client, id, ({ state }) => state === 'completed');
    expect(done.progress.counts).toMatchObject({ unknown: 1, queued: 0 });
    expect(timesSent([ana])).toEqual([1]);

    const careless = await act(me.client, id, 'recipients/retry', { states: ['unknown'] });
    expect([careless.status, careless.body.error.details]).toMatchObject([
      400,
      { fields: [{ path: 'acceptDuplicates' }] },
    ]);
    const accepted = await act(me.client, id, 'recipients/retry', {
      states: ['unknown'],
      acceptDuplicates: true,
    });
    expect(accepted.body.data).toEqual({ retried: 1 });
    await campaignWhen(me.client, id, ({ progress }) => progress.counts.accepted === 1);
    expect(timesSent([ana])).toEqual([2]);
  });

  it('is one campaign for one Idempotency-Key', async () => {
    const keyed = me.client.with({ 'idempotency-key': 'spring-1' });
    const body = { name: 'Keyed', template: { name: 'hello_world', language: 'en_US' } };
    const [first, second] = [
      await keyed.post<CampaignShown>(CAMPAIGNS, body),
      await keyed.post<CampaignShown>(CAMPAIGNS, body),
    ];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body.data.id).toBe(first.body.data.id);
    expect((await keyed.post(CAMPAIGNS, { ...body, name: 'Other' })).body.error.code).toBe(
      'IDEMPOTENCY_CONFLICT',
    );
  });

  it('can be looked through and taken out as a table in which nothing is a formula', async () => {
    await approvedTemplate('export_of_summer', 'Hello {{1}}, it is summer.');
    const id = await aCampaign(me.client, { template: { name: 'export_of_summer', language: 'en_US' } });
    const numbers = people(3);
    await addCsv(
      me.client,
      id,
      `phone,1\n${numbers[0] ?? ''},=1+1\n${numbers[1] ?? ''},"a;""b"""\n${numbers[2] ?? ''},Cy\n`,
    );
    const table = (await me.client.get(`${CAMPAIGNS}/${id}/recipients.csv`)).text.split('\r\n');
    expect(table[0]).toBe('to,state,code,reason,messageId,attempt,updatedAt,line,1');
    expect(table[1]).toMatch(/^\+1650555\d{4},pending,,,,0,[^,]+,2,'=1\+1$/);
    const lines = (await me.client.get(`${CAMPAIGNS}/${id}/recipients.jsonl?state=pending`)).text
      .trim()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { to: string }).to)).toEqual(numbers);

    const page = await me.client.get<{ recipients: { to: string }[]; pagination: { after: string } }>(
      `${CAMPAIGNS}/${id}/recipients?limit=2`,
    );
    const next = await me.client.get<{ recipients: { to: string }[] }>(
      `${CAMPAIGNS}/${id}/recipients?limit=2&after=${page.body.data.pagination.after}`,
    );
    expect([...page.body.data.recipients, ...next.body.data.recipients].map(({ to }) => to)).toEqual(numbers);
  });

  it('is changed as long as it is a draft, and removed only when nothing can go out', async () => {
    const id = await aCampaign(me.client);
    const path = `${CAMPAIGNS}/${id}`;
    const at = new Date(Date.now() + NEVER).toISOString();
    expect((await me.client.patch(path, { name: 'Autumn', scheduledAt: at })).body.data).toMatchObject({
      name: 'Autumn',
      state: 'scheduled',
      scheduledAt: at,
    });
    expect((await me.client.patch(path, { scheduledAt: null })).body.data).toMatchObject({ state: 'draft' });
    expect((await act(me.client, id, 'start')).body.error.message).toContain('no recipients');
    const unknown = { template: { name: 'no_such_template', language: 'en_US' } };
    expect((await me.client.patch(path, unknown)).body.error.code).toBe('TEMPLATE_INVALID');
    await addPeople(me.client, id, people(300));
    expect(
      (await me.client.patch(path, { template: { name: 'hello_world', language: 'en_US' } })).status,
    ).toBe(409);
    await acted(me.client, id, 'start');
    expect((await me.client.patch(path, { name: 'Late' })).status).toBe(409);
    expect((await me.client.delete(path)).status).toBe(409);
    await acted(me.client, id, 'cancel');
    expect((await me.client.delete(path)).status).toBe(200);
    expect((await campaign(me.client, id)) as unknown).toBeUndefined();
  });

  async function approvedTemplate(name: string, text: string): Promise<void> {
    const made = await me.client.post('/api/meta/whatsapp/templates', {
      name,
      language: 'en_US',
      category: 'UTILITY',
      components: [{ type: 'BODY', text, example: { body_text: [['x']] } }],
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
