// npm run bench: what docs/BENCHMARKS.md describes. Servers of its own, or those of DATABASE_URL and REDIS_URL; nothing
// is left behind. Arguments: npm run bench -- --help
import '../scripts/node-version.mjs';
import { buildIfNeeded } from '../scripts/build.mjs';
import { installDependencies } from '../scripts/install-dependencies.mjs';
import { startTemporaryServices } from '../scripts/local-services.mjs';
import { say } from '../scripts/progress.mjs';
import { runCommand } from '../scripts/shutdown.mjs';
import { readOptions } from './options.mjs';

await runCommand(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) return 0;
  await installDependencies();
  await buildIfNeeded();
  // Only now, as they import packages.
  const { measureEverything } = await import('./measurements.mjs');
  const { reportOf, writeReport } = await import('./report.mjs');
  // As docs/scaling.md advises: a quarter of the memory, here of a machine with 8 GB.
  const stage = await measureEverything(
    options,
    await startTemporaryServices({ durable: true, sharedBuffers: '2GB' }),
  );
  const report = reportOf(stage);
  say(`\n${report}\n`);
  if (stage.checks.some(({ isRight }) => !isRight)) return 1; // such figures are not written down
  if (options.mustWrite) say(`Written to ${await writeReport(report)}`);
  return 0;
});
