import type { EntityManager } from 'typeorm';
import { firstIdAt } from './ids';

/** Tables cut by month of a UUIDv7 column, by name. */
export const PARTITIONED_TABLES = ['webhook_deliveries', 'messages', 'message_statuses'] as const;

/** Enough that a scheduler may be down for months before an insert finds no partition. */
export const MONTHS_AHEAD = 6;

const PARTITION_LOCK = 7_205_001;

/** First instant (UTC) of the month that lies `offset` months after that of `instant`. */
export function startOfMonth(instant: Date, offset = 0): Date {
  return new Date(Date.UTC(instant.getUTCFullYear(), instant.getUTCMonth() + offset, 1));
}

export function partitionName(table: string, month: Date): string {
  return `${table}_${month.getUTCFullYear()}_${String(month.getUTCMonth() + 1).padStart(2, '0')}`;
}

/**
 * Creates the partitions of last month (clocks of several machines differ) up to `MONTHS_AHEAD` months from now, those
 * that are not there yet. Safe to run on several nodes at once.
 * @returns the names of those it created
 */
export async function createMonthPartitions(manager: EntityManager, now: Date): Promise<string[]> {
  return manager.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [PARTITION_LOCK]);
    const rows: { relname: string }[] = await tx.query(
      `SELECT child.relname FROM pg_inherits
         JOIN pg_class child ON child.oid = inhrelid
         JOIN pg_class parent ON parent.oid = inhparent
        WHERE parent.relname = ANY($1) AND pg_table_is_visible(parent.oid)`,
      [[...PARTITIONED_TABLES]],
    );
    const existing = new Set(rows.map(({ relname }) => relname));
    const created: string[] = [];
    for (const table of PARTITIONED_TABLES) {
      for (let offset = -1; offset <= MONTHS_AHEAD; offset++) {
        const month = startOfMonth(now, offset);
        const name = partitionName(table, month);
        if (existing.has(name)) continue;
        // Identifiers and bounds come from the constants and dates above, never from outside.
        await tx.query(
          `CREATE TABLE ${name} PARTITION OF ${table}
             FOR VALUES FROM ('${firstIdAt(month)}') TO ('${firstIdAt(startOfMonth(month, 1))}')`,
        );
        created.push(name);
      }
    }
    return created;
  });
}
