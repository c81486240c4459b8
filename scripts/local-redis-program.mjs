// Finds a Redis, or gets one: on the PATH, unpacked earlier, from the system's packages, from Docker.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { run } from './child-processes.mjs';
import {
  finishFirst,
  installWithApt,
  onPath,
  unpackDebianPackage,
  unpackedPackage,
} from './debian-packages.mjs';
import { runningAsRoot } from './local-postgres-programs.mjs';
import { isAnswering } from './ports.mjs';
import { Problem, Stopped } from './problem.mjs';

const names = ['redis-server', 'valkey-server'];
const debianPackage = 'redis-server';
const packageManagers = [
  { command: 'apt-get', install: () => installWithApt(debianPackage) },
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
  const { folder, libraryPath } = unpackedPackage(debianPackage);
  const file = path.join(folder, 'usr', 'bin', 'redis-server');
  return fs.existsSync(file) ? native(file, libraryPath) : undefined;
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

async function unpackForUs(detail) {
  await unpackDebianPackage(debianPackage, detail, () => unpacked() !== undefined);
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
    (await attempt(unpackForUs)) ??
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
