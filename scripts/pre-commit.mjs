// Before a commit: what is about to be committed is formatted and passes ESLint. Seconds, not minutes: tests, types and
// boundaries are checked by .ci/run.
import { spawnSync } from 'node:child_process';
import { insideProject, projectFolder } from './project-folder.mjs';

function run(program, args) {
  const { status } = spawnSync(process.execPath, [insideProject('node_modules', ...program), ...args], {
    cwd: projectFolder,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

const { stdout, status } = spawnSync('git', ['diff', '--cached', '--name-only', '--diff-filter=d', '-z'], {
  cwd: projectFolder,
  encoding: 'utf8',
});
if (status !== 0) process.exit(status ?? 1);
const files = stdout.split('\0').filter((file) => file !== '');
if (files.length > 0)
  run(
    ['prettier', 'bin', 'prettier.cjs'],
    ['--check', '--ignore-unknown', '--no-error-on-unmatched-pattern', ...files],
  );
const code = files.filter((file) => /\.(?:[cm]?[jt]s)$/.test(file));
if (code.length > 0) run(['eslint', 'bin', 'eslint.js'], ['--no-warn-ignored', ...code]);
