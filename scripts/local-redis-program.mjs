// Finds a Redis, or gets one: on the PATH, unpacked earlier, from the system's packages, from Docker.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { run } from './child-processes.mjs';
import { temporaryFolder } from './guarded.mjs';
import { withLock } from './lock-file.mjs';
import { runningAsRoot } from './local-postgres-programs.mjs';
import { isAnswering } from './ports.mjs';
import { Problem, Stopped } from './problem.mjs';
import { cacheFolder, ensureFolder } from './project-folder.mjs';

const names = ['redis-server', 'valkey-server'];
const unpackedFolder = path.join(cacheFolder, 'redis');
const debian = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
const packageManagers = [
  { command: 'apt-get', install: installWithApt },
  { command: 'dnf', install: installWith('dnf', ['install', '-y', 'redis'], ['install', '-y', 'valkey']) },
  { command: 'yum', install: installWith('yum', ['install', '-y', 'redis'], ['install', '-y', 'valkey']) },
  {
    command: 'apk',
    install: installWith('apk', ['add', '--no-cache', 'redis'], ['add', '--no-cache', 'valkey']),
  },
  {
    command: 'pacman',
    install: installWith('pacman', ['-Sy', '--noconfirm', 'valkey'], ['-Sy', '--noconfirm', 'redis']),
  },
  { command: 'zypper', install: installWith('zypper', ['--non-interactive', 'install', 'redis']) },
];
const finishFirst = 'Letting the package manager finish, or it would leave the system in pieces …';

function onPath(name) {
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

function settings({ port, password, folder, durable, host }) {
  const lines = [
    `bind ${host}`,
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(folder)}`,
    'save ""',
    `appendonly ${durable ? 'yes' : 'no'}`,
    'daemonize no',
    'maxmemory-policy noeviction', // Bull's jobs must not be evicted
  ];
  return `${lines.join('\n')}\n`;
}

/** A Redis that is a program on this machine. Its settings go through standard input: they hold the password. */
function native(file, libraryPath) {
  const env = libraryPath === undefined ? process.env : { ...process.env, LD_LIBRARY_PATH: libraryPath };
  const check = spawnSync(file, ['--version'], { env, encoding: 'utf8' });
  if (check.status !== 0) return undefined;
  return {
    start: ({ startServer, logFile, ...options }) =>
      startServer(file, ['-'], {
        env,
        logFile,
        cwd: options.folder,
        input: settings({ ...options, host: '127.0.0.1' }),
      }),
  };
}

function installed() {
  for (const name of names) {
    const file = onPath(name);
    const program = file === undefined ? undefined : native(file);
    if (program !== undefined) return program;
  }
  return undefined;
}

function unpacked() {
  const folder = path.join(unpackedFolder, process.arch);
  const file = path.join(folder, 'usr', 'bin', 'redis-server');
  if (!fs.existsSync(file)) return undefined;
  const libraries = ['usr/lib', 'lib'].flatMap((base) => {
    const full = path.join(folder, base);
    if (!fs.existsSync(full)) return [];
    const nested = fs.readdirSync(full, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [full, ...nested.map((entry) => path.join(full, entry.name))];
  });
  return native(file, libraries.join(':'));
}

function installWith(command, ...attempts) {
  return async () => {
    let failure;
    for (const args of attempts) {
      try {
        await run(command, args, { cwd: '/', finishFirst });
        return;
      } catch (error) {
        if (error instanceof Stopped) throw error;
        failure ??= error;
      }
    }
    throw failure;
  };
}

async function installWithApt() {
  const apt = (...args) =>
    run('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=300', ...args], {
      cwd: '/',
      env: debian,
      what: `apt-get ${args.join(' ')}`,
      finishFirst,
    });
  const install = () => apt('install', '--no-install-recommends', 'redis-server');
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

/** The distribution starts its own Redis on installation; nobody asked for that one. */
async function stopDistributionsOwn() {
  const systemd = fs.existsSync('/run/systemd/system');
  for (const unit of ['redis-server', 'redis', 'valkey']) {
    const [command, args] = systemd ? ['systemctl', ['disable', '--now', unit]] : ['service', [unit, 'stop']];
    await run(command, args, { cwd: '/' }).catch((error) => {
      if (error instanceof Stopped) throw error;
    });
  }
}

async function installForSystem(detail) {
  const manager = packageManagers.find(({ command }) => onPath(command) !== undefined);
  if (manager === undefined) return undefined;
  detail(`installing it with ${manager.command}`);
  const wasAnswering = await isAnswering(6379);
  await manager.install();
  if (!wasAnswering && (await isAnswering(6379))) await stopDistributionsOwn();
  return installed();
}

/**
 * Without root: apt as an ordinary user, with lists and archives in a folder of its own, works out which packages the
 * system lacks and fetches them; they are unpacked, not installed.
 */
async function unpackDebianPackage(detail) {
  if (onPath('apt-get') === undefined || onPath('dpkg') === undefined) return undefined;
  ensureFolder(unpackedFolder);
  const work = async () => {
    if (unpacked() !== undefined) return;
    const draft = temporaryFolder(unpackedFolder, 'unpacking-');
    const place = (name) => ensureFolder(path.join(draft, name));
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
    const plan = await apt(['--simulate', '--no-install-recommends', 'install', 'redis-server']).catch(
      (error) => {
        throw updateFailure ?? error;
      },
    );
    const packages = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name);
    detail(`fetching ${packages.join(', ')}`);
    const archives = place('archives');
    await apt(['download', ...packages], archives);
    const files = path.join(draft, 'files');
    for (const archive of fs.readdirSync(archives)) {
      await run('dpkg', ['-x', path.join(archives, archive), files], { cwd: draft });
    }
    const place64 = path.join(unpackedFolder, process.arch);
    fs.rmSync(place64, { recursive: true, force: true });
    fs.renameSync(files, place64);
    fs.rmSync(draft, { recursive: true, force: true });
  };
  await withLock(path.join(cacheFolder, 'redis.lock'), work, (pid) => detail(`waiting for process ${pid}`));
  return unpacked();
}

function docker() {
  const file = onPath('docker');
  if (file === undefined) return undefined;
  if (spawnSync(file, ['info'], { stdio: 'ignore', timeout: 10_000 }).status !== 0) return undefined;
  return {
    start: ({ startServer, logFile, ...options }) => {
      const keep = options.durable ? ['--volume', `${options.folder}:/data`] : [];
      const args = ['run', '--rm', '--interactive', '--publish', `127.0.0.1:${options.port}:6379`, ...keep];
      return startServer(file, [...args, 'redis:7', 'redis-server', '-'], {
        logFile,
        cwd: options.folder,
        input: settings({ ...options, port: 6379, folder: '/data', host: '0.0.0.0' }),
      });
    },
  };
}

/** A Redis that can be started. `detail` hears what is being tried. */
export async function redisProgram(detail) {
  const there = installed() ?? unpacked();
  if (there !== undefined) return there;
  const failures = [];
  const attempt = async (work) => {
    try {
      return await work(detail);
    } catch (error) {
      if (error instanceof Stopped) throw error;
      failures.push(error.message);
      return undefined;
    }
  };
  const got =
    (runningAsRoot() ? await attempt(installForSystem) : undefined) ??
    (await attempt(unpackDebianPackage)) ??
    docker();
  if (got !== undefined) return got;
  throw new Problem(
    [
      'Redis is needed and could not be had here. Install redis-server or valkey-server with your package manager ' +
        '(on macOS: brew install redis), or set REDIS_URL to a server that is running, and run the command again.',
      ...failures,
    ].join('\n'),
  );
}
