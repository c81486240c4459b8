// Starts what is measured: the built service and the servers that it is compared with.
import crypto from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { run, startServer, tailOf } from '../scripts/child-processes.mjs';
import { freePort, isAnswering } from '../scripts/ports.mjs';
import { Problem } from '../scripts/problem.mjs';
import { insideProject } from '../scripts/project-folder.mjs';
import { removeKeys } from './redis.mjs';

export const WEBHOOK_PATH = '/api/meta/webhook/events';
const LONGEST_START_MS = 60_000;
const PROBE_EVERY_MS = 5;

/** Secrets for one run of the benchmark: they stay the same, as stored rows and logins depend on them. */
export function newSecrets() {
  return {
    META_APP_ID: '1234567890',
    META_APP_SECRET: crypto.randomBytes(16).toString('hex'),
    ENCRYPTION_KEYS: `k1:${crypto.randomBytes(32).toString('base64')}`,
    JWT_SECRET: crypto.randomBytes(24).toString('base64url'),
  };
}

const newRedisPrefix = () => `bench-${crypto.randomBytes(6).toString('hex')}`;

async function start(stage, { script, env, isReady, what }) {
  const port = await freePort();
  const startedMs = Date.now();
  const server = await startServer(process.execPath, [script], {
    cwd: os.tmpdir(), // a .env file in the project must not help
    env: {
      PATH: process.env.PATH ?? '',
      NODE_ENV: 'production',
      ...env,
      PORT: String(port),
      SANDBOX_PORT: String(port),
    },
    logFile: path.join(stage.logFolder, `${what}.log`),
  });
  while (!(await isReady(port))) {
    const isLate = Date.now() - startedMs > LONGEST_START_MS;
    if (server.hasEnded() || isLate) {
      throw new Problem(
        `${what} ${isLate ? 'was not ready in time' : 'ended at its start'}:\n${tailOf(server.log())}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
  }
  return { ...server, port, readyMs: Date.now() - startedMs };
}

async function answersReady(port) {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`);
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false; // it does not listen yet
  }
}

/**
 * Starts the built service with nothing set but what it needs, logging as in production. `redisPrefix` is given where
 * one process has to find the jobs of another.
 */
export async function startService(
  stage,
  { database, roles, redisPrefix = newRedisPrefix(), settings = {} },
) {
  const server = await start(stage, {
    script: insideProject('dist', 'src', 'main.js'),
    what: 'service',
    isReady: answersReady,
    env: {
      ...stage.secrets,
      DATABASE_URL: database.url,
      REDIS_URL: stage.redisUrl,
      REDIS_PREFIX: redisPrefix,
      HOST: '127.0.0.1',
      META_GRAPH_URL: 'http://127.0.0.1:9', // nothing listens there
      APP_ROLES: roles,
      LOG_LEVEL: 'info',
      // One client asks as fast as it can, as thousands of users would.
      RATE_LIMITS: 'false',
      ...settings,
    },
  });
  return {
    ...server,
    redisPrefix,
    url: `http://127.0.0.1:${server.port}`,
    stop: async () => {
      await server.stop();
      await removeKeys(stage.redisUrl, redisPrefix);
    },
    /** Leaves its jobs in Redis for the process that comes after it. */
    stopKeepingJobs: server.stop,
  };
}

/** Starts the stand-in for Meta, with the app of this run. */
export async function startSandbox(stage) {
  const server = await start(stage, {
    script: insideProject('dist', 'sandbox', 'main.js'),
    what: 'sandbox',
    isReady: (port) => isAnswering(port),
    env: { SANDBOX_APP_ID: stage.secrets.META_APP_ID, SANDBOX_APP_SECRET: stage.secrets.META_APP_SECRET },
  });
  return { ...server, url: `http://127.0.0.1:${server.port}` };
}

/** Starts one of bench/servers/. */
export async function startComparison(stage, name) {
  if (name === 'express-bull') requireExpress();
  const redisPrefix = newRedisPrefix();
  const server = await start(stage, {
    script: insideProject('bench', 'servers', `${name}.mjs`),
    what: name,
    isReady: (port) => isAnswering(port),
    env: {
      META_APP_SECRET: stage.secrets.META_APP_SECRET,
      REDIS_URL: stage.redisUrl,
      REDIS_PREFIX: redisPrefix,
    },
  });
  return {
    ...server,
    redisPrefix,
    stop: async () => {
      await server.stop();
      await removeKeys(stage.redisUrl, redisPrefix);
    },
  };
}

function requireExpress() {
  try {
    createRequire(import.meta.url).resolve('express');
  } catch {
    throw new Problem('The comparison with Express needs the package "express": npm install.');
  }
}

/**
 * Sends deliveries to a server and answers what the load generator counted. `load` is its order without address and
 * secret, see load-generator.mjs.
 */
export async function sendLoad(stage, { port }, load) {
  const order = {
    port,
    path: WEBHOOK_PATH,
    secret: stage.secrets.META_APP_SECRET,
    connections: stage.options.connections,
    warmUpSeconds: stage.options.warmUpSeconds,
    seconds: stage.options.seconds,
    ...load,
  };
  const output = await run(process.execPath, [insideProject('bench', 'load-generator.mjs')], {
    input: JSON.stringify(order),
    what: 'The load generator',
  });
  return JSON.parse(output);
}

/** A name that no other run of the load generator has, for the ids of what it delivers. */
export function newRunName() {
  return crypto.randomBytes(6).toString('hex').toUpperCase();
}

/** Resident memory of a process, in MB of 1,048,576 bytes. */
export async function residentMegabytes(pid) {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
  } catch {
    return Number(await run('ps', ['-o', 'rss=', '-p', String(pid)])) / 1024;
  }
}
