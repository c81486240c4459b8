import { setTimeout as pause } from 'node:timers/promises';
import { migrateDatabase } from '../../src/database/migrate.command';
import { ApiClient } from '../api-client';
import type { FaultService } from '../faults/fault-service';
import { openWindows } from '../faults/open-windows';
import { orderMessages } from '../faults/orders';
import { compareSends } from '../faults/send-comparison';
import { type Stage, onStage, seconds } from '../faults/stage';
import { drained } from '../faults/tables';
import { eventually } from '../eventually';
import { Front } from './front';

jest.setTimeout(600_000);

/** What PostgreSQL says to code that expects other tables than there are. */
const MISFITS = /does not exist|violates (?:not-null|check|foreign key)|cached plan must not change/;

/** Does something while the load goes on, and a while longer. */
type Meanwhile = <Result>(work: () => Promise<Result>) => Promise<Result>;

interface Release {
  api: FaultService;
  worker: FaultService;
}

/** The old release behind an address that stays; `replace` puts this one in its place, and the old one back. */
class Replacement {
  private constructor(
    private readonly stage: Stage,
    private readonly front: Front,
    private readonly from: string,
    private old: Release,
  ) {}

  static async of(stage: Stage): Promise<Replacement> {
    const from = process.env.UPGRADE_FROM;
    if (from === undefined) throw new Error('Run this with npm run check:upgrade -- <git ref>.');
    const front = await Front.open();
    const old = await start(stage, front, 'old', from);
    front.leadTo(old.api);
    await stage.connect();
    return new Replacement(stage, front, from, old);
  }

  /** Where Meta and users find the service, whichever release it is. */
  get url(): string {
    return this.front.url;
  }

  /** What docs/migrations.md says that an upgrade does, one thing after the other. */
  async replace(during: Meanwhile): Promise<void> {
    const { stage, front } = this;
    const migrated: string[] = [];
    const begun = Date.now();
    await during(async () => {
      await migrateDatabase({ DATABASE_URL: stage.databaseUrl }, (line) => migrated.push(line));
      const names = migrated.filter((line) => line.startsWith('Migrated: '));
      stage.say(`${names.length} migrations beside the old release, in ${seconds(Date.now() - begun)}`);
    });
    await during(nothing); // the old release alone, on the new tables
    const fresh = await during(() => start(stage, front, 'new'));
    await during(nothing); // both at once: the old API, and workers of both
    await this.handOver(this.old, fresh, during);
    const back = await during(() => start(stage, front, 'old again', this.from));
    await this.handOver(fresh, back, during);
  }

  /** Nobody was answered with an error, and nothing fitted badly, not even where that was caught and tried again. */
  expectNoMisfits(): void {
    const { services, postgres } = this.stage;
    const lines = services.flatMap((service) =>
      service
        .output()
        .split('\n')
        .filter((line) => /"level":"(?:error|fatal)"/.test(line))
        // Who is asked while it starts says that it is not ready; what a busy machine left undone is counted elsewhere.
        .filter((line) => !/\/health\/ready|exiting with work unfinished/.test(line))
        .map((line) => `${service.name}: ${line}`),
    );
    const refused = postgres
      .output()
      .split('\n')
      .filter((line) => MISFITS.test(line));
    const failures = [...this.front.answers.keys()].filter((status) => status >= 500);
    expect([...lines, ...refused, ...failures]).toEqual([]);
  }

  close(): Promise<void> {
    return this.front.close();
  }

  private async handOver(before: Release, after: Release, during: Meanwhile): Promise<void> {
    this.front.leadTo(after.api);
    await during(nothing);
    // What it does not finish in time it hands back: that nothing is missing is counted in the end.
    for (const process of [before.api, before.worker]) await during(() => process.terminate());
    await during(nothing);
  }
}

async function start(stage: Stage, front: Front, which: string, folder?: string): Promise<Release> {
  const PUBLIC_URL = front.url;
  const api = await stage.start(`the ${which} API`, { APP_ROLES: 'api,scheduler', PUBLIC_URL }, folder);
  return {
    api,
    worker: await stage.start(`the ${which} worker`, { APP_ROLES: 'worker', PUBLIC_URL }, folder),
  };
}

const nothing = (): Promise<void> => Promise.resolve();

async function onReplacement(
  title: string,
  play: (stage: Stage, replacement: Replacement) => Promise<void>,
): Promise<void> {
  await onStage(title, async (stage) => {
    const replacement = await Replacement.of(stage);
    try {
      await play(stage, replacement);
      replacement.expectNoMisfits();
    } finally {
      await replacement.close();
    }
  });
}

describe('the release before this one is replaced, and put back,', () => {
  it('while Meta delivers: all is acknowledged, processed once, and nobody is answered with an error', () =>
    onReplacement('an upgrade under deliveries', async (stage, replacement) => {
      const sender = stage.load([replacement], 40);
      await sender.untilMoreAcknowledged(150);
      await replacement.replace(async (work) => {
        const [result] = await Promise.all([work(), sender.untilMoreAcknowledged(150)]);
        return result;
      });
      await stage.expectNothingLostOrDoubled(sender);
    }));

  it('while messages are ordered: each is accounted for and goes out once, and everybody stays logged in', () =>
    onReplacement('an upgrade under orders', async (stage, replacement) => {
      stage.control.configure({ limits: { pairBurst: 500 }, delivery: { retryDelaysMs: [1_000] } });
      const customers = await openWindows(stage, 40);
      const client = new ApiClient(replacement.url, stage.client.credentials);
      const random = stage.random.branch('sends');
      const ordered: string[] = [];
      await replacement.replace(async (work) => {
        const orders = orderMessages({ client, random, customers, count: 60, perSecond: 20 });
        const [result, ids] = await Promise.all([work(), orders]);
        ordered.push(...ids);
        return result;
      });
      await eventually(
        () => stage.control.sentMessages().length,
        (sent) => sent >= ordered.length,
        { timeoutMs: 120_000 },
      );
      expect(await stage.control.waitUntilIdle({ timeoutMs: 30_000 })).toBe(true);
      await pause(1_000);
      const undone = await drained(stage.databaseUrl);
      const received = stage.control.sentMessages();
      expect([...undone, ...(await compareSends(stage.databaseUrl, ordered, received))]).toEqual([]);
      stage.say(`${ordered.length} ordered, ${received.length} at Meta, each once`);
    }));
});
