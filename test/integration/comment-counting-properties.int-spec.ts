import * as fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { CommentCounting } from '../../src/analytics/counting/comment-counting.service';
import { CommentRebuild } from '../../src/analytics/counting/comment-rebuild.service';
import type { ToldOfComments } from '../../src/conversations/comments/comment-store.service';
import { type AssetId, newId } from '../../src/database/ids';
import type { Tenant } from '../factories/conversations.factory';
import { anArrivedComment, commentTeller, commentedPages } from '../factories/counted-comments';
import {
  answeredComments,
  commentSumsThatDoNotAddUp,
  recountedComments,
  withoutNothing,
} from '../factories/recounted-comments';
import { openMigratedDatabase } from '../migrated-database';

/** The heavier run is `METRICS_PROPERTY_RUNS=300`; what fails prints its seed, for `METRICS_PROPERTY_SEED`. */
const RUNS = Number(process.env.METRICS_PROPERTY_RUNS ?? '15');
const SEED = process.env.METRICS_PROPERTY_SEED;
const TIME_LIMIT_MS = 120_000 + RUNS * 4_000;

let db: DataSource;
let close: () => Promise<void>;
let tell: (told: ToldOfComments) => Promise<unknown>;
let counters: CommentCounting[];
let rebuild: CommentRebuild;
beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  tell = commentTeller(db);
  counters = [new CommentCounting(db), new CommentCounting(db)];
  rebuild = new CommentRebuild(db, new CommentCounting(db));
});
afterAll(async () => {
  await close();
});

/** Around the ends of two months, in few days, so that much falls on the same of them. */
const FIRST = Date.UTC(2026, 1, 27, 12);
const MINUTES = 40 * 24 * 60;
const instants = fc.oneof(
  fc.integer({ min: 0, max: MINUTES }),
  fc.integer({ min: 0, max: 8 }).map((step) => step * 12 * 60),
);
const at = (minute: number): Date => new Date(FIRST + minute * 60_000);
/** Few, so that they stand under each other. */
const MOST_COMMENTS = 8;

const traces = fc.record({
  comments: fc.array(
    fc.record({
      asset: fc.constantFrom(0, 0, 0, 1),
      post: fc.constantFrom('p0', 'p1', null),
      parent: fc.option(fc.nat(2), { freq: 4 }),
      isOwn: fc.boolean(),
      minute: instants,
    }),
    { minLength: 4, maxLength: MOST_COMMENTS },
  ),
  events: fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant('tell again' as const),
          target: fc.nat(MOST_COMMENTS - 1),
          // Of a comment more becomes known later, or something else.
          minute: instants,
          knows: fc.constantFrom('all', 'no post', 'no parent', 'another parent', 'own'),
        }),
      },
      {
        weight: 5,
        arbitrary: fc.record({
          do: fc.constantFrom(
            'hide',
            'show',
            'remove',
            'remove',
            'remove',
            'answer in private',
            'fail to answer in private',
            'erase',
          ),
          target: fc.nat(MOST_COMMENTS - 1),
          minute: instants,
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('read mood' as const),
          target: fc.nat(MOST_COMMENTS - 1),
          mood: fc.constantFrom('positive', 'neutral', 'negative'),
        }),
      },
    ),
    { maxLength: 14 },
  ),
});
type Trace = typeof traces extends fc.Arbitrary<infer T> ? T : never;

const plans = fc.record({
  order: fc.array(fc.double({ noNaN: true, min: 0, max: 1 }), { minLength: 22, maxLength: 22 }),
  batch: fc.integer({ min: 1, max: 5 }),
  count: fc.array(fc.constantFrom('drain', 'two at once', 'while it is told', 'rebuild', 'not'), {
    minLength: 1,
    maxLength: 8,
  }),
  ranges: fc.array(fc.tuple(instants, instants), { minLength: 2, maxLength: 4 }),
});
type Plan = typeof plans extends fc.Arbitrary<infer T> ? T : never;

interface Place {
  tenant: Tenant;
  assets: AssetId[];
  run: string;
}
type Step = (place: Place) => Promise<unknown>;

function stepsOf({ comments, events }: Trace): Step[] {
  const keyOf = (place: Place, target: number) => {
    const { asset } = comments[target % comments.length] ?? { asset: 0 };
    return {
      accountId: place.tenant.accountId,
      assetId: place.assets[asset] ?? place.tenant.assetId,
      platform: 'facebook' as const,
      externalId: `${place.run}.${target % comments.length}`,
    };
  };
  const arrival =
    (target: number, minute: number, knows: string): Step =>
    (place) => {
      const comment = comments[target % comments.length];
      const parent = knows === 'another parent' ? 0 : (comment?.parent ?? null);
      const { assetId, externalId } = keyOf(place, target);
      return tell({
        arrived: [
          anArrivedComment(place.tenant, assetId, externalId, {
            postExternalId: knows === 'no post' ? null : (comment?.post ?? null),
            parentExternalId: knows === 'no parent' || parent === null ? null : `${place.run}.${parent}`,
            byBusiness: knows === 'own' || comment?.isOwn === true,
            at: at(minute),
          }),
        ],
      });
    };
  const changed =
    (target: number, sql: string, ...values: unknown[]): Step =>
    (place) => {
      const { accountId, assetId, externalId } = keyOf(place, target);
      return db.query(sql, [accountId, assetId, externalId, ...values]);
    };
  return [
    ...comments.map(({ minute }, target) => arrival(target, minute, 'all')),
    ...events.map((event): Step => {
      const { target } = event;
      switch (event.do) {
        case 'tell again':
          return arrival(target, event.minute, event.knows);
        case 'hide':
        case 'show':
          return (place) =>
            tell({
              hidings: [{ ...keyOf(place, target), isHidden: event.do === 'hide', at: at(event.minute) }],
            });
        case 'remove':
          return (place) => tell({ removals: [{ ...keyOf(place, target), at: at(event.minute) }] });
        case 'erase':
          return changed(
            target,
            `UPDATE comments SET text = NULL, attachment = NULL, sentiment = NULL, removed_at = coalesce(removed_at, now())
              WHERE account_id = $1 AND asset_id = $2 AND external_id = $3`,
          );
        case 'read mood':
          return changed(
            target,
            'UPDATE comments SET sentiment = $4 WHERE account_id = $1 AND asset_id = $2 AND external_id = $3',
            event.mood,
          );
        default:
          return (place) => answerInPrivate(keyOf(place, target), event.do === 'answer in private');
      }
    }),
  ];
}

/** As an action does it: begun, then settled. Of a comment that is not there yet nobody answers. */
async function answerInPrivate(
  key: { accountId: string; assetId: string; externalId: string },
  isDone: boolean,
): Promise<void> {
  const rows: { id: string }[] = await db.query(
    `INSERT INTO comment_actions (account_id, id, asset_id, platform, kind, comment_id, user_id, request, digest, state,
                                  started_at, check_at)
     SELECT $1, $4, asset_id, 'facebook', 'private_reply', id, $5, '{}', uuid_send($4::uuid), 'sending', now(), now()
       FROM comments WHERE account_id = $1 AND asset_id = $2 AND external_id = $3
     ON CONFLICT DO NOTHING RETURNING id`,
    [key.accountId, key.assetId, key.externalId, newId(), newId()],
  );
  for (const { id } of rows)
    await db.query(
      'UPDATE comment_actions SET state = $3, finished_at = now() WHERE account_id = $1 AND id = $2',
      [key.accountId, id, isDone ? 'done' : 'failed'],
    );
}

async function count(how: string | undefined, place: Place): Promise<void> {
  if (how === 'drain') await counters[0]?.drain();
  if (how === 'two at once') await Promise.all(counters.map((counter) => counter.drain()));
  if (how === 'rebuild') await rebuild.run(place.tenant);
}

async function aPlace(): Promise<Place> {
  const { pages: assets, ...tenant } = await commentedPages(db, 2);
  return { tenant, assets, run: newId() };
}

/** Tells a trace by a plan; while or between what it tells, it is counted. */
async function play(trace: Trace, plan: Plan, place: Place): Promise<void> {
  const steps = stepsOf(trace)
    .map((step, index) => ({ step, key: plan.order[index % plan.order.length] ?? 0 }))
    .sort((one, other) => one.key - other.key)
    .map(({ step }) => step);
  for (let from = 0, round = 0; from < steps.length; from += plan.batch, round += 1) {
    const how = plan.count[round % plan.count.length];
    const telling = async (): Promise<void> => {
      for (const step of steps.slice(from, from + plan.batch)) await step(place);
    };
    if (how === 'while it is told') await Promise.all([telling(), counters[0]?.drain()]);
    else await telling();
    await count(how, place);
  }
}

it(
  'counts comments by post once, whatever happens to them, in which order, and when it is counted',
  async () => {
    let [counted, answered] = [0, 0];
    await fc.assert(
      fc.asyncProperty(traces, plans, async (trace, plan) => {
        const place = await aPlace();
        await play(trace, plan, place);
        await counters[0]?.drain();
        const { accountId } = place.tenant;
        const ranges = [...plan.ranges, [-1_000, MINUTES + 1_000] as const];
        for (const [one, other] of ranges) {
          const scope = {
            accountId,
            assetIds: place.assets,
            from: at(Math.min(one, other)),
            until: at(Math.max(one, other)),
          };
          const expected = withoutNothing(await recountedComments(db, scope));
          expect(await answeredComments(db, scope)).toEqual(expected);
          counted += Object.keys(expected).length;
          answered += Object.values(expected).reduce((sum, own) => sum + own.answered, 0);
        }
        expect(await commentSumsThatDoNotAddUp(db, accountId)).toEqual([]);
        expect(await rebuild.run({ accountId })).toBe(0);
      }),
      {
        numRuns: RUNS,
        ...(SEED === undefined ? {} : { seed: Number(SEED) }),
        interruptAfterTimeLimit: TIME_LIMIT_MS,
      },
    );
    expect(counted).toBeGreaterThan(RUNS);
    expect(answered).toBeGreaterThan(RUNS / 2);
  },
  TIME_LIMIT_MS + 30_000,
);
