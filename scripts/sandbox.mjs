// Starts the Graph sandbox; builds the project first where that has not been done.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const entry = join(root, 'dist', 'sandbox', 'main.js');

if (!existsSync(entry)) {
  if (!existsSync(join(root, 'node_modules'))) {
    console.error('Nothing is installed yet. Run `npm ci` first, then `npm run sandbox` again.');
    process.exit(1);
  }
  console.log('Building (once) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const build = spawnSync(npm, ['run', 'build'], { cwd: root, stdio: 'inherit' });
  if (build.status !== 0 || !existsSync(entry)) {
    console.error('The build failed; the sandbox cannot start.');
    process.exit(1);
  }
}

const child = spawn(process.execPath, [entry], { cwd: root, stdio: 'inherit' });
// Ctrl-C reaches the child too; waiting for it lets it close its sockets and keeps its exit code.
process.on('SIGINT', () => child.kill('SIGINT'));
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
