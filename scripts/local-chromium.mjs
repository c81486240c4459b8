// Finds a Chromium for the tests in a browser, or gets one: on the PATH, unpacked earlier, from Debian's packages.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { installWithApt, onPath, unpackDebianPackage, unpackedPackage } from './debian-packages.mjs';
import { runningAsRoot } from './local-postgres-programs.mjs';
import { Stopped } from './problem.mjs';
import { say, step } from './progress.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const debianPackage = 'chromium';

function native(file, libraryPath) {
  const env = libraryPath === undefined ? process.env : { ...process.env, LD_LIBRARY_PATH: libraryPath };
  const { status } = spawnSync(file, ['--version'], { env, stdio: 'ignore', timeout: 30_000 });
  return status === 0 ? { file, libraryPath } : undefined;
}

function present() {
  for (const name of names) {
    const file = onPath(name);
    const program = file === undefined ? undefined : native(file);
    if (program !== undefined) return program;
  }
  const { folder, libraryPath } = unpackedPackage(debianPackage);
  // The script beside it looks for the program where the system would have it.
  const file = path.join(folder, 'usr', 'lib', 'chromium', 'chromium');
  return fs.existsSync(file) ? native(file, libraryPath) : undefined;
}

async function get(detail) {
  if (onPath('apt-get') === undefined) return undefined;
  detail('');
  if (runningAsRoot()) await installWithApt(debianPackage);
  else await unpackDebianPackage(debianPackage, detail, () => present() !== undefined);
  return present();
}

/**
 * What the tests are told of it in their environment; empty where none can be had: those in a browser are not run then, and
 * say so.
 */
export async function chromiumEnvironment() {
  const there = present();
  const got =
    there ??
    (await step('Getting Chromium, for the tests in a browser', get).catch((error) => {
      if (error instanceof Stopped) throw error;
      say(`  ${error.message}`);
      return undefined;
    }));
  if (got === undefined) {
    say('  There is no Chromium here: the tests in a browser are not run. Install one to run them.');
    return {};
  }
  return {
    TEST_CHROMIUM: got.file,
    ...(got.libraryPath === undefined ? {} : { TEST_CHROMIUM_LIBRARIES: got.libraryPath }),
  };
}
