import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { ConfigModule } from '../../src/config/config.module';
import { NotFoundError, ServiceUnavailableError } from '../../src/errors/app.error';
import { JobQueue } from '../../src/queue/job-queue';
import { JobWorker } from '../../src/queue/job-worker';
import { QueueModule } from '../../src/queue/queue.module';
import { TracingModule } from '../../src/tracing/tracing.module';

const redisUrl = process.env.TEST_REDIS_URL;
if (redisUrl === undefined)
  throw new Error('TEST_REDIS_URL is not set; `npm test` starts a Redis and sets it');

describe('the queues on a real Redis', () => {
  const opened: TestingModule[] = [];
  let prefix: string;

  beforeEach(() => {
    prefix = `queue-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    jest.spyOn(Logger.prototype, 'log').mockImplementation();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((app) => app.close()));
    jest.restoreAllMocks();
  });

  async function start(
    url: string,
    roles = 'api,worker',
  ): Promise<{ jobs: JobQueue; worker: JobWorker; app: TestingModule }> {
    const app = await Test.createTestingModule({
      imports: [ConfigModule.forEnvironment(environment(url, roles, prefix)), TracingModule, QueueModule],
    }).compile();
    opened.push(app);
    return { jobs: app.get(JobQueue), worker: app.get(JobWorker), app };
  }

  it('brings a job to a worker, which sees its payload', async () => {
    const { jobs, worker, app } = await start(redisUrl);
    const seen: string[] = [];
    worker.consume('template-sync', 'sync', 2, ({ accountId, wabaId }) => {
      seen.push(`${accountId}/${wabaId}`);
      return Promise.resolve();
    });
    await app.init();
    await expect(jobs.add('template-sync', 'sync', { accountId: 'a', wabaId: 'w' })).resolves.toBe(true);
    await eventually(() => seen.length === 1);
    expect(seen).toEqual(['a/w']);
    await eventually(async () => (await jobs.countsOf('template-sync'))?.active === 0);
    expect(await jobs.countsOf('template-sync')).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 });
  });

  it('takes no job in a process without the role worker', async () => {
    const api = await start(redisUrl, 'api');
    const handler = jest.fn(() => Promise.resolve());
    api.worker.consume('asset-discovery', 'discover', 1, handler);
    await api.app.init();
    await api.jobs.add('asset-discovery', 'discover', { accountId: 'a' });
    await pause(300);
    expect(handler).not.toHaveBeenCalled();
    expect(await api.jobs.countsOf('asset-discovery')).toMatchObject({ waiting: 1 });

    const other = await start(redisUrl, 'worker');
    other.worker.consume('asset-discovery', 'discover', 1, handler);
    await other.app.init();
    await eventually(() => handler.mock.calls.length === 1);
  });

  it('holds one waiting job for an id, and takes the id again after success and after failure', async () => {
    const { jobs, worker, app } = await start(redisUrl);
    let runs = 0;
    await app.init();
    for (let times = 0; times < 3; times += 1) {
      await jobs.add('asset-discovery', 'discover', { accountId: 'a' }, { jobId: 'a' });
    }
    worker.consume('asset-discovery', 'discover', 1, () => {
      runs += 1;
      return runs === 2 ? Promise.reject(new Error('a defect')) : Promise.resolve();
    });
    await eventually(() => runs === 1);
    for (const expected of [2, 3]) {
      await eventually(async () => (await jobs.countsOf('asset-discovery'))?.active === 0);
      await jobs.add('asset-discovery', 'discover', { accountId: 'a' }, { jobId: 'a' });
      await eventually(() => runs === expected);
    }
  });

  it('tries again only what may succeed', async () => {
    const { jobs, worker, app } = await start(redisUrl);
    const tries: Record<string, number> = {};
    worker.consume('message-sending', 'dispatch', 1, ({ assetId }) => {
      tries[assetId] = (tries[assetId] ?? 0) + 1;
      return Promise.reject(
        assetId === 'gone' ? new NotFoundError('gone') : new ServiceUnavailableError('later'),
      );
    });
    await app.init();
    for (const assetId of ['gone', 'later']) {
      await jobs.add(
        'message-sending',
        'dispatch',
        { platform: 'whatsapp', accountId: 'a', assetId },
        { attempts: 3 },
      );
    }
    await eventually(() => tries.later === 3);
    await pause(200);
    expect(tries).toEqual({ gone: 1, later: 3 });
  });

  it('runs a delayed job when its time has come', async () => {
    const { jobs, worker, app } = await start(redisUrl);
    const ran: number[] = [];
    worker.consume('asset-discovery', 'discover', 1, () => {
      ran.push(Date.now());
      return Promise.resolve();
    });
    await app.init();
    const addedAt = Date.now();
    await jobs.add('asset-discovery', 'discover', { accountId: 'a' }, { delayMs: 400 });
    await eventually(() => ran.length === 1);
    expect(ran[0]! - addedAt).toBeGreaterThanOrEqual(390);
  });

  it('lets running jobs finish at shutdown and leaves the others to the next worker', async () => {
    const { jobs, worker, app } = await start(redisUrl);
    const done: string[] = [];
    worker.consume('message-sending', 'dispatch', 1, async ({ assetId }) => {
      await pause(500);
      done.push(assetId);
    });
    await app.init();
    for (const assetId of ['1', '2'])
      await jobs.add('message-sending', 'dispatch', { platform: 'whatsapp', accountId: 'a', assetId });
    await eventually(async () => (await jobs.countsOf('message-sending'))?.active === 1);
    await app.close();
    expect(done).toEqual(['1']);

    const after = await start(redisUrl, 'worker');
    await after.app.init();
    await eventually(async () => (await after.jobs.countsOf('message-sending')) !== null);
    expect(await after.jobs.countsOf('message-sending')).toMatchObject({ waiting: 1, active: 0 });
  });

  describe('when Redis goes away', () => {
    let proxy: RedisProxy;
    beforeEach(async () => {
      proxy = await RedisProxy.start(redisUrl);
    });
    afterEach(() => proxy.stop());

    it('answers quickly that nobody was woken, and works on by itself when it is back', async () => {
      const { jobs, worker, app } = await start(proxy.url);
      const seen: string[] = [];
      worker.consume('message-sending', 'dispatch', 1, ({ assetId }) => {
        seen.push(assetId);
        return Promise.resolve();
      });
      await app.init();
      await eventually(() => jobs.isReachable());
      await jobs.add('message-sending', 'dispatch', {
        platform: 'whatsapp',
        accountId: 'a',
        assetId: 'before',
      });
      await eventually(() => seen.length === 1);

      await proxy.cut();
      for (let times = 0; times < 3; times += 1) {
        const startedAt = Date.now();
        const woken = await jobs.add('message-sending', 'dispatch', {
          platform: 'whatsapp',
          accountId: 'a',
          assetId: 'during',
        });
        expect(Date.now() - startedAt).toBeLessThan(1_000);
        if (times > 0) expect(woken).toBe(false);
      }
      await expect(jobs.isReachable()).resolves.toBe(false);
      await pause(1_500);

      await proxy.restore();
      await eventually(() =>
        jobs.add('message-sending', 'dispatch', { platform: 'whatsapp', accountId: 'a', assetId: 'after' }),
      );
      await eventually(() => seen.includes('after'));
    });

    it('starts without it, and finds it later', async () => {
      await proxy.cut();
      const { jobs, worker, app } = await start(proxy.url);
      const seen: string[] = [];
      worker.consume('asset-discovery', 'discover', 1, ({ accountId }) => {
        seen.push(accountId);
        return Promise.resolve();
      });
      await app.init();
      await pause(300);
      await proxy.restore();
      await eventually(() => jobs.isReachable());
      await jobs.add('asset-discovery', 'discover', { accountId: 'a' });
      await eventually(() => seen.length === 1);
    });

    it('does not hold up the shutdown, nor fill the log', async () => {
      const { jobs, worker, app } = await start(proxy.url);
      worker.consume('asset-discovery', 'discover', 1, () => Promise.resolve());
      await app.init();
      await eventually(() => jobs.isReachable());
      await proxy.cut();
      await pause(1_000);
      const outages = jest
        .mocked(Logger.prototype.warn)
        .mock.calls.filter(([message]) => String(message).startsWith('Redis cannot be reached'));
      expect(outages).toHaveLength(1);
      const startedAt = Date.now();
      await app.close();
      expect(Date.now() - startedAt).toBeLessThan(6_000);
    });

    it('notices a Redis that accepts connections and says nothing', async () => {
      const { jobs, app } = await start(proxy.url);
      await app.init();
      await eventually(() => jobs.isReachable());
      proxy.freeze();
      const startedAt = Date.now();
      await expect(jobs.add('webhook-message', 'process', {})).resolves.toBe(false);
      await expect(jobs.add('webhook-message', 'process', {})).resolves.toBe(false);
      await expect(jobs.isReachable()).resolves.toBe(false);
      expect(Date.now() - startedAt).toBeLessThan(1_500);
    });
  });
});

/** A way to Redis that can be cut, frozen and restored on the same port. */
class RedisProxy {
  private readonly sockets = new Set<Socket>();
  private isFrozen = false;
  private port = 0;

  private constructor(
    private server: Server,
    private readonly target: URL,
  ) {}

  static async start(targetUrl: string): Promise<RedisProxy> {
    const proxy = new RedisProxy(createServer(), new URL(targetUrl));
    await proxy.restore();
    return proxy;
  }

  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  async restore(): Promise<void> {
    this.server = createServer((near) => {
      const far = connect(Number(this.target.port || 6379), this.target.hostname);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.sockets.add(one);
        one.on('data', (bytes) => this.isFrozen || other.write(bytes));
        one.on('error', () => undefined);
        one.on('close', () => {
          this.sockets.delete(one);
          other.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  freeze(): void {
    this.isFrozen = true;
  }

  async stop(): Promise<void> {
    if (this.server.listening) await this.cut();
  }
}

async function eventually(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  while (!(await isTrue())) {
    if (Date.now() > giveUpAt) throw new Error('It did not happen within 10 seconds');
    await pause(20);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function environment(redis: string, roles: string, prefix: string): Record<string, string> {
  return {
    DATABASE_URL: 'postgres://localhost/none',
    REDIS_URL: redis,
    REDIS_PREFIX: prefix,
    APP_ROLES: roles,
    META_APP_ID: '1234567890',
    META_APP_SECRET: 'test-app-secret',
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
    JWT_SECRET: 'j'.repeat(32),
  };
}
