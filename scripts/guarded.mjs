// Registers processes and temporary folders both with this command's own shutdown and with the watchdog that
// outlives it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { identityOf } from './process-identity.mjs';
import { onShutdown } from './shutdown.mjs';
import { insideProject } from './project-folder.mjs';

let watchdog;
let lastId = 0;

function startWatchdog() {
  const child = spawn(process.execPath, [insideProject('scripts', 'watchdog.mjs')], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  child.stdin.unref?.();
  const goodbye = () => child.stdin.end(`${JSON.stringify({ goodbye: true })}\n`);
  onShutdown(
    () =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.ref();
        setTimeout(resolve, 2_000).unref();
        goodbye();
      }),
  );
  return child;
}

function tell(message) {
  watchdog ??= startWatchdog(); // before anything it watches, so that it is the last to be stopped
  watchdog.stdin.write(`${JSON.stringify(message)}\n`);
}

/** The process that cleans up after this one. While it runs, something of this command may still be there. */
export function watchdogIdentity() {
  watchdog ??= startWatchdog();
  return identityOf(watchdog.pid);
}

/** Has a process (`{ pid, startedAt, signal }`) or a path (`{ path }`) ended or removed should this command be killed. */
export function watch(entry) {
  const id = (lastId += 1);
  tell({ id, ...entry });
  return () => tell({ forget: id });
}

/** A folder that is removed when the command ends, however it ends. */
export function temporaryFolder(base, prefix) {
  fs.mkdirSync(base, { recursive: true });
  const folder = fs.mkdtempSync(`${base}/${prefix}`);
  const forgetWatch = watch({ path: folder });
  const remove = () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  onShutdown(() => {
    remove();
    forgetWatch();
  }, remove);
  return folder;
}
