import { Logger } from '@nestjs/common';
import type { Queue } from 'bull';
import { JobQueue } from './job-queue';
import { Queues } from './queues';

describe('JobQueue', () => {
  const client = { status: 'ready', ping: jest.fn() };
  const bull = { client, add: jest.fn(), getJobCounts: jest.fn() };
  let jobs: JobQueue;
  let warnings: jest.SpyInstance;
  const wake = (): Promise<boolean> => jobs.add('webhook-message', 'process', {});
  const hang = (): Promise<never> => new Promise(() => undefined);

  beforeEach(() => {
    jest.useFakeTimers();
    client.status = 'ready';
    bull.add.mockReset().mockResolvedValue({});
    warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    jobs = new JobQueue(new Queues(new Map([['webhook-message', bull as unknown as Queue]])));
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('adds the job with one attempt, to be forgotten when done', async () => {
    await expect(wake()).resolves.toBe(true);
    expect(bull.add).toHaveBeenCalledWith(
      'process',
      {},
      { attempts: 1, removeOnComplete: true, removeOnFail: 1_000 },
    );
  });

  it('keeps no failed job that has an id, for it would block that id', async () => {
    await jobs.add('webhook-message', 'process', {}, { jobId: 'a', delayMs: 5, attempts: 3, priority: 1 });
    expect(bull.add).toHaveBeenCalledWith(
      'process',
      {},
      { attempts: 3, removeOnComplete: true, removeOnFail: true, jobId: 'a', delay: 5, priority: 1 },
    );
  });

  it.each(['reconnecting', 'close', 'end', 'wait'])(
    'answers at once while the connection is in state %s',
    async (status) => {
      client.status = status;
      await expect(wake()).resolves.toBe(false);
      expect(bull.add).not.toHaveBeenCalled();
    },
  );

  it('gives up after half a second, then does not try again for one', async () => {
    bull.add.mockImplementation(hang);
    const added = wake();
    await jest.advanceTimersByTimeAsync(500);
    await expect(added).resolves.toBe(false);
    await expect(wake()).resolves.toBe(false);
    expect(bull.add).toHaveBeenCalledTimes(1);

    bull.add.mockResolvedValue({});
    await jest.advanceTimersByTimeAsync(1_000);
    await expect(wake()).resolves.toBe(true);
  });

  it('does not throw when Redis refuses', async () => {
    bull.add.mockRejectedValue(new Error('OOM command not allowed'));
    await expect(wake()).resolves.toBe(false);
    expect(warnings.mock.calls).toEqual([[expect.stringContaining('OOM command not allowed')]]);
  });

  it('warns once for each outage', async () => {
    bull.add.mockRejectedValue(new Error('down'));
    await wake();
    await wake();
    expect(warnings).toHaveBeenCalledTimes(1);
    bull.add.mockResolvedValue({});
    await wake();
    bull.add.mockRejectedValue(new Error('down'));
    await wake();
    expect(warnings).toHaveBeenCalledTimes(2);
  });

  it('lets a bounded number of jobs wait for Redis', async () => {
    bull.add.mockImplementation(hang);
    const added = Array.from({ length: 1_500 }, wake);
    await jest.advanceTimersByTimeAsync(500);
    expect(new Set(await Promise.all(added))).toEqual(new Set([false]));
    expect(bull.add).toHaveBeenCalledTimes(1_000);
  });

  it('tells whether Redis answers', async () => {
    client.ping.mockResolvedValue('PONG');
    await expect(jobs.isReachable()).resolves.toBe(true);
    client.ping.mockRejectedValue(new Error('closed'));
    await expect(jobs.isReachable()).resolves.toBe(false);
    client.ping.mockImplementation(hang);
    const answer = jobs.isReachable();
    await jest.advanceTimersByTimeAsync(500);
    await expect(answer).resolves.toBe(false);
    client.status = 'reconnecting';
    await expect(jobs.isReachable()).resolves.toBe(false);
  });

  it('counts the jobs of a queue', async () => {
    bull.getJobCounts.mockResolvedValue({ waiting: 1, active: 2, delayed: 3, failed: 4, completed: 5 });
    await expect(jobs.countsOf('webhook-message')).resolves.toEqual({
      waiting: 1,
      active: 2,
      delayed: 3,
      failed: 4,
    });
    bull.getJobCounts.mockRejectedValue(new Error('closed'));
    await expect(jobs.countsOf('webhook-message')).resolves.toBeNull();
  });
});
