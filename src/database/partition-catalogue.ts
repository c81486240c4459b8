import type { EntityManager } from 'typeorm';

/** Tables cut by month of a UUIDv7 column, by name. */
export const PARTITIONED_TABLES = ['webhook_deliveries', 'messages', 'message_statuses'] as const;
export type PartitionedTable = (typeof PARTITIONED_TABLES)[number];

/** Of UUIDv7s: `from` is in it, `to` is not. */
export interface IdRange {
  from: string;
  to: string;
}

export interface StoredPartition {
  table: PartitionedTable;
  /** As SQL takes it: quoted and with its schema where that is needed. */
  name: string;
  range: IdRange;
  /** `detaching`: queries do not see it any more, but what detached it died before it was finished. */
  state: 'attached' | 'detaching' | 'detached';
  /** Whether retention has begun to remove it. A table that somebody detached by hand bears no mark, and is his. */
  isMarked: boolean;
}

interface CatalogueRow {
  parent: string | null;
  name: string;
  bound: string | null;
  is_detaching: boolean;
  mark: string | null;
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const BOUND = new RegExp(`^FOR VALUES FROM \\('(${UUID})'\\) TO \\('(${UUID})'\\)$`);
const MARK = new RegExp(`^retention: removing ([a-z_]+) from (${UUID}) to (${UUID})$`);

/**
 * The partitions of all tables, oldest first, and the tables that were partitions until retention took them out. Those
 * of other bounds than two ids (a default partition, for one) are nobody's month and left out.
 */
export async function listPartitions(db: EntityManager): Promise<StoredPartition[]> {
  const rows: CatalogueRow[] = await db.query(
    `SELECT parent.relname AS parent, child.oid::regclass::text AS name,
            pg_get_expr(child.relpartbound, child.oid) AS bound, i.inhdetachpending AS is_detaching,
            obj_description(child.oid, 'pg_class') AS mark
       FROM pg_inherits i
       JOIN pg_class child ON child.oid = i.inhrelid
       JOIN pg_class parent ON parent.oid = i.inhparent
      WHERE parent.relname = ANY($1) AND parent.relkind = 'p' AND pg_table_is_visible(parent.oid)
     UNION ALL
     SELECT NULL, c.oid::regclass::text, NULL, false, d.description
       FROM pg_description d
       JOIN pg_class c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
      WHERE d.description LIKE 'retention: removing %' AND c.relkind = 'r' AND NOT c.relispartition
        AND pg_table_is_visible(c.oid)`,
    [[...PARTITIONED_TABLES]],
  );
  return rows
    .flatMap((row) => toPartition(row) ?? [])
    .sort((a, b) => (a.range.from < b.range.from ? -1 : a.range.from > b.range.from ? 1 : 0));
}

function toPartition({ parent, name, bound, is_detaching, mark }: CatalogueRow): StoredPartition | undefined {
  const [, marked, markedFrom, markedTo] = MARK.exec(mark ?? '') ?? [];
  if (bound !== null) {
    const [, from, to] = BOUND.exec(bound) ?? [];
    const table = PARTITIONED_TABLES.find((known) => known === parent);
    if (table === undefined || from === undefined || to === undefined) return undefined;
    const state = is_detaching ? 'detaching' : 'attached';
    return { table, name, range: { from, to }, state, isMarked: marked === table };
  }
  const table = PARTITIONED_TABLES.find((known) => known === marked);
  if (table === undefined || markedFrom === undefined || markedTo === undefined) return undefined;
  return { table, name, range: { from: markedFrom, to: markedTo }, state: 'detached', isMarked: true };
}

/**
 * Writes down that retention removes this partition, before it begins to. A detached table has lost its bounds: the mark
 * is how whoever goes on after a crash knows it, and tells it from tables that are none of its business.
 */
export async function markForRemoval(db: EntityManager, partition: StoredPartition): Promise<void> {
  const { table, name, range } = partition;
  // COMMENT takes no parameters. All parts come from the catalogue and match the patterns above.
  await db.query(
    `COMMENT ON TABLE ${name} IS 'retention: removing ${table} from ${range.from} to ${range.to}'`,
  );
}

export async function clearMark(db: EntityManager, name: string): Promise<void> {
  await db.query(`COMMENT ON TABLE ${name} IS NULL`);
}

/** A name that nothing has yet: the wanted one, or with the first number that is free. */
export async function freeTableName(db: EntityManager, wanted: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}_${number}`;
    const rows: { taken: boolean }[] = await db.query(
      'SELECT to_regclass(quote_ident($1)) IS NOT NULL AS taken',
      [name],
    );
    if (rows[0]?.taken === false) return name;
  }
}
