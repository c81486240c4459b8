import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { type TestDatabase, createTestDatabase, testDatabaseServer } from './test-database';

/** An empty database with the two roles that deploy/postgres/roles.sql makes; theirs are names of their own here. */
export interface DatabaseWithRoles extends TestDatabase {
  ownerUrl: string;
  appUrl: string;
  owner: string;
  app: string;
}

export async function createDatabaseWithRoles(): Promise<DatabaseWithRoles> {
  const database = await createTestDatabase();
  const prefix = `t${randomBytes(5).toString('hex')}_`;
  const [owner, app] = [`${prefix}owner`, `${prefix}app`];
  const script = readFileSync(join(__dirname, '../deploy/postgres/roles.sql'), 'utf8').replaceAll(
    'mbb_',
    prefix,
  );
  await runPsqlScript(database.url, script, { owner_password: 'of-the-owner', app_password: 'of-the-app' });
  const urlOf = (role: string, password: string): string => {
    const url = new URL(database.url);
    url.username = role;
    url.password = password;
    return url.toString();
  };
  return {
    url: database.url,
    owner,
    app,
    ownerUrl: urlOf(owner, 'of-the-owner'),
    appUrl: urlOf(app, 'of-the-app'),
    drop: async () => {
      await database.drop();
      await asAdministrator(testDatabaseServer(), (client) => client.query(`DROP ROLE ${owner}, ${app}`));
    },
  };
}

/** The little of psql that the script uses, as not everybody who runs the tests has it installed. */
async function runPsqlScript(
  url: string,
  script: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  await asAdministrator(url, async (client) => {
    const sql = script
      .replaceAll(/^--.*$|^\\set ON_ERROR_STOP on$/gm, '')
      .replaceAll(/:'(\w+)'/g, (_, name: string) => client.escapeLiteral(variables[name] ?? ''));
    for (const [, statement, end] of sql.matchAll(/([^;\\]+)(;|\\gexec)/g)) {
      const result = await client.query<Record<string, string>>(statement ?? '');
      if (end !== '\\gexec') continue;
      for (const made of result.rows.flatMap((row) => Object.values(row))) await client.query(made);
    }
  });
}

export async function asAdministrator<Result>(
  url: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
