// Programs of Debian's packages: installed for the system where we are root, else unpacked into a folder of ours.
import fs from 'node:fs';
import path from 'node:path';
import { run } from './child-processes.mjs';
import { temporaryFolder } from './guarded.mjs';
import { withLock } from './lock-file.mjs';
import { Stopped } from './problem.mjs';
import { cacheFolder, ensureFolder } from './project-folder.mjs';

const debian = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
export const finishFirst = 'Letting the package manager finish, or it would leave the system in pieces …';

export function onPath(name) {
  const folders = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    '/usr/bin',
    '/usr/local/bin',
    '/usr/sbin',
  ];
  return folders
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, name))
    .find((file) => {
      try {
        fs.accessSync(file, fs.constants.X_OK);
        return fs.statSync(file).isFile();
      } catch {
        return false;
      }
    });
}

export async function installWithApt(name) {
  const apt = (...args) =>
    run('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300', ...args], {
      cwd: '/',
      env: debian,
      what: `apt-get ${args.join(' ')}`,
      finishFirst,
    });
  const install = () => apt('install', '--no-install-recommends', name);
  try {
    await install(); // enough where the package lists are there and fresh
  } catch (error) {
    if (error instanceof Stopped) throw error;
    await apt('update').catch((updateError) => {
      if (updateError instanceof Stopped) throw updateError;
      // One broken source of many fails the whole update, and the others are good enough to go on with.
    });
    await install();
  }
}

/**
 * Where `unpackDebianPackage` puts it, with all that the system lacks for it.
 * @returns the folders of its libraries as well, for LD_LIBRARY_PATH
 */
export function unpackedPackage(name) {
  const folder = path.join(cacheFolder, name, process.arch);
  const libraries = ['usr/lib', 'lib'].flatMap((base) => {
    const full = path.join(folder, base);
    if (!fs.existsSync(full)) return [];
    const nested = fs.readdirSync(full, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [full, ...nested.map((entry) => path.join(full, entry.name))];
  });
  return { folder, libraryPath: libraries.join(':') };
}

/**
 * Without root: apt as an ordinary user, with lists and archives in a folder of its own, works out which packages the
 * system lacks and fetches them; they are unpacked, not installed. Nothing happens where there is no apt.
 * @param isThere whether what is unpacked works: what another process did meanwhile is not done again
 */
export async function unpackDebianPackage(name, detail, isThere) {
  if (onPath('apt-get') === undefined || onPath('dpkg') === undefined) return;
  const { folder } = unpackedPackage(name);
  const parent = path.dirname(folder);
  ensureFolder(parent);
  const work = async () => {
    if (isThere()) return;
    const draft = temporaryFolder(parent, 'unpacking-');
    const place = (part) => ensureFolder(path.join(draft, part));
    const options = [
      `Dir::State::lists=${place('lists')}`,
      `Dir::Cache=${place('cache')}`,
      `Dir::Log=${place('log')}`,
      'Debug::NoLocking=true',
      'APT::Sandbox::User=', // the account apt downloads under as root could not enter here
    ].flatMap((option) => ['-o', option]);
    fs.mkdirSync(path.join(draft, 'lists', 'partial'), { recursive: true });
    fs.mkdirSync(path.join(draft, 'cache', 'archives', 'partial'), { recursive: true });
    const apt = (args, cwd = draft) =>
      run('apt-get', ['-q', '-y', ...options, ...args], {
        cwd,
        env: debian,
        what: `apt-get ${args.join(' ')}`,
      });
    detail('reading the package lists');
    let updateFailure;
    await apt(['update']).catch((error) => {
      if (error instanceof Stopped) throw error;
      updateFailure = error; // one broken source of many; whether it was the one we need, the next step shows
    });
    const plan = await apt(['--simulate', '--no-install-recommends', 'install', name]).catch((error) => {
      throw updateFailure ?? error;
    });
    const packages = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, each]) => each);
    detail(`fetching ${packages.join(', ')}`);
    const archives = place('archives');
    await apt(['download', ...packages], archives);
    const files = path.join(draft, 'files');
    for (const archive of fs.readdirSync(archives)) {
      await run('dpkg', ['-x', path.join(archives, archive), files], { cwd: draft });
    }
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(files, folder);
    fs.rmSync(draft, { recursive: true, force: true });
  };
  await withLock(path.join(cacheFolder, `${name}.lock`), work, (pid) => detail(`waiting for process ${pid}`));
}
