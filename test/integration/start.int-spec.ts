import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { eventually } from '../eventually';
import { freePort, testEnvironment } from '../test-app';
import { type TestDatabase, createTestDatabase } from '../test-database';

const MAIN = resolve('dist/src/main.js');

interface Run {
  exitCode: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
  stderr(): string;
  stdout(): string;
}

/** Away from the project's folder, whose `.env` must not help. */
function start(env: Record<string, string>): Run {
  if (!existsSync(MAIN)) throw new Error('Build first: npm run build. npm test does so itself.');
  const child = spawn(process.execPath, [MAIN], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return {
    exitCode: new Promise((done) => child.once('close', done)),
    kill: (signal) => child.kill(signal),
    stderr: () => stderr,
    stdout: () => stdout,
  };
}

describe('the process', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  const valid = async (): Promise<Record<string, string>> => ({
    ...testEnvironment(database.url, await freePort()),
    LOG_LEVEL: 'info',
  });

  it('names every missing setting and exits with 1', async () => {
    const run = start({});
    expect(await run.exitCode).toBe(1);
    for (const name of [
      'DATABASE_URL',
      'REDIS_URL',
      'META_APP_ID',
      'META_APP_SECRET',
      'ENCRYPTION_KEYS',
      'JWT_SECRET',
    ])
      expect(run.stderr()).toMatch(new RegExp(`^ {2}${name}: missing; `, 'm'));
    expect(run.stderr()).not.toContain('    at ');
  });

  it('names every malformed setting, without its value, and exits with 1', async () => {
    const run = start({
      ...(await valid()),
      META_APP_ID: 'canary',
      ENCRYPTION_KEYS: 'canary',
      JWT_SECRET: 'canary',
    });
    expect(await run.exitCode).toBe(1);
    for (const name of ['META_APP_ID', 'ENCRYPTION_KEYS', 'JWT_SECRET'])
      expect(run.stderr()).toMatch(new RegExp(`^ {2}${name}: malformed; `, 'm'));
    expect(run.stderr() + run.stdout()).not.toContain('canary');
  });

  it('says in a sentence that its port is taken, and exits with 1', async () => {
    const env = await valid();
    const other = createServer();
    await new Promise<void>((done) => other.listen(Number(env.PORT), '127.0.0.1', done));
    try {
      const run = start(env);
      expect(await run.exitCode).toBe(1);
      expect(run.stderr()).toBe(
        `Port ${String(env.PORT)} is taken by another program. Stop that, or set PORT to a free one.\n`,
      );
    } finally {
      other.close();
    }
  });

  it.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])('serves, and on %s ends with 0', async (signal) => {
    const env = await valid();
    const run = start(env);
    const url = `http://127.0.0.1:${String(env.PORT)}`;
    await eventually(
      () =>
        fetch(`${url}/health/ready`).then(
          ({ status }) => status,
          () => 0,
        ),
      (status) => status === 200,
      { timeoutMs: 30_000 },
    );
    const document: unknown = await (await fetch(`${url}/api/docs-json`)).json();
    expectEnvelopes(document);
    run.kill(signal);
    expect(await run.exitCode).toBe(0);
    expect(run.stdout()).toContain('Closed');
    expect(run.stderr()).toBe('');
  });
});

/** The API documentation is only whole in the build, which runs Nest's Swagger plugin. */
function expectEnvelopes(document: unknown): void {
  const { paths } = document as {
    paths: Record<string, Record<string, { summary?: string; responses: Record<string, unknown> }>>;
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
  );
  expect(operations.length).toBeGreaterThan(10);
  expect(operations.filter(({ summary }) => summary === undefined || summary === '')).toEqual([]);
  for (const { name, responses } of operations) {
    for (const [status, response] of Object.entries(responses).filter(([status]) => Number(status) >= 400))
      expect([name, status, JSON.stringify(response)]).toEqual([
        name,
        status,
        expect.stringContaining('ErrorEnvelopeDto'),
      ]);
    expect([name, Object.keys(responses).filter((status) => Number(status) < 400)]).toEqual([
      name,
      [expect.any(String)],
    ]);
  }
}
