import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId, CommentId } from '../../database/ids';

/** Which comment. */
export interface CommentRef {
  accountId: AccountId;
  commentId: CommentId;
}

/** Which thread: Meta's id of the comment that it begins with. */
export interface ThreadRef {
  accountId: AccountId;
  assetId: AssetId;
  rootExternalId: string;
}

/** A comment that came into a thread, or from one into another because more became known of what it answers. */
interface PlacedComment extends ThreadRef {
  id: CommentId;
  previousRoot: string | null;
  /** It stood in the other one, and was counted there. */
  wasNumbered: boolean;
}

export interface Placing {
  /** All that the told comments stand in now. */
  threads: ThreadRef[];
  placed: PlacedComment[];
}

interface RootedRow {
  account_id: AccountId;
  asset_id: AssetId;
  id: CommentId;
  root: string;
  is_moving: boolean;
}

interface PlacedRow {
  account_id: AccountId;
  asset_id: AssetId;
  id: CommentId;
  root: string;
  previous_root: string | null;
  previous_seq: string | null;
}

type Updated<Row> = [rows: Row[], count: number];

/** Answers to answers to answers: Facebook shows fewer levels. It also ends what would go round in a circle. */
const DEEPEST = 10;

/**
 * Finds the thread of each of some comments, and of all that are below them: an answer may be here before what it answers,
 * and begins a thread by itself until then, under the id of the comment that it names.
 */
export async function placeComments(tx: EntityManager, comments: readonly CommentRef[]): Promise<Placing> {
  const rooted: RootedRow[] = await tx.query(
    `WITH RECURSIVE told AS (
       SELECT DISTINCT c.account_id, c.asset_id, c.id, c.external_id, c.parent_external_id, c.thread_external_id
         FROM unnest($1::uuid[], $2::uuid[]) AS named (account_id, id) JOIN comments c USING (account_id, id)
        WHERE c.is_complete),
     up (account_id, asset_id, id, root, depth) AS (
       SELECT account_id, asset_id, id, coalesce(parent_external_id, external_id), 0 FROM told
       UNION ALL
       SELECT u.account_id, u.asset_id, u.id, p.parent_external_id, u.depth + 1
         FROM up u JOIN comments p
           ON p.account_id = u.account_id AND p.asset_id = u.asset_id AND p.external_id = u.root
        WHERE p.parent_external_id IS NOT NULL AND u.depth < ${DEEPEST}),
     rooted AS (
       SELECT DISTINCT ON (account_id, id) account_id, asset_id, id, root
         FROM up ORDER BY account_id, id, depth DESC),
     down (account_id, asset_id, id, external_id, root, depth) AS (
       SELECT t.account_id, t.asset_id, t.id, t.external_id, r.root, 0
         FROM rooted r JOIN told t USING (account_id, id) WHERE t.thread_external_id IS DISTINCT FROM r.root
       UNION ALL
       SELECT c.account_id, c.asset_id, c.id, c.external_id, d.root, d.depth + 1
         FROM down d JOIN comments c
           ON c.account_id = d.account_id AND c.asset_id = d.asset_id AND c.parent_external_id = d.external_id
          AND c.is_complete
        WHERE d.depth < ${DEEPEST})
     SELECT account_id, asset_id, id, root, false AS is_moving FROM rooted
     UNION ALL
     SELECT DISTINCT ON (account_id, id) account_id, asset_id, id, root, true
       FROM (SELECT * FROM down ORDER BY account_id, id, depth DESC) AS deepest`,
    [comments.map(({ accountId }) => accountId), comments.map(({ commentId }) => commentId)],
  );
  const moving = rooted.filter((row) => row.is_moving);
  return { threads: distinct(rooted.map(threadOf)), placed: await move(tx, moving) };
}

async function move(tx: EntityManager, moving: readonly RootedRow[]): Promise<PlacedComment[]> {
  if (moving.length === 0) return [];
  // Locked in the order in which the store of comments locks them.
  const [rows]: Updated<PlacedRow> = await tx.query(
    `WITH mine AS (
       SELECT c.account_id, c.id, told.root, c.thread_external_id AS previous_root, c.thread_seq AS previous_seq
         FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS told (account_id, id, root)
         JOIN comments c USING (account_id, id)
        WHERE c.thread_external_id IS DISTINCT FROM told.root
        ORDER BY c.account_id, c.asset_id, c.external_id COLLATE "C" FOR UPDATE OF c)
     UPDATE comments c SET thread_external_id = mine.root, thread_seq = NULL
       FROM mine WHERE c.account_id = mine.account_id AND c.id = mine.id
     RETURNING c.account_id, c.asset_id, c.id, mine.root, mine.previous_root, mine.previous_seq`,
    [moving.map((row) => row.account_id), moving.map(({ id }) => id), moving.map(({ root }) => root)],
  );
  return rows.map((row) => ({
    ...threadOf(row),
    id: row.id,
    previousRoot: row.previous_root,
    wasNumbered: row.previous_seq !== null,
  }));
}

function threadOf(row: Pick<RootedRow, 'account_id' | 'asset_id' | 'root'>): ThreadRef {
  return { accountId: row.account_id, assetId: row.asset_id, rootExternalId: row.root };
}

export function threadKey({ accountId, assetId, rootExternalId }: ThreadRef): string {
  return `${accountId} ${assetId} ${rootExternalId}`;
}

/** Each once, in an order that is the same in every transaction. */
function distinct(threads: readonly ThreadRef[]): ThreadRef[] {
  const byKey = new Map(threads.map((thread) => [threadKey(thread), thread]));
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, thread]) => thread);
}

export function threadColumns(threads: readonly ThreadRef[]): string[][] {
  return [
    threads.map(({ accountId }) => accountId),
    threads.map(({ assetId }) => assetId),
    threads.map(({ rootExternalId }) => rootExternalId),
  ];
}

/** Whether comment `c` can still be seen at Meta: it goes with the one that it answers, and with its thread's first. */
export const IS_VISIBLE = `(c.removed_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM comments u
   WHERE u.account_id = c.account_id AND u.asset_id = c.asset_id
     AND u.external_id IN (c.parent_external_id, c.thread_external_id) AND u.removed_at IS NOT NULL))`;
