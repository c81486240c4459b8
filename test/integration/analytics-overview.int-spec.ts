import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { type Channels, plantTraffic, recounted, withPages } from '../factories/analytics-traffic.factory';
import { untilCounted } from '../factories/metric-webhooks.factory';
import { type Team, aTeam, arrives } from '../factories/team.factory';
import { type TestApp, startTestApp } from '../test-app';

const OVERVIEW = '/api/meta/analytics/overview';

interface Figure {
  value: number | null;
  previous: number | null;
  change: number | null;
  changeRate: number | null;
}
type Figures = Record<string, Figure>;
interface Overview {
  range: { from: string; until: string; timeZone: string; granularity: string };
  previousFrom: string;
  totals: Figures;
  campaigns: Figures;
  conversations: { open: number; unassigned: number; snoozed: number };
  byPlatform: { platform: string; figures: Figures }[];
  byChannel: { channel: { id: string; kind: string; name: string | null }; figures: Figures }[];
  furtherChannels: number;
}

let app: TestApp;
let team: Team;
let channels: Channels;
let stranger: Team;
beforeAll(async () => {
  app = await startTestApp();
  const admin = await app.api.registerAdmin();
  team = await aTeam(app, admin);
  stranger = await aTeam(app, admin);
  channels = await withPages(app, team);
  for (const around of ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'])
    await plantTraffic(app, channels, { around, hours: 240, count: 240 });
  const others = await withPages(app, stranger);
  await plantTraffic(app, others, { around: '2026-03-29T01:00:00Z', hours: 48, count: 40 });
  await untilCounted(app);
}, 180_000);
afterAll(() => app.close());

const ask = (query: string, client: ApiClient = team.viewer.client): Promise<ApiAnswer<ApiBody<Overview>>> =>
  client.get<Overview>(`${OVERVIEW}?${query}`);
async function read(query: string): Promise<Overview> {
  const answer = await ask(query);
  expect([answer.status, answer.body.error]).toEqual([200, undefined]);
  return answer.body.data;
}

const COUNTS = ['received', 'sent', 'delivered', 'read', 'failed', 'comments', 'commentReplies'];

/** What was counted from the messages, as the overview tells it. */
function told(counted: Record<string, number>): Record<string, number | null> {
  const of = (name: string): number => counted[name] ?? 0;
  const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
  return {
    ...Object.fromEntries(COUNTS.map((name) => [name, of(name)])),
    deliveryRate: share(of('sent_delivered'), of('sent')),
    readRate: share(of('sent_read'), of('sent_delivered')),
    failureRate: share(of('sent_failed'), of('sent')),
  };
}
const valuesOf = (figures: Figures, key: 'value' | 'previous'): Record<string, number | null> =>
  Object.fromEntries(
    [...COUNTS, 'deliveryRate', 'readRate', 'failureRate'].map((name) => [
      name,
      figures[name]?.[key] ?? null,
    ]),
  );

describe.each([
  [
    'Europe/Berlin',
    'startDate=2026-03-29&endDate=2026-03-30',
    '2026-03-26T23:00',
    '2026-03-28T23:00',
    '2026-03-30T22:00',
  ],
  [
    'Europe/Berlin',
    'startDate=2026-10-25&endDate=2026-10-26',
    '2026-10-22T22:00',
    '2026-10-24T22:00',
    '2026-10-26T23:00',
  ],
  [
    'Asia/Kolkata',
    'startDate=2026-03-29&endDate=2026-03-30',
    '2026-03-26T18:30',
    '2026-03-28T18:30',
    '2026-03-30T18:30',
  ],
  [
    'Asia/Kathmandu',
    'startDate=2026-03-30&endDate=2026-03-30',
    '2026-03-28T18:15',
    '2026-03-29T18:15',
    '2026-03-30T18:15',
  ],
  [
    'Europe/Berlin',
    'startDate=2026-03-29T01:00:00Z&endDate=2026-03-29T09:00:00Z&granularity=hour',
    '2026-03-28T17:00',
    '2026-03-29T01:00',
    '2026-03-29T09:00',
  ],
  [
    'Europe/Berlin',
    'startDate=2026-03-30&endDate=2026-04-05&granularity=week',
    '2026-03-22T23:00',
    '2026-03-29T22:00',
    '2026-04-05T22:00',
  ],
  [
    'UTC',
    'startDate=2026-10-01&endDate=2026-10-31&granularity=month',
    '2026-09-01T00:00',
    '2026-10-01T00:00',
    '2026-11-01T00:00',
  ],
])('in %s with %s', (timeZone, query, before, from, until) => {
  const [previousFrom, rangeFrom, rangeUntil] = [before, from, until].map(
    (minute) => `${minute}:00.000Z`,
  ) as [string, string, string];

  it('every figure is that of the messages themselves, of the range and of the time before', async () => {
    const { range, totals, ...overview } = await read(`${query}&timeZone=${timeZone}`);
    expect([overview.previousFrom, range.from, range.until]).toEqual([previousFrom, rangeFrom, rangeUntil]);
    const [now, then] = await Promise.all([
      recounted(app, team.accountId, rangeFrom, rangeUntil),
      recounted(app, team.accountId, previousFrom, rangeFrom),
    ]);
    expect(valuesOf(totals, 'value')).toEqual(told(now));
    expect(valuesOf(totals, 'previous')).toEqual(told(then));
    expect(totals.received?.value).toBeGreaterThan(0);
  });

  it('the same by platform and by channel', async () => {
    const { byPlatform, byChannel } = await read(`${query}&timeZone=${timeZone}`);
    expect(byPlatform.map(({ platform }) => platform)).toEqual([
      'whatsapp',
      'messenger',
      'instagram',
      'facebook',
    ]);
    for (const { platform, figures } of byPlatform)
      expect([platform, valuesOf(figures, 'value')]).toEqual([
        platform,
        told(await recounted(app, team.accountId, rangeFrom, rangeUntil, `platform = '${platform}'`)),
      ]);
    expect(byChannel).toHaveLength(3);
    for (const { channel, figures } of byChannel)
      expect([channel.kind, valuesOf(figures, 'previous')]).toEqual([
        channel.kind,
        told(await recounted(app, team.accountId, previousFrom, rangeFrom, `asset_id = '${channel.id}'`)),
      ]);
  });
});

const DAYS = 'startDate=2026-03-29&endDate=2026-03-30&timeZone=Europe/Berlin';

it('tells changes, absolute and relative, and none where there was nothing', async () => {
  const { totals } = await read(DAYS);
  const { value, previous, change, changeRate } = totals.received ?? {};
  expect(change).toBe((value ?? 0) - (previous ?? 0));
  expect(changeRate).toBeCloseTo(((value ?? 0) - (previous ?? 0)) / (previous ?? 1), 10);
  // Before the first message there was nothing.
  const first = await read('startDate=2026-03-24&endDate=2026-03-24');
  expect(first.totals.received).toMatchObject({ previous: 0, changeRate: null });
  expect(first.totals.received?.change).toBe(first.totals.received?.value);
  expect(first.totals.deliveryRate).toMatchObject({ previous: null, change: null, changeRate: null });
  expect(first.campaigns.started).toEqual({ value: 0, previous: 0, change: 0, changeRate: null });
});

it('answers for some platforms and some channels', async () => {
  const [from, until] = ['2026-03-28T23:00:00Z', '2026-03-30T22:00:00Z'];
  const direct = await read(`${DAYS}&platform=messenger,facebook`);
  expect(direct.byPlatform).toHaveLength(2);
  expect(valuesOf(direct.totals, 'value')).toEqual(
    told(await recounted(app, team.accountId, from, until, `platform IN ('messenger', 'facebook')`)),
  );
  const ofPage = await read(`${DAYS}&channelId=${channels.pageId}`);
  expect(ofPage.byChannel.map(({ channel }) => channel.name)).toEqual(['Lucky Page']);
  expect(valuesOf(ofPage.totals, 'value')).toEqual(
    told(await recounted(app, team.accountId, from, until, `asset_id = '${channels.pageId}'`)),
  );
  expect(ofPage.totals.comments?.value).toBeGreaterThan(0);
});

it('counts cases that begin and end, and conversations as they are', async () => {
  const earlier = await read('');
  const [one, two] = [await arrives(app, team, 8_001), await arrives(app, team, 8_002)];
  await untilCounted(app);
  const opened = await read('');
  expect(opened.totals.casesOpened?.value).toBe((earlier.totals.casesOpened?.value ?? 0) + 2);
  expect(opened.conversations.open).toBe(earlier.conversations.open + 2);
  expect(opened.conversations.unassigned).toBe(earlier.conversations.unassigned + 2);

  const assigned = await team.owner.client.patch(`/api/meta/conversations/${one}`, {
    assigneeId: team.ada.user.id,
  });
  expect([assigned.status, assigned.text.slice(0, 300)]).toEqual([200, expect.anything()]);
  const closed = await team.owner.client.patch(`/api/meta/conversations/${two}`, { status: 'closed' });
  expect([closed.status, closed.text.slice(0, 300)]).toEqual([200, expect.anything()]);
  await untilCounted(app);
  const after = await read(`channelId=${team.assetId}`);
  expect(after.totals.casesClosed?.value).toBe((earlier.totals.casesClosed?.value ?? 0) + 1);
  const whatsapp = after.byPlatform.find(({ platform }) => platform === 'whatsapp');
  expect(whatsapp?.figures.casesClosed?.value).toBe(after.totals.casesClosed?.value);
  const all = await read('');
  expect(all.conversations.open).toBe(opened.conversations.open - 1);
  expect(all.conversations.unassigned).toBe(opened.conversations.unassigned - 2);
});

it('comes as CSV, each table by its name', async () => {
  const totals = await team.viewer.client.get(`${OVERVIEW}?${DAYS}&format=csv`);
  expect(totals.status).toBe(200);
  expect(totals.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(totals.headers.get('content-disposition')).toBe(
    'attachment; filename="overview-2026-03-28-2026-03-30-totals.csv"',
  );
  const { totals: figures } = await read(DAYS);
  const { value, previous, change, changeRate } = figures.received ?? {};
  const lines = totals.text.replace('\uFEFF', '').split('\r\n');
  expect(lines[0]).toBe('metric,title,value,previous,change,changeRate');
  expect(lines).toContain(`received,Messages received,${value},${previous},${change},${changeRate}`);
  const byChannel = await team.viewer.client.get(`${OVERVIEW}?${DAYS}&format=csv&table=by-channel`);
  expect(byChannel.text.split('\r\n')).toHaveLength(5);
  const unknown = await ask(`${DAYS}&format=csv&table=points`);
  expect(unknown).toMatchObject({ status: 400, body: { error: { code: 'VALIDATION_FAILED' } } });
  expect(unknown.text).toContain('by-platform');
});

it('shows nobody what is not theirs', async () => {
  const own = await ask(DAYS, stranger.viewer.client);
  expect(valuesOf(own.body.data.totals, 'value')).toEqual(
    told(await recounted(app, stranger.accountId, '2026-03-28T23:00:00Z', '2026-03-30T22:00:00Z')),
  );
  expect(own.body.data.byChannel).toHaveLength(3);
  expect(await ask(`${DAYS}&channelId=${channels.pageId}`, stranger.viewer.client)).toMatchObject({
    status: 404,
    body: { error: { code: 'NOT_FOUND' } },
  });
  expect(await ask(`accountId=${team.accountId}`, stranger.viewer.client)).toMatchObject({ status: 404 });
  expect(await app.api.get(OVERVIEW)).toMatchObject({ status: 401 });
});

it.each([
  ['startDate=2023-01-01&endDate=2026-01-01', 'endDate'],
  ['startDate=2026-01-01&endDate=2026-03-01&granularity=hour', 'endDate'],
  ['startDate=2026-03-02&endDate=2026-03-01', 'endDate'],
  ['startDate=2026-02-30', 'startDate'],
  ['granularity=decade', 'granularity'],
  ['timeZone=Mars/Olympus', 'timeZone'],
  ['platform=telegram', 'platform'],
  ['channelId=7', 'channelId'],
  ['format=xlsx', 'format'],
  ['metric=sent', 'metric'],
])('refuses %s', async (query, path) => {
  const { status, body } = await ask(query);
  expect([status, body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
  expect(JSON.stringify(body.error.details)).toContain(path);
});
