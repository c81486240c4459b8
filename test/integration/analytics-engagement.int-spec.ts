import { CommentStore } from '../../src/conversations/comments/comment-store.service';
import type { ArrivedComment } from '../../src/conversations/comments/comment-types';
import { type AssetId, newId } from '../../src/database/ids';
import type { ApiAnswer, ApiBody, ApiClient } from '../api-client';
import { type Channels, withPages } from '../factories/analytics-traffic.factory';
import { untilCounted } from '../factories/metric-webhooks.factory';
import { type Team, aTeam } from '../factories/team.factory';
import { type TestApp, startTestApp } from '../test-app';

const ENGAGEMENT = '/api/meta/analytics/engagement';
const RANGE = 'startDate=2026-03-29&endDate=2026-04-04&timeZone=Europe/Berlin';

type Figures = Record<string, number | null>;
interface Engagement {
  totals: { posts: number; own: Figures };
  byChannel: {
    channel: { id: string; name: string | null };
    posts: number;
    own: Figures;
    meta: Figures;
    knownDays: number;
  }[];
  posts: {
    id: string;
    channel: { id: string };
    kind: string | null;
    publishedAt: string | null;
    own: Figures;
    meta: Figures;
    asOf: string | null;
    text: string | null;
  }[];
  furtherPosts: number;
}

let app: TestApp;
let team: Team;
let stranger: Team;
let channels: Channels;
beforeAll(async () => {
  app = await startTestApp();
  const admin = await app.api.registerAdmin();
  team = await aTeam(app, admin);
  stranger = await aTeam(app, admin);
  channels = await withPages(app, team);
  await plantComments();
  await plantInsights();
  await untilCounted(app);
}, 180_000);
afterAll(() => app.close());

const comment = (externalId: string, changes: Partial<ArrivedComment> & { at: Date }): ArrivedComment => ({
  accountId: channels.accountId,
  assetId: channels.pageId,
  platform: 'facebook',
  externalId,
  postExternalId: 'p1',
  parentExternalId: null,
  author: { id: '77', name: 'Ana Lee', username: null },
  byBusiness: false,
  text: 'Is it open?',
  attachment: null,
  asOf: changes.at,
  isHidden: null,
  metadata: {},
  ...changes,
});
const day = (time: string): { at: Date } => ({ at: new Date(`2026-${time}:00Z`) });

/** Under p1: c1 answered, c2 hidden, c3 removed and answered before; c4 under a media; c0 is a second too early, c9 too late. */
async function plantComments(): Promise<void> {
  const own = { byBusiness: true, author: null };
  const gram = { assetId: channels.instagramId, platform: 'instagram', postExternalId: 'm1' } as const;
  const store = app.app.get(CommentStore);
  await app.db.transaction(async (tx) => {
    await store.storeArrived(tx, [
      comment('c0', { at: new Date('2026-03-28T22:59:59Z') }),
      comment('c1', day('03-28T23:00')),
      comment('a1', { ...own, ...day('04-20T10:00'), parentExternalId: 'c1' }),
      comment('c2', { ...day('03-30T10:00'), isHidden: true }),
      comment('c3', day('03-31T10:00')),
      comment('b1', { ...day('04-01T09:00'), ...own }),
      comment('c4', { ...day('04-02T10:00'), ...gram }),
      comment('c5', { ...day('04-02T11:00'), ...gram, parentExternalId: 'c4' }),
      comment('a4', { ...day('04-02T12:00'), ...gram, ...own, parentExternalId: 'c4' }),
      comment('c6', { ...day('04-02T13:00'), ...gram, parentExternalId: 'c4' }),
      comment('c9', { at: new Date('2026-04-04T22:00:00Z') }),
    ]);
    const { accountId, pageId: assetId } = channels;
    await store.applyRemovals(tx, [
      { accountId, assetId, platform: 'facebook', externalId: 'c3', ...day('04-03T10:00') },
    ]);
    await tx.query(
      `UPDATE comments SET sentiment = CASE external_id WHEN 'c1' THEN 'negative' ELSE 'positive' END
        WHERE account_id = $1 AND external_id = ANY('{c1,c4,c0}')`,
      [accountId],
    );
  });
}

async function anObject(
  assetId: AssetId,
  kind: string,
  externalId: string,
  publishedAt: string | null,
): Promise<string> {
  const id = newId();
  const { accountId } = channels;
  await app.db.query(
    `INSERT INTO insight_assets (account_id, asset_id, kind, external_id, next_pull_at)
     VALUES ($1, $2, $3, 'of-meta', NULL) ON CONFLICT DO NOTHING`,
    [accountId, assetId, assetId === channels.pageId ? 'page' : 'instagram'],
  );
  await app.db.query(
    `INSERT INTO insight_objects (account_id, id, asset_id, kind, external_id, published_at) VALUES ($1, $2, $3, $4, $5, $6)`,
    [accountId, id, assetId, kind, externalId, publishedAt],
  );
  return id;
}

async function value(
  objectId: string,
  metric: string,
  bucketAt: string,
  amount: number,
  period = 'lifetime',
): Promise<void> {
  await app.db.query(
    `INSERT INTO insight_values (account_id, object_id, metric, period, breakdown, label, bucket_at, value)
     VALUES ($1, $2, $3, $4, '', '', $5, $6)`,
    [channels.accountId, objectId, metric, period, bucketAt, amount],
  );
}

/** p1 is from before the range; p2 was published in it, without a comment; of m1 nothing is known but its comments. */
async function plantInsights(): Promise<void> {
  const page = await anObject(channels.pageId, 'page', 'page', null);
  const p1 = await anObject(channels.pageId, 'post', 'p1', '2026-03-01T09:00:00Z');
  const p2 = await anObject(channels.pageId, 'post', 'p2', '2026-04-01T09:00:00Z');
  await anObject(channels.pageId, 'post', 'p3', '2026-05-01T09:00:00Z');
  await value(p1, 'post_media_view', '2026-03-30T07:00:00Z', 900);
  await value(p1, 'post_media_view', '2026-04-03T07:00:00Z', 1_000);
  // Read after the range.
  await value(p1, 'post_media_view', '2026-04-10T07:00:00Z', 5_000);
  await value(p1, 'post_reactions_by_type_total', '2026-04-02T07:00:00Z', 0);
  await value(p2, 'post_media_view', '2026-04-03T07:00:00Z', 3_000);
  for (const [bucketAt, amount] of [
    // Its noon lies in the 28th of March, in Berlin.
    ['2026-03-28T07:00:00Z', 7_000],
    ['2026-03-29T07:00:00Z', 10],
    ['2026-04-04T07:00:00Z', 32],
    ['2026-04-05T07:00:00Z', 9_000],
  ] as const)
    await value(page, 'page_media_view', bucketAt, amount, 'day');
  await value(page, 'page_actions_post_reactions_like_total', '2026-03-30T07:00:00Z', 4, 'day');
  await value(page, 'page_actions_post_reactions_love_total', '2026-03-30T07:00:00Z', 2, 'day');
  await value(page, 'page_total_media_view_unique', '2026-03-30T07:00:00Z', 55, 'day');
  await value(page, 'page_total_media_view_unique', '2026-04-04T07:00:00Z', 300, 'week');
}

const ask = (
  query: string,
  client: ApiClient = team.viewer.client,
): Promise<ApiAnswer<ApiBody<Engagement>>> => client.get<Engagement>(`${ENGAGEMENT}?${query}`);
async function read(query: string): Promise<Engagement> {
  const answer = await ask(query);
  expect([answer.status, answer.body.error]).toEqual([200, undefined]);
  return answer.body.data;
}

it('tells of each post what was counted here, beside what Meta told up to the end of the range', async () => {
  const { posts, furtherPosts } = await read(RANGE);
  const nothing = { views: null, reach: null, reactions: null, interactions: null, comments: null };
  expect(posts).toMatchObject([
    {
      id: 'p1',
      channel: { id: channels.pageId },
      kind: 'post',
      publishedAt: '2026-03-01T09:00:00.000Z',
      // The answer to c1 came after the range, and counts; b1 is no answer to anything.
      own: { comments: 3, answered: 1, hidden: 1, removed: 1, replies: 0, positive: 0, negative: 1 },
      // 0 is known, the others are not.
      meta: { ...nothing, views: 1_000, reactions: 0 },
      asOf: '2026-04-03T07:00:00.000Z',
    },
    {
      id: 'm1',
      channel: { id: channels.instagramId },
      kind: null,
      publishedAt: null,
      // c4 and c5 are answered by a4; c6 came after it.
      own: { comments: 3, answered: 2, hidden: 0, removed: 0, replies: 1, positive: 1, negative: 0 },
      meta: { ...nothing, shares: null, saves: null, clicks: null },
      asOf: null,
    },
    { id: 'p2', kind: 'post', own: { comments: 0 }, meta: { ...nothing, views: 3_000 } },
  ]);
  expect(furtherPosts).toBe(0);
});

it('adds up for each Page and account what is known, and no people of several days', async () => {
  const { byChannel, totals } = await read(RANGE);
  expect(byChannel).toHaveLength(2);
  const page = byChannel.find(({ channel }) => channel.id === channels.pageId);
  expect(page).toMatchObject({
    channel: { name: 'Lucky Page' },
    posts: 2,
    own: { comments: 3, replies: 0 },
    meta: { views: 42, reactions: 6, reach: 300, interactions: null },
    knownDays: 2,
  });
  const account = byChannel.find(({ channel }) => channel.id === channels.instagramId);
  expect(account).toMatchObject({ own: { comments: 3 }, meta: { views: null, reach: null }, knownDays: 0 });
  expect(totals).toMatchObject({ posts: 3, own: { comments: 6, answered: 3, hidden: 1, removed: 1 } });
  const shorter = await read('startDate=2026-03-29&endDate=2026-04-03&timeZone=Europe/Berlin');
  expect(shorter.byChannel.find(({ channel }) => channel.id === channels.pageId)?.meta.reach).toBeNull();
});

it('agrees with what comments say of themselves, and with the figures over time', async () => {
  const { posts } = await read(`${RANGE}&platform=facebook`);
  const [own]: Figures[] = await app.db.query(
    `SELECT count(*) FILTER (WHERE NOT by_business)::int AS comments,
            count(*) FILTER (WHERE NOT by_business AND is_hidden)::int AS hidden
       FROM comments WHERE account_id = $1 AND post_external_id = 'p1'
        AND (commented_at AT TIME ZONE 'Europe/Berlin')::date BETWEEN '2026-03-29' AND '2026-04-04'`,
    [channels.accountId],
  );
  expect(posts.find(({ id }) => id === 'p1')?.own).toMatchObject({ ...own });
  expect(posts.map(({ channel }) => channel.id)).toEqual([channels.pageId, channels.pageId]);
});

it.each(['UTC', 'Asia/Kolkata', 'Asia/Kathmandu', 'America/St_Johns', 'Australia/Lord_Howe'])(
  'counts the comments of whole days of %s',
  async (zone) => {
    for (const [first, last] of [
      ['2026-03-28', '2026-03-28'],
      ['2026-03-29', '2026-04-04'],
      ['2025-04-30', '2026-04-02'],
    ]) {
      const { totals } = await read(`startDate=${first}&endDate=${last}&timeZone=${zone}`);
      const [own]: Figures[] = await app.db.query(
        `SELECT count(*) FILTER (WHERE NOT by_business)::int AS comments,
                count(*) FILTER (WHERE NOT by_business AND removed_at IS NOT NULL)::int AS removed,
                count(*) FILTER (WHERE by_business AND parent_external_id IS NOT NULL)::int AS replies
           FROM comments WHERE account_id = $1 AND (commented_at AT TIME ZONE $2)::date BETWEEN $3 AND $4`,
        [channels.accountId, zone, first, last],
      );
      expect(totals.own).toMatchObject({ ...own });
    }
  },
);

it('sorts by what is known, and tells no more than it was asked for', async () => {
  const ids = async (query: string): Promise<string[]> =>
    (await read(`${RANGE}&${query}`)).posts.map(({ id }) => id);
  expect(await ids('sort=views')).toEqual(['p2', 'p1', 'm1']);
  expect(await ids('sort=publishedAt')).toEqual(['p2', 'p1', 'm1']);
  expect(await ids('sort=answered')).toEqual(['m1', 'p1', 'p2']);
  expect(await ids('sort=reactions')).toEqual(['p1', 'p2', 'm1']);
  const first = await read(`${RANGE}&limit=1`);
  expect([first.posts.length, first.furtherPosts, first.totals.posts]).toEqual([1, 2, 3]);
});

it('shows the text of what was published here', async () => {
  await app.db.query(
    `INSERT INTO facebook_publications (account_id, id, asset_id, page_id, kind, target, state, message, media, digest, post_id, history)
     VALUES ($1, $2, $3, '1', 'post', 'published', 'published', 'Open on Sunday', '[]', '\\x00', 'p2', '[]')`,
    [channels.accountId, newId(), channels.pageId],
  );
  const { posts } = await read(RANGE);
  expect(posts.map(({ id, text }) => [id, text])).toEqual([
    ['p1', null],
    ['m1', null],
    ['p2', 'Open on Sunday'],
  ]);
});

it('comes as CSV, with nothing in the place of what is not known', async () => {
  const csv = await team.viewer.client.get(`${ENGAGEMENT}?${RANGE}&format=csv&sort=views`);
  const lines = csv.text.replace('\uFEFF', '').trimEnd().split('\r\n');
  expect(lines).toHaveLength(4);
  const cells = lines.map((line) => line.split(','));
  const column = (key: string): (string | undefined)[] =>
    cells.slice(1).map((line) => line[cells[0]?.indexOf(key) ?? -1]);
  expect(column('postId')).toEqual(['p2', 'p1', 'm1']);
  expect(column('metaViews')).toEqual(['3000', '1000', '']);
  expect(column('metaReactions')).toEqual(['', '0', '']);
});

it('shows nobody what is not theirs', async () => {
  const { body } = await ask(RANGE, stranger.viewer.client);
  expect(body.data).toMatchObject({ posts: [], byChannel: [], totals: { posts: 0, own: { comments: 0 } } });
  expect(await ask(`${RANGE}&channelId=${channels.pageId}`, stranger.viewer.client)).toMatchObject({
    status: 404,
  });
});

it.each([
  ['sort=likes', 'sort'],
  ['limit=0', 'limit'],
  ['limit=201', 'limit'],
  ['limit=many', 'limit'],
  ['startDate=2020-01-01&endDate=2026-01-01', 'endDate'],
])('refuses %s', async (query, path) => {
  const { status, body } = await ask(query);
  expect([status, body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
  expect(JSON.stringify(body.error.details)).toContain(path);
});
