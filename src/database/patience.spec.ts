import { QueryFailedError } from 'typeorm';
import { untilUnlocked } from './patience';

const refused = (code: string): QueryFailedError =>
  new QueryFailedError('SELECT 1', [], Object.assign(new Error('no'), { code }));
const PATIENCE = { attempts: 3, retryPauseMs: 0 };

/** Fails with these, one after the other, and then succeeds. */
function failing(...errors: Error[]): { work: () => Promise<string>; calls: () => number } {
  let calls = 0;
  return {
    work: () => {
      const error = errors[calls];
      calls += 1;
      return error === undefined ? Promise.resolve('done') : Promise.reject(error);
    },
    calls: () => calls,
  };
}

describe('untilUnlocked', () => {
  it('tries again after a refused lock and after a deadlock', async () => {
    const { work, calls } = failing(refused('55P03'), refused('40P01'));
    expect(await untilUnlocked(PATIENCE, undefined, work)).toBe('done');
    expect(calls()).toBe(3);
  });

  it('gives up in the end, with what was wrong', async () => {
    const last = refused('55P03');
    const { work, calls } = failing(refused('55P03'), refused('55P03'), last);
    await expect(untilUnlocked(PATIENCE, undefined, work)).rejects.toBe(last);
    expect(calls()).toBe(3);
  });

  it('does not try again what failed for another reason', async () => {
    for (const error of [refused('42P01'), new Error('nothing of PostgreSQL')]) {
      const { work, calls } = failing(error);
      await expect(untilUnlocked(PATIENCE, undefined, work)).rejects.toBe(error);
      expect(calls()).toBe(1);
    }
  });

  it('stops pausing when it is told to', async () => {
    const stopping = new AbortController();
    const { work } = failing(refused('55P03'));
    const waiting = untilUnlocked({ attempts: 2, retryPauseMs: 2 ** 30 }, stopping.signal, work);
    stopping.abort();
    await expect(waiting).rejects.toThrow('aborted');
  });
});
