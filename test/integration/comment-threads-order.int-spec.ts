import * as fc from 'fast-check';
import { CommentThreads } from '../../src/conversations/comment-threads/comment-threads';
import type { CommentRef } from '../../src/conversations/comment-threads/comment-placing';
import { CommentStore } from '../../src/conversations/comments/comment-store.service';
import type { ArrivedComment } from '../../src/conversations/comments/comment-types';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(180_000);

let app: TestApp;
let tenant: Tenant;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  tenant = await aTenant(app.db);
});

const at = (seconds: number): Date => new Date(Date.UTC(2026, 2, 14, 9, 0, seconds));

/** Who answers whom: `q` ← `a` ← `aa` ← `aaa`, `q` ← `ours`, and another thread with the unknown beginning `gone`. */
const COMMENTS: Readonly<Record<string, { parent: string | null; second: number; own?: boolean }>> = {
  q: { parent: null, second: 1 },
  a: { parent: 'q', second: 2 },
  aa: { parent: 'a', second: 3 },
  aaa: { parent: 'aa', second: 5 },
  ours: { parent: 'q', second: 4, own: true },
  other: { parent: 'gone', second: 6 },
};
const NAMES = Object.keys(COMMENTS);

function comment(name: string): ArrivedComment {
  const { parent, second, own = false } = COMMENTS[name] ?? { parent: null, second: 0 };
  return {
    accountId: tenant.accountId,
    assetId: tenant.assetId,
    platform: 'facebook',
    externalId: name,
    postExternalId: '113_9',
    parentExternalId: parent,
    author: own
      ? { id: '113', name: 'Demo Page', username: null }
      : { id: '77', name: 'Ana Lee', username: null },
    byBusiness: own,
    text: `Words of ${name}`,
    attachment: null,
    at: at(second),
    asOf: at(second),
    isHidden: null,
    metadata: {},
  };
}

async function refsOf(names: readonly string[]): Promise<CommentRef[]> {
  const rows: { id: CommentRef['commentId'] }[] = await app.db.query(
    'SELECT id FROM comments WHERE account_id = $1 AND external_id = ANY($2)',
    [tenant.accountId, names],
  );
  return rows.map(({ id }) => ({ accountId: tenant.accountId, commentId: id }));
}

async function follow(names: readonly string[]): Promise<void> {
  const refs = await refsOf(names);
  await app.db.transaction((tx) => app.app.get(CommentThreads).follow(tx, refs));
}

async function arrive(names: readonly string[]): Promise<void> {
  await app.db.transaction((tx) => app.app.get(CommentStore).storeArrived(tx, names.map(comment)));
  await follow(names);
}

const remove = async (name: string): Promise<void> => {
  const removal = { ...comment(name), at: at(30) };
  await app.db.transaction((tx) => app.app.get(CommentStore).applyRemovals(tx, [removal]));
  await follow([name]);
};

interface ThreadRow {
  id: string;
  comment_thread_id: string;
  status: string;
  last_seq: string;
  inbound_count: string;
  unread_count: number;
  last_message_preview: string | null;
}

async function threads(): Promise<(Omit<ThreadRow, 'id'> & Record<string, unknown>)[]> {
  const rows: ThreadRow[] = await app.db.query(
    `SELECT comment_thread_id, platform, status, last_seq, inbound_count, unread_count, last_message_at,
            last_message_preview, last_inbound_at
       FROM conversations WHERE account_id = $1 ORDER BY comment_thread_id`,
    [tenant.accountId],
  );
  return rows.map((row) => ({ ...row }));
}

async function places(): Promise<Record<string, unknown>[]> {
  return app.db.query(
    `SELECT external_id, thread_external_id FROM comments WHERE account_id = $1 AND thread_seq IS NOT NULL
      ORDER BY external_id`,
    [tenant.accountId],
  );
}

const sequences = async (thread: string): Promise<number[]> => {
  const rows: { thread_seq: string }[] = await app.db.query(
    `SELECT thread_seq FROM comments WHERE account_id = $1 AND thread_external_id = $2 AND thread_seq IS NOT NULL
      ORDER BY thread_seq`,
    [tenant.accountId, thread],
  );
  return rows.map((row) => Number(row.thread_seq));
};

const EXPECTED = [
  {
    comment_thread_id: 'gone',
    platform: 'facebook',
    status: 'active',
    last_seq: '1',
    inbound_count: '1',
    unread_count: 1,
    last_message_at: at(6),
    last_message_preview: 'Words of other',
    last_inbound_at: at(6),
  },
  {
    comment_thread_id: 'q',
    platform: 'facebook',
    status: 'active',
    last_seq: '5',
    inbound_count: '4',
    unread_count: 4,
    last_message_at: at(5),
    last_message_preview: 'Words of aaa',
    last_inbound_at: at(5),
  },
];

/** Each at least once, in any order, some of them again, a few at a time. */
const anyTelling: fc.Arbitrary<string[][]> = fc
  .array(fc.constantFrom(...NAMES), { maxLength: 4 })
  .chain((more) => fc.shuffledSubarray([...NAMES, ...more], { minLength: NAMES.length + more.length }))
  .chain((order) =>
    fc
      .array(fc.integer({ min: 1, max: 3 }), { minLength: order.length, maxLength: order.length })
      .map((sizes) => {
        const batches: string[][] = [];
        let from = 0;
        for (const size of sizes) {
          if (from >= order.length) break;
          batches.push([...new Set(order.slice(from, from + size))]);
          from += size;
        }
        return batches;
      }),
  );

describe('the conversations of comments', () => {
  it('are the same in whatever order and however often the comments come', async () => {
    await fc.assert(
      fc.asyncProperty(anyTelling, async (batches) => {
        tenant = await aTenant(app.db);
        for (const batch of batches) await arrive(batch);
        expect(await threads()).toEqual(EXPECTED);
        expect(await sequences('q')).toEqual([1, 2, 3, 4, 5]);
        expect(await places()).toEqual(
          [...NAMES].sort().map((name) => ({
            external_id: name,
            thread_external_id: name === 'other' ? 'gone' : 'q',
          })),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('are the same in whatever order and however often changes are told, also of what is gone by then', async () => {
    await fc.assert(
      fc.asyncProperty(anyTelling, async (batches) => {
        tenant = await aTenant(app.db);
        const gone = { ...comment('aaa'), at: at(30) };
        await app.db.transaction(async (tx) => {
          await app.app.get(CommentStore).apply(tx, { arrived: NAMES.map(comment), removals: [gone] });
          const rows: { id: CommentRef['commentId']; external_id: string }[] = await tx.query(
            'SELECT id, external_id FROM comments WHERE account_id = $1',
            [tenant.accountId],
          );
          for (const batch of batches) {
            const refs = rows.filter((row) => batch.includes(row.external_id));
            await app.app.get(CommentThreads).follow(
              tx,
              refs.map(({ id }) => ({ accountId: tenant.accountId, commentId: id })),
            );
          }
        });
        expect(await threads()).toMatchObject([
          EXPECTED[0] ?? {},
          { last_seq: '4', inbound_count: '3', unread_count: 3, last_message_preview: 'Words of ours' },
        ]);
      }),
      { numRuns: 15 },
    );
  });

  it('keep the place of what is removed, show what is left, and close when nothing is', async () => {
    await arrive(['q', 'a', 'ours']);
    await remove('ours');
    expect(await threads()).toMatchObject([
      { status: 'active', last_seq: '3', inbound_count: '2', last_message_preview: 'Words of a' },
    ]);
    // What answers a comment goes with it.
    await remove('q');
    expect(await threads()).toMatchObject([
      { status: 'closed', last_seq: '3', inbound_count: '2', unread_count: 0, last_message_preview: null },
    ]);
    await follow(['q', 'a', 'ours']);
    expect(await sequences('q')).toEqual([1, 2, 3]);
  });

  it('open again when a person writes, and not when the business does', async () => {
    await arrive(['q']);
    const close = () =>
      app.db.query(
        `UPDATE conversations SET status = 'closed', closed_at = now(), unread_count = 0 WHERE account_id = $1`,
        [tenant.accountId],
      );
    await close();
    await arrive(['ours', 'q']);
    expect(await threads()).toMatchObject([{ status: 'closed', last_seq: '2', unread_count: 0 }]);
    await arrive(['a']);
    expect(await threads()).toMatchObject([{ status: 'active', last_seq: '3', unread_count: 1 }]);
    const activities: { kind: string; actor_id: string | null }[] = await app.db.query(
      'SELECT kind, actor_id FROM conversation_activities WHERE account_id = $1',
      [tenant.accountId],
    );
    expect(activities).toEqual([{ kind: 'reopened', actor_id: null }]);
  });

  it('become one where the beginning of both comes later, with what a team kept of either', async () => {
    await arrive(['aa']);
    await arrive(['ours']);
    // `ours` names its beginning; `aa` names a comment that is not here yet.
    const before: ThreadRow[] = await app.db.query(
      'SELECT id, comment_thread_id FROM conversations WHERE account_id = $1 ORDER BY comment_thread_id',
      [tenant.accountId],
    );
    expect(before.map((row) => row.comment_thread_id)).toEqual(['a', 'q']);
    await app.db.query(
      `INSERT INTO conversation_notes (account_id, id, conversation_id, text)
       SELECT $1, gen_random_uuid(), id, 'Of ' || comment_thread_id FROM conversations WHERE account_id = $1`,
      [tenant.accountId],
    );
    await arrive(['a']);
    const [left, ...others]: ThreadRow[] = await app.db.query(
      'SELECT id, comment_thread_id FROM conversations WHERE account_id = $1',
      [tenant.accountId],
    );
    expect([left, others]).toMatchObject([{ comment_thread_id: 'q' }, []]);
    const notes: { text: string; conversation_id: string }[] = await app.db.query(
      'SELECT text, conversation_id FROM conversation_notes WHERE account_id = $1 ORDER BY text',
      [tenant.accountId],
    );
    expect(notes).toEqual([
      { text: 'Of a', conversation_id: left?.id },
      { text: 'Of q', conversation_id: left?.id },
    ]);
    const told: { id: string }[] = await app.db.query(
      `SELECT payload ->> 'conversationId' AS id FROM domain_events
        WHERE account_id = $1 AND kind = 'conversation.updated'`,
      [tenant.accountId],
    );
    expect(told.map(({ id }) => id)).toEqual(expect.arrayContaining(before.map(({ id }) => id)));
  });
});
