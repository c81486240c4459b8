// PostgreSQL and Redis for whoever needs them: the tests, the quickstart, the benchmarks.
import { checkGivenDatabase, startKeptPostgres, startTemporaryPostgres } from './local-postgres.mjs';
import {
  borrowEmptyRedisDatabase,
  checkGivenRedis,
  startKeptRedis,
  startTemporaryRedis,
} from './local-redis.mjs';
import { step } from './progress.mjs';
import { onShutdown } from './shutdown.mjs';

const whereOf = ({ where }) => where;

/**
 * Servers with nothing in them, gone when the command ends; with DATABASE_URL or REDIS_URL set those servers, of which
 * the first must allow CREATE DATABASE and the second lends an empty numbered database. `durable` turns PostgreSQL's
 * fsync on, `sharedBuffers` is the memory that it keeps pages in. Answers `{ databaseUrl, redisUrl, ownPostgres, ownRedis }`. Call inside `runCommand`, after the packages
 * are installed.
 */
export async function startTemporaryServices({ durable = false, sharedBuffers } = {}) {
  const { DATABASE_URL: givenDatabase, REDIS_URL: givenRedis } = process.env;
  const postgres = givenDatabase
    ? await step(
        'Using PostgreSQL of DATABASE_URL',
        () => checkGivenDatabase(givenDatabase, { mustCreateDatabases: true }),
        whereOf,
      )
    : await step('Starting PostgreSQL', () => startTemporaryPostgres({ durable, sharedBuffers }), whereOf);
  const redis = givenRedis
    ? await step('Using Redis of REDIS_URL', () => borrow(givenRedis), whereOf)
    : await step('Starting Redis', (detail) => startTemporaryRedis({ detail }), whereOf);
  return {
    databaseUrl: postgres.databaseUrl,
    redisUrl: redis.redisUrl,
    ownPostgres: !givenDatabase,
    ownRedis: !givenRedis,
  };
}

async function borrow(url) {
  const { where } = await checkGivenRedis(url);
  const { redisUrl, index, release } = await borrowEmptyRedisDatabase(url);
  onShutdown(release);
  return { redisUrl, where: `${where}, its empty database ${index}` };
}

/**
 * Servers whose data stay, or those of DATABASE_URL and REDIS_URL as they are. `passwords` are those of the first time,
 * `logFile` says where a server's output goes. Answers `{ databaseUrl, redisUrl }`.
 */
export async function startKeptServices({ passwords, logFile }) {
  const { DATABASE_URL: givenDatabase, REDIS_URL: givenRedis } = process.env;
  const keptPostgres = () =>
    startKeptPostgres({ password: passwords.postgres, logFile: logFile('postgres') });
  const keptRedis = (detail) =>
    startKeptRedis({ password: passwords.redis, logFile: logFile('redis'), detail });
  const { databaseUrl } = givenDatabase
    ? await step('Using PostgreSQL of DATABASE_URL', () => checkGivenDatabase(givenDatabase), whereOf)
    : await step('Starting PostgreSQL', keptPostgres, whereOf);
  const { redisUrl } = givenRedis
    ? await step('Using Redis of REDIS_URL', () => checkGivenRedis(givenRedis), whereOf)
    : await step('Starting Redis', keptRedis, whereOf);
  return { databaseUrl, redisUrl };
}
