import type { DataSource, QueryRunner, TransactionCommitEvent } from 'typeorm';
import type { JobQueue } from '../queue/job-queue';
import { OutboxWaker, markForWaking } from './outbox-waker';

describe('OutboxWaker', () => {
  const add = jest.fn(() => Promise.resolve(true));
  const subscribers: unknown[] = [];
  let waker: OutboxWaker;
  /** A transaction as TypeORM shows it; `isActive` after the event, as for a nested one. */
  const commitOf = (data: object, isActive = false): TransactionCommitEvent =>
    ({ queryRunner: { data, isTransactionActive: isActive } as QueryRunner }) as TransactionCommitEvent;
  const dataOfMarked = (): object => {
    const queryRunner = { data: {} } as QueryRunner;
    markForWaking({ queryRunner } as QueryRunner['manager']);
    return queryRunner.data;
  };

  beforeEach(() => {
    jest.useFakeTimers();
    add.mockClear();
    waker = new OutboxWaker({ subscribers } as unknown as DataSource, { add } as unknown as JobQueue);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('listens to the commits of the application', () => {
    waker.onModuleInit();
    expect(subscribers).toContain(waker);
  });

  it('wakes after a commit with events, once, and after no other', () => {
    const data = dataOfMarked();
    waker.afterTransactionCommit(commitOf({}));
    waker.afterTransactionCommit(commitOf(data, true));
    expect(add).not.toHaveBeenCalled();
    waker.afterTransactionCommit(commitOf(data));
    expect(add.mock.calls).toEqual([['outbox', 'relay', {}]]);
    jest.runAllTimers();
    waker.afterTransactionCommit(commitOf(data));
    expect(add).toHaveBeenCalledTimes(1);
  });

  it('forgets what was rolled back', () => {
    const data = dataOfMarked();
    waker.afterTransactionRollback(commitOf(data, true));
    waker.afterTransactionRollback(commitOf(data));
    waker.afterTransactionCommit(commitOf(data));
    expect(add).not.toHaveBeenCalled();
  });

  it('wakes at once, then once for all that come soon after', () => {
    for (let times = 0; times < 100; times += 1) waker.wake();
    expect(add).toHaveBeenCalledTimes(1);
    jest.runAllTimers();
    expect(add).toHaveBeenCalledTimes(2);
    jest.runAllTimers();
    expect(add).toHaveBeenCalledTimes(2);
  });

  it('does not mind events outside of a transaction', () => {
    markForWaking({} as QueryRunner['manager']);
    expect(add).not.toHaveBeenCalled();
  });
});
