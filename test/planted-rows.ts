import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { newId } from '../src/database/ids';

export type Row = Record<string, unknown>;
/** What cannot be guessed of a row, by column. */
export type Planting = (row: Row) => Row;

interface Column {
  name: string;
  type: string;
  isRequired: boolean;
  hasDefault: boolean;
}
interface Reference {
  columns: string[];
  target: string;
  targetColumns: string[];
}
interface Table {
  name: string;
  columns: Column[];
  references: Reference[];
  /** The first of the values that a check allows. */
  allowed: Map<string, string>;
}

const TENANT_TABLE = `c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname IN ('account_id', 'user_id'))`;

/**
 * Puts a row into every table that belongs to tenants or users, with a mark in every text: whatever an answer shows of any of them can be
 * told. A table that is new gets one by itself, or the test that plants fails and says which column has to be told of.
 */
export class PlantedRows {
  private constructor(private readonly tables: Table[]) {}

  static async of(db: DataSource): Promise<PlantedRows> {
    const columns: (Column & { table: string })[] = await db.query(
      `SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, NULL) AS type, a.attnotnull AS "isRequired",
              a.atthasdef OR a.attidentity <> '' AS "hasDefault"
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE ${TENANT_TABLE} AND a.attidentity <> 'a' AND a.attgenerated = '' ORDER BY c.relname, a.attnum`,
    );
    const references: (Reference & { table: string })[] = await db.query(
      `SELECT c.relname AS table, t.relname AS target,
              (SELECT array_agg(a.attname::text ORDER BY u.ord) FROM unnest(k.conkey) WITH ORDINALITY u (num, ord)
                 JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num) AS columns,
              (SELECT array_agg(a.attname::text ORDER BY u.ord) FROM unnest(k.confkey) WITH ORDINALITY u (num, ord)
                 JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num) AS "targetColumns"
         FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
        WHERE k.contype = 'f' AND ${TENANT_TABLE}`,
    );
    const checks: { table: string; definition: string }[] = await db.query(
      `SELECT c.relname AS table, pg_get_constraintdef(k.oid) AS definition
         FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.contype = 'c' AND ${TENANT_TABLE}`,
    );
    const names = [...new Set(columns.map(({ table }) => table))];
    const tables = names.map((name): Table => ({
      name,
      columns: columns.filter(({ table }) => table === name),
      references: references.filter(({ table }) => table === name),
      allowed: new Map(
        checks
          .filter(({ table }) => table === name)
          .flatMap(({ definition }) =>
            [
              ...definition.matchAll(
                /(\w+) = ANY \(ARRAY\['([^']*)'|^CHECK \(\((\w+) = '([^']*)'::text\)\)$/g,
              ),
            ].map(([, column, value, only, onlyValue]): [string, string] => [
              column ?? only ?? '',
              value ?? onlyValue ?? '',
            ]),
          ),
      ),
    }));
    return new PlantedRows(inOrder(tables));
  }

  /**
   * @param known rows that are there already, by table
   * @param special what cannot be guessed, by table
   */
  async plant(
    db: DataSource,
    mark: string,
    known: Readonly<Record<string, Row>>,
    special: Readonly<Record<string, Planting>>,
  ): Promise<Record<string, Row>> {
    const rows: Record<string, Row> = { ...known };
    const accountId = known.meta_accounts?.id;
    const problems: string[] = [];
    for (const table of this.tables) {
      if (rows[table.name] !== undefined) continue;
      const guessed = guess(table, mark, rows, accountId);
      const row = { ...guessed, ...special[table.name]?.({ ...guessed, ...flattened(rows) }) };
      const columns = Object.keys(row);
      try {
        const [inserted]: Row[] = await db.query(
          `INSERT INTO ${table.name} (${columns.map((name) => `"${name}"`).join(', ')})
           VALUES (${columns.map((_, index) => `$${index + 1}`).join(', ')}) RETURNING *`,
          columns.map((name) => row[name]),
        );
        if (inserted !== undefined) rows[table.name] = inserted;
      } catch (error) {
        problems.push(
          `${table.name}: ${error instanceof Error ? error.message : String(error)} (guessed: ${JSON.stringify(row)})`,
        );
      }
    }
    if (problems.length > 0)
      throw new Error(`Say in test/tenant-world.ts what these need:\n${problems.join('\n')}`);
    return rows;
  }
}

/** As `conversations.id`. */
function flattened(rows: Readonly<Record<string, Row>>): Row {
  return Object.fromEntries(
    Object.entries(rows).flatMap(([table, row]) =>
      Object.entries(row).map(([column, value]) => [`${table}.${column}`, value]),
    ),
  );
}

function guess(
  { columns, references, allowed, name }: Table,
  mark: string,
  rows: Readonly<Record<string, Row>>,
  accountId: unknown,
): Row {
  const row: Row = {};
  for (const column of columns) {
    const value = valueOf(column, mark, allowed.get(column.name));
    if (value !== undefined) row[column.name] = value;
  }
  const settable = new Set(columns.map((column) => column.name));
  for (const { columns: own, target, targetColumns } of references) {
    if (target === name) {
      // Nothing refers to itself.
      for (const column of own.filter((each) => each !== 'account_id')) row[column] = null;
      continue;
    }
    const other = rows[target];
    if (other === undefined) continue;
    own.forEach((column, index) => {
      if (settable.has(column)) row[column] = other[targetColumns[index] ?? ''];
    });
  }
  return settable.has('account_id') ? { ...row, account_id: accountId } : row;
}

function valueOf(
  { type, name, isRequired, hasDefault }: Column,
  mark: string,
  allowed: string | undefined,
): unknown {
  if (allowed !== undefined) return isRequired ? allowed : undefined;
  // With a default it says something to the service; without one it may be anything.
  if (type === 'text') return hasDefault ? undefined : `${mark} ${name}`;
  if (type === 'jsonb') return hasDefault || !isRequired ? undefined : JSON.stringify({ planted: mark });
  if (!isRequired || hasDefault) return undefined;
  switch (type) {
    case 'uuid':
      return newId();
    case 'bytea':
      return randomBytes(32);
    case 'boolean':
      return false;
    case 'timestamp with time zone':
    case 'date':
      return new Date('2026-03-14T09:00:00Z');
    case 'tsvector':
      return 'planted';
    default:
      return type.endsWith('[]') ? '{}' : 1;
  }
}

/** Parents first. */
function inOrder(tables: readonly Table[]): Table[] {
  const done: Table[] = [];
  const names = new Set(tables.map(({ name }) => name));
  let left = [...tables];
  while (left.length > 0) {
    const ready = left.filter(({ name, references }) =>
      references.every(
        ({ target }) => target === name || !names.has(target) || done.some((other) => other.name === target),
      ),
    );
    if (ready.length === 0) throw new Error(`Tables in a circle: ${left.map(({ name }) => name).join(', ')}`);
    done.push(...ready);
    left = left.filter((table) => !ready.includes(table));
  }
  return done;
}
