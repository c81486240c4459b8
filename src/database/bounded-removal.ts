import type { EntityManager } from 'typeorm';
import type { IdRange } from './partition-catalogue';

/**
 * Deletes what points into a month that is gone. Each of these functions is one short statement that deletes at most
 * `rows` rows and reads them by an index, whatever the statistics say: the rows to delete are named by an array, which the
 * planner never turns into a scan of the whole table. All can be repeated from the start.
 *
 * @returns the place to go on from, or null when nothing is left
 */
type Chunk<Place> = Promise<Place | null>;

/**
 * Digests of deliveries, in the order of the detached table: they are only indexed by digest, as the receipt of a
 * delivery pays for every further index. The range keeps a digest that came again since, with a new delivery.
 * @param name the detached table
 * @param after a delivery's id, or null for the start
 */
export async function removeDigests(
  db: EntityManager,
  name: string,
  range: IdRange,
  rows: number,
  after: string | null,
): Chunk<string> {
  const [last]: { id: string }[] = await db.query(
    `WITH chunk AS MATERIALIZED (
       SELECT id, digest FROM ${name} WHERE id > $1 ORDER BY id LIMIT $2),
     gone AS (
       DELETE FROM webhook_digests WHERE digest = ANY(ARRAY(SELECT digest FROM chunk))
          AND delivery_id >= $3 AND delivery_id < $4)
     SELECT id FROM chunk ORDER BY id DESC LIMIT 1`,
    [after ?? NIL, rows, range.from, range.to],
  );
  return last?.id ?? null;
}

/** What happened to deliveries of the range, beside how they stand. */
export async function removeDeliverySteps(db: EntityManager, range: IdRange, rows: number): Chunk<true> {
  const [, count]: [unknown[], number] = await db.query(
    `DELETE FROM webhook_delivery_steps WHERE ctid = ANY(ARRAY(
       SELECT ctid FROM webhook_delivery_steps
        WHERE delivery_id >= $1 AND delivery_id < $2 ORDER BY delivery_id LIMIT $3))`,
    [range.from, range.to, rows],
  );
  return count === rows ? true : null;
}

export interface QuarantinePlace {
  kind: string;
  meta_id: string;
  delivery_id: string;
}

/** What waits in quarantine for an asset. Indexed by asset only, so all of it is walked through, in the key's order. */
export async function removeQuarantined(
  db: EntityManager,
  range: IdRange,
  rows: number,
  after: QuarantinePlace | null,
): Chunk<QuarantinePlace> {
  const [last]: QuarantinePlace[] = await db.query(
    `WITH chunk AS MATERIALIZED (
       SELECT ctid AS place, kind, meta_id, delivery_id FROM webhook_quarantine
        WHERE (kind, meta_id, delivery_id) > ($1, $2, $3) ORDER BY kind, meta_id, delivery_id LIMIT $4),
     gone AS (
       DELETE FROM webhook_quarantine WHERE ctid = ANY(ARRAY(
         SELECT place FROM chunk WHERE delivery_id >= $5 AND delivery_id < $6)))
     SELECT kind, meta_id, delivery_id FROM chunk ORDER BY kind DESC, meta_id DESC, delivery_id DESC LIMIT 1`,
    [after?.kind ?? '', after?.meta_id ?? '', after?.delivery_id ?? NIL, rows, range.from, range.to],
  );
  return last ?? null;
}

export interface AccountPlace {
  account_id: string;
  message_id: string;
}

/**
 * Rows of one table that name a message of the range, account by account. The table needs an index on
 * (account_id, message_id).
 * @param condition in SQL, for less than all of them
 */
export async function removeOfMessages(
  db: EntityManager,
  table:
    | 'message_keys'
    | 'message_sends'
    | 'message_send_attempts'
    | 'message_media'
    | 'message_metric_facts'
    | 'campaign_recipients'
    | 'sentiment_work'
    | 'sentiment_corrections',
  range: IdRange,
  rows: number,
  after: AccountPlace | null,
  condition: 'true' | 'finished_at IS NOT NULL' = 'true',
): Chunk<AccountPlace> {
  const place = after ?? { account_id: NIL, message_id: range.to };
  const [chunk]: { last: string | null; count: number }[] = await db.query(
    `WITH chunk AS MATERIALIZED (
       SELECT ctid AS place, message_id FROM ${table}
        WHERE account_id = $1 AND message_id >= $2 AND message_id < $3 AND ${condition}
        ORDER BY message_id LIMIT $4),
     gone AS (DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT place FROM chunk)))
     SELECT count(*)::int AS count, (SELECT message_id FROM chunk ORDER BY message_id DESC LIMIT 1) AS last FROM chunk`,
    [place.account_id, place.message_id, range.to, rows],
  );
  // From that message again and not behind it: it may have more rows than fitted in.
  if (chunk?.last != null && chunk.count === rows)
    return { account_id: place.account_id, message_id: chunk.last };
  const [next]: { account_id: string }[] = await db.query(
    `SELECT account_id FROM ${table} WHERE account_id > $1 ORDER BY account_id LIMIT 1`,
    [place.account_id],
  );
  return next === undefined ? null : { account_id: next.account_id, message_id: range.from };
}

/** The same of the search index, whose documents are of other things as well. */
export async function removeSearchDocuments(
  db: EntityManager,
  range: IdRange,
  rows: number,
  after: AccountPlace | null,
): Chunk<AccountPlace> {
  const place = after ?? { account_id: NIL, message_id: range.to };
  const [chunk]: { last: string | null; count: number }[] = await db.query(
    `WITH chunk AS MATERIALIZED (
       SELECT ctid AS place, subject_id FROM search_documents
        WHERE account_id = $1 AND kind = 'message' AND subject_id >= $2 AND subject_id < $3
        ORDER BY subject_id LIMIT $4),
     gone AS (DELETE FROM search_documents WHERE ctid = ANY(ARRAY(SELECT place FROM chunk)))
     SELECT count(*)::int AS count, (SELECT subject_id FROM chunk ORDER BY subject_id DESC LIMIT 1) AS last FROM chunk`,
    [place.account_id, place.message_id, range.to, rows],
  );
  if (chunk?.last != null && chunk.count === rows)
    return { account_id: place.account_id, message_id: chunk.last };
  const [next]: { account_id: string }[] = await db.query(
    'SELECT account_id FROM search_documents WHERE account_id > $1 ORDER BY account_id LIMIT 1',
    [place.account_id],
  );
  return next === undefined ? null : { account_id: next.account_id, message_id: range.from };
}

const NIL = '00000000-0000-0000-0000-000000000000';
