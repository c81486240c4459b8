import { aTenant } from '../factories/conversations.factory';
import { type Effects, effectsIn, emptied } from '../factories/direct-effects';
import { allProcessed } from '../factories/facebook-pages.factory';
import {
  describePublished,
  publishedEntries,
  publishedNames,
  publishedText,
} from '../factories/published-fixtures';
import { deliver } from '../signed-webhook';
import { type TestApp, startTestApp } from '../test-app';

type Json = Record<string, unknown>;
type Rows = Record<string, Json[]>;

const PAGE_ID = '1234567890321';
/** Posts are kept by the part that publishes them, which has specifications of its own. */
const POSTS = /^feed-(album|event|photo|post|share|status|video)-/;

const comment = (row: Json): Rows => ({ comments: [row] });
const byPage = { complete: true, author: PAGE_ID, name: 'Tester', own: true };
const reaction = (row: Json): Rows => ({ reactions: [row] });

const EXPECTED: Readonly<Record<string, Rows>> = {
  'feed-comment-add': comment({ ...byPage, text: 'and the next one' }),
  'feed-comment-add-on-post': comment({ ...byPage, post: `${PAGE_ID}_901097836652708` }),
  'feed-comment-add-with-photo': comment({ ...byPage, attachment: 'photo' }),
  'feed-comment-add-with-video': comment({ ...byPage, attachment: 'video' }),
  'feed-comment-edited': comment({ ...byPage, text: "Let's see the Webhooks in action :D" }),
  'feed-comment-hide': comment({ id: '900728623356296_900744590021366', hidden: true }),
  'feed-comment-remove': comment({ id: '905578656204626_905579239537901', removed: true }),
  'feed-comment-unhide': comment({ id: '900728623356296_900744590021366' }),
  'feed-like-add': reaction({ target: '909653922461664_940663242694065', reaction: 'like' }),
  'feed-like-add-comment': reaction({ target: '940663242694065_659751347534292', reaction: 'like' }),
  'feed-like-add-page': reaction({ target: '', actor: '10201978818232600', reaction: 'like' }),
  'feed-like-remove': reaction({ target: `${PAGE_ID}_940663242694065`, actor: PAGE_ID }),
  'feed-reaction-add': reaction({ target: `${PAGE_ID}_98735342324352`, reaction: 'love' }),
  'feed-reaction-add-comment': reaction({ target: `${PAGE_ID}_1264545546974600`, reaction: 'love' }),
  'feed-reaction-edit': reaction({ target: `${PAGE_ID}_98735342324352`, reaction: 'wow' }),
  'feed-reaction-remove': reaction({ target: `${PAGE_ID}_98735342324352`, actor: PAGE_ID }),
  // Made up by its publisher: kept in the inbox, with the reason.
  'feed-two-entries': {},
  'unknown-change-value': {},
  leadgen: {
    leads: [{ lead: '1636129430026801', form: '12345', at: '2017-02-01T16:00:25.000Z' }],
  },
  'mention-comment-add': {
    mentions: [
      {
        id: '7363534231324_3754798971271444',
        post: `${PAGE_ID}_7363534231324`,
        comment: '7363534231324_3754798971271444',
        text: 'Just a test message',
      },
    ],
  },
  'mention-post-add': { mentions: [{ id: `${PAGE_ID}_98722536423179`, text: 'A test post message' }] },
  'ratings-comment-add': comment({ post: '100002241334695_904801129604590', author: '705955836155788' }),
  'ratings-rating-add': {
    ratings: [
      {
        story: '904801129604590',
        reviewer: '705955836155788',
        name: 'Tester',
        recommendation: 'POSITIVE',
        rating: 3,
        text: 'Ja ziemlich coole Sache',
        at: '2018-09-19T15:05:12.000Z',
      },
    ],
  },
  'ratings-rating-edit': { ratings: [{ story: '904801129604590', text: 'Ja ziemlich coole Sache' }] },
  'ratings-rating-remove': { ratings: [{ story: '904801129604590', removed: true }] },
  'ratings-reaction-add': reaction({ target: '100002241334695_904801129604590', reaction: 'haha' }),
};

const NAMES = publishedNames('facebook').filter((name) => !POSTS.test(name));

describePublished('changes at Pages as others published them', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
    const { accountId } = await aTenant(app.db);
    const ids = NAMES.flatMap((name) =>
      publishedEntries(publishedText('facebook', name)).map(({ id }) => String(id)),
    );
    await app.db.query(
      `INSERT INTO assets (account_id, id, kind, meta_id)
       SELECT $1, gen_random_uuid(), 'page', id FROM unnest($2::text[]) AS id ON CONFLICT DO NOTHING`,
      [accountId, ids],
    );
  });
  afterAll(() => app.close());

  it('are all expected here', () => {
    expect(NAMES).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(NAMES)('%s has exactly its effects, also when it comes again', async (name) => {
    const text = publishedText('facebook', name);
    await emptied(app);
    expect((await deliver(app.api, text)).status).toBe(200);
    await allProcessed(app);
    const effects = await effectsIn(app);
    const expected = EXPECTED[name] ?? {};
    expect(counts(effects)).toEqual(counts(expected));
    expect(effects).toMatchObject(expected);

    await deliver(app.api, `${text} `);
    await allProcessed(app);
    expect(await effectsIn(app)).toEqual(effects);
  });

  it('what nobody can make anything of stays in the inbox with the reason', async () => {
    const rows: { reason: string }[] = await app.db.query(
      `SELECT DISTINCT reason FROM webhook_deliveries WHERE state = 'ignored' ORDER BY reason`,
    );
    expect(rows.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining([expect.stringContaining('parking'), expect.stringContaining('foo')]),
    );
  });

  it.each(publishedNames('permissions'))('permissions/%s is taken, and harms no account', async (name) => {
    await deliver(app.api, publishedText('permissions', name));
    await allProcessed(app);
    const rows: { state: string }[] = await app.db.query(
      `SELECT state FROM webhook_deliveries ORDER BY id DESC LIMIT 1`,
    );
    expect(rows).toEqual([{ state: 'processed' }]);
    expect(await app.db.query(`SELECT 1 FROM meta_accounts WHERE status <> 'active'`)).toEqual([]);
  });
});

function counts(effects: Effects): Record<string, number> {
  return Object.fromEntries(Object.entries(effects).map(([table, rows]) => [table, rows.length]));
}
