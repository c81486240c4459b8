import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATIONS } from '../../src/database/migrations';

/** The last migration from before upgrades had to go without a pause: it and those before it were made for empty tables. */
const BASELINE = 1_795_651_200_002;
const FOLDER = join(__dirname, '../../src/database/migrations');

interface Rule {
  name: string;
  pattern: RegExp;
}

const RULES: readonly Rule[] = [
  { name: 'drops a table', pattern: /\bDROP TABLE\b/i },
  { name: 'drops a column', pattern: /\bDROP COLUMN\b/i },
  { name: 'renames', pattern: /\bRENAME\b/i },
  { name: 'changes a type', pattern: /\bALTER (?:COLUMN )?\w+ (?:SET DATA )?TYPE\b/i },
  { name: 'forbids NULL where the last release may write it', pattern: /\bSET NOT NULL\b/i },
  {
    name: 'adds a column that the last release does not fill',
    pattern: /\bADD COLUMN (?!.*\bDEFAULT\b)[^,;]*\bNOT NULL\b/i,
  },
  { name: 'takes all rows at once', pattern: /\bTRUNCATE\b/i },
];

/** What a migration does that the last release, or traffic beside it, cannot live with, unless the line above says why. */
function dangersIn(source: string): string[] {
  const up = source.slice(source.indexOf('async up('), source.indexOf('async down('));
  const made = new Set([...up.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?(\w+)/gi)].map(([, name]) => name));
  const isTransactional = !/^\s*transaction = false/m.test(source);
  const lines = up.split('\n');
  const dangers: string[] = [];
  let altered: string | undefined;
  lines.forEach((line, index) => {
    const excused = [line, lines[index - 1] ?? '', lines[index - 2] ?? ''].some((near) =>
      /(?:\/\/|--) (?:contract|small): \S+/.test(near),
    );
    if (excused || /^\s*(?:\/\/|--|\*)/.test(line)) return;
    altered = /ALTER TABLE (?:ONLY )?(\w+)/i.exec(line)?.[1] ?? altered;
    const isNew = altered !== undefined && made.has(altered);
    for (const { name, pattern } of RULES)
      if (pattern.test(line) && !(isNew && !/DROP TABLE/i.test(line)))
        dangers.push(`${name}: ${line.trim()}`);
    const constraint = /ADD CONSTRAINT\b/i.test(line) || /^\s*(?:ADD )?CONSTRAINT\b.*\bCHECK\b/i.test(line);
    const statement = lines.slice(index, index + 4).join(' ');
    if (
      constraint &&
      /ALTER TABLE/i.test(up) &&
      altered !== undefined &&
      !isNew &&
      !/NOT VALID/i.test(statement)
    )
      if (/ADD CONSTRAINT/i.test(line)) dangers.push(`checks all rows under a lock: ${line.trim()}`);
    const indexed = /CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)/i.test(line)
      ? /\bON (?:ONLY )?(\w+)/i.exec(statement)
      : null;
    if (indexed !== null && !made.has(indexed[1]) && !/\bON ONLY\b/i.test(statement))
      dangers.push(`holds up writers while it indexes: ${line.trim()}`);
    if (/CONCURRENTLY/i.test(line) && isTransactional)
      dangers.push(`CONCURRENTLY needs transaction = false: ${line.trim()}`);
  });
  return dangers;
}

const migrations = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.ts') && Number(file.split('-')[0]) > BASELINE)
  .map((file) => ({ file, source: readFileSync(join(FOLDER, file), 'utf8') }));

describe('migrations since the baseline', () => {
  it('only expand, or say why not: the last release runs beside them', () => {
    const dangers = migrations.flatMap(({ file, source }) =>
      dangersIn(source).map((danger) => `${file} ${danger}`),
    );
    expect(dangers).toEqual([]);
  });
});

describe('the rules of migrations', () => {
  const migration = (sql: string, extra = ''): string =>
    `class A {\n${extra}\n  async up(db) {\n    await db.query(\`\n${sql}\n    \`);\n  }\n  async down(db) {}\n}`;

  it.each([
    ['DROP TABLE users', 'drops a table'],
    ['ALTER TABLE users DROP COLUMN name', 'drops a column'],
    ['ALTER TABLE users RENAME COLUMN name TO title', 'renames'],
    ['ALTER TABLE users ALTER COLUMN name TYPE int', 'changes a type'],
    ['ALTER TABLE users ALTER COLUMN name SET NOT NULL', 'forbids NULL'],
    ['ALTER TABLE users ADD COLUMN age int NOT NULL', 'adds a column'],
    ['ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0)', 'checks all rows'],
    ['CREATE INDEX users_by_name ON users (name)', 'holds up writers'],
    ['CREATE INDEX CONCURRENTLY users_by_name ON users (name)', 'CONCURRENTLY needs'],
    ['TRUNCATE users', 'takes all rows'],
  ])('refuse %s', (sql, danger) => {
    expect(dangersIn(migration(sql))).toEqual([expect.stringContaining(danger)]);
  });

  it.each([
    ['CREATE TABLE things (id uuid NOT NULL);\nCREATE INDEX things_by_id ON things (id)', ''],
    ['ALTER TABLE users ADD COLUMN age int NOT NULL DEFAULT 0', ''],
    ['ALTER TABLE users ADD COLUMN age int', ''],
    ['ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0) NOT VALID', ''],
    ['CREATE INDEX CONCURRENTLY users_by_name ON users (name)', '  transaction = false;'],
    ['-- contract: nothing since 0.4.0 reads it\nALTER TABLE users DROP COLUMN name', ''],
    ['-- small: one row for each connected account\nCREATE INDEX a ON meta_accounts (name)', ''],
  ])('let pass %s', (sql, extra) => {
    expect(dangersIn(migration(sql, extra))).toEqual([]);
  });
});

it('runs every migration that there is, in the order of their times', () => {
  const times = readdirSync(FOLDER).map((file) => file.slice(0, 13));
  expect(MIGRATIONS.map(({ name }) => name.slice(-13))).toEqual(times.sort());
});
