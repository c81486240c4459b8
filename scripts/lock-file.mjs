import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { watch, watchdogIdentity } from './guarded.mjs';
import { ensureFolder } from './project-folder.mjs';
import { identityOf, isStillRunning } from './process-identity.mjs';
import { onShutdown } from './shutdown.mjs';

function read(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Writes the owner first and links it into place: a lock is never seen half written. */
function tryToTake(file, content) {
  const draft = `${file}.${crypto.randomUUID()}`;
  fs.writeFileSync(draft, JSON.stringify(content), { flag: 'wx', mode: 0o644 });
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/** Moves a dead owner's lock away. Of several who try at once one succeeds; who caught a fresh lock puts it back. */
function removeStale(file, seen) {
  const aside = `${file}.${crypto.randomUUID()}`;
  try {
    fs.renameSync(file, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (JSON.stringify(read(aside)) !== JSON.stringify(seen)) {
    try {
      fs.linkSync(aside, file);
    } catch {
      // Somebody else has taken the lock meanwhile; whoever we disturbed finds out when releasing.
    }
  }
  fs.rmSync(aside, { force: true });
}

/**
 * Takes a lock that outlives nobody: the owner is known by process id and start time, so that a lock left by a killed
 * process is taken over. Answers `{ lock }`, or `{ owner }` when a living process has it. What `lock.update` adds is
 * for others to read in `owner`.
 */
export function takeLock(file) {
  ensureFolder(path.dirname(file));
  const mine = { ...identityOf(process.pid), token: crypto.randomUUID(), watchdog: watchdogIdentity() };
  for (let attempt = 0; attempt < 10; attempt += 1) {
    if (tryToTake(file, mine)) {
      const release = () => {
        if (read(file)?.token === mine.token) fs.rmSync(file, { force: true });
      };
      const forgetWatch = watch({ path: file });
      const forget = onShutdown(release, release);
      const update = (details) => {
        const draft = `${file}.${mine.token}`;
        fs.writeFileSync(draft, JSON.stringify({ ...mine, ...details }));
        fs.renameSync(draft, file);
      };
      return {
        lock: {
          update,
          release: () => {
            release();
            forget();
            forgetWatch();
          },
        },
      };
    }
    const owner = read(file);
    // A killed owner's watchdog still has to end what the owner was running.
    if (isStillRunning(owner) || isStillRunning(owner?.watchdog)) return { owner };
    removeStale(file, owner);
  }
  throw new Error(`The lock ${file} changes hands too quickly; is the folder on a shared disk?`);
}

/** Runs `work` while holding the lock, waiting for whoever holds it now. */
export async function withLock(file, work, onWait = () => undefined) {
  for (;;) {
    const { lock, owner } = takeLock(file);
    if (lock !== undefined) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    onWait(owner.pid);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
