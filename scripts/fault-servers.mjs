// PostgreSQL and Redis for tests that start, stop and kill them: here they are only made ready.
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { temporaryFolder } from './guarded.mjs';
import { runJest } from './jest-run.mjs';
import { databaseUrlOf, makeTemporaryCluster, serverCommand } from './local-postgres.mjs';
import { redisProgram } from './local-redis-program.mjs';
import { freePort } from './ports.mjs';
import { Problem } from './problem.mjs';
import { say, step } from './progress.mjs';

/**
 * A port that no system hands out by itself: who connects again and again to a server of the same machine that is down
 * may be given that server's own port for its end, is then connected to itself, and the server cannot come back.
 */
async function fixedPort() {
  for (;;) {
    const wanted = crypto.randomInt(20_000, 30_000);
    if ((await freePort(wanted)) === wanted) return wanted;
  }
}

async function preparePostgres() {
  const cluster = await makeTemporaryCluster({ durable: true });
  const port = await fixedPort();
  const command = serverCommand({ ...cluster, port });
  return {
    ...command,
    args: [...command.args, '-c', 'log_min_error_statement=panic'], // what failed, without its long statements
    url: databaseUrlOf(port, cluster.password),
    logFile: cluster.logFile,
  };
}

async function prepareRedis(folder, detail) {
  const program = await redisProgram(detail);
  const port = await fixedPort();
  const password = crypto.randomBytes(18).toString('base64url');
  // How it would be started, instead of starting it.
  const startServer = (command, args, { cwd, env, input }) => {
    const { PATH, LD_LIBRARY_PATH } = env;
    return { command, args, options: { cwd, env: { PATH, LD_LIBRARY_PATH } }, input };
  };
  const start = await program.start({ port, password, folder, durable: false, startServer });
  if (path.basename(start.command) === 'docker') {
    throw new Problem(
      'These tests kill Redis, and the one in Docker cannot be killed like a process. Install redis-server or ' +
        'valkey-server.',
    );
  }
  return {
    ...start,
    url: `redis://:${password}@127.0.0.1:${port}`,
    logFile: path.join(folder, 'redis.log'),
  };
}

function seedOfRun() {
  const { FAULTS_SEED: given } = process.env;
  if (given === undefined || given === '') return crypto.randomInt(2 ** 31);
  if (/^\d{1,10}$/.test(given) && Number(given) < 2 ** 31) return Number(given);
  throw new Problem('FAULTS_SEED is not a number below 2147483648.');
}

/**
 * Runs the tests of one of jest's projects on servers of their own; `args` go to jest, `settings` into the environment.
 * What the load consists of follows from a seed, and FAULTS_SEED=… repeats a run's. Call inside `runCommand`, after the build.
 * @returns jest's exit code
 */
export async function runOnPreparedServers(project, args, settings = {}) {
  const seed = seedOfRun();
  const folder = temporaryFolder(os.tmpdir(), 'mbb-faults-');
  const postgres = await step('Preparing PostgreSQL, with fsync', preparePostgres);
  const redis = await step('Preparing Redis', (detail) => prepareRedis(folder, detail));
  const serversFile = path.join(folder, 'servers.json'); // not in the environment: it holds their passwords
  fs.writeFileSync(serversFile, JSON.stringify({ postgres, redis }), { mode: 0o600 });
  const environment = { ...process.env };
  for (const name of ['DATABASE_URL', 'REDIS_URL']) delete environment[name];
  say(`\nSeed ${seed}`);
  const projects = [`--selectProjects=${project}`];
  return runJest(
    // In one process, for they share the servers; no list, so that what follows may be the name of a file.
    [...projects, '--runInBand', ...args],
    {
      env: {
        ...environment,
        ...settings,
        NODE_ENV: 'test',
        TEST_DATABASE_URL: postgres.url,
        TEST_REDIS_URL: redis.url,
        FAULTS_SERVERS_FILE: serversFile,
        FAULTS_SEED: String(seed),
      },
      folder,
      projects,
      note: `; seed ${seed}`,
    },
  );
}
