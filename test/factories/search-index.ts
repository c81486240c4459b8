import { SearchIndex } from '../../src/conversations/search/search-index.service';
import { eventually } from '../eventually';
import type { TestApp } from '../test-app';

/** Waits until everything that was committed by now is in the search index; works on it, too. */
export async function settledSearch({ app, db }: Pick<TestApp, 'app' | 'db'>): Promise<void> {
  const index = app.get(SearchIndex, { strict: false });
  await eventually(
    async () => {
      await index.drainSome();
      const [row]: { left: boolean }[] = await db.query(
        // Taken in a transaction that has not ended, they are still there for everybody else.
        `SELECT EXISTS (SELECT FROM search_changes) OR EXISTS (SELECT FROM outbox_arrivals)
             OR EXISTS (SELECT FROM outbox_cursors, outbox_sequence
                         WHERE subscriber = 'search-index' AND position < last_position) AS left`,
      );
      return row?.left;
    },
    (left) => left === false,
    { timeoutMs: 60_000 },
  );
}
