import crypto from 'node:crypto';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { startServer, untilReady } from './child-processes.mjs';
import { temporaryFolder } from './guarded.mjs';
import { redisProgram } from './local-redis-program.mjs';
import { freePort } from './ports.mjs';
import { Problem } from './problem.mjs';
import { rememberServer, stopRememberedServer } from './process-identity.mjs';
import { ensureFolder, localFolder } from './project-folder.mjs';

const testDatabases = Array.from({ length: 15 }, (_, index) => 15 - index);
const keptPort = 16379; // the usual one is for a server that somebody has installed
const marker = 'mbb:test-run';
const staleAfterMs = 24 * 60 * 60 * 1000;

function addressOf(url) {
  try {
    const { hostname, port, protocol } = new URL(url);
    if (!/^rediss?:$/.test(protocol)) throw new Error(protocol);
    return `${hostname}:${port || 6379}`;
  } catch {
    throw new Problem('REDIS_URL is not an address. Write it as redis://user:password@host:6379/0.');
  }
}

async function connectTo(url) {
  const { default: Redis } = await import('ioredis');
  const client = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: 5_000,
  });
  let reason;
  client.on('error', (error) => (reason = error));
  try {
    await client.connect();
    await client.ping();
    return client;
  } catch (error) {
    client.disconnect();
    throw reason ?? error;
  }
}

/** Makes sure that the server of REDIS_URL can be used, or says in a sentence what is wrong with it. */
export async function checkGivenRedis(url) {
  const address = addressOf(url);
  try {
    const client = await connectTo(url);
    client.disconnect();
  } catch (error) {
    throw new Problem(
      `REDIS_URL is set, but Redis at ${address} cannot be used: ${error.message || error.code}. ` +
        'Correct it, or unset it and a server is started here.',
    );
  }
  return { redisUrl: url, where: address };
}

/**
 * Takes one of the empty numbered databases of somebody's Redis for a test run, so that its own keys and queues are
 * neither seen nor touched. `release` empties it again.
 */
export async function borrowEmptyRedisDatabase(url) {
  const client = await connectTo(url);
  try {
    for (const index of testDatabases) {
      await client.select(index);
      const since = Number(await client.get(marker));
      if (since > 0 && Date.now() - since > staleAfterMs) await client.flushdb(); // a killed run's
      if ((await client.dbsize()) > 0) continue;
      if ((await client.set(marker, String(Date.now()), 'NX')) !== 'OK') continue;
      const borrowed = new URL(url);
      borrowed.pathname = `/${index}`;
      const release = async () => {
        const again = await connectTo(borrowed.href);
        await again.flushdb();
        again.disconnect();
      };
      return { redisUrl: borrowed.href, index, release };
    }
  } catch (error) {
    throw new Problem(
      `Redis at ${addressOf(url)} offers no numbered databases to test in: ${error.message}. Unset REDIS_URL.`,
    );
  } finally {
    client.disconnect();
  }
  throw new Problem(
    `None of the databases 1 to 15 of Redis at ${addressOf(url)} is empty, and the tests touch nobody's data. ` +
      'Unset REDIS_URL and a server is started here.',
  );
}

/** Asks without a client library, in Redis's own protocol: is it up, and is it the one we have just started? */
function pings(port, password) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1', timeout: 1_000 });
    let answer = '';
    const done = (value) => {
      socket.destroy();
      resolve(value);
    };
    socket.once('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (answer.includes('+PONG')) done(true);
    });
    for (const event of ['error', 'timeout', 'close']) socket.once(event, () => done(false));
  });
}

async function startRedis({ program, folder, logFile, port: wantedPort, password, durable }) {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(attempt === 1 ? wantedPort : undefined);
    const server = await program.start({ port, password, folder, logFile, durable, startServer });
    try {
      await untilReady(server, () => pings(port, password), { what: 'Redis', timeoutMs: 60_000 });
      return { server, port, redisUrl: `redis://:${password}@127.0.0.1:${port}` };
    } catch (error) {
      await server.stop();
      if (attempt >= 3 || !/address already in use|port is already allocated/i.test(server.log()))
        throw error;
    }
  }
}

/** A Redis that keeps nothing, gone when the command ends. */
export async function startTemporaryRedis({ detail }) {
  const program = await redisProgram(detail);
  const folder = temporaryFolder(os.tmpdir(), 'mbb-redis-');
  const logFile = path.join(folder, 'redis.log');
  const password = crypto.randomBytes(18).toString('base64url');
  const { port, redisUrl } = await startRedis({ program, folder, logFile, password, durable: false });
  return { redisUrl, where: `127.0.0.1:${port}` };
}

/** A Redis whose data stay for the next time; the caller keeps the password. */
export async function startKeptRedis({ password, logFile, detail }) {
  const program = await redisProgram(detail);
  const folder = ensureFolder(path.join(localFolder, 'redis'), 0o700);
  await stopRememberedServer('redis', 'SIGTERM');
  const { server, port, redisUrl } = await startRedis({
    program,
    folder,
    logFile,
    password,
    port: keptPort,
    durable: true,
  });
  rememberServer('redis', server);
  return { redisUrl, where: `127.0.0.1:${port}` };
}
