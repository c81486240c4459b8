import type { DataSource } from 'typeorm';
import { CommentCounting } from '../../src/analytics/counting/comment-counting.service';
import { CommentRebuild } from '../../src/analytics/counting/comment-rebuild.service';
import { EngagedPostsRepository } from '../../src/analytics/engagement/engaged-posts.repository';
import { NO_OWN_FIGURES, type OwnFigures } from '../../src/analytics/engagement/comment-engagement';
import type { EngagementScope } from '../../src/analytics/engagement/engagement-results';
import type { ToldOfComments } from '../../src/conversations/comments/comment-store.service';
import type { ArrivedComment } from '../../src/conversations/comments/comment-types';
import {
  type CommentedPages,
  anArrivedComment,
  commentTeller,
  commentedPages,
} from '../factories/counted-comments';
import {
  answeredComments,
  commentSumsThatDoNotAddUp,
  recountedComments,
  withoutNothing,
} from '../factories/recounted-comments';
import { openMigratedDatabase } from '../migrated-database';
import { nodesOf, plansOf } from '../query-plans';

jest.setTimeout(120_000);

let db: DataSource;
let close: () => Promise<void>;
let tell: (told: ToldOfComments) => Promise<unknown>;
let counting: CommentCounting;
let rebuild: CommentRebuild;
let shop: CommentedPages;
beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  tell = commentTeller(db);
  counting = new CommentCounting(db);
  rebuild = new CommentRebuild(db, counting);
});
afterAll(() => close());
beforeEach(async () => {
  shop = await commentedPages(db, 1);
});

const ours = { byBusiness: true, author: null };
const comment = (
  externalId: string,
  minute: number,
  changes: Partial<ArrivedComment> = {},
): ArrivedComment => {
  const [page] = shop.pages;
  if (page === undefined) throw new Error('There is no Page.');
  return anArrivedComment(shop, page, externalId, {
    at: new Date(Date.UTC(2026, 2, 31, 23, minute)),
    ...changes,
  });
};
const removal = (externalId: string): NonNullable<ToldOfComments['removals']>[number] =>
  comment(externalId, 600);
const scope = (from = '2026-03-01T00:00Z', until = '2026-05-01T00:00Z'): EngagementScope => ({
  accountId: shop.accountId,
  assetIds: shop.pages,
  from: new Date(from),
  until: new Date(until),
});
const figures = async (): Promise<OwnFigures> =>
  Object.values(await answeredComments(db, scope()))[0] ?? NO_OWN_FIGURES;
const noted = (where: string): Promise<{ comment_id: string }[]> =>
  db.query(`SELECT comment_id FROM comment_metric_changes WHERE account_id = $1 AND ${where}`, [
    shop.accountId,
  ]);

it('counts a comment once, however often it is told and counted', async () => {
  for (let time = 0; time < 3; time += 1) {
    await tell({ arrived: [comment('q', 1)] });
    await counting.drain();
  }
  await Promise.all([counting.drain(), new CommentCounting(db).drain()]);
  expect(await figures()).toEqual({ ...NO_OWN_FIGURES, comments: 1 });
  expect(await noted('true')).toEqual([]);
});

describe('a reply', () => {
  const thread = (): ArrivedComment[] => [
    comment('q', 1),
    comment('early', 2, { parentExternalId: 'q' }),
    comment('late', 9, { parentExternalId: 'q' }),
  ];

  it('answers what it stands under and what stood beside it before, also when these were counted long ago', async () => {
    await tell({ arrived: thread() });
    await counting.drain();
    expect((await figures()).answered).toBe(0);
    await tell({ arrived: [comment('a', 5, { ...ours, parentExternalId: 'q' })] });
    await counting.drain();
    expect(await figures()).toMatchObject({ comments: 3, answered: 2, replies: 1 });
  });

  it('has answered nobody once it is removed, unless another stands there', async () => {
    const [first, second] = [
      comment('a', 5, { ...ours, parentExternalId: 'q' }),
      comment('b', 6, { ...ours, parentExternalId: 'q' }),
    ];
    await tell({ arrived: [...thread(), first, second] });
    await counting.drain();
    expect((await figures()).answered).toBe(2);
    await tell({ removals: [removal('b')] });
    await counting.drain();
    expect((await figures()).answered).toBe(2);
    await tell({ removals: [removal('a')] });
    await counting.drain();
    expect(await figures()).toMatchObject({ answered: 0, replies: 2 });
  });

  it('that is told earlier, or under another comment, than before is taken from where it was', async () => {
    await tell({
      arrived: [...thread(), comment('r', 2), comment('a', 10, { ...ours, parentExternalId: 'q' })],
    });
    await counting.drain();
    expect((await figures()).answered).toBe(3);
    // Instagram's webhooks have the time of the delivery; reading the comment has its own.
    await tell({ arrived: [comment('a', 3, { ...ours, parentExternalId: 'q' })] });
    await counting.drain();
    expect((await figures()).answered).toBe(2);
    await tell({ arrived: [comment('a', 3, { ...ours, parentExternalId: 'r' })] });
    await counting.drain();
    expect((await figures()).answered).toBe(1);
  });

  it('that comes and goes before it is counted has answered nobody, whoever is counted meanwhile', async () => {
    await tell({ arrived: thread() });
    await counting.drain();
    await tell({ arrived: [comment('a', 5, { ...ours, parentExternalId: 'q' })] });
    // It is told in a transaction that counting sees the comment of, but not the note.
    const [[late]]: [{ comment_id: string }[], number] = await db.query(
      'DELETE FROM comment_metric_changes WHERE account_id = $1 RETURNING comment_id',
      [shop.accountId],
    );
    await tell({ hidings: [{ ...comment('early', 2), isHidden: true, at: new Date() }] });
    await counting.drain();
    await tell({ removals: [removal('a')] });
    await db.query('INSERT INTO comment_metric_changes (account_id, comment_id) VALUES ($1, $2)', [
      shop.accountId,
      late?.comment_id,
    ]);
    await counting.drain();
    expect(await answeredComments(db, scope())).toEqual(await recountedComments(db, scope()));
    expect((await figures()).answered).toBe(0);
  });
});

it('finds a post on which only the business itself wrote', async () => {
  await tell({ arrived: [comment('own', 1, ours)] });
  await counting.drain();
  const { posts } = await new EngagedPostsRepository(db).find(scope(), 'comments', 10);
  expect(posts).toMatchObject([{ externalId: 'p1', own: NO_OWN_FIGURES }]);
});

describe('what changes of a comment alone', () => {
  /** Told again, and later: when it was written stays as it was. */
  const again = (externalId: string, changes: Partial<ArrivedComment>): ToldOfComments => ({
    arrived: [comment(externalId, 50, changes)],
  });
  const update = (assignment: string): Promise<unknown> =>
    db.query(`UPDATE comments SET ${assignment} WHERE account_id = $1 AND external_id = 'q'`, [
      shop.accountId,
    ]);
  const privateReply = async (state: string): Promise<void> => {
    await db.query(
      `INSERT INTO comment_actions (account_id, id, asset_id, platform, kind, comment_id, user_id, request, digest, state,
                                    started_at, finished_at, check_at)
       SELECT account_id, id, asset_id, platform, 'private_reply', id, id, '{}', '\\x00', $2, now(), now(), now()
         FROM comments WHERE account_id = $1 AND external_id = 'q'`,
      [shop.accountId, state],
    );
  };

  it.each<[string, () => Promise<unknown>]>([
    ['its post', () => tell(again('q', { postExternalId: 'p2' }))],
    ['what it stands under', () => tell(again('q', { parentExternalId: 'r' }))],
    ['that the business wrote it', () => tell(again('q', ours))],
    ['when it was written', () => tell({ arrived: [comment('q', 1, { postExternalId: null })] })],
    ['that it is hidden', () => tell({ hidings: [{ ...comment('q', 50), isHidden: true }] })],
    ['that it is removed', () => tell({ removals: [removal('q')] })],
    ['its mood', () => update(`sentiment = 'negative'`)],
    ['a private reply', () => privateReply('done')],
    [
      'a private reply whose outcome was not known',
      async () => {
        await privateReply('unknown');
        await counting.drain();
        await db.query(`UPDATE comment_actions SET state = 'done' WHERE account_id = $1`, [shop.accountId]);
      },
    ],
  ])('is counted: %s', async (_, change) => {
    await tell({
      arrived: [
        comment('q', 40, { postExternalId: null }),
        comment('r', 1, { postExternalId: 'p3' }),
        comment('a', 45, { ...ours, parentExternalId: 'r', postExternalId: 'p3' }),
      ],
    });
    await counting.drain();
    const early = scope('2026-03-01T00:00Z', '2026-03-31T23:20Z');
    const before = [await recountedComments(db, scope()), await recountedComments(db, early)];
    await change();
    await counting.drain();
    const after = [await recountedComments(db, scope()), await recountedComments(db, early)];
    expect([withoutNothing(after[0] ?? {}), withoutNothing(after[1] ?? {})]).toEqual([
      await answeredComments(db, scope()),
      await answeredComments(db, early),
    ]);
    expect(after).not.toEqual(before);
  });

  it('is counted: that a private reply failed after all', async () => {
    await tell({ arrived: [comment('q', 40)] });
    await privateReply('done');
    await counting.drain();
    expect((await figures()).answered).toBe(1);
    await db.query(`UPDATE comment_actions SET state = 'failed' WHERE account_id = $1`, [shop.accountId]);
    await counting.drain();
    expect((await figures()).answered).toBe(0);
  });

  it('is no news where nothing of it counts', async () => {
    await tell({ arrived: [comment('q', 40)] });
    await counting.drain();
    await tell({ edits: [{ ...comment('q', 50), text: 'Are you open?' }] });
    await update(`thread_seq = 7`);
    await privateReply('failed');
    expect(await noted('true')).toEqual([]);
  });
});

it('moves a comment to its post, its day and its month when these become known later', async () => {
  const late = new Date('2026-04-20T12:00:00Z');
  await tell({ arrived: [comment('q', 0, { postExternalId: null, at: late })] });
  await counting.drain();
  await tell({ arrived: [comment('q', 1)] });
  await counting.drain();
  const { posts, byAsset } = await new EngagedPostsRepository(db).find(
    scope('2026-03-01T00:00Z', '2026-04-01T00:00Z'),
    'comments',
    10,
  );
  expect(posts).toMatchObject([{ externalId: 'p1', own: { comments: 1 } }]);
  expect([...byAsset.values()]).toMatchObject([{ posts: 1, own: { comments: 1 } }]);
  expect(await answeredComments(db, scope('2026-04-01T00:00Z'))).toEqual({});
});

describe('counting again', () => {
  beforeEach(async () => {
    await tell({
      arrived: [
        comment('q', 1),
        comment('later', 3, { parentExternalId: 'q' }),
        comment('a', 5, { ...ours, parentExternalId: 'q' }),
        comment('other', 90, { postExternalId: null }),
      ],
    });
  });
  const right = async (): Promise<void> => {
    expect(await answeredComments(db, scope())).toEqual(await recountedComments(db, scope()));
    expect(await commentSumsThatDoNotAddUp(db, shop.accountId)).toEqual([]);
  };

  it('counts what was never counted, and what is told of it afterwards changes nothing', async () => {
    expect(await rebuild.run(shop)).toBeGreaterThan(0);
    await right();
    await counting.drain();
    await right();
    expect(await rebuild.run(shop)).toBe(0);
  });

  it.each([
    [
      'sums',
      'UPDATE comment_metrics SET answered = answered + 7, written = written + 1 WHERE account_id = $1',
    ],
    ['sums that are missing', 'DELETE FROM comment_metrics WHERE account_id = $1'],
    [
      'sums of nothing',
      `INSERT INTO comment_metrics SELECT account_id, grain, asset_id, bucket_at - interval '31 days', post_external_id, 1, 1,
              0, 0, 0, 0, 0, 0, 0 FROM comment_metrics WHERE account_id = $1`,
    ],
    [
      'facts',
      'UPDATE comment_metric_facts SET is_answered = NOT is_answered WHERE account_id = $1 AND NOT by_business',
    ],
    ['facts that are missing', 'DELETE FROM comment_metric_facts WHERE account_id = $1 AND by_business'],
    [
      'facts of comments that were deleted',
      `DELETE FROM comments WHERE account_id = $1 AND external_id = 'other'`,
    ],
  ])('puts %s right', async (_, harm) => {
    await counting.drain();
    await right();
    await db.query(harm, [shop.accountId]);
    expect(await rebuild.run(shop)).toBeGreaterThan(0);
    await right();
    expect(await rebuild.run(shop)).toBe(0);
  });
});

it('leaves nothing behind of a Page that is removed with its comments', async () => {
  await tell({ arrived: [comment('q', 1)] });
  await counting.drain();
  await db.query('DELETE FROM assets WHERE account_id = $1', [shop.accountId]);
  for (const table of ['comment_metrics', 'comment_metric_facts'])
    expect(await db.query(`SELECT FROM ${table} WHERE account_id = $1`, [shop.accountId])).toEqual([]);
  await counting.drain();
  expect(await noted('true')).toEqual([]);
});

it('answers about two years from sums alone', async () => {
  const [page] = shop.pages;
  await db.query(
    `INSERT INTO comment_metrics SELECT $1, grain, $2, at, 'p' || n, 1, 1, 0, 0, 0, 0, 0, 0, 0
       FROM generate_series(1, 100) AS n,
            (SELECT 'month' AS grain, generate_series('2024-01-01T00:00Z', now(), '1 month') AS at
             UNION ALL SELECT 'day', generate_series('2024-01-01T00:00Z', now(), '1 day')) AS buckets`,
    [shop.accountId, page],
  );
  await db.query('VACUUM (ANALYZE) comment_metrics');
  await db.query('ANALYZE comment_metric_facts, comments');
  const [plan] = await plansOf(db, (explained) =>
    new EngagedPostsRepository(explained).find(
      scope('2024-02-09T18:30Z', '2026-02-09T18:30Z'),
      'comments',
      50,
    ),
  );
  const nodes = plan === undefined ? [] : nodesOf(plan);
  const reads = nodes.filter((node) => node['Relation Name'] === 'comment_metrics');
  expect(reads.length).toBeGreaterThan(1);
  // By the index alone, or of few rows by a bitmap of it; whichever the planner takes for cheaper.
  for (const node of reads) expect(['Index Only Scan', 'Bitmap Heap Scan']).toContain(node['Node Type']);
  const used = nodes.map((node) => node['Index Name']).filter((name) => name !== undefined);
  expect(used.filter((name) => name === 'comment_metrics_pkey')).toHaveLength(reads.length);
  expect(nodes.filter((node) => node['Relation Name'] === 'comments')).toEqual([]);
});

describe('comments that were stored before there were sums', () => {
  it('are in them as soon as the schema is', async () => {
    const before = await openMigratedDatabase();
    try {
      const isThere = async (): Promise<boolean> => {
        const rows: unknown[] = await before.db.query(
          `SELECT FROM migrations WHERE name = 'CreateCommentMetrics1795824000020'`,
        );
        return rows.length > 0;
      };
      while (await isThere()) await before.db.undoLastMigration();
      shop = await commentedPages(before.db, 1);
      await commentTeller(before.db)({
        arrived: [
          comment('q', 1, { isHidden: true }),
          comment('beside', 3, { parentExternalId: 'q' }),
          comment('a', 5, { ...ours, parentExternalId: 'q' }),
          comment('gone', 6),
          comment('private', 70, { postExternalId: null }),
        ],
        removals: [removal('gone')],
      });
      await before.db.query(
        `INSERT INTO comment_actions (account_id, id, asset_id, platform, kind, comment_id, user_id, request, digest, state,
                                      started_at, finished_at, check_at)
         SELECT account_id, id, asset_id, platform, 'private_reply', id, id, '{}', '\\x00', 'done', now(), now(), now()
           FROM comments WHERE account_id = $1 AND external_id = 'private'`,
        [shop.accountId],
      );
      await before.db.query(
        `UPDATE comments SET sentiment = CASE external_id WHEN 'q' THEN 'positive' ELSE 'negative' END
          WHERE account_id = $1 AND NOT by_business AND external_id <> 'beside'`,
        [shop.accountId],
      );
      await before.db.runMigrations();
      const answered = await answeredComments(before.db, scope());
      expect(answered).toEqual(await recountedComments(before.db, scope()));
      expect(Object.values(answered)).toMatchObject([
        { comments: 1, answered: 1, negative: 1 },
        { comments: 3, answered: 2, hidden: 1, removed: 1, replies: 1, positive: 1, negative: 1 },
      ]);
      expect(await new CommentRebuild(before.db, new CommentCounting(before.db)).run(shop)).toBe(0);
    } finally {
      await before.close();
    }
  });
});
