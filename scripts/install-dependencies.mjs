import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from './child-processes.mjs';
import { withLock } from './lock-file.mjs';
import { step } from './progress.mjs';
import { cacheFolder, ensureFolder, insideProject, projectFolder } from './project-folder.mjs';

function packagesIn(lockFile) {
  try {
    return JSON.parse(fs.readFileSync(lockFile, 'utf8')).packages ?? {};
  } catch {
    return undefined;
  }
}

/**
 * Whether node_modules holds what package-lock.json says. npm writes its own list there as the last thing of an
 * install, so an interrupted one has none. Optional packages may be absent: they are other machines' binaries.
 */
export function dependenciesAreInstalled() {
  const wanted = packagesIn(insideProject('package-lock.json'));
  const present = packagesIn(insideProject('node_modules', '.package-lock.json'));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([name, { version, optional, link }]) => {
    if (name === '' || link === true) return true;
    return present[name] === undefined ? optional === true : present[name].version === version;
  });
}

function npmCommand() {
  const running = process.env.npm_execpath;
  if (running !== undefined && /^npm-cli\.c?js$/.test(path.basename(running)))
    return [process.execPath, running];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

function npmEnvironment() {
  // Accounts without a home, such as nobody's, have no place for npm's cache.
  try {
    fs.accessSync(os.homedir(), fs.constants.W_OK);
    return process.env;
  } catch {
    return { ...process.env, npm_config_cache: path.join(ensureFolder(cacheFolder), 'npm') };
  }
}

/**
 * Installs the packages of package-lock.json when they are not there. Install scripts of packages stay off: npm 11.19
 * skips them anyway, npm 10 would run them, and nothing here needs one (see local-postgres-programs.mjs).
 */
export async function installDependencies() {
  if (dependenciesAreInstalled()) return;
  await step('Installing the packages (npm ci, about half a minute)', async (detail) => {
    const work = async () => {
      if (dependenciesAreInstalled()) return;
      detail('');
      const [command, ...first] = npmCommand();
      const quiet = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
      await run(
        command,
        [...first, 'ci', '--include=dev', '--include=optional', '--ignore-scripts', ...quiet],
        {
          cwd: projectFolder,
          env: npmEnvironment(),
          what: 'npm ci',
          patienceMs: 1_000, // npm does not listen; a half-made node_modules is begun anew the next time
        },
      );
    };
    await withLock(path.join(cacheFolder, 'install.lock'), work, (pid) =>
      detail(`waiting for process ${pid}, which is installing them`),
    );
  });
}
