import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ApiClient } from './api-client';
import { eventually } from './eventually';

/** Where this release is built. */
const HERE = resolve();

/** The built service as a process of its own, as `npm start` runs it. */
export interface BuiltService {
  pid: number;
  api: ApiClient;
  /** Resolves when it has ended: its exit code, null when a signal ended it. */
  exitCode: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
  stdout(): string;
  stderr(): string;
}

/**
 * Starts it away from the project's folder, whose `.env` must not help.
 * @param env everything that it is to know, and nothing else from this process
 * @param release the folder of another release, which is built too
 */
export function startBuiltService(env: Readonly<Record<string, string>>, release = HERE): BuiltService {
  const main = join(release, 'dist/src/main.js');
  if (!existsSync(main)) throw new Error('Build first: npm run build. npm test does so itself.');
  const child = spawn(process.execPath, [main], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return {
    pid: child.pid ?? 0,
    api: new ApiClient(`http://127.0.0.1:${env.PORT ?? '0'}`),
    exitCode: new Promise((done) => child.once('close', done)),
    kill: (signal) => child.kill(signal),
    stdout: () => stdout,
    stderr: () => stderr,
  };
}

/** The answer to `/health/ready`; 0 while nobody listens. */
export async function readyStatus({ api }: BuiltService): Promise<number> {
  return api.get('/health/ready').then(
    ({ status }) => status,
    () => 0,
  );
}

/** @throws Error with what it printed, when it ends instead or takes too long */
export async function untilReady(service: BuiltService, timeoutMs = 30_000): Promise<void> {
  let ended = false;
  void service.exitCode.then(() => (ended = true));
  const status = await eventually(
    () => readyStatus(service),
    (answer) => answer === 200 || ended,
    { timeoutMs, intervalMs: 50 },
  );
  if (status !== 200) throw new Error(`It did not become ready: ${service.stdout()}${service.stderr()}`);
}

export interface LeastEnvironment extends Record<string, string> {
  META_APP_ID: string;
  META_APP_SECRET: string;
  ENCRYPTION_KEYS: string;
  JWT_SECRET: string;
}

/**
 * Nothing but what the service cannot do without, its addresses and, as tests share one Redis, a prefix. The secrets are
 * new ones each time, so that they can be looked for in what it prints.
 */
export function leastEnvironment(needs: {
  databaseUrl: string;
  redisUrl: string;
  port: number;
}): LeastEnvironment {
  return {
    META_GRAPH_URL: 'http://127.0.0.1:9', // Nothing listens there.
    META_APP_ID: '1234567890',
    META_APP_SECRET: randomBytes(16).toString('hex'),
    DATABASE_URL: needs.databaseUrl,
    REDIS_URL: needs.redisUrl,
    REDIS_PREFIX: `test-${randomBytes(6).toString('hex')}`,
    PORT: String(needs.port),
    PUBLIC_URL: `http://127.0.0.1:${needs.port}`,
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    JWT_SECRET: randomBytes(24).toString('base64url'),
  };
}
