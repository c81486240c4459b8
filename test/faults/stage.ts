import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox';
import type { ApiClient } from '../api-client';
import { leastEnvironment } from '../built-service';
import { eventually } from '../eventually';
import { type TestDatabase, createTestDatabase, testRedisUrl } from '../test-database';
import { compareWithTables } from './comparison';
import { FaultService } from './fault-service';
import { MetaSender } from './meta-sender';
import type { ServerProcess } from './processes';
import { SeededRandom, seedOfRun } from './seeded-random';
import { preparedServers } from './servers';
import { drained } from './tables';
import { type Delivery, Traffic } from './traffic';

const REDIRECT_URI = 'https://app.example.com/callback';

interface StageParts {
  title: string;
  random: SeededRandom;
  postgres: ServerProcess;
  redis: ServerProcess;
  sandbox: Sandbox;
  database: TestDatabase;
  env: Readonly<Record<string, string>> & { META_APP_SECRET: string };
}

/** Everything of one scenario: servers of its own, the stand-in for Meta, and processes of the service. */
export class Stage {
  readonly services: FaultService[] = [];
  readonly senders: MetaSender[] = [];
  private readonly begunAt = Date.now();
  private admin: ApiClient | undefined;

  private readonly deadlocksBefore: number;

  constructor(private readonly parts: StageParts) {
    this.deadlocksBefore = deadlocksIn(this.postgres.output());
  }

  get postgres(): ServerProcess {
    return this.parts.postgres;
  }

  get redis(): ServerProcess {
    return this.parts.redis;
  }

  get control(): Sandbox['control'] {
    return this.parts.sandbox.control;
  }

  get random(): SeededRandom {
    return this.parts.random;
  }

  get databaseUrl(): string {
    return this.parts.database.url;
  }

  /** A user whose WhatsApp number is connected. */
  get client(): ApiClient {
    if (this.admin === undefined) throw new Error('Call connect() first.');
    return this.admin;
  }

  /** Starts a process of the service. The first one is the one that Meta and users are told of. */
  async start(
    name: string,
    env: Readonly<Record<string, string>> = {},
    release?: string,
  ): Promise<FaultService> {
    const port = this.services.length === 0 ? {} : { PORT: String(await fixedPort()) };
    const service = new FaultService(name, { ...this.parts.env, ...port, ...env }, release);
    this.services.push(service);
    await service.start();
    return service;
  }

  /** Connects the seeded account, through the first process. */
  async connect(): Promise<void> {
    const api = this.services[0]?.api;
    if (api === undefined) throw new Error('Start a process first.');
    const client = api.as(await api.registerAdmin());
    const { code } = this.control.issueCode({ redirectUri: REDIRECT_URI });
    const connected = await client.post('/api/meta/auth/connect', { code, redirectUri: REDIRECT_URI });
    if (connected.status !== 200)
      throw new Error(`Connecting answered ${connected.status}: ${connected.text}`);
    await eventually(
      () => client.get('/api/meta/whatsapp/account'),
      ({ status }) => status === 200,
    );
    this.admin = client;
  }

  /** What Meta has to tell. */
  traffic(): Traffic {
    return new Traffic({
      random: this.random.branch('traffic'),
      appSecret: this.parts.env.META_APP_SECRET,
    });
  }

  /** Starts the load on these processes. It goes on until `expectNothingLostOrDoubled`. */
  load(receivers: readonly { url: string }[], perSecond: number): MetaSender {
    const sender = new MetaSender({
      random: this.random.branch('sender'),
      urls: receivers.map(({ url }) => url),
      traffic: this.traffic(),
      perSecond,
    });
    this.senders.push(sender);
    sender.start();
    return sender;
  }

  /** Ends the load; then everything is acknowledged, everything acknowledged processed, and the tables hold it once. */
  async expectNothingLostOrDoubled(sender: MetaSender): Promise<void> {
    await sender.finish();
    const ended = Date.now();
    const acknowledged = [...sender.acknowledged.values()];
    await this.expectStoredOnce(acknowledged);
    const messages = new Set(acknowledged.flatMap((each) => each.messages.map(({ wamid }) => wamid))).size;
    this.say(
      `${sender.describe()}; ${messages} messages, 0 lost, 0 doubled ` +
        `(ready after ${seconds(sender.begunAt - this.begunAt)}, load ${seconds(ended - sender.begunAt)}, ` +
        `processed and compared ${seconds(Date.now() - ended)} later, ` +
        `${deadlocksIn(this.postgres.output()) - this.deadlocksBefore} deadlocks resolved)`,
    );
  }

  async expectStoredOnce(acknowledged: readonly Delivery[]): Promise<void> {
    const undone = await drained(this.databaseUrl);
    const problems = [...undone, ...(await compareWithTables(this.databaseUrl, acknowledged))];
    if (problems.length > 0)
      throw new Error(`What was acknowledged is not what is stored:\n${problems.join('\n')}`);
  }

  say(words: string): void {
    process.stdout.write(`    ${this.parts.title}: ${words}\n`);
  }

  describe(): string {
    const logs = [...this.services, this.postgres, this.redis].map(
      (each) => `--- ${each.name} wrote last:\n${each.lastLines()}`,
    );
    return [
      `Scenario: ${this.parts.title}`,
      `Seed: ${seedOfRun()} (FAULTS_SEED=${seedOfRun()} npm run test:faults makes the same load again)`,
      ...this.senders.map((sender) => `Sender: ${sender.describe()}`),
      ...logs,
    ].join('\n');
  }

  async close(): Promise<void> {
    for (const sender of this.senders) await sender.stop();
    for (const service of this.services) await service.kill();
  }
}

/** Makes a stage, plays on it, clears it away. What fails tells the scenario, its seed and what everybody wrote last. */
export async function onStage(title: string, play: (stage: Stage) => Promise<void>): Promise<void> {
  const random = new SeededRandom(seedOfRun()).branch(title);
  const { postgres, redis } = preparedServers();
  const undo: (() => Promise<void>)[] = [];
  try {
    undo.push(() => postgres.kill());
    await postgres.start();
    undo.push(() => redis.kill());
    await redis.start();
    const database = await createTestDatabase(); // It goes with the cluster.
    const env = {
      ...leastEnvironment({ databaseUrl: database.url, redisUrl: testRedisUrl(), port: await fixedPort() }),
      // The traffic is that of many users, sent by one.
      RATE_LIMITS: 'false',
      DATABASE_POOL_SIZE: '10',
      LOG_LEVEL: 'warn',
      OAUTH_REDIRECT_URIS: REDIRECT_URI,
    };
    const sandbox = await startSandbox({
      apps: [{ appId: env.META_APP_ID, appSecret: env.META_APP_SECRET }],
    });
    undo.push(() => sandbox.close());
    const stage = new Stage({
      title,
      random,
      postgres,
      redis,
      sandbox,
      database,
      env: { ...env, META_GRAPH_URL: sandbox.url },
    });
    undo.push(() => stage.close());
    await play(stage).catch((error: unknown) => {
      const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new Error(`${told}\n${stage.describe()}`);
    });
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

/** A port that no system hands out by itself: see scripts/faults.mjs. */
async function fixedPort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000);
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => {
        resolve(false);
      });
      server.listen(port, '0.0.0.0', () => {
        server.close(() => {
          resolve(true);
        });
      });
    });
    if (isFree) return port;
  }
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function deadlocksIn(log: string): number {
  return log.split('deadlock detected').length - 1;
}
