// A process id alone proves nothing: after a crash or in a fresh container the same number belongs to somebody else.
// Together with the moment that process started it is an identity.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ensureFolder, localFolder } from './project-folder.mjs';

function startedAt(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined; // dead, only not yet buried by its parent
    return `${fields[19]}@${fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}`;
  } catch {
    if (fs.existsSync('/proc/self/stat')) return undefined;
  }
  const ps = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  return ps.status === 0 ? ps.stdout.trim() : undefined;
}

export function identityOf(pid) {
  return { pid, startedAt: startedAt(pid) };
}

export function isStillRunning(identity) {
  if (!Number.isInteger(identity?.pid) || identity.pid <= 1) return false;
  const now = startedAt(identity.pid);
  return now !== undefined && now === identity.startedAt;
}

/** Asks with `signal`, waits, then kills. */
async function stopLeftover(identity, signal = 'SIGTERM', patienceMs = 15_000) {
  const deadline = Date.now() + patienceMs;
  for (let sent = false; isStillRunning(identity); sent = true) {
    try {
      if (Date.now() > deadline) process.kill(identity.pid, 'SIGKILL');
      else if (!sent) process.kill(identity.pid, signal);
    } catch (error) {
      if (error.code === 'EPERM') return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const fileOf = (name) => path.join(ensureFolder(path.join(localFolder, 'processes'), 0o700), `${name}.json`);

/** Writes down a server that keeps data or a port, for the case that both this command and its watchdog are killed. */
export function rememberServer(name, server) {
  const file = fileOf(name);
  fs.writeFileSync(file, JSON.stringify(identityOf(server.pid)));
  void server.exited.then(() => fs.rmSync(file, { force: true }));
}

/** Stops the server of that name that an earlier run has left running. Answers whether one was written down. */
export async function stopRememberedServer(name, signal) {
  const file = fileOf(name);
  if (!fs.existsSync(file)) return false;
  try {
    await stopLeftover(JSON.parse(fs.readFileSync(file, 'utf8')), signal);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error; // cut off while it was written; then nothing was running yet
  }
  fs.rmSync(file, { force: true });
  return true;
}
