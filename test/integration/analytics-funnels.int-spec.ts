import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { aCampaign, acted, addPeople, campaignWhen, people } from '../factories/campaigns.factory';
import {
  type Messenger,
  aMessenger,
  customerWrites,
  message,
  messageWhen,
  sent,
  withStatus,
} from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { untilCounted } from '../factories/metric-webhooks.factory';
import { type TestApp, startTestApp } from '../test-app';

interface Funnel {
  sent: number;
  delivered: number;
  read: number;
  clicked: number;
  replied: number;
  failed: number;
  billable: number;
  deliveryRate: number | null;
  readRate: number | null;
  clickRate: number | null;
  replyRate: number | null;
  failureRate: number | null;
}
interface TemplateFunnel extends Funnel {
  name: string;
  language: string;
  errors: { code: string; title: string | null; count: number }[];
  prices: { category: string; type: string; count: number; billable: number }[];
  meta: unknown;
}
interface CampaignFunnel extends Funnel {
  campaignId: string;
  name: string | null;
  state: string | null;
  isDeleted: boolean;
  startedAt: string | null;
  template: { name: string; language: string } | null;
  audience: Record<string, number> | null;
}
interface Errors {
  total: number;
  errors: {
    code: string;
    cause: string;
    count: number;
    share: number;
    lastMessageId: string | null;
    byChannel: { channel: { kind: string; externalId: string }; count: number }[];
    byTemplate: { name: string; language: string; count: number }[];
  }[];
}
const ANALYTICS = '/api/meta/analytics';
const [ANA, BEN, CEM, DIA, EVA] = people(5) as [string, string, string, string, string];

let app: TestApp;
let me: Messenger;
let stranger: ApiClient;
let today: string;
let campaignId: string;
beforeAll(async () => {
  app = await startTestApp({ sandbox: true });
  const admin = app.api.as(await app.api.registerAdmin());
  me = await aMessenger(app, admin);
  stranger = app.api.as(await admin.createUser('viewer'));
  today = new Date(Date.now() - 60_000).toISOString().slice(0, 10);
  await approvedTemplate();
  // Ana taps the button, Ben writes, Cem only reads it, Dia does not get it.
  const [toAna, toBen] = [await reached(ANA), await reached(BEN)];
  await reached(CEM);
  sandboxOf(app).failMessages({ code: 131049, how: 'status', times: 1 });
  const toDia = await sent(me.client, order(DIA));
  await messageWhen(me.client, toDia, withStatus('failed'));
  await customerWrites(app, {
    from: ANA,
    type: 'button',
    content: { payload: 'Thanks', text: 'Thanks' },
    context: { from: me.phoneNumberId, id: await wamidOf(toAna) },
  });
  await customerWrites(app, { from: BEN });
  // Whose tap is on the button of another message did not tap this one's.
  await customerWrites(app, {
    from: CEM,
    type: 'button',
    content: { payload: 'Thanks', text: 'Thanks' },
    context: { from: me.phoneNumberId, id: await wamidOf(toBen) },
  });
  campaignId = await finishedCampaign();
  await untilCounted(app);
}, 180_000);
afterAll(async () => {
  await app.close();
});

async function approvedTemplate(): Promise<void> {
  const made = await me.client.post('/api/meta/whatsapp/templates', {
    name: 'order_left',
    language: 'en_US',
    category: 'UTILITY',
    components: [
      { type: 'BODY', text: 'Your order has left.' },
      { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Thanks' }] },
    ],
  });
  if (made.status !== 201) throw new Error(`Making a template answered ${made.text}`);
  await eventually(
    async () =>
      (await me.client.get<{ status: string }>(`/api/meta/whatsapp/templates/${String(made.body.data.id)}`))
        .body.data,
    ({ status }) => status === 'APPROVED',
  );
}

const order = (to: string): Record<string, unknown> => ({
  to,
  type: 'template',
  template: { name: 'order_left', language: { code: 'en_US' } },
});

async function reached(to: string): Promise<string> {
  const id = await sent(me.client, order(to));
  await messageWhen(me.client, id, withStatus('read'));
  return id;
}

const wamidOf = async (id: string): Promise<string> => (await message(me.client, id)).wamid ?? '';

/** To four, one of whom writes back. Deleted after. */
async function finishedCampaign(): Promise<string> {
  const id = await aCampaign(me.client);
  await addPeople(me.client, id, [EVA, ...people(3)]);
  await acted(me.client, id, 'start');
  await campaignWhen(
    me.client,
    id,
    ({ state, progress }) => state === 'completed' && progress.counts.read === 4,
  );
  await customerWrites(app, { from: EVA });
  const removed = await me.client.delete(`/api/meta/whatsapp/campaigns/${id}`);
  if (removed.status !== 200) throw new Error(`Removing the campaign answered ${removed.text}`);
  return id;
}

async function read<Data>(path: string, query = ''): Promise<Data> {
  const answer = await me.client.get<Data>(`${ANALYTICS}/${path}?startDate=${today}${query}`);
  expect([answer.status, answer.text.slice(0, 300)]).toEqual([200, expect.anything()]);
  return answer.body.data;
}

const TIME_OF = (...statuses: string[]): string =>
  `(SELECT min(s.at) FROM message_statuses s WHERE s.message_id = m.id AND s.account_id = m.account_id
     AND s.status IN (${statuses.map((status) => `'${status}'`).join(', ')}))`;

/** The same funnel by PostgreSQL, from messages and their statuses. */
async function recounted(group: string): Promise<Map<string, Record<string, number>>> {
  const rows: ({ name: string } & Record<string, number>)[] = await app.db.query(
    `WITH own AS (
       SELECT m.*, ${TIME_OF('sent', 'delivered', 'read')} AS sent_at, ${TIME_OF('delivered', 'read')} AS delivered_at,
              ${TIME_OF('read')} AS read_at, ${TIME_OF('failed')} AS failed_at,
              (SELECT bool_or((s.details -> 'pricing' ->> 'billable')::boolean) FROM message_statuses s
                WHERE s.account_id = m.account_id AND s.message_id = m.id) AS billable
         FROM messages m WHERE m.account_id = $1 AND m.direction = 'outbound' AND m.type = 'template')
     SELECT ${group} AS name, count(sent_at)::int AS sent, count(delivered_at)::int AS delivered, count(read_at)::int AS read,
            (count(failed_at) FILTER (WHERE delivered_at IS NULL))::int AS failed,
            (count(*) FILTER (WHERE billable AND sent_at IS NOT NULL))::int AS billable,
            (count(*) FILTER (WHERE EXISTS (
               SELECT FROM messages r WHERE r.account_id = own.account_id AND r.conversation_id = own.conversation_id
                  AND r.direction = 'inbound' AND r.type = 'button' AND r.context ->> 'message_id' = own.external_id)))::int AS clicked,
            (count(*) FILTER (WHERE EXISTS (
               SELECT FROM messages r WHERE r.account_id = own.account_id AND r.conversation_id = own.conversation_id
                  AND r.direction = 'inbound' AND r."timestamp" >= own.sent_at)))::int AS replied
       FROM own GROUP BY 1`,
    [me.accountId],
  );
  return new Map(rows.map(({ name, ...counts }) => [name, counts]));
}

describe('GET /analytics/templates', () => {
  it('tells what became of each template, as PostgreSQL counts it from the messages', async () => {
    const { templates } = await read<{ templates: TemplateFunnel[] }>('templates');
    const expected = await recounted(`content ->> 'name'`);
    expect([...expected.keys()].sort()).toEqual(['hello_world', 'order_left']);
    expect(templates.map(({ name }) => name).sort()).toEqual(['hello_world', 'order_left']);
    for (const funnel of templates) expect(funnel).toMatchObject(expected.get(funnel.name) ?? {});
  });

  it('counts a tap, any answer, and what failed, with shares of the step before', async () => {
    const { templates } = await read<{ templates: TemplateFunnel[] }>(
      'templates',
      '&templateName=order_left&templateLanguage=en_US',
    );
    expect(templates).toHaveLength(1);
    expect(templates[0]).toMatchObject({ delivered: 3, read: 3, clicked: 1, replied: 3, failed: 1 });
    const { sent: out = 0, deliveryRate, clickRate, replyRate, failureRate } = templates[0] ?? {};
    expect([deliveryRate, clickRate, replyRate, failureRate]).toEqual([3 / out, 1 / 3, 1, 1 / 4]);
    expect(templates[0]?.errors).toEqual([
      { code: '131049', title: 'Marketing limit of the person', count: 1 },
    ]);
    const priced = templates[0]?.prices.reduce((sum, { count }) => sum + count, 0);
    expect(priced).toBeGreaterThanOrEqual(3);
    expect(templates[0]?.prices.reduce((sum, { billable }) => sum + billable, 0)).toBe(
      templates[0]?.billable,
    );
  });

  it('stands beside what Meta counted, and tells the difference', async () => {
    const [template]: { template_id: string; waba_id: string }[] = await app.db.query(
      `SELECT template_id, waba_id FROM whatsapp_templates WHERE account_id = $1 AND name = 'order_left'`,
      [me.accountId],
    );
    // Nothing is pulled from Meta any more: what follows is all that it told.
    await app.db.query(
      `UPDATE whatsapp_meta_pulls SET next_pull_at = 'infinity', lease_id = gen_random_uuid() WHERE account_id = $1`,
      [me.accountId],
    );
    await app.db.query('DELETE FROM whatsapp_meta_figures WHERE account_id = $1', [me.accountId]);
    await app.db.query(
      `INSERT INTO whatsapp_meta_figures (account_id, waba_id, kind, view, granularity, start_at, end_at, template_id, sent,
                                          delivered, read, clicks)
       VALUES ($1, $2, 'template', 'detail', 'day', $3, $3::timestamptz + interval '1 day', $4, 5, 3, NULL, 7)`,
      [me.accountId, template?.waba_id, `${today}T00:00:00Z`, template?.template_id],
    );
    const { templates } = await read<{ templates: TemplateFunnel[] }>('templates');
    const ours = templates.find(({ name }) => name === 'order_left');
    expect(ours?.meta).toMatchObject({
      sent: 5,
      read: null,
      clicks: 7,
      difference: { sent: 5 - (ours?.sent ?? 0), delivered: 0, read: null },
    });
    expect(templates.find(({ name }) => name === 'hello_world')?.meta).toBeNull();
  });

  it('is a table, too', async () => {
    const { status, text } = await me.client.get(`${ANALYTICS}/templates?startDate=${today}&format=csv`);
    expect(status).toBe(200);
    expect(text).toMatch(/^\uFEFF?name,language,sent,delivered,read,clicked,replied,failed,billable,/);
    expect(text).toMatch(/\r\norder_left,en_US,\d,3,3,1,3,1,/);
    const errors = await me.client.get(
      `${ANALYTICS}/templates?startDate=${today}&format=csv&table=errors&templateName=order_left`,
    );
    expect(errors.text).toContain('order_left,en_US,131049,Marketing limit of the person,1');
  });
});

describe('GET /analytics/campaigns', () => {
  it('tells what became of a campaign, also of one that was deleted', async () => {
    const { campaigns } = await read<{ campaigns: CampaignFunnel[] }>('campaigns');
    const expected = await recounted(`coalesce(metadata ->> 'campaignId', '')`);
    expect(campaigns).toMatchObject([
      {
        campaignId,
        name: 'Spring sale',
        state: 'completed',
        isDeleted: true,
        startedAt: expect.any(String) as string,
        template: { name: 'hello_world', language: 'en_US' },
        audience: { total: 4, pending: 0, skipped: 0, unknown: 0, cancelled: 0 },
        ...expected.get(campaignId),
        deliveryRate: 1,
        replyRate: 0.25,
      },
    ]);
    expect(campaigns[0]).toMatchObject({ sent: 4, read: 4, replied: 1 });
  });

  it('tells of one campaign when it is named, also where it sent nothing', async () => {
    const named = (range: string): Promise<{ campaigns: CampaignFunnel[] }> =>
      me.client
        .get<{ campaigns: CampaignFunnel[] }>(`${ANALYTICS}/campaigns?${range}&campaignId=${campaignId}`)
        .then(({ body }) => body.data);
    expect((await named(`startDate=${today}`)).campaigns).toMatchObject([{ campaignId, sent: 4 }]);
    expect((await named('startDate=2026-01-01&endDate=2026-01-31')).campaigns).toMatchObject([
      { campaignId, name: 'Spring sale', sent: 0, deliveryRate: null },
    ]);
    const unknown = await me.client.get(
      `${ANALYTICS}/campaigns?campaignId=0198f2a0-7c1e-7c3a-9f1b-6d2f0c5f7a11`,
    );
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'NOT_FOUND']);
  });
});

describe('GET /analytics/errors', () => {
  it('tells what failed by code, explained, with channels and templates', async () => {
    const { total, errors } = await read<Errors>('errors');
    expect(total).toBe(1);
    expect(errors).toMatchObject([
      {
        code: '131049',
        cause: expect.stringContaining('marketing') as string,
        count: 1,
        share: 1,
        byChannel: [{ channel: { kind: 'phone_number', externalId: me.phoneNumberId }, count: 1 }],
        byTemplate: [{ name: 'order_left', language: 'en_US', count: 1 }],
      },
    ]);
    const same = await me.client.get<Errors>(`/api/meta/whatsapp/metrics/errors?startDate=${today}`);
    expect(same.body.data.errors[0]).toMatchObject({
      code: '131049',
      lastMessageId: errors[0]?.lastMessageId,
    });
    expect((await read<Errors>('errors', '&platform=instagram')).total).toBe(0);
    expect((await read<Errors>('errors', '&templateName=hello_world')).total).toBe(0);
    const { text } = await me.client.get(
      `${ANALYTICS}/errors?startDate=${today}&format=csv&table=by-template`,
    );
    expect(text).toContain('131049,Marketing limit of the person,order_left,en_US,1');
  });
});

describe.each(['templates', 'campaigns', 'agents', 'errors'])('GET /analytics/%s', (path) => {
  it('is of the account alone, and refuses what it does not know', async () => {
    expect((await app.api.get(`${ANALYTICS}/${path}`)).status).toBe(401);
    const foreign = await stranger.get(`${ANALYTICS}/${path}?accountId=${me.accountId}`);
    expect([foreign.status, foreign.body.error.code]).toEqual([404, 'ACCOUNT_NOT_FOUND']);
    for (const query of [
      'startDate=yesterday',
      'campaign=1',
      'campaignId=1',
      'format=xml',
      'format=csv&table=nothing',
      'templateLanguage=de',
      'granularity=minute',
    ]) {
      const answer = await me.client.get(`${ANALYTICS}/${path}?${query}`);
      expect([query, answer.status, answer.body.error.code]).toEqual([query, 400, 'VALIDATION_FAILED']);
    }
  });
});
