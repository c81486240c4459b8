import { SEED } from '../../sandbox/world-seed';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { sandboxOf } from '../factories/meta-login';
import {
  CUSTOMER,
  type Messenger,
  aMessenger,
  aText,
  customerWrites,
  helloWorld,
  messageWhen,
  sent,
  withStatus,
} from '../factories/messaging.factory';
import { pullFigures } from '../factories/meta-figures.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

const COSTS = '/api/meta/analytics/costs';
const DIFFERENCES = '/api/meta/analytics/differences';

interface Figure {
  sent: number | null;
  billable: number | null;
  volume: number | null;
  cost: number | null;
  unpricedVolume: number | null;
  isComplete: boolean;
}
interface Point extends Figure {
  timestamp: string;
}
interface Currency {
  currency: string | null;
  totals: Figure;
  sentWithoutPrice: number;
  prices: (Figure & { category: string | null; type: string | null; points: Point[] })[];
  points: Point[];
  numbers: (Figure & { channelId: string | null; phoneNumber: string | null })[];
  countries: (Figure & { country: string | null })[] | null;
}
interface Costs {
  currencies: Currency[];
  accounts: { wabaId: string; currency: string | null; pulledAt: string | null; problem: unknown }[];
}
interface Compared {
  ours: number;
  meta: number | null;
  difference: number | null;
}
interface Different {
  sent: Compared;
  delivered: Compared;
  read: Compared;
  reasons: string[];
  isComplete: boolean;
  points: (Omit<Different, 'points'> & { timestamp: string })[] | null;
}
interface Differences {
  numbers: (Different & { channelId: string })[];
  templates: (Different & { name: string; language: string })[];
}

let app: TestApp;
let messenger: Messenger;
let client: ApiClient;
beforeAll(async () => {
  app = await startTestApp({ sandbox: true });
  const admin = app.api.as(await app.api.registerAdmin());
  messenger = await aMessenger(app, admin);
  client = messenger.client;
  await customerWrites(app);
  for (const body of [helloWorld(), helloWorld({ to: '+4915112345678' }), aText('An answer')])
    await messageWhen(client, await sent(client, body), withStatus('read'));
  // Counting comes after the statuses.
  await eventually(
    () => costs(),
    ({ currencies }) => currencies[0]?.totals.sent === 3,
  );
});
afterAll(async () => {
  await app.close();
});

async function answered<T>(answer: Promise<ApiAnswer<ApiBody<T>>>): Promise<T> {
  const { status, text, body } = await answer;
  expect([status, status === 200 ? '' : text]).toEqual([200, '']);
  return body.data;
}
const costs = (query = ''): Promise<Costs> => answered(client.get<Costs>(`${COSTS}${query}`));
const differences = (query = ''): Promise<Differences> =>
  answered(client.get<Differences>(`${DIFFERENCES}${query}`));
const added = (points: readonly Point[], name: 'sent' | 'volume' | 'cost'): number =>
  Math.round(points.reduce((sum, point) => sum + (point[name] ?? 0), 0) * 1e6) / 1e6;

describe('costs', () => {
  it('knows nothing of Meta’s side before it was asked, and does not call that 0', async () => {
    const [figures] = (await costs()).currencies;
    expect(figures).toMatchObject({
      currency: 'USD',
      totals: { sent: 3, billable: 1, volume: null, cost: null, unpricedVolume: null, isComplete: false },
      sentWithoutPrice: 0,
    });
    for (const point of figures!.points) expect([point.volume, point.cost]).toEqual([null, null]);
  });

  it('tells what was sent beside what Meta counts and charges, by category and type', async () => {
    await pullFigures(app, messenger.accountId);
    const { currencies, accounts } = await costs();
    expect(accounts).toMatchObject([{ wabaId: SEED.wabaId, currency: 'USD', problem: null }]);
    expect(accounts[0]!.pulledAt).not.toBeNull();
    const [figures] = currencies;
    expect(currencies).toHaveLength(1);
    expect(figures!.totals).toMatchObject({ sent: 3, billable: 1, volume: 3, cost: 0.01, unpricedVolume: 0 });
    const told = figures!.prices.map(({ category, type, sent: ours, billable, volume, cost }) => ({
      category,
      type,
      ours,
      billable,
      volume,
      cost,
    }));
    expect(
      told.sort(
        (one, other) => (other.cost ?? 0) - (one.cost ?? 0) || (one.category! < other.category! ? -1 : 1),
      ),
    ).toEqual([
      { category: 'utility', type: 'regular', ours: 1, billable: 1, volume: 1, cost: 0.01 },
      { category: 'service', type: 'free_customer_service', ours: 1, billable: 0, volume: 1, cost: 0 },
      { category: 'utility', type: 'free_customer_service', ours: 1, billable: 0, volume: 1, cost: 0 },
    ]);
    expect(figures!.numbers).toMatchObject([
      { phoneNumber: SEED.displayPhoneNumber.replace(/\D/g, ''), sent: 3, volume: 3, cost: 0.01 },
    ]);
    expect(figures!.countries).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ country: 'US', sent: null, volume: 2, cost: 0 }),
        expect.objectContaining({ country: 'DE', sent: null, volume: 1, cost: 0.01 }),
      ]) as unknown,
    );
  });

  it.each([
    ['hour', 'UTC'],
    ['day', 'UTC'],
    ['day', 'Asia/Kathmandu'],
    ['week', 'America/New_York'],
    ['month', 'Europe/Berlin'],
  ])('by %s in %s adds up to the total, without a gap', async (granularity, timeZone) => {
    const [figures] = (await costs(`?granularity=${granularity}&timeZone=${encodeURIComponent(timeZone)}`))
      .currencies;
    const { points, totals, prices } = figures!;
    expect(points.length).toBeGreaterThan(10);
    expect([added(points, 'sent'), added(points, 'volume'), added(points, 'cost')]).toEqual([
      totals.sent,
      totals.volume,
      totals.cost,
    ]);
    for (const price of prices) {
      expect(price.points.map(({ timestamp }) => timestamp)).toEqual(
        points.map(({ timestamp }) => timestamp),
      );
      expect([added(price.points, 'sent'), added(price.points, 'cost')]).toEqual([price.sent, price.cost]);
    }
  });

  it('of one number is that of the number; of nothing but other platforms, nothing', async () => {
    const [number] = (await costs()).currencies[0]!.numbers;
    const [own] = (await costs(`?channelId=${number!.channelId}`)).currencies;
    expect(own).toMatchObject({ totals: { sent: 3, volume: 3, cost: 0.01 }, countries: null });
    expect((await costs('?platform=messenger')).currencies).toEqual([]);
  });

  it('of two currencies are never added up', async () => {
    const { db } = app;
    await db.query(
      `UPDATE whatsapp_meta_figures SET currency = 'EUR' WHERE kind = 'pricing' AND category = 'service'`,
    );
    const { currencies } = await costs();
    await db.query(`UPDATE whatsapp_meta_figures SET currency = 'USD' WHERE kind = 'pricing'`);
    expect(currencies.map(({ currency, totals }) => [currency, totals.volume, totals.cost])).toEqual([
      ['USD', 2, 0.01],
      ['EUR', 1, 0],
    ]);
  });

  it('as tables, and refuses one that is not there', async () => {
    const csv = await client.get(`${COSTS}?format=csv&table=by-price`);
    expect(csv.status).toBe(200);
    expect(csv.text.split('\r\n').slice(0, 2)).toEqual([
      'currency,category,type,sent,billable,volume,cost,unpricedVolume,isComplete',
      expect.stringMatching(/^USD,utility,regular,1,1,1,0\.01,0,/),
    ]);
    const unknown = await client.get(`${COSTS}?format=csv&table=nonsense`);
    expect([unknown.status, unknown.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect((await client.get(`${COSTS}?nonsense=1`)).status).toBe(400);
    expect((await app.api.get(COSTS)).status).toBe(401);
  });
});

describe('differences', () => {
  it('tells both sides by number and day; where they agree, there is no reason', async () => {
    await pullFigures(app, messenger.accountId);
    // The last status may be counted a moment after the message shows it.
    const { numbers } = await eventually(
      () => differences('?timeZone=Europe%2FBerlin'),
      (found) => found.numbers[0]?.read.ours === 3,
    );
    expect(numbers).toMatchObject([
      {
        sent: { ours: 3, meta: 3, difference: 0 },
        delivered: { ours: 3, meta: 3, difference: 0 },
        read: { ours: 3, meta: null, difference: null },
        reasons: ['not_counted_by_meta'],
      },
    ]);
    const days = numbers[0]!.points!.filter(({ sent: count }) => count.ours > 0 || count.meta !== 0);
    for (const day of days) expect(day.sent.difference).toBe(0);
    expect(days.reduce((sum, day) => sum + (day.sent.meta ?? 0), 0)).toBe(3);
  });

  it('says of templates that their figures are not switched on, and tells them once they are', async () => {
    const template = async () => (await differences()).templates.find(({ name }) => name === 'hello_world');
    expect(await template()).toMatchObject({
      sent: { ours: 2, meta: null, difference: null },
      reasons: ['not_switched_on'],
    });
    await client.post('/api/meta/whatsapp/templates/analytics/enable');
    await pullFigures(app, messenger.accountId);
    expect(await template()).toMatchObject({
      language: 'en_US',
      sent: { ours: 2, meta: 2, difference: 0 },
      read: { ours: 2, meta: 2, difference: 0 },
      reasons: [],
    });
  });

  it('shows what Meta counts more, and what it does not count yet', async () => {
    // Another app sends through the same number.
    const sandbox = sandboxOf(app);
    const { token } = sandbox.issueToken();
    const answer = await fetch(`${app.sandbox!.url}/v26.0/${SEED.phoneNumberId}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        messaging_product: 'whatsapp',
        to: CUSTOMER,
        type: 'template',
        template: { name: 'hello_world', language: { code: 'en_US' } },
      }),
    });
    expect(answer.status).toBe(200);
    await eventually(
      async () => {
        await pullFigures(app, messenger.accountId);
        return (await differences()).numbers[0]!;
      },
      ({ delivered }) => delivered.meta === 4,
    );
    const [number] = (await differences()).numbers;
    expect(number).toMatchObject({ delivered: { meta: 4 } });
    await app.db.query(
      `UPDATE whatsapp_meta_series SET covered_from = now() - interval '1 day', is_past_over = true WHERE kind = 'analytics'`,
    );
    const [first] = (await differences()).numbers[0]!.points!;
    expect(first).toMatchObject({ sent: { ours: 0, meta: null }, reasons: ['look_back'], isComplete: false });
  });

  it('as tables', async () => {
    const csv = await client.get(`${DIFFERENCES}?format=csv&table=by-template`);
    expect(csv.text.split('\r\n')[0]).toBe(
      'template,language,sent,sentAtMeta,sentDifference,delivered,deliveredAtMeta,deliveredDifference,read,readAtMeta,readDifference,reasons,isComplete',
    );
    expect(csv.text).toContain('hello_world,en_US,');
  });
});
