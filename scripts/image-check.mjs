// node scripts/image-check.mjs: what the image of the Dockerfile would hold, put together in a temporary folder by the same
// commands, and started from there. For machines without Docker: that base image and user do their part it cannot say.
// With TEST_DATABASE_URL (an empty database) and TEST_REDIS_URL it starts until it is ready, else until it names its settings.
import { spawn, spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { insideProject } from './project-folder.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'image-check-'));
const ignored = (file) => /\.(?:int-)?spec\.ts$/.test(file);

/** The COPY lines of one stage, those from another stage apart. */
function copiesOf(stage) {
  const text = fs.readFileSync(insideProject('Dockerfile'), 'utf8');
  const body = text.split(/^FROM /m).find((part) => part.split('\n')[0].endsWith(`AS ${stage}`)) ?? '';
  return [...body.matchAll(/^COPY (--from=(\S+) )?(.+) (\S+)$/gm)].map(([, , from, sources, target]) => ({
    from,
    sources: sources.split(' '),
    target,
  }));
}

function copy(stage) {
  const target = path.join(folder, stage);
  fs.mkdirSync(target, { recursive: true });
  for (const { from, sources } of copiesOf(stage))
    for (const source of sources) {
      const name = path.basename(source);
      const origin = from === undefined ? insideProject(source) : path.join(folder, from, name);
      fs.cpSync(origin, path.join(target, name), { recursive: true, filter: (file) => !ignored(file) });
    }
  return target;
}

function run(command, args, cwd) {
  process.stdout.write(`${command} ${args.join(' ')}\n`);
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
}

async function startIn(cwd) {
  const port = 20_000 + crypto.randomInt(9_000);
  const { TEST_DATABASE_URL: database, TEST_REDIS_URL: redis, PATH } = process.env;
  const isWhole = database !== undefined && redis !== undefined;
  const env = isWhole && {
    DATABASE_URL: database,
    REDIS_URL: redis,
    REDIS_PREFIX: `image-${crypto.randomBytes(4).toString('hex')}`,
    META_APP_ID: '1234567890',
    META_APP_SECRET: crypto.randomBytes(16).toString('hex'),
    META_GRAPH_URL: 'http://127.0.0.1:9',
    ENCRYPTION_KEYS: `k1:${crypto.randomBytes(32).toString('base64')}`,
    JWT_SECRET: crypto.randomBytes(32).toString('hex'),
    MEDIA_DIR: path.join(folder, 'media'),
  };
  const child = spawn(process.execPath, ['dist/src/main.js'], {
    cwd,
    env: { PATH, NODE_ENV: 'production', PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise((done) => child.once('exit', done));
  if (!isWhole) {
    await ended;
    if (!output.includes('The configuration is not valid')) throw new Error(output);
    return 'names its settings';
  }
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null);
    if (answer?.ok === true) {
      child.kill('SIGTERM');
      const code = await ended;
      if (code !== 0) throw new Error(`It ended with ${code}: ${output}`);
      return 'becomes ready and stops';
    }
    if (child.exitCode !== null) throw new Error(output);
    await new Promise((done) => setTimeout(done, 200));
  }
  child.kill('SIGKILL');
  throw new Error(`It did not become ready: ${output}`);
}

try {
  const packages = copy('packages');
  run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], packages);
  const build = copy('build');
  // The build stage's packages are those of this project: npm ci would make the same.
  fs.symlinkSync(insideProject('node_modules'), path.join(build, 'node_modules'));
  run(process.execPath, ['node_modules/@nestjs/cli/bin/nest.js', 'build'], build);
  const service = copy('service');
  const what = await startIn(service);
  process.stdout.write(`What the image holds ${what}.\n`);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}

// Connections to what was started may still be open.
process.exit();
