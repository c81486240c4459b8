import { groupBy } from './group-by';
import type { Problems } from './problems';
import { type MessageRow, query } from './tables';

/** What is told of it: that each message came, once, with its place; each status of a message at most once. */
export async function compareEvents(
  url: string,
  rows: readonly MessageRow[],
  problems: Problems,
): Promise<void> {
  const created = await query<{ message_id: string; seq: string }>(
    url,
    `SELECT payload ->> 'messageId' AS message_id, seq FROM domain_events WHERE kind = 'message.created'`,
  );
  const byMessage = groupBy(created, (row) => row.message_id);
  for (const row of rows) {
    const found = byMessage.get(row.id) ?? [];
    byMessage.delete(row.id);
    if (found.length === 0) problems.add('LOST: messages that nobody is told of', row.external_id);
    if (found.length > 1)
      problems.add('DOUBLED: messages that are told of several times', `${row.external_id}: ${found.length}`);
    if (found.length === 1 && found[0]?.seq !== row.seq)
      problems.add(
        'messages that are told of with another place',
        `${row.external_id}: ${found[0]?.seq ?? ''}`,
      );
  }
  for (const id of byMessage.keys()) problems.add('events of messages that are not there', id);
  const repeated = await query<{ message_id: string; status: string; count: number }>(
    url,
    `SELECT payload ->> 'messageId' AS message_id, payload ->> 'status' AS status, count(*)::int AS count
       FROM domain_events WHERE kind = 'message.status' GROUP BY 1, 2 HAVING count(*) > 1`,
  );
  for (const { message_id: id, status, count } of repeated)
    problems.add('DOUBLED: statuses that are told of several times', `${status} of ${id}: ${count}`);
  await compareBatches(url, problems);
}

/** Every event has its place in the order in which subscribers are told, and no place is there twice or in vain. */
async function compareBatches(url: string, problems: Problems): Promise<void> {
  const batches = await query<{ batch_id: string; position: string | null; size: number; events: number }>(
    url,
    `SELECT coalesce(b.batch_id, e.batch_id) AS batch_id, b.position, coalesce(b.size, 0) AS size,
            coalesce(e.events, 0)::int AS events
       FROM outbox_batches b
       FULL JOIN (SELECT batch_id, count(*) AS events FROM domain_events GROUP BY batch_id) e USING (batch_id)
      WHERE (b.position IS NULL OR e.events IS NULL OR b.size <> e.events)
        -- Lanes go on after everything is processed; what has just been committed gets its place in a moment.
        AND NOT EXISTS (SELECT FROM outbox_arrivals a WHERE a.batch_id = e.batch_id)`,
  );
  for (const { batch_id: id, position, size, events } of batches)
    problems.add(
      'batches of events that subscribers are not told of as they are',
      `${id}: ${events} events, place ${position ?? 'none'} for ${size}`,
    );
  const [places] = await query<{ places: number; last: number }>(
    url,
    `SELECT (SELECT count(*)::int FROM outbox_batches) AS places, last_position::int AS last FROM outbox_sequence`,
  );
  if (places?.places !== places?.last)
    problems.add(
      'places that are missing or given twice',
      `${places?.places ?? 0} up to ${places?.last ?? 0}`,
    );
}
