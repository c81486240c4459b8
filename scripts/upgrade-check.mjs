// npm run check:upgrade -- <git ref>: whether the release of that commit can be replaced by this one without a pause. Its
// processes and this one's work side by side on one database, under load; see test/upgrade. docs/migrations.md says more.
import './node-version.mjs';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildIfNeeded } from './build.mjs';
import { run } from './child-processes.mjs';
import { runOnPreparedServers } from './fault-servers.mjs';
import { temporaryFolder } from './guarded.mjs';
import { installDependencies } from './install-dependencies.mjs';
import { Problem } from './problem.mjs';
import { step } from './progress.mjs';
import { insideProject } from './project-folder.mjs';
import { runCommand } from './shutdown.mjs';

/** A copy of its own, of which Git knows nothing: an interrupted check leaves no worktree behind. */
async function checkOut(commit, folder) {
  const archive = path.join(folder, 'release.tar');
  const release = path.join(folder, 'release');
  fs.mkdirSync(release);
  await run('git', ['archive', '--format=tar', '--output', archive, commit], { what: 'git archive' });
  await run('tar', ['-xf', archive, '-C', release], { what: 'tar' });
  return release;
}

async function addPackages(release) {
  const [theirs, ours] = [path.join(release, 'package-lock.json'), insideProject('package-lock.json')];
  if (fs.readFileSync(theirs).equals(fs.readFileSync(ours))) {
    fs.symlinkSync(insideProject('node_modules'), path.join(release, 'node_modules'));
    return 'those of this release';
  }
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', args, { cwd: release, what: 'npm ci', patienceMs: 1_000 });
  return 'its own';
}

await runCommand(async () => {
  const [ref, ...args] = process.argv.slice(2);
  if (ref === undefined || ref.startsWith('-'))
    throw new Problem('Name the release that is to be replaced: npm run check:upgrade -- v0.1.0');
  await installDependencies();
  await buildIfNeeded();
  const commit = (
    await run('git', ['rev-parse', '--verify', `${ref}^{commit}`], { what: `git rev-parse ${ref}` })
  ).trim();
  const folder = temporaryFolder(os.tmpdir(), 'mbb-upgrade-');
  const release = await step(`Copying ${ref}`, () => checkOut(commit, folder));
  await step(
    'Its packages',
    () => addPackages(release),
    (whose) => whose,
  );
  const nest = path.join(release, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  await step('Building it', () => run(process.execPath, [nest, 'build'], { cwd: release }));
  return runOnPreparedServers('upgrade', args, { UPGRADE_FROM: release });
});
