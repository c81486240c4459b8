import { SEED } from '../../sandbox/world-seed';
import { newId } from '../../src/database/ids';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  type Messenger,
  aMessenger,
  aText,
  customerWrites,
  helloWorld,
  messageWhen,
  sent,
  withStatus,
} from '../factories/messaging.factory';
import { deliverFacts } from '../factories/metric-webhooks.factory';
import { type TestApp, startTestApp } from '../test-app';

const METRICS = '/api/meta/whatsapp/metrics';
const CHANNEL = { wabaId: SEED.wabaId, phoneNumberId: SEED.phoneNumberId };

interface Totals {
  sent: number;
  delivered: number;
  read: number;
  failed: number;
  received: number;
  deliveryRate: number | null;
  readRate: number | null;
  failureRate: number | null;
}
interface Metrics {
  metrics: Record<string, { timestamp: string; value: number | null }[]>;
  totals: Totals;
  range: { from: string; until: string; timeZone: string; granularity: string };
  byNumber?: { phoneNumberId: string; phoneNumber: string | null; wabaId: string | null; totals: Totals }[];
  byTemplate?: { name: string; language: string; totals: Totals }[];
}

let app: TestApp;
let admin: ApiClient;
let messenger: Messenger;
beforeAll(async () => {
  app = await startTestApp({ sandbox: true });
  admin = app.api.as(await app.api.registerAdmin());
  messenger = await aMessenger(app, admin);
});
afterAll(async () => {
  await app.close();
});

const ask = (query = '', client = messenger.client): Promise<ApiAnswer<ApiBody<Metrics>>> =>
  client.get<Metrics>(`${METRICS}${query}`);
const figures = async (query = ''): Promise<Metrics> => {
  const answer = await ask(query);
  expect([answer.status, answer.body.error]).toEqual([200, undefined]);
  return answer.body.data;
};

describe('what is sent and received', () => {
  it('is counted from webhooks as they come, by number and by template', async () => {
    await customerWrites(app);
    const [text, template] = [
      await sent(messenger.client, aText('Hi')),
      await sent(messenger.client, helloWorld()),
    ];
    await messageWhen(messenger.client, text, withStatus('read'));
    await messageWhen(messenger.client, template, withStatus('read'));
    const { totals, metrics, byNumber, byTemplate } = await eventually(
      () => figures('?groupBy=number,template'),
      (answer) => answer.totals.read === 2,
    );
    const rates = { deliveryRate: 1, readRate: 1, failureRate: 0 };
    expect(totals).toEqual({ sent: 2, delivered: 2, read: 2, failed: 0, received: 1, ...rates });
    expect(Object.keys(metrics)).toEqual(['sent', 'delivered', 'read', 'failed', 'received']);
    const today = `${new Date().toISOString().slice(0, 10)}T00:00:00.000Z`;
    expect(metrics.sent).toHaveLength(30);
    expect(metrics.sent?.at(-1)).toEqual({ timestamp: today, value: 2 });
    expect(metrics.sent?.slice(0, -1).every(({ value }) => value === 0)).toBe(true);
    expect(byNumber).toMatchObject([{ ...CHANNEL, totals: { sent: 2, received: 1 } }]);
    expect(byTemplate).toMatchObject([
      { name: 'hello_world', language: 'en_US', totals: { sent: 1, delivered: 1, read: 1, received: 0 } },
    ]);
    expect((await figures('?templateName=hello_world')).totals).toMatchObject({
      sent: 1,
      read: 1,
      received: 0,
    });
    expect((await figures('?templateName=hello_world&templateLanguage=de')).totals.sent).toBe(0);
  });
});

describe('what was told of the fourteenth of March', () => {
  const at = (time: string): Date => new Date(`2026-03-${time}Z`);
  const DAYS = 'startDate=2026-03-13&endDate=2026-03-15';
  beforeAll(async () => {
    const wamids = Array.from({ length: 4 }, () => `wamid.${newId()}`);
    const [delivered, read, failed, late] = wamids as [string, string, string, string];
    await deliverFacts(app, CHANNEL, [
      { kind: 'received', wamid: `wamid.${newId()}`, at: at('14T08:59:59') },
      ...wamids.map((wamid) => ({ kind: 'echo', wamid, at: at('14T09:00:00') }) as const),
      { kind: 'status', wamid: delivered, status: 'delivered', at: at('14T09:10:00') },
      { kind: 'status', wamid: read, status: 'read', at: at('14T10:30:00') },
      { kind: 'status', wamid: failed, status: 'failed', at: at('14T09:20:00'), code: 131026 },
      { kind: 'status', wamid: late, status: 'delivered', at: at('15T00:00:00') },
    ]);
  });

  it('answers exactly the fields of the specification, and the rates of the messages that were sent then', async () => {
    const answer = await ask(`?${DAYS}&granularity=day&metrics=sent,delivered,read`);
    expect(answer.body).toMatchObject({
      success: true,
      data: {
        metrics: {
          sent: [
            { timestamp: '2026-03-13T00:00:00.000Z', value: 0 },
            { timestamp: '2026-03-14T00:00:00.000Z', value: 4 },
            { timestamp: '2026-03-15T00:00:00.000Z', value: 0 },
          ],
          delivered: [{ value: 0 }, { value: 2 }, { value: 1 }],
          read: [{ value: 0 }, { value: 1 }, { value: 0 }],
        },
        totals: {
          sent: 4,
          delivered: 3,
          read: 1,
          failed: 1,
          received: 1,
          deliveryRate: 0.75,
          failureRate: 0.25,
        },
      },
    });
    expect(Object.keys(answer.body.data.metrics)).toEqual(['sent', 'delivered', 'read']);
    expect(answer.body.data.totals.readRate).toBeCloseTo(1 / 3, 12);
  });

  it('is one day without the next: what was delivered later still counts in the rates of those that were sent', async () => {
    const { totals } = await figures('?startDate=2026-03-14&endDate=2026-03-14');
    expect(totals).toMatchObject({ sent: 4, delivered: 2, deliveryRate: 0.75 });
    const next = await figures('?startDate=2026-03-15&endDate=2026-03-15');
    expect(next.totals).toMatchObject({
      sent: 0,
      delivered: 1,
      deliveryRate: null,
      readRate: null,
      failureRate: null,
    });
  });

  it('is shown by hour, with rates as series where they are asked for', async () => {
    const { metrics, range } = await figures(
      '?startDate=2026-03-14T08:00:00Z&endDate=2026-03-14T11:00:00Z&granularity=hour&metrics=received&metrics=sent,deliveryRate',
    );
    expect(metrics).toEqual({
      sent: [0, 4, 0].map((value, hour) => ({
        timestamp: `2026-03-14T${String(hour + 8).padStart(2, '0')}:00:00.000Z`,
        value,
      })),
      received: [1, 0, 0].map((value, hour) => ({
        timestamp: `2026-03-14T${String(hour + 8).padStart(2, '0')}:00:00.000Z`,
        value,
      })),
      deliveryRate: [null, 0.75, null].map((value, hour) => ({
        timestamp: `2026-03-14T${String(hour + 8).padStart(2, '0')}:00:00.000Z`,
        value,
      })),
    });
    expect(range).toEqual({
      from: '2026-03-14T08:00:00.000Z',
      until: '2026-03-14T11:00:00.000Z',
      timeZone: 'UTC',
      granularity: 'hour',
    });
  });

  it('is answered in whole days and hours, whatever instants are given', async () => {
    const days = await figures(
      '?startDate=2026-03-13T23:59:59.999%2B01:00&endDate=2026-03-14T00:00:00.001Z&timeZone=Europe/Berlin',
    );
    expect(days.range).toMatchObject({ from: '2026-03-12T23:00:00.000Z', until: '2026-03-14T23:00:00.000Z' });
    const hours = await figures(
      '?startDate=2026-03-14T08:59:59Z&endDate=2026-03-14T09:00:01Z&granularity=hour&metrics=sent',
    );
    expect(hours.metrics.sent?.map(({ value }) => value)).toEqual([0, 4]);
  });

  it('takes the list of metrics as clients write it', async () => {
    for (const list of [
      'metrics=sent,read',
      'metrics=sent&metrics=read',
      'metrics[]=sent&metrics[]=read',
      'metrics=sent,%20read',
    ])
      expect(Object.keys((await figures(`?${DAYS}&${list}`)).metrics)).toEqual(['sent', 'read']);
  });

  it('is that of the numbers that are named, and stays when a number is given up', async () => {
    for (const named of [
      `phoneNumberId=${SEED.phoneNumberId}`,
      `wabaId=${SEED.wabaId}`,
      `accountId=${messenger.accountId}`,
    ])
      expect((await figures(`?${DAYS}&${named}`)).totals.sent).toBe(4);
    const empty = newId();
    await app.db.query(
      `INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, $2, 'phone_number', '4711')`,
      [messenger.accountId, empty],
    );
    expect((await figures(`?${DAYS}&phoneNumberId=4711`)).totals).toMatchObject({
      sent: 0,
      deliveryRate: null,
    });
    expect((await ask(`?${DAYS}&phoneNumberId=4711&wabaId=${SEED.wabaId}`)).status).toBe(404);
    const release = (id: string, at: Date | null): Promise<unknown> =>
      app.db.query('UPDATE assets SET released_at = $3 WHERE account_id = $1 AND meta_id = $2', [
        messenger.accountId,
        id,
        at,
      ]);
    await release('4711', new Date());
    await release(SEED.phoneNumberId, new Date());
    const { byNumber, totals } = await figures(`?${DAYS}&groupBy=number`);
    expect(totals.sent).toBe(4);
    expect(byNumber).toMatchObject([{ phoneNumberId: SEED.phoneNumberId, totals: { sent: 4 } }]);
    await release(SEED.phoneNumberId, null);
  });
});

describe('what cannot be answered', () => {
  it.each([
    ['startDate=yesterday', 'startDate', 'isDate'],
    ['startDate=2026-02-30', 'startDate', 'isDate'],
    ['startDate=2026-03-14T09:00', 'startDate', 'isDate'],
    ['endDate=1970-01-01', 'endDate', 'isInReach'],
    ['startDate=2026-03-15&endDate=2026-03-14', 'endDate', 'isAfterStart'],
    ['startDate=2024-01-01&endDate=2026-03-14', 'endDate', 'rangeLength'],
    ['startDate=2026-01-01&endDate=2026-03-14&granularity=hour', 'endDate', 'rangeLength'],
    ['granularity=week', 'granularity', 'isIn'],
    ['metrics=sent,clicked', 'metrics', 'isIn'],
    ['groupBy=agent', 'groupBy', 'isIn'],
    ['timeZone=Mars/Olympus', 'timeZone', 'isTimeZone'],
    ['timeZone=%2B05:30', 'timeZone', 'isTimeZone'],
    ['from=2026-03-14', 'from', 'unknownField'],
    ['phoneNumberId=abc', 'phoneNumberId', 'matches'],
  ])('is refused with what to do: %s', async (query, path, rule) => {
    const answer = await ask(`?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { fields: expect.arrayContaining([expect.objectContaining({ path, rule })]) as unknown },
    });
  });

  it('takes the longest ranges that are promised', async () => {
    expect(
      (await figures('?startDate=2024-03-15&endDate=2026-03-14&metrics=sent')).metrics.sent,
    ).toHaveLength(730);
    const hours =
      '?startDate=2026-10-01&endDate=2026-10-31&timeZone=Europe/Berlin&granularity=hour&metrics=sent';
    expect((await figures(hours)).metrics.sent).toHaveLength(745);
  });

  it('is nobody else’s: what is not one’s own is not there', async () => {
    const stranger = app.api.as(await admin.createUser('viewer'));
    expect(await ask('', stranger)).toMatchObject({
      status: 404,
      body: { error: { code: 'ACCOUNT_NOT_FOUND' } },
    });
    expect((await ask(`?accountId=${messenger.accountId}`, stranger)).status).toBe(404);
    for (const named of ['phoneNumberId=999', 'wabaId=999'])
      expect(await ask(`?${named}`)).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
    expect((await app.api.get(METRICS)).status).toBe(401);
  });

  it('asks which account is meant when there are several', async () => {
    const other = newId();
    await app.db.query(
      `INSERT INTO meta_accounts (id, user_id, login_kind, meta_app_id, meta_user_id, token_kind, status)
       SELECT $2, user_id, login_kind, meta_app_id, $3, token_kind, status FROM meta_accounts WHERE id = $1`,
      [messenger.accountId, other, String(Date.now())],
    );
    await app.db.query(
      `INSERT INTO account_members (account_id, user_id, role) SELECT $2, user_id, role FROM account_members WHERE account_id = $1`,
      [messenger.accountId, other],
    );
    expect(await ask()).toMatchObject({ status: 409, body: { error: { code: 'ACCOUNT_AMBIGUOUS' } } });
    expect((await figures(`?accountId=${other}`)).totals).toMatchObject({
      sent: 0,
      received: 0,
      deliveryRate: null,
    });
    expect((await ask(`?phoneNumberId=${SEED.phoneNumberId}`)).status).toBe(200);
  });
});
