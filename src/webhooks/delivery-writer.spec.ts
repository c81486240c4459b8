import type { DataSource } from 'typeorm';
import { DeliveryWriter } from './delivery-writer';

type Insert = [digests: Buffer[], ids: string[], bodies: Buffer[], reasons: (string | null)[]];

/** A database that answers when the test says so. */
function aDatabase(): {
  database: DataSource;
  inserts: { parameters: Insert; answer: (ids?: string[]) => void; fail: () => void }[];
} {
  const inserts: ReturnType<typeof aDatabase>['inserts'] = [];
  const query = (_sql: string, parameters: Insert): Promise<{ id: string }[]> =>
    new Promise((resolve, reject) => {
      inserts.push({
        parameters,
        answer: (ids = parameters[1]) => {
          resolve(ids.map((id) => ({ id })));
        },
        fail: () => {
          reject(new Error('connection lost'));
        },
      });
    });
  return { database: { query } as unknown as DataSource, inserts };
}

const body = (text: string): Buffer => Buffer.from(text);
/** Some turns of the event loop, by count and not by the clock: the writer needs one for each batch. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('writing deliveries', () => {
  it('lets those that arrive together share one INSERT, and answers each by its own row', async () => {
    const { database, inserts } = aDatabase();
    const writer = new DeliveryWriter(database);
    const answers = Promise.all(
      ['a', 'b', 'c'].map((text) => writer.write({ body: body(text), ignoredBecause: null })),
    );
    await turns();
    expect(inserts).toHaveLength(1);
    const [, ids] = inserts[0]!.parameters;
    inserts[0]!.answer([ids[0]!, ids[2]!]);
    expect(await answers).toEqual([true, false, true]);
  });

  it('lets at most two batches be under way, however many requests come, and loses none of them', async () => {
    const { database, inserts } = aDatabase();
    const writer = new DeliveryWriter(database);
    const answers = Array.from({ length: 1_800 }, (_, index) =>
      writer.write({ body: body(String(index)), ignoredBecause: null }),
    );
    await turns();
    expect(inserts.map(({ parameters }) => parameters[1].length)).toEqual([500, 500]);
    inserts[0]!.answer();
    await turns();
    expect(inserts).toHaveLength(3);
    for (let index = 1; index < 4; index++) {
      inserts[index]!.answer();
      await turns();
    }
    expect(inserts.map(({ parameters }) => parameters[1].length)).toEqual([500, 500, 500, 300]);
    expect(new Set(await Promise.all(answers))).toEqual(new Set([true]));
    expect(new Set(inserts.flatMap(({ parameters }) => parameters[2].map(String))).size).toBe(1_800);
  });

  it('answers 503 early, instead of filling the memory, when the database is slower than the senders', async () => {
    const { database, inserts } = aDatabase();
    const writer = new DeliveryWriter(database);
    const large = Buffer.alloc(3 * 1024 * 1024, 'x');
    const answers = Array.from({ length: 60 }, () =>
      writer.write({ body: large, ignoredBecause: null }).catch((error: unknown) => error),
    );
    await turns();
    const refused = await Promise.race([answers.at(-1), turns()]);
    expect(refused).toMatchObject({ code: 'SERVICE_UNAVAILABLE', status: 503 });
    while (inserts.length > 0) {
      inserts.shift()?.answer();
      await turns();
    }
    const settled = await Promise.all(answers);
    // What was taken in is answered for, all else was refused.
    expect(settled.filter((answer) => answer === true).length).toBeGreaterThan(15);
    expect(settled.every((answer) => answer === true || answer instanceof Error)).toBe(true);
  });

  it('promises nothing to any of a batch that could not be stored, and goes on with the next', async () => {
    const { database, inserts } = aDatabase();
    const writer = new DeliveryWriter(database);
    const failed = writer.write({ body: body('a'), ignoredBecause: null });
    await turns();
    inserts[0]!.fail();
    await expect(failed).rejects.toThrow('connection lost');
    const next = writer.write({ body: body('b'), ignoredBecause: 'the body is not JSON' });
    await turns();
    expect(inserts[1]!.parameters[3]).toEqual(['the body is not JSON']);
    inserts[1]!.answer();
    await expect(next).resolves.toBe(true);
  });

  it('does not let a sender wait for ever for a database that hangs', async () => {
    jest.useFakeTimers();
    const { database } = aDatabase();
    const answer = new DeliveryWriter(database).write({ body: body('a'), ignoredBecause: null });
    const expectation = expect(answer).rejects.toMatchObject({ status: 503 });
    await jest.advanceTimersByTimeAsync(10_000);
    await expectation;
    jest.useRealTimers();
  });
});
