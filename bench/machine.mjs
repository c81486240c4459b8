// On what it was measured: figures without it mean nothing.
import os from 'node:os';
import { performance } from 'node:perf_hooks';
import { withSession } from './databases.mjs';
import { redisVersion } from './redis.mjs';
import { percentilesOf } from './statistics.mjs';

const COMMITS = 300;

/** How long PostgreSQL takes to make one small row durable on this disk. */
async function commitMilliseconds(database) {
  return withSession(database, async (client) => {
    await client.query('CREATE TABLE bench_commits (at timestamptz)');
    const durations = [];
    for (let commit = 0; commit < COMMITS; commit += 1) {
      const startedMs = performance.now();
      await client.query('INSERT INTO bench_commits VALUES (now())');
      durations.push(performance.now() - startedMs);
    }
    return percentilesOf(durations);
  });
}

export async function describeMachine(stage, load) {
  const [settings] = await stage.databases.onServer(
    `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
            current_setting('shared_buffers') AS shared_buffers,
            current_setting('synchronous_commit') AS synchronous_commit,
            current_setting('full_page_writes') AS full_page_writes`,
  );
  const isDurable = settings.fsync === 'on' && settings.synchronous_commit === 'on';
  stage.check('PostgreSQL commits to disk', isDurable, JSON.stringify(settings));
  const database = await stage.databases.create();
  const commits = await commitMilliseconds(database);
  await stage.databases.drop(database);
  const cpus = os.cpus();
  stage.results.machine = {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memoryGigabytes: Math.round(os.totalmem() / 1024 ** 3),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.versions.node,
    postgres: settings.version,
    postgresSettings: `fsync ${settings.fsync}, synchronous_commit ${settings.synchronous_commit}, full_page_writes ${settings.full_page_writes}, shared_buffers ${settings.shared_buffers}`,
    redis: await redisVersion(stage.redisUrl),
    commits,
    load,
  };
}
