// npm test: everything it needs, all tests, nothing left behind. Arguments go to jest: npm test -- --selectProjects unit
import './node-version.mjs';
import crypto from 'node:crypto';
import os from 'node:os';
import { buildIfNeeded } from './build.mjs';
import { buildClientIfNeeded } from './client-build.mjs';
import { temporaryFolder } from './guarded.mjs';
import { installDependencies } from './install-dependencies.mjs';
import { runJest } from './jest-run.mjs';
import { chromiumEnvironment } from './local-chromium.mjs';
import { query } from './local-postgres.mjs';
import { startTemporaryServices } from './local-services.mjs';
import { say } from './progress.mjs';
import { onShutdown, runCommand } from './shutdown.mjs';

/** They take minutes, and kill the servers: npm run test:faults, npm run check:upgrade. */
const ownCommands = ['--ignoreProjects=faults', '--ignoreProjects=upgrade'];
const ownWorkerCount = /^(-w|-i|--maxWorkers|--runInBand|--watch|--watchAll)(=|$)/;

/** Unit tests touch no server and no built file, so a run of them alone goes without. */
function isUnitOnly(args) {
  const at = args.indexOf('--selectProjects');
  if (at < 0) return false;
  const rest = args.slice(at + 1);
  const end = rest.findIndex((arg) => arg.startsWith('-'));
  const projects = end < 0 ? rest : rest.slice(0, end);
  return projects.length > 0 && projects.every((project) => project === 'unit');
}

async function startServices(prefix) {
  await buildIfNeeded();
  await buildClientIfNeeded();
  const { databaseUrl, redisUrl, ownPostgres } = await startTemporaryServices();
  if (!ownPostgres) onShutdown(() => dropLeftDatabases(databaseUrl, prefix));
  return {
    TEST_DATABASE_URL: databaseUrl,
    TEST_DATABASE_PREFIX: prefix,
    TEST_REDIS_URL: redisUrl,
    ...(await chromiumEnvironment()),
  };
}

/** On somebody's own server: databases that a crashed test could not drop. The run's prefix makes them ours. */
async function dropLeftDatabases(databaseUrl, prefix) {
  const left = await query(databaseUrl, 'SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [
    prefix,
  ]);
  for (const { datname } of left)
    await query(databaseUrl, `DROP DATABASE IF EXISTS "${datname}" WITH (FORCE)`);
}

await runCommand(async () => {
  const args = process.argv.slice(2);
  await installDependencies();
  const services = isUnitOnly(args)
    ? {}
    : await startServices(`mbb_test_${crypto.randomBytes(4).toString('hex')}_`);
  // The tests get servers under other names than the service's own: one that forgets to set its environment fails
  // instead of reaching somebody's data.
  const environment = { ...process.env };
  for (const name of ['DATABASE_URL', 'REDIS_URL']) delete environment[name];
  say();
  return runJest(
    [...ownCommands, ...(args.some((arg) => ownWorkerCount.test(arg)) ? [] : ['--maxWorkers=2']), ...args],
    {
      env: { ...environment, NODE_ENV: 'test', ...services },
      folder: temporaryFolder(os.tmpdir(), 'mbb-test-'),
      projects: ownCommands,
    },
  );
});
