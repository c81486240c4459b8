import { Logger } from '@nestjs/common';
import * as fc from 'fast-check';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { newId } from '../../src/database/ids';
import { Outbox } from '../../src/domain-events/outbox';
import type { DeliveredEvent, OutboxSubscriber } from '../../src/domain-events/outbox-subscribers';
import { eventually } from '../eventually';
import { type Tenant, aTenant } from '../factories/conversations.factory';
import { type RelayProcess, aRelayProcess, aTemplateEvent, tell } from '../factories/outbox.factory';
import { openMigratedDatabase } from '../migrated-database';

type Told = DeliveredEvent<'template.updated'>;
type Handle = (events: readonly Told[], tx: EntityManager) => Promise<void>;

let db: DataSource;
let close: () => Promise<void>;
let tenant: Tenant;
let process: RelayProcess;
let open: QueryRunner[] = [];

beforeAll(async () => {
  ({ db, close } = await openMigratedDatabase());
  await db.query('CREATE TABLE effects (subscriber text, name text)');
});
afterAll(async () => {
  await close();
});
beforeEach(async () => {
  jest.spyOn(Logger.prototype, 'warn').mockImplementation();
  jest.spyOn(Logger.prototype, 'error').mockImplementation();
  await db.query(
    'TRUNCATE effects, domain_events, outbox_arrivals, outbox_batches, outbox_cursors, outbox_failures',
  );
  tenant = await aTenant(db);
  process = aRelayProcess(db);
});
afterEach(async () => {
  for (const runner of open) await runner.release();
  open = [];
  jest.restoreAllMocks();
});

function aSubscriber(
  handle: Handle,
  changes: Partial<Omit<OutboxSubscriber<'template.updated'>, 'handle' | 'kinds'>> = {},
): OutboxSubscriber<'template.updated'> {
  return { name: 'reader', kinds: ['template.updated'], from: 'beginning', handle, ...changes };
}

const nameOf = (event: Told): string => event.payload.name;
/** Writes what it is told into a table, as real subscribers do. */
const writing =
  (subscriber: string): Handle =>
  async (events, tx) => {
    await tx.query('INSERT INTO effects SELECT $1, unnest($2::text[])', [subscriber, events.map(nameOf)]);
  };
async function effects(subscriber = 'reader'): Promise<string[]> {
  const rows: { name: string }[] = await db.query('SELECT name FROM effects WHERE subscriber = $1', [
    subscriber,
  ]);
  return rows.map(({ name }) => name);
}
const say = (...names: string[]): Promise<void> => db.transaction((tx) => tell(tx, tenant, ...names));
const numbered = (count: number, prefix = 'e'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(5, '0')}`);
const failuresOf = (): Promise<{ state: string; attempts: number; error: string }[]> =>
  db.query('SELECT state, attempts, error FROM outbox_failures');
const makeDue = (): Promise<unknown> =>
  db.query(`UPDATE outbox_failures SET next_attempt_at = now() - interval '1 second'`);

async function begin(): Promise<QueryRunner> {
  const runner = db.createQueryRunner();
  open.push(runner);
  await runner.startTransaction();
  return runner;
}

describe('what is told', () => {
  it('is every committed event in order, with what it is about', async () => {
    const seen: Told[] = [];
    process.subscribers.register(
      aSubscriber((events) => {
        seen.push(...events);
        return Promise.resolve();
      }),
    );
    await say('a', 'b');
    await say('c');
    await process.relay.settle();
    expect(seen.map(nameOf)).toEqual(['a', 'b', 'c']);
    expect(seen[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      kind: 'template.updated',
      accountId: tenant.accountId,
      payload: { templateId: '1', name: 'a', language: 'en', status: 'APPROVED' },
      conversation: null,
      createdAt: expect.any(Date) as Date,
      position: expect.stringMatching(/^\d+$/) as string,
      traceParent: null,
    });
    expect(seen.map(({ position }) => BigInt(position) - BigInt(seen[0]!.position))).toEqual([0n, 0n, 1n]);
    await process.relay.settle();
    expect(seen).toHaveLength(3);
  });

  it('holds an event of the transaction that began first and was committed last', async () => {
    process.subscribers.register(aSubscriber(writing('reader')));
    const slow = await begin();
    await tell(slow.manager, tenant, 'began first');
    await say('began second');
    await process.relay.settle();
    expect(await effects()).toEqual(['began second']);
    await slow.commitTransaction();
    await process.relay.settle();
    expect(await effects()).toEqual(['began second', 'began first']);
  });

  it('keeps what was caused after its cause, though clocks of machines differ', async () => {
    process.subscribers.register(aSubscriber(writing('reader')));
    await say('cause');
    // As a machine whose clock is ahead would have made them.
    const ahead = 'fffffff0-0000-7000-8000-000000000000';
    await db.query('UPDATE domain_events SET batch_id = $1, id = $1', [ahead]);
    await db.query('UPDATE outbox_arrivals SET batch_id = $1', [ahead]);
    await say('effect');
    await process.relay.settle();
    expect(await effects()).toEqual(['cause', 'effect']);
  });

  it('holds nothing of a transaction that was rolled back', async () => {
    process.subscribers.register(aSubscriber(writing('reader')));
    const doomed = await begin();
    await tell(doomed.manager, tenant, 'never happened');
    await doomed.rollbackTransaction();
    await say('happened');
    await process.relay.settle();
    expect(await effects()).toEqual(['happened']);
  });

  it('is of the kinds that were asked for', async () => {
    process.subscribers.register(aSubscriber(writing('reader')));
    const other = { kind: 'account.connected', accountId: tenant.accountId, payload: tenant } as const;
    await db.transaction((tx) => new Outbox().record(tx, [other, aTemplateEvent(tenant, 'a'), other]));
    await db.transaction((tx) => new Outbox().record(tx, [other]));
    await process.relay.settle();
    expect(await effects()).toEqual(['a']);
    expect(await process.lag.read()).toMatchObject([{ events: 0 }]);
  });

  it('is one event for each fingerprint, and no place for a batch of none', async () => {
    process.subscribers.register(aSubscriber(writing('reader')));
    const twice = aTemplateEvent(tenant, 'once', { fingerprint: Buffer.from('1') });
    for (let times = 0; times < 2; times += 1) await db.transaction((tx) => new Outbox().record(tx, [twice]));
    await process.relay.settle();
    expect(await effects()).toEqual(['once']);
    expect(await db.query('SELECT size FROM outbox_batches')).toEqual([{ size: 1 }]);
  });

  it('begins for a new subscriber with what comes after it, or from the beginning where it asks for that', async () => {
    process.subscribers.register(aSubscriber(writing('early'), { name: 'early' }));
    await say('old');
    await process.relay.settle();
    process.subscribers.register(aSubscriber(writing('late'), { name: 'late', from: 'end' }));
    process.subscribers.register(aSubscriber(writing('historian'), { name: 'historian' }));
    await process.relay.settle();
    await say('new');
    await process.relay.settle();
    expect(await effects('late')).toEqual(['new']);
    expect(await effects('historian')).toEqual(['old', 'new']);
    expect(await effects('early')).toEqual(['old', 'new']);
  });

  it('goes over thousands of events and batches, large and small, without leaving one out', async () => {
    const sizes: number[] = [];
    process.subscribers.register(
      aSubscriber(async (events, tx) => {
        sizes.push(events.length);
        await writing('reader')(events, tx);
      }),
    );
    const names = numbered(3_333);
    let from = 0;
    for (const size of [1_250, 1, 499, 2, 500, 501, ...Array<number>(58).fill(10)]) {
      await say(...names.slice(from, from + size));
      from += size;
    }
    expect(from).toBe(names.length);
    await process.relay.settle();
    expect(await effects()).toEqual(names);
    expect(Math.max(...sizes)).toBe(500);
  });

  it('passes over batches whose account is gone', async () => {
    process.subscribers.register(aSubscriber(writing('reader')));
    const gone = await aTenant(db);
    for (let times = 0; times < 3; times += 1) await db.transaction((tx) => tell(tx, gone, 'of the deleted'));
    await db.query('DELETE FROM assets WHERE account_id = $1', [gone.accountId]);
    await db.query('DELETE FROM meta_accounts WHERE id = $1', [gone.accountId]);
    await process.relay.settle();
    expect(
      await db.query(
        'SELECT position = (SELECT max(position) FROM outbox_batches) AS ok FROM outbox_cursors',
      ),
    ).toEqual([{ ok: true }]);
    await say('a');
    await process.relay.settle();
    expect(await effects()).toEqual(['a']);
  });
});

describe('effects in the database', () => {
  it('happen once while several processes tell, events come in and handlers fail now and then', async () => {
    const processes = [process, aRelayProcess(db), aRelayProcess(db), aRelayProcess(db)];
    let calls = 0;
    for (const each of processes)
      for (const name of ['first', 'second'])
        each.subscribers.register(
          aSubscriber(
            async (events, tx) => {
              await writing(name)(events, tx);
              if ((calls += 1) % 4 === 0) throw new Error('a bad day');
            },
            { name },
          ),
        );
    const names = numbered(600);
    const work = processes.map(async ({ relay }, writer) => {
      for (let at = writer * 5; at < names.length; at += 20) {
        await say(...names.slice(at, at + 5));
        await relay.settle();
      }
    });
    await Promise.all(work);
    const settled = await eventually(
      async () => {
        await makeDue();
        await Promise.all(processes.map(({ relay }) => relay.settle()));
        return { left: await failuresOf(), lag: await process.lag.read() };
      },
      ({ left, lag }) => left.length === 0 && lag.every(({ events }) => events === 0),
    );
    expect(settled.lag).toHaveLength(2);
    expect(calls).toBeGreaterThan(20);
    expect((await effects('first')).sort()).toEqual(names);
    expect((await effects('second')).sort()).toEqual(names);
  });

  it('are undone and made again where the process dies between the last effect and the commit', async () => {
    let dies = true;
    let calls = 0;
    process.subscribers.register(
      aSubscriber(async (events, tx) => {
        calls += 1;
        await writing('reader')(events, tx);
        if (!dies) return;
        dies = false;
        // As seen by PostgreSQL a process that dies is a connection that ends.
        await tx.query('SELECT pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
      }),
    );
    await say('a', 'b');
    await process.relay.settle();
    expect(await effects()).toEqual([]);
    // Nobody is to blame for that: they come again as if nothing had been.
    expect(await failuresOf()).toEqual([]);
    await process.relay.settle();
    expect(await effects()).toEqual(['a', 'b']);
    expect(calls).toBe(2);
  });

  it('are right whatever the order of beginning, telling, committing, rolling back and failing', async () => {
    const act = fc.record({
      writer: fc.integer({ min: 0, max: 2 }),
      what: fc.constantFrom('tell', 'commit', 'rollback', 'relay', 'relay', 'fail'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 30 }), async (acts) => {
        await db.query(
          'TRUNCATE effects, domain_events, outbox_arrivals, outbox_batches, outbox_cursors, outbox_failures',
        );
        const relays = [aRelayProcess(db), aRelayProcess(db)];
        let failing = 0;
        for (const { subscribers } of relays)
          subscribers.register(
            aSubscriber(async (events, tx) => {
              await writing('reader')(events, tx);
              if (failing-- > 0) throw new Error('as told');
            }),
          );
        const writers = new Map<number, { runner: QueryRunner; names: string[] }>();
        const committed: string[][] = [];
        let count = 0;
        const end = async (writer: number, what: 'commit' | 'rollback'): Promise<void> => {
          const held = writers.get(writer);
          if (held === undefined) return;
          writers.delete(writer);
          if (what === 'commit') {
            await held.runner.commitTransaction();
            committed.push(held.names);
          } else await held.runner.rollbackTransaction();
          await held.runner.release();
        };
        for (const { writer, what } of acts) {
          if (what === 'tell') {
            const held = writers.get(writer) ?? { runner: await begin(), names: [] };
            writers.set(writer, held);
            const names = [`n${(count += 1)}`, `n${(count += 1)}`];
            await tell(held.runner.manager, tenant, ...names);
            held.names.push(...names);
          } else if (what === 'relay') await relays[count % 2]!.relay.settle();
          else if (what === 'fail') failing = writer + 1;
          else await end(writer, what);
        }
        failing = 0;
        for (const writer of [...writers.keys()]) await end(writer, 'commit');
        for (let times = 0; times < 2; times += 1) {
          await makeDue();
          await relays[0]!.relay.settle();
        }
        const told = await effects();
        expect([...told].sort()).toEqual(committed.flat().sort());
        expect(await failuresOf()).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

describe('an event that a subscriber cannot take', () => {
  const poisoned =
    (name: string, then: () => void = () => undefined): Handle =>
    async (events, tx) => {
      await writing('reader')(events, tx);
      if (events.some((event) => nameOf(event) === name)) {
        then();
        throw new Error(`${name} is poison`);
      }
    };

  it.each([1, 2, 250, 500])(
    'is put aside alone, as number %i of a page; all others are told once',
    async (at) => {
      const names = numbered(700);
      const poison = names[at - 1]!;
      process.subscribers.register(aSubscriber(poisoned(poison)));
      await say(...names);
      await process.relay.settle();
      expect(await effects()).toEqual(names.filter((name) => name !== poison));
      expect(await failuresOf()).toEqual([
        { state: 'waiting', attempts: 1, error: `Error: ${poison} is poison` },
      ]);
      expect(await process.lag.read()).toMatchObject([{ events: 0, failing: 1, dead: 0 }]);
    },
  );

  it('takes a bounded number of calls to find', async () => {
    const names = numbered(500);
    let calls = 0;
    process.subscribers.register(
      aSubscriber((events, tx) => {
        calls += 1;
        return poisoned('e00333')(events, tx);
      }),
    );
    await say(...names);
    await process.relay.settle();
    expect(await effects()).toHaveLength(499);
    expect(calls).toBeLessThan(40);
  });

  it('is tried again when it is due, and told once when that succeeds', async () => {
    let isPoison = true;
    process.subscribers.register(
      aSubscriber(async (events, tx) => {
        await writing('reader')(events, tx);
        if (isPoison && events.some((event) => nameOf(event) === 'b')) throw new Error('not yet');
      }),
    );
    await say('a', 'b', 'c');
    await process.relay.settle();
    await process.relay.settle();
    expect(await failuresOf()).toMatchObject([{ attempts: 1 }]);
    await makeDue();
    await process.relay.settle();
    expect(await failuresOf()).toMatchObject([{ attempts: 2, state: 'waiting' }]);
    const [next]: { waits: boolean }[] = await db.query(
      'SELECT next_attempt_at > now() AS waits FROM outbox_failures',
    );
    expect(next).toEqual({ waits: true });
    isPoison = false;
    await makeDue();
    await process.relay.settle();
    expect(await effects()).toEqual(['a', 'c', 'b']);
    expect(await failuresOf()).toEqual([]);
  });

  it('is dead after twelve attempts, told to the log, and can be brought back', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error');
    let isPoison = true;
    process.subscribers.register(
      aSubscriber((events, tx) => (isPoison ? poisoned('a')(events, tx) : writing('reader')(events, tx))),
    );
    await say('a');
    for (let attempts = 1; attempts <= 12; attempts += 1) {
      await process.relay.settle();
      expect(await failuresOf()).toMatchObject([{ attempts, state: attempts < 12 ? 'waiting' : 'dead' }]);
      await makeDue();
    }
    expect(errors).toHaveBeenCalledTimes(1);
    await process.relay.settle();
    expect(await failuresOf()).toMatchObject([{ attempts: 12 }]);
    expect(await process.lag.read()).toMatchObject([{ failing: 0, dead: 1 }]);
    isPoison = false;
    expect(await process.failures.revive('reader')).toBe(1);
    await process.relay.settle();
    expect(await effects()).toEqual(['a']);
  });

  it('is found out also when it fails at the end of the transaction, or the handler hides an error of PostgreSQL', async () => {
    await db.query('CREATE TABLE late (name text CONSTRAINT late_once UNIQUE DEFERRABLE INITIALLY DEFERRED)');
    process.subscribers.register(
      aSubscriber(
        async (events, tx) => {
          for (const event of events) await tx.query('INSERT INTO late VALUES ($1)', [nameOf(event)]);
        },
        { name: 'late' },
      ),
    );
    process.subscribers.register(
      aSubscriber(
        async (events, tx) => {
          await writing('hiding')(events, tx);
          if (events.some((event) => nameOf(event) === 'hidden'))
            await tx.query('SELECT 1/0').catch(() => undefined);
        },
        { name: 'hiding' },
      ),
    );
    await say('same', 'same', 'hidden', 'other');
    await process.relay.settle();
    expect(await db.query('SELECT name FROM late ORDER BY name')).toEqual(
      ['hidden', 'other', 'same'].map((name) => ({ name })),
    );
    expect(await effects('hiding')).toEqual(['same', 'same', 'other']);
    expect(await failuresOf()).toHaveLength(2);
  });

  it('is put aside whatever its error says', async () => {
    const thrown = [new Error('null \0 byte \uD83D'), new Error(''), new TypeError('x'.repeat(5_000))];
    let calls = 0;
    process.subscribers.register(
      aSubscriber(() => {
        calls += 1;
        return Promise.reject(thrown[calls % thrown.length] ?? new Error());
      }),
    );
    await say(...numbered(20));
    await process.relay.settle();
    expect(await failuresOf()).toHaveLength(20);
  });

  it('is put aside when its handler never ends, and what that does later has no effect', async () => {
    const late: Promise<unknown>[] = [];
    process.subscribers.register(
      aSubscriber(
        async (events, tx) => {
          await writing('reader')(events, tx);
          if (!events.some((event) => nameOf(event) === 'endless')) return;
          // At the end of its time it waits for PostgreSQL; what it asks next would come after the rollback.
          const zombie = tx.query('SELECT pg_sleep(3)').then(() => writing('zombie')(events, tx));
          late.push(zombie.catch((error: unknown) => error));
          await zombie;
        },
        { timeoutMs: 1_000 },
      ),
    );
    await say('a', 'endless', 'b');
    await process.relay.settle();
    expect(await effects()).toEqual(['a', 'b']);
    expect(await failuresOf()).toMatchObject([{ error: expect.stringContaining('no end after') as string }]);
    for (const error of await Promise.all(late)) expect(error).toBeInstanceOf(Error);
    expect(await effects('zombie')).toEqual([]);
  });
});

describe('subscribers', () => {
  it('do not wait for one that is slow, nor for one that fails', async () => {
    let finish: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    process.subscribers.register(
      aSubscriber(
        async (events, tx) => {
          await held;
          await writing('slow')(events, tx);
        },
        { name: 'slow' },
      ),
    );
    process.subscribers.register(aSubscriber(() => Promise.reject(new Error('always')), { name: 'broken' }));
    process.subscribers.register(aSubscriber(writing('reader')));
    await say('a');
    await process.relay.relay();
    await eventually(effects, (told) => told.length === 1);
    await say('b');
    await process.relay.relay();
    await eventually(effects, (told) => told.length === 2);
    expect(await effects('slow')).toEqual([]);
    finish();
    await process.relay.settle();
    expect(await effects('slow')).toEqual(['a', 'b']);
    expect(await failuresOf()).toHaveLength(2);
  });

  it('are told by one process at a time; when that one goes, another goes on', async () => {
    process.subscribers.register(aSubscriber(writing('reader')));
    process.subscribers.register(aSubscriber(writing('free'), { name: 'free' }));
    await process.relay.settle();
    const other = await begin();
    await other.query(`SELECT FROM outbox_cursors WHERE subscriber = 'reader' FOR UPDATE`);
    await say('a');
    await process.relay.settle();
    expect(await effects()).toEqual([]);
    expect(await effects('free')).toEqual(['a']);
    await other.rollbackTransaction();
    await process.relay.settle();
    expect(await effects()).toEqual(['a']);
  });

  it('work in a transaction that PostgreSQL ends when their process is frozen', async () => {
    const limits: unknown[] = [];
    process.subscribers.register(
      aSubscriber(async (_events, tx) => {
        limits.push(
          ...(await tx.query<unknown[]>(
            `SELECT current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('statement_timeout') AS statement`,
          )),
        );
      }),
    );
    await say('a');
    await process.relay.settle();
    expect(limits).toEqual([{ idle: '90s', statement: '50s' }]);
  });

  it('are told how far they are behind', async () => {
    process.subscribers.register(aSubscriber(writing('reader')));
    process.subscribers.register(aSubscriber(writing('idle'), { name: 'idle' }));
    await process.relay.settle();
    const other = await begin();
    await other.query('SELECT FROM outbox_cursors FOR UPDATE');
    await say('a', 'b');
    await process.relay.settle();
    await say('c');
    const [idle, reader] = await process.lag.read();
    expect(idle).toMatchObject({ subscriber: 'idle', events: 3, failing: 0, dead: 0 });
    expect(reader?.oldestAt).toBeInstanceOf(Date);
    expect(reader?.oldestAgeMs).toBeGreaterThan(0);
    await other.rollbackTransaction();
    await process.relay.settle();
    expect(await process.lag.read()).toEqual([
      { subscriber: 'idle', events: 0, oldestAt: null, oldestAgeMs: 0, failing: 0, dead: 0 },
      { subscriber: 'reader', events: 0, oldestAt: null, oldestAgeMs: 0, failing: 0, dead: 0 },
    ]);
  });

  it('have names of their own', () => {
    process.subscribers.register(aSubscriber(writing('reader')));
    expect(() => {
      process.subscribers.register(aSubscriber(writing('reader')));
    }).toThrow('reader');
  });
});

describe('a database from before there was a relay', () => {
  it('keeps its events, which come first for who asks for the beginning', async () => {
    const old = await openMigratedDatabase();
    const hasRelay = async (): Promise<boolean> =>
      (await old.db.query<unknown[]>(`SELECT FROM pg_class WHERE relname = 'outbox_batches'`)).length > 0;
    while (await hasRelay()) await old.db.undoLastMigration();
    const owner = await aTenant(old.db);
    for (const name of ['a', 'b'])
      await old.db.query(
        `INSERT INTO domain_events (id, account_id, kind, payload) VALUES ($1, $2, 'template.updated', $3)`,
        [newId(), owner.accountId, { name }],
      );
    await old.db.runMigrations();
    const upgraded = aRelayProcess(old.db);
    const told: Record<string, string[]> = { beginning: [], end: [] };
    for (const from of ['beginning', 'end'] as const)
      upgraded.subscribers.register(
        aSubscriber(
          (events) => {
            told[from]?.push(...events.map(nameOf));
            return Promise.resolve();
          },
          { name: from, from },
        ),
      );
    await upgraded.relay.settle();
    await old.db.transaction((tx) => tell(tx, owner, 'c'));
    await upgraded.relay.settle();
    await old.close();
    expect(told).toEqual({ beginning: ['a', 'b', 'c'], end: ['c'] });
  });
});
