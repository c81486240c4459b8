// npm run test:faults: the built processes under load while they, PostgreSQL and Redis are killed and stopped. The tests
// start and kill these servers themselves. Arguments go to jest; FAULTS_SEED=… npm run test:faults repeats a run's load.
import './node-version.mjs';
import { buildIfNeeded } from './build.mjs';
import { runOnPreparedServers } from './fault-servers.mjs';
import { installDependencies } from './install-dependencies.mjs';
import { runCommand } from './shutdown.mjs';

await runCommand(async () => {
  await installDependencies();
  await buildIfNeeded();
  return runOnPreparedServers('faults', process.argv.slice(2));
});
