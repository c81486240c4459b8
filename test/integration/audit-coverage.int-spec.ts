import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AUDIT_SUBJECTS, type AuditSubject } from '../../src/audit/audit-subjects';
import { AUDIT_TABLES, type AuditTable } from '../../src/audit/audit-tables';
import { isSecretField } from '../../src/audit/secret-fields';
import { SECRET_COLUMNS } from '../../src/meta-auth/token-reencryption.service';
import { aRouterTable } from '../router-table';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

/** Of the queues' dashboard: its own server writes, see docs/audit-log.md. */
const NOT_OURS = ' /admin/queues';
/** Bytes that are made of nothing secret, or of what everybody sees. */
const PLAIN_BYTES = new Set([
  'sentiment_corrections.text_digest',
  'media_uploads.sha256',
  'message_media.content_sha256',
]);
/** Named like a secret, and told: when, how many, what kind. A new one has to be looked at, and named here. */
const HARMLESS = new Set([
  'api_keys.prefix',
  'contact_identities.value',
  'facebook_pages.has_token',
  'meta_accounts.token_expiry',
  'meta_accounts.token_kind',
  'notification_endpoints.header_names',
  'notification_endpoints.previous_secret_until',
  'notifications.group_key',
  'whatsapp_flow_keys.public_key',
  'whatsapp_onboardings.history_declined_code',
  'whatsapp_phone_numbers.code_verification_status',
  'whatsapp_phone_numbers.is_pin_enabled',
  'whatsapp_phone_numbers.pin_changed_at',
  'whatsapp_phone_numbers.pin_set_at',
  'whatsapp_phone_numbers.send_problem_code',
]);

/** Written in the same way, for a lock. */
const LOCKS = new Set(['whatsapp_calls']);

interface Column {
  table: string;
  name: string;
  type: string;
}

const router = aRouterTable();
let app: TestApp;
let columns: Column[];
beforeAll(async () => {
  app = await startTestApp({ env: { APP_ROLES: 'api' }, modules: [router.module] });
  columns = await app.db.query(
    `SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, NULL) AS type
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace`,
  );
});
afterAll(() => app.close());

const subjects = (): [string, AuditSubject][] =>
  Object.entries(AUDIT_SUBJECTS).flatMap(([operation, subject]): [string, AuditSubject][] =>
    'unaudited' in subject ? [] : [[operation, subject]],
  );
const has = (table: string, column: string): boolean =>
  columns.some((each) => each.table === table && each.name === column);

describe('the subjects of the audit log', () => {
  it('are those of every route that writes, or the route says why it has none', () => {
    const writes = [...router.table.routes]
      .filter((name) => !name.startsWith('GET ') && !name.includes(NOT_OURS))
      .map((name) => name.replace(/\{(\w+)\}/g, ':$1'));
    expect(writes.length).toBeGreaterThan(180);
    expect(writes.filter((name) => AUDIT_SUBJECTS[name] === undefined)).toEqual([]);
    const known = new Set(writes);
    expect(Object.keys(AUDIT_SUBJECTS).filter((name) => !known.has(name))).toEqual([]);
    for (const subject of Object.values(AUDIT_SUBJECTS))
      expect('unaudited' in subject ? subject.unaudited.length : 20).toBeGreaterThan(10);
  });

  it('name a thing and a deed, tables and columns that there are, and parameters of their path', () => {
    for (const [
      operation,
      { action, table, column = 'id', answerColumn = 'id', param, accountParam },
    ] of subjects()) {
      expect(action).toMatch(/^[a-z_]+\.[a-z_]+$/);
      for (const name of [param, accountParam])
        if (name !== undefined) expect(`${operation}/`).toContain(`/:${name}/`);
      if (table === undefined) continue;
      expect([
        operation,
        has(table, column),
        has(table, answerColumn) || table === 'account_members',
      ]).toEqual([operation, true, true]);
    }
    for (const [table, { ownerColumn, personal }] of Object.entries<AuditTable>(AUDIT_TABLES)) {
      expect([table, has(table, ownerColumn)]).toEqual([table, true]);
      for (const name of personal) expect([table, name, has(table, name)]).toEqual([table, name, true]);
    }
  });

  it('look rows up by an index', () => {
    for (const [, { table, column = 'id' }] of subjects()) {
      if (table === undefined || column === 'id') continue;
      expect(['phone_number_id', 'page_id', 'ig_account_id', 'user_id']).toContain(column);
    }
  });
});

describe('columns', () => {
  it('that hold secrets, or what is made of them, are never shown', () => {
    for (const { table, column } of SECRET_COLUMNS)
      expect([table, column, isSecretField(column)]).toEqual([table, column, true]);
    const shown = columns.filter(
      ({ table, name, type }) =>
        table in AUDIT_TABLES &&
        !isSecretField(name) &&
        type === 'bytea' &&
        !PLAIN_BYTES.has(`${table}.${name}`),
    );
    // Bytes come as \x…, which no text of ours begins with, and are masked by that.
    expect(shown.map(({ table, name }) => `${table}.${name}`)).toEqual(['webhook_deliveries.body']);
    const suspicious = columns.filter(
      ({ table, name }) =>
        /token|secret|pass|pin(_|$)|key|hash|nonce|code|credential|header/.test(name) &&
        !isSecretField(name) &&
        table in AUDIT_TABLES,
    );
    expect(
      suspicious.map(({ table, name }) => `${table}.${name}`).filter((name) => !HARMLESS.has(name)),
    ).toEqual([]);
  });

  it('of ciphertexts are all brought under a new key: those that the source encrypts for', () => {
    const source = sourcesIn('src').map((file) => readFileSync(file, 'utf8'));
    // A ciphertext is bound to its place, which is written as `table:${id}:column` and in no other way.
    const bound = source.flatMap((text) =>
      [...text.matchAll(/`([a-z_]+):\$\{[^}]+\}:([a-z_]+|\$\{[^}]+\})`/g)].map(
        ([, table = '', column = '']) => ({
          table,
          column,
        }),
      ),
    );
    const covered = SECRET_COLUMNS.map(({ table, column }) => `${table}.${column}`);
    const isCovered = ({ table, column }: { table: string; column: string }): boolean =>
      column.startsWith('$')
        ? covered.some((name) => name.startsWith(`${table}.`))
        : covered.includes(`${table}.${column}`);
    const ofTables = bound.filter(({ table }) => !LOCKS.has(table) && has(table, 'id'));
    expect(ofTables.filter((each) => !isCovered(each))).toEqual([]);
    expect(ofTables.length).toBeGreaterThan(5);
    for (const { table, column } of SECRET_COLUMNS)
      expect([table, column, has(table, column)]).toEqual([table, column, true]);
  });

  it('of text that are called secrets are ciphertexts, or named here as none', () => {
    const covered = new Set(SECRET_COLUMNS.map(({ table, column }) => `${table}.${column}`));
    const plain = columns.filter(
      ({ table, name, type }) =>
        ['text', 'jsonb', 'character varying'].includes(type) &&
        /token|secret|password|(^|_)pin(_|$)|private_key|credential/.test(name) &&
        !covered.has(`${table}.${name}`) &&
        !HARMLESS.has(`${table}.${name}`),
    );
    // A hash of scrypt or its like, which nothing opens.
    expect(plain.map(({ table, name }) => `${table}.${name}`)).toEqual(['users.password_hash']);
  });
});

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesIn(path);
    return path.endsWith('.ts') && !path.endsWith('.spec.ts') ? [path] : [];
  });
}
