import * as fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { CommentStore } from '../../src/conversations/comments/comment-store.service';
import { ErasedPeople } from '../../src/conversations/erasure/erased-people';
import type {
  ArrivedComment,
  ArrivedCommentEdit,
  ArrivedCommentHiding,
  ArrivedCommentLiking,
  ArrivedCommentRemoval,
  CommentKey,
} from '../../src/conversations/comments/comment-types';
import { Outbox } from '../../src/domain-events/outbox';
import { newId } from '../../src/database/ids';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { openMigratedDatabase } from '../migrated-database';

let db: DataSource;
let close: () => Promise<void>;
let tenant: Tenant;
const store = new CommentStore(new ErasedPeople(), new Outbox());

beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
});
afterAll(() => close());
beforeEach(async () => {
  tenant = await aTenant(db);
});

const at = (seconds: number): Date => new Date(Date.UTC(2026, 2, 14, 9, 0, seconds));
const key = (externalId: string): CommentKey => ({
  accountId: tenant.accountId,
  assetId: tenant.assetId,
  platform: 'facebook',
  externalId,
});
const comment = (externalId: string, changes: Partial<ArrivedComment> = {}): ArrivedComment => ({
  ...key(externalId),
  postExternalId: '113_9',
  parentExternalId: null,
  author: { id: '77', name: 'Ana Lee', username: null },
  byBusiness: false,
  text: 'Is it open?',
  attachment: null,
  at: at(0),
  asOf: at(0),
  isHidden: null,
  metadata: {},
  ...changes,
});
const edit = (
  externalId: string,
  text: string,
  seconds: number,
  attachment: ArrivedComment['attachment'] = null,
): ArrivedCommentEdit => ({ ...key(externalId), text, attachment, at: at(seconds) });
const hiding = (externalId: string, isHidden: boolean, seconds: number): ArrivedCommentHiding => ({
  ...key(externalId),
  isHidden,
  at: at(seconds),
});
const removal = (externalId: string, seconds: number): ArrivedCommentRemoval => ({
  ...key(externalId),
  at: at(seconds),
});

const arrive = (...comments: ArrivedComment[]): Promise<number> =>
  db.transaction((tx) => store.storeArrived(tx, comments));
const applyEdits = (...edits: ArrivedCommentEdit[]): Promise<void> =>
  db.transaction((tx) => store.applyEdits(tx, edits));
const applyHiding = (...hidings: ArrivedCommentHiding[]): Promise<void> =>
  db.transaction((tx) => store.applyHiding(tx, hidings));
const applyRemovals = (...removals: ArrivedCommentRemoval[]): Promise<void> =>
  db.transaction((tx) => store.applyRemovals(tx, removals));

async function rows(): Promise<Record<string, unknown>[]> {
  return db.query('SELECT * FROM comments WHERE account_id = $1 ORDER BY external_id', [tenant.accountId]);
}
async function told(): Promise<string[]> {
  const events: { kind: string }[] = await db.query(
    'SELECT kind FROM domain_events WHERE account_id = $1 ORDER BY id',
    [tenant.accountId],
  );
  return events.map(({ kind }) => kind);
}

describe('a comment', () => {
  it('is stored and told once, however often it comes', async () => {
    expect(await arrive(comment('c1'), comment('c1'))).toBe(1);
    expect(await arrive(comment('c1'))).toBe(0);
    expect(await rows()).toMatchObject([
      {
        external_id: 'c1',
        is_complete: true,
        text: 'Is it open?',
        author_id: '77',
        author_name: 'Ana Lee',
        post_external_id: '113_9',
        commented_at: at(0),
        edited_at: null,
        removed_at: null,
        is_hidden: false,
      },
    ]);
    expect(await told()).toEqual(['comment.created']);
  });

  it('is stored once by two transactions that meet', async () => {
    const many = Array.from({ length: 20 }, (_, index) => comment(`c${index}`));
    const counts = await Promise.all([arrive(...many), arrive(...[...many].reverse()), arrive(...many)]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(20);
    expect(await rows()).toHaveLength(20);
    expect(await told()).toHaveLength(20);
  });

  it('keeps its earliest time and learns its author later', async () => {
    await arrive(comment('c1', { at: at(5), asOf: at(5), author: null }));
    await arrive(comment('c1', { at: at(2), asOf: at(30) }));
    expect(await rows()).toMatchObject([{ commented_at: at(2), author_name: 'Ana Lee' }]);
    expect(await told()).toEqual(['comment.created', 'comment.updated']);
  });

  it('shows the latest edit by Meta’s time, also one within the second of the comment', async () => {
    await arrive(comment('c1'));
    await applyEdits(edit('c1', 'Hello?', 0));
    expect(await rows()).toMatchObject([{ text: 'Hello?', edited_at: at(0) }]);
    await applyEdits(edit('c1', 'newest', 9), edit('c1', 'older', 4));
    await arrive(comment('c1'));
    expect(await rows()).toMatchObject([{ text: 'newest', edited_at: at(9) }]);
  });

  it('has what it looked like when it was read, unless it was edited after that', async () => {
    await arrive(comment('c1', { text: 'as read', asOf: at(20), isHidden: true }));
    await arrive(comment('c1', { text: 'as written' }));
    await applyEdits(edit('c1', 'before the reading', 10));
    expect(await rows()).toMatchObject([{ text: 'as read', is_hidden: true, edited_at: at(10) }]);
    await applyEdits(edit('c1', 'after the reading', 21));
    expect(await rows()).toMatchObject([{ text: 'after the reading' }]);
  });

  it('is hidden and shown again by Meta’s time, and edits of it change nothing about that', async () => {
    await arrive(comment('c1', { isHidden: false }));
    await applyHiding(hiding('c1', false, 8), hiding('c1', true, 3));
    expect(await rows()).toMatchObject([{ is_hidden: false }]);
    await applyHiding(hiding('c1', true, 9));
    await applyEdits(edit('c1', 'Hello?', 10));
    expect(await rows()).toMatchObject([{ is_hidden: true, text: 'Hello?' }]);
    expect(await told()).toEqual(['comment.created', 'comment.updated', 'comment.updated']);
  });

  it('loses its content when it is removed, for good, and that is told once', async () => {
    await arrive(comment('c1', { attachment: { type: 'photo', url: 'https://scontent.example/1.jpg' } }));
    await applyRemovals(removal('c1', 5));
    await applyRemovals(removal('c1', 7), removal('c1', 5));
    await applyEdits(edit('c1', 'too late', 8));
    await arrive(comment('c1', { asOf: at(50) }));
    expect(await rows()).toMatchObject([
      { removed_at: at(5), text: null, attachment: null, author_id: '77' },
    ]);
    expect(await told()).toEqual(['comment.created', 'comment.removed']);
  });

  it('that nobody has told of yet keeps what comes before it, and is told when it comes', async () => {
    await applyEdits(edit('c1', 'edited', 6));
    await applyHiding(hiding('c1', true, 7));
    await applyRemovals(removal('c2', 3));
    expect(await told()).toEqual([]);
    expect(await rows()).toMatchObject([{ is_complete: false }, { is_complete: false }]);
    expect(await arrive(comment('c1'), comment('c2'))).toBe(2);
    expect(await rows()).toMatchObject([
      { external_id: 'c1', is_complete: true, text: 'edited', edited_at: at(6), is_hidden: true },
      { external_id: 'c2', is_complete: true, text: null, removed_at: at(3) },
    ]);
    // The second one was gone before anybody could see it.
    expect(await told()).toEqual(['comment.created']);
  });

  it('of the same id at another Page is another comment', async () => {
    const assetId = newId();
    await db.query(`INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, $2, 'page', $3)`, [
      tenant.accountId,
      assetId,
      `page of ${assetId}`,
    ]);
    await arrive(comment('c1'), { ...comment('c1'), assetId: assetId as Tenant['assetId'], text: 'there' });
    expect(await rows()).toHaveLength(2);
  });
});

describe('likes of a comment', () => {
  it('are as they were last told, and nobody is disturbed by them', async () => {
    await arrive(comment('c1', { asOf: at(3), likeCount: 4, isLiked: false }));
    await db.transaction((tx) => store.apply(tx, { likings: [{ ...key('c1'), isLiked: true, at: at(5) }] }));
    await arrive(comment('c1', { asOf: at(2), likeCount: 9, isLiked: false }), comment('c1'));
    expect(await rows()).toMatchObject([{ like_count: 4, is_liked: true }]);
    expect(await told()).toEqual(['comment.created']);
  });
});

describe('what is told of comments', () => {
  type Step =
    | { kind: 'arrive'; comment: ArrivedComment }
    | { kind: 'edit'; edit: ArrivedCommentEdit }
    | { kind: 'hide'; hiding: ArrivedCommentHiding }
    | { kind: 'like'; liking: ArrivedCommentLiking }
    | { kind: 'remove'; removal: ArrivedCommentRemoval };

  const ids = fc.constantFrom('c1', 'c2');
  const seconds = fc.integer({ min: 0, max: 4 });
  const texts = fc.constantFrom('a', 'b', 'é', '🙂', '');
  const attachments = fc.constantFrom(null, { type: 'photo', url: 'https://a.example/1' });
  const steps: fc.Arbitrary<(externalId: string) => Step> = fc.oneof(
    fc
      .record({
        text: texts,
        read: seconds,
        attachment: attachments,
        hidden: fc.constantFrom(null, true, false),
      })
      .map(({ text, read, attachment, hidden }) => (externalId: string): Step => ({
        kind: 'arrive',
        comment: comment(externalId, {
          text,
          attachment,
          asOf: at(read),
          at: at(Math.min(read, 1)),
          isHidden: hidden,
          ...(read > 1 && { likeCount: text.length, isLiked: hidden }),
          author: read > 2 ? null : { id: '77', name: text === 'b' ? 'Bo' : null, username: 'ana' },
          metadata: read === 1 ? { live: true } : { productType: text },
        }),
      })),
    fc.tuple(texts, seconds, attachments).map(([text, time, attachment]) => (externalId: string): Step => ({
      kind: 'edit',
      edit: edit(externalId, text, time, attachment),
    })),
    fc.tuple(fc.boolean(), seconds).map(([isHidden, time]) => (externalId: string): Step => ({
      kind: 'hide',
      hiding: hiding(externalId, isHidden, time),
    })),
    fc.tuple(fc.boolean(), seconds).map(([isLiked, time]) => (externalId: string): Step => ({
      kind: 'like',
      liking: { ...key(externalId), isLiked, at: at(time) },
    })),
  );
  const removals = seconds.map((time) => (externalId: string): Step => ({
    kind: 'remove',
    removal: removal(externalId, time),
  }));
  const histories = fc.array(
    fc.tuple(fc.oneof({ weight: 6, arbitrary: steps }, { weight: 1, arbitrary: removals }), ids),
    { minLength: 1, maxLength: 8 },
  );

  async function play(history: readonly Step[], batchSize: number): Promise<unknown> {
    tenant = await aTenant(db);
    const own = { accountId: tenant.accountId, assetId: tenant.assetId };
    for (let start = 0; start < history.length; start += batchSize) {
      const batch = history.slice(start, start + batchSize);
      await db.transaction((tx) =>
        store.apply(tx, {
          arrived: batch.flatMap((step) => (step.kind === 'arrive' ? { ...step.comment, ...own } : [])),
          edits: batch.flatMap((step) => (step.kind === 'edit' ? { ...step.edit, ...own } : [])),
          hidings: batch.flatMap((step) => (step.kind === 'hide' ? { ...step.hiding, ...own } : [])),
          likings: batch.flatMap((step) => (step.kind === 'like' ? { ...step.liking, ...own } : [])),
          removals: batch.flatMap((step) => (step.kind === 'remove' ? { ...step.removal, ...own } : [])),
        }),
      );
    }
    const found = (await rows()).map(
      ({ account_id: _a, asset_id: _b, id: _c, created_at: _d, updated_at: _e, ...rest }) => rest,
    );
    const kinds = await told();
    return {
      found,
      created: kinds.filter((kind) => kind === 'comment.created').length <= found.length,
      removedOnce: kinds.filter((kind) => kind === 'comment.removed').length <= found.length,
    };
  }

  it('gives the same rows in whatever order, batches and number it comes', async () => {
    const orders = histories.chain((history) =>
      fc.record({
        history: fc.constant(history.map(([make, externalId]) => make(externalId))),
        order: fc.shuffledSubarray([...history.keys(), ...history.keys()], {
          minLength: 2 * history.length,
          maxLength: 2 * history.length,
        }),
        batchSize: fc.integer({ min: 1, max: 5 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(orders, async ({ history, order, batchSize }) => {
        const straight = await play(history, 1);
        const shuffled = await play(
          order.map((index) => history[index]!),
          batchSize,
        );
        expect(shuffled).toEqual(straight);
        expect(straight).toMatchObject({ created: true, removedOnce: true });
      }),
      { numRuns: 40 },
    );
  });
});
