import crypto from 'node:crypto';
import { query } from '../scripts/local-postgres.mjs';
import { onShutdown } from '../scripts/shutdown.mjs';

/** Databases of this run alone on the server, each dropped at the latest when the run ends. */
export function databasesOn(serverUrl, { ownPostgres }) {
  const prefix = `mbb_bench_${crypto.randomBytes(4).toString('hex')}_`;
  let made = 0;
  const onServer = (sql, values) => query(serverUrl, sql, values);
  const drop = ({ name }) => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  if (!ownPostgres) {
    onShutdown(async () => {
      const left = await onServer('SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)', [
        prefix,
      ]);
      for (const database of left) await drop(database);
    });
  }
  return {
    drop,
    onServer,
    /** An empty database, or a copy of another one that nobody is connected to. */
    async create(template) {
      made += 1;
      const name = `${prefix}${made}`;
      await onServer(`CREATE DATABASE ${name}${template === undefined ? '' : ` TEMPLATE ${template.name}`}`);
      const url = new URL(serverUrl);
      url.pathname = `/${name}`;
      const database = { name, url: url.href, query: (sql, values) => query(url.href, sql, values) };
      return database;
    },
    /** Writes out what is in memory, so that a measurement does not pay for what was done before it. */
    async settle() {
      await onServer('CHECKPOINT').catch((error) => {
        if (error.code !== '42501') throw error; // somebody's server, where we may not
      });
    },
  };
}

/** Runs `work` with one connection, for what belongs in one session. */
export async function withSession(database, work) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
