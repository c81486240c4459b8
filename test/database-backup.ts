import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asAdministrator } from './database-roles';

export interface DatabaseBackup {
  how: 'pg_dump and pg_restore' | 'a copy made by the server, as no pg_dump of its version is installed';
  /** Makes a database of its own from the backup. */
  restore(): Promise<string>;
}

/** A backup as docs/backup.md makes it. Nobody else may be connected where the server itself has to copy. */
export async function backUp(url: string): Promise<DatabaseBackup> {
  const folder = await programsFor(url);
  const saved = withName(url, `backup_${randomBytes(5).toString('hex')}`);
  if (folder === null) {
    await copyDatabase(url, saved);
    return {
      how: 'a copy made by the server, as no pg_dump of its version is installed',
      restore: async () => {
        const restored = withName(url, `restored_${randomBytes(5).toString('hex')}`);
        await copyDatabase(saved, restored);
        return restored;
      },
    };
  }
  const files = mkdtempSync(join(tmpdir(), 'backup-'));
  const file = join(files, 'database.dump');
  run(join(folder, 'pg_dump'), ['--format=custom', `--file=${file}`, url]);
  return {
    how: 'pg_dump and pg_restore',
    restore: async () => {
      const restored = withName(url, `restored_${randomBytes(5).toString('hex')}`);
      await asAdministrator(withName(url, 'postgres'), (client) =>
        client.query(`CREATE DATABASE ${nameOf(restored)} TEMPLATE template0`),
      );
      run(join(folder, 'pg_restore'), ['--exit-on-error', '--no-owner', `--dbname=${restored}`, file]);
      rmSync(files, { recursive: true });
      return restored;
    },
  };
}

async function copyDatabase(from: string, to: string): Promise<void> {
  await asAdministrator(withName(from, 'postgres'), (client) =>
    client.query(`CREATE DATABASE ${nameOf(to)} TEMPLATE ${nameOf(from)}`),
  );
}

/** The folder of a pg_dump that is not older than the server: an older one refuses. */
async function programsFor(url: string): Promise<string | null> {
  const server = await asAdministrator(url, async (client) => {
    const { rows } = await client.query<{ major: number }>(
      `SELECT current_setting('server_version_num')::int / 10000 AS major`,
    );
    return rows[0]?.major ?? 0;
  });
  const folders = [...(process.env.PATH ?? '').split(':'), `/usr/lib/postgresql/${server}/bin`];
  return folders.find((folder) => existsSync(join(folder, 'pg_dump')) && majorOf(folder) >= server) ?? null;
}

function majorOf(folder: string): number {
  const { stdout } = spawnSync(join(folder, 'pg_dump'), ['--version'], { encoding: 'utf8' });
  return Number(/\) (\d+)/.exec(stdout)?.[1] ?? 0);
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status ?? error?.message ?? '?'}: ${stderr}`);
}

function withName(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.toString();
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}
