import type { DataSource } from 'typeorm';
import { aTenant } from '../factories/conversations.factory';
import { openMigratedDatabase } from '../migrated-database';

const NAME = 'ThreadComments1795564800001';

jest.setTimeout(120_000);

describe('comments that were stored before they were conversations', () => {
  let db: DataSource;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ db, close } = await openMigratedDatabase());
  });
  afterAll(() => close());

  it('become conversations of their threads, of which nothing is unread', async () => {
    const undone = async (): Promise<boolean> => {
      const rows: unknown[] = await db.query('SELECT 1 FROM migrations WHERE name = $1', [NAME]);
      return rows.length === 0;
    };
    while (!(await undone())) await db.undoLastMigration();
    const { accountId, assetId } = await aTenant(db);
    const store = (name: string, parent: string | null, second: number, isOwn = false, isRemoved = false) =>
      db.query(
        `INSERT INTO comments (account_id, id, asset_id, platform, external_id, is_complete, post_external_id,
                               parent_external_id, by_business, text, commented_at, removed_at)
         VALUES ($1, gen_random_uuid(), $2, 'facebook', $3, true, 'p', $4, $5, $6, $7, $8)`,
        [
          accountId,
          assetId,
          name,
          parent,
          isOwn,
          isRemoved ? null : `Words of ${name}`,
          new Date(Date.UTC(2026, 2, 14, 9, 0, second)),
          isRemoved ? new Date() : null,
        ],
      );
    await store('q', null, 1);
    await store('a', 'q', 2);
    await store('aa', 'a', 3);
    await store('ours', 'q', 4, true);
    await store('removed', 'q', 5, false, true);
    await store('lone', 'unknown', 6);
    await store('all-gone', null, 7, false, true);

    await db.runMigrations();

    const threads: Record<string, unknown>[] = await db.query(
      `SELECT comment_thread_id, platform, status, last_seq, inbound_count, unread_count, last_message_preview,
              last_message_at, last_inbound_at, substr(id::text, 15, 1) AS version
         FROM conversations WHERE account_id = $1 ORDER BY comment_thread_id`,
      [accountId],
    );
    const common = { platform: 'facebook', status: 'active', unread_count: 0, version: '7' };
    expect(threads).toEqual([
      {
        ...common,
        comment_thread_id: 'q',
        last_seq: '4',
        inbound_count: '3',
        last_message_preview: 'Words of ours',
        last_message_at: new Date(Date.UTC(2026, 2, 14, 9, 0, 4)),
        last_inbound_at: new Date(Date.UTC(2026, 2, 14, 9, 0, 3)),
      },
      {
        ...common,
        comment_thread_id: 'unknown',
        last_seq: '1',
        inbound_count: '1',
        last_message_preview: 'Words of lone',
        last_message_at: new Date(Date.UTC(2026, 2, 14, 9, 0, 6)),
        last_inbound_at: new Date(Date.UTC(2026, 2, 14, 9, 0, 6)),
      },
    ]);
    const places: { external_id: string; thread_external_id: string; thread_seq: string | null }[] =
      await db.query(
        `SELECT external_id, thread_external_id, thread_seq FROM comments WHERE account_id = $1
        ORDER BY commented_at`,
        [accountId],
      );
    expect(places.map((row) => [row.external_id, row.thread_external_id, row.thread_seq])).toEqual([
      ['q', 'q', '1'],
      ['a', 'q', '2'],
      ['aa', 'q', '3'],
      ['ours', 'q', '4'],
      ['removed', 'q', null],
      ['lone', 'unknown', '1'],
      ['all-gone', 'all-gone', null],
    ]);
  });
});
