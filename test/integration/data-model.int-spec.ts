import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openMigratedDatabase } from '../migrated-database';

it('has every table in the docs, and none that does not exist', async () => {
  const { db, close } = await openMigratedDatabase();
  try {
    const rows: { relname: string }[] = await db.query(
      `SELECT relname FROM pg_class
        WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace`,
    );
    const page = readFileSync(path.join(__dirname, '../../docs/data-model.md'), 'utf8');
    const named = page
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => [...(line.split(' | ')[0] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
    expect(named.sort()).toEqual(rows.map(({ relname }) => relname).sort());
  } finally {
    await close();
  }
});
