import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { run, startServer, untilReady } from './child-processes.mjs';
import { watch } from './guarded.mjs';
import {
  accountForServer,
  canEnter,
  folderFor,
  postgresPrograms,
  runningAsRoot,
} from './local-postgres-programs.mjs';
import { freePort } from './ports.mjs';
import { Problem } from './problem.mjs';
import { rememberServer, stopRememberedServer } from './process-identity.mjs';
import { ensureFolder, localFolder, projectFolder } from './project-folder.mjs';
import { onShutdown } from './shutdown.mjs';

export const oldestPostgres = 15;
const owner = 'mbb';
const keptPort = 15432; // the usual one is for a server that somebody has installed

function addressOf(url) {
  try {
    const { hostname, port, pathname } = new URL(url);
    return `${hostname}:${port || 5432}${pathname}`;
  } catch {
    throw new Problem(
      'DATABASE_URL is not an address. Write it as postgresql://user:password@host:5432/database.',
    );
  }
}

async function connectTo(url, timeoutMs = 5_000) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs });
  client.on('error', () => undefined); // a server that goes away while we are leaving
  await client.connect();
  return client;
}

/** Runs one statement and answers its rows. */
export async function query(url, text, values) {
  const client = await connectTo(url);
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Makes sure that the server of DATABASE_URL can be used, or says in a sentence what is wrong with it. */
export async function checkGivenDatabase(url, { mustCreateDatabases = false } = {}) {
  const address = addressOf(url);
  const facts = await query(
    url,
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS name,
            (SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user) AS may_create`,
  ).catch((error) => {
    throw new Problem(
      `DATABASE_URL is set, but PostgreSQL at ${address} cannot be used: ${error.message || error.code}. ` +
        'Correct it, or unset it and a server is started here.',
    );
  });
  const [{ version, name, may_create: mayCreate }] = facts;
  if (version < oldestPostgres * 10_000) {
    throw new Problem(
      `DATABASE_URL points to PostgreSQL ${name}; version ${oldestPostgres} or newer is needed.`,
    );
  }
  if (mustCreateDatabases && !mayCreate) {
    throw new Problem(
      `The tests make databases of their own, and the user in DATABASE_URL may not (PostgreSQL at ${address}). ` +
        'Give it that right with ALTER ROLE … CREATEDB, or unset DATABASE_URL and a server is started here.',
    );
  }
  return { databaseUrl: url, where: address };
}

async function makeCluster(programs, account, data, password, durable) {
  // PostgreSQL's own collation: the same order and the same upper and lower case on every machine, whatever is installed.
  const collation = [
    '--locale=C',
    ...(programs.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
  ];
  const passwordFile = `${data}.password`;
  fs.writeFileSync(passwordFile, password, { mode: 0o600 });
  try {
    if (account !== undefined) fs.chownSync(passwordFile, account.uid, account.gid);
    const args = [
      '-D',
      data,
      '-U',
      owner,
      '-E',
      'UTF8',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      ...collation,
    ];
    await run(programs.initdb, durable ? args : [...args, '--no-sync'], {
      cwd: '/',
      env: environment(),
      what: "PostgreSQL's initdb",
      ...account,
    });
  } finally {
    fs.rmSync(passwordFile, { force: true });
  }
}

function environment() {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * How a cluster is started, for `startServer` or for who starts and kills it on its own account.
 * @param sharedBuffers memory that PostgreSQL keeps pages in, as it takes it; its own default where left out
 */
export function serverCommand({ programs, account, data, port, durable, sharedBuffers }) {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '', // its path would have to be short and writable; nobody needs one here
    timezone: 'UTC',
    log_timezone: 'UTC',
    max_connections: 200,
    max_locks_per_transaction: 256, // many partitions in one transaction
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...(sharedBuffers === undefined ? {} : { shared_buffers: sharedBuffers }),
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    command: programs.postgres,
    args: ['-D', data, '-p', String(port), ...args],
    options: { cwd: '/', env: environment(), ...account },
  };
}

export function databaseUrlOf(port, password) {
  return `postgresql://${owner}:${password}@127.0.0.1:${port}/postgres`;
}

async function startCluster({ logFile, port: wantedPort, password, ...cluster }) {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(attempt === 1 ? wantedPort : undefined);
    const { command, args, options } = serverCommand({ ...cluster, port });
    const server = await startServer(command, args, {
      ...options,
      logFile,
      stopSignal: 'SIGINT', // "fast": ends sessions instead of waiting for them
    });
    const databaseUrl = databaseUrlOf(port, password);
    try {
      const probe = () =>
        query(databaseUrl, 'SELECT 1').catch((error) => {
          if (error.code !== '28P01') return undefined;
          throw new Problem(
            `The data in ${cluster.data} were made with another password: the .local/quickstart.json of that time is ` +
              'gone, and with it the keys to what is encrypted in them. Put it back, or remove that folder to begin anew.',
          );
        });
      await untilReady(server, probe, { what: 'PostgreSQL', timeoutMs: 60_000 });
      return { server, port, databaseUrl };
    } catch (error) {
      await server.stop();
      // Somebody else took the port between our look and the server's start.
      if (attempt >= 3 || !/could not bind|could not create any TCP/.test(server.log())) throw error;
    }
  }
}

/** An empty cluster in a temporary folder, gone when the command ends. `durable` turns fsync on. Not started. */
export async function makeTemporaryCluster({ durable = false, sharedBuffers } = {}) {
  const account = accountForServer();
  const programs = postgresPrograms(account);
  const folder = folderFor(account, 'mbb-data-');
  const data = path.join(folder, 'data');
  fs.mkdirSync(data, { mode: 0o700 });
  if (account !== undefined) fs.chownSync(data, account.uid, account.gid);
  const password = crypto.randomBytes(18).toString('base64url');
  await makeCluster(programs, account, data, password, durable);
  return {
    programs,
    account,
    data,
    password,
    durable,
    sharedBuffers,
    logFile: path.join(folder, 'postgres.log'),
  };
}

/** A server with an empty cluster in a temporary folder, gone when the command ends. `durable` turns fsync on. */
export async function startTemporaryPostgres(options = {}) {
  const { port, databaseUrl } = await startCluster(await makeTemporaryCluster(options));
  return { databaseUrl, where: `127.0.0.1:${port}` };
}

/** Where a kept cluster lives: with the project, or, when the server's account cannot get in there, beside the system's. */
function keptFolder() {
  const own = ensureFolder(localFolder);
  if (!runningAsRoot() || canEnter(own, accountForServer(path.join(own, 'postgres', 'data')))) {
    return path.join(own, 'postgres');
  }
  const digest = crypto.createHash('sha256').update(projectFolder).digest('hex').slice(0, 12);
  return path.join('/var/lib/meta-business-backend', `${path.basename(projectFolder)}-${digest}`, 'postgres');
}

/** A server whose data stay for the next time; the caller keeps the password. */
export async function startKeptPostgres({ password, logFile }) {
  const folder = ensureFolder(keptFolder());
  const data = path.join(folder, 'data');
  const account = accountForServer(data);
  const programs = postgresPrograms(account);
  if (await stopRememberedServer('postgres', 'SIGINT')) {
    // PostgreSQL would refuse to start when the number in it belongs to any living process by now.
    fs.rmSync(path.join(data, 'postmaster.pid'), { force: true });
  }
  if (!fs.existsSync(data)) await makeKeptCluster(programs, account, data, password);
  const version = fs.readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
  if (Number(version) !== programs.major) {
    throw new Problem(
      `The data in ${data} were written by PostgreSQL ${version}, and this is PostgreSQL ${programs.major}. Remove ` +
        'that folder to begin anew, or set DATABASE_URL to a server of that version.',
    );
  }
  const started = await startCluster({
    programs,
    account,
    data,
    logFile,
    password,
    port: keptPort,
    durable: true,
  });
  rememberServer('postgres', started.server);
  const elsewhere = data.startsWith(projectFolder) ? '' : `, its data in ${folder}`;
  return { databaseUrl: started.databaseUrl, where: `127.0.0.1:${started.port}${elsewhere}` };
}

/** Makes it beside its place and moves it there when complete: an interrupted first start leaves nothing half made. */
async function makeKeptCluster(programs, account, data, password) {
  const folder = path.dirname(data);
  for (const name of fs.readdirSync(folder)) {
    if (name.startsWith('data.')) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
  }
  const draft = `${data}.${crypto.randomUUID()}`;
  const remove = () => fs.rmSync(draft, { recursive: true, force: true });
  const forgetWatch = watch({ path: draft });
  const forget = onShutdown(remove, remove);
  fs.mkdirSync(draft, { mode: 0o700 });
  if (account !== undefined) fs.chownSync(draft, account.uid, account.gid);
  try {
    await makeCluster(programs, account, draft, password, true);
    fs.renameSync(draft, data);
  } finally {
    remove();
    forget();
    forgetWatch();
  }
}
