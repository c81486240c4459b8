import type { DataSource } from 'typeorm';
import { DeliveryWriter, type IncomingDelivery } from './delivery-writer';

interface Insert {
  ids: string[];
  bodies: string[];
  reasons: (string | null)[];
  answer: (lanes?: string[]) => void;
  fail: () => void;
}

/** A database that answers when the test says so. */
function aDatabase(): { database: DataSource; inserts: Insert[] } {
  const inserts: Insert[] = [];
  const query = (
    _sql: string,
    [blob, ids, starts, lengths, , reasons]: unknown[],
  ): Promise<{ lane: string }[]> =>
    new Promise((resolve, reject) => {
      const sizes = listOf(lengths).map(Number);
      inserts.push({
        ids: listOf(ids),
        bodies: listOf(starts).map((start, index) =>
          (blob as Buffer).subarray(Number(start) - 1, Number(start) - 1 + sizes[index]!).toString(),
        ),
        reasons: reasons as (string | null)[],
        answer: (lanes = ['message']) => {
          resolve(lanes.map((lane) => ({ lane })));
        },
        fail: () => {
          reject(new Error('connection lost'));
        },
      });
    });
  return { database: { query } as unknown as DataSource, inserts };
}

const listOf = (literal: unknown): string[] => String(literal).slice(1, -1).split(',');
const aDelivery = (body: string | Buffer, ignoredBecause: string | null = null): IncomingDelivery => ({
  body: Buffer.from(body),
  lane: 'message',
  ignoredBecause,
  origin: null,
});
/** Some turns of the event loop, by count and not by the clock: the writer needs one for each batch. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('writing deliveries', () => {
  it('lets those that arrive together share one INSERT, and tells once which lanes got something', async () => {
    const { database, inserts } = aDatabase();
    const writer = new DeliveryWriter(database);
    const stored = jest.fn();
    writer.whenStored(stored);
    let answered = 0;
    const answers = Promise.all(
      ['a', 'bc', ''].map((text) => writer.write(aDelivery(text)).then(() => (answered += 1))),
    );
    await turns();
    expect(inserts.map(({ bodies }) => bodies)).toEqual([['a', 'bc', '']]);
    expect(answered).toBe(0);
    expect(stored).not.toHaveBeenCalled();
    inserts[0]!.answer(['status']);
    await answers;
    expect(stored.mock.calls).toEqual([[['status']]]);
  });

  it('wakes nobody for what was stored before', async () => {
    const { database, inserts } = aDatabase();
    const writer = new DeliveryWriter(database);
    const stored = jest.fn();
    writer.whenStored(stored);
    const answer = writer.write(aDelivery('a'));
    await turns();
    inserts[0]!.answer([]);
    await answer;
    expect(stored).not.toHaveBeenCalled();
  });

  it('lets at most two batches be under way, however many requests come, and loses none of them', async () => {
    const { database, inserts } = aDatabase();
    const writer = new DeliveryWriter(database);
    const answers = Array.from({ length: 1_800 }, (_, index) => writer.write(aDelivery(String(index))));
    await turns();
    expect(inserts.map(({ ids }) => ids.length)).toEqual([500, 500]);
    inserts[0]!.answer();
    await turns();
    expect(inserts).toHaveLength(3);
    for (let index = 1; index < 4; index++) {
      inserts[index]!.answer();
      await turns();
    }
    expect(inserts.map(({ ids }) => ids.length)).toEqual([500, 500, 500, 300]);
    await Promise.all(answers);
    expect(new Set(inserts.flatMap(({ bodies }) => bodies)).size).toBe(1_800);
  });

  it('answers 503 early, instead of filling the memory, when the database is slower than the senders', async () => {
    const { database, inserts } = aDatabase();
    const writer = new DeliveryWriter(database);
    const large = Buffer.alloc(3 * 1024 * 1024, 'x');
    const answers = Array.from({ length: 60 }, () =>
      writer.write(aDelivery(large)).then(
        () => true,
        (error: unknown) => error,
      ),
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
    const failed = writer.write(aDelivery('a'));
    await turns();
    inserts[0]!.fail();
    await expect(failed).rejects.toThrow('connection lost');
    const next = writer.write(aDelivery('b', 'the body is not JSON'));
    await turns();
    expect(inserts[1]!.reasons).toEqual(['the body is not JSON']);
    inserts[1]!.answer();
    await next;
  });

  it('does not let a sender wait for ever for a database that hangs', async () => {
    jest.useFakeTimers();
    const { database } = aDatabase();
    const answer = new DeliveryWriter(database).write(aDelivery('a'));
    const expectation = expect(answer).rejects.toMatchObject({ status: 503 });
    await jest.advanceTimersByTimeAsync(11_000);
    await expectation;
    jest.useRealTimers();
  });
});
