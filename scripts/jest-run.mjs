// Runs jest and counts. What failed in at most a few files is run once more, alone: thousands of tests share a machine
// with their servers, and one that had to wait too long says nothing of the product. What fails alone, too, has failed; what
// does not is named at the end, for a test that cannot stand a busy machine is to be mended as well.
import fs from 'node:fs';
import path from 'node:path';
import { runInForeground } from './child-processes.mjs';
import { say } from './progress.mjs';
import { cacheFolder, insideProject } from './project-folder.mjs';

const jest = insideProject('node_modules', 'jest', 'bin', 'jest.js');
const mostRepeatedFiles = 12;

function readCounts(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0, failures: [] }; // jest did not come as far as counting
  }
}

async function runOnce(args, { env, countsFile }) {
  fs.rmSync(countsFile, { force: true });
  const exitCode = await runInForeground(
    process.execPath,
    [
      jest,
      '--reporters=default',
      `--reporters=${insideProject('scripts', 'jest-counts-reporter.mjs')}`,
      `--cacheDirectory=${path.join(cacheFolder, 'jest')}`,
      ...args,
    ],
    { env: { ...env, TEST_COUNTS_FILE: countsFile } },
  );
  return { exitCode, ...readCounts(countsFile) };
}

/**
 * @param projects which of jest's projects, for the repetition
 * @returns the exit code; the last line printed is the count, with `note` behind it
 */
export async function runJest(args, { env, folder, projects, note = '' }) {
  const countsFile = path.join(folder, 'counts.json');
  const whole = await runOnce(args, { env, countsFile });
  let { exitCode, passed, failed } = whole;
  const files = [...new Set(whole.failures.map(({ file }) => file))];
  const isWatching = args.some((arg) => arg.startsWith('--watch'));
  if (exitCode !== 0 && files.length > 0 && files.length <= mostRepeatedFiles && !isWatching) {
    say(`\n${failed} failed. Once more, alone: ${files.map((file) => path.basename(file)).join(', ')}`);
    const again = await runOnce(['--runInBand', ...projects, '--runTestsByPath', ...files], {
      env,
      countsFile,
    });
    exitCode = again.exitCode;
    if (again.exitCode === 0) {
      for (const { file, test } of whole.failures)
        say(`Failed beside others and passed alone: ${path.basename(file)}: ${test}`);
      passed += failed;
      failed = 0;
    }
  }
  const { skipped } = whole;
  say(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}${note}`);
  return exitCode;
}
