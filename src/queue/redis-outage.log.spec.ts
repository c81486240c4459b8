import { EventEmitter } from 'node:events';
import { Logger } from '@nestjs/common';
import type { Queue } from 'bull';
import { RedisOutageLog } from './redis-outage.log';

describe('RedisOutageLog', () => {
  let outages: RedisOutageLog;
  let queues: (EventEmitter & { client: EventEmitter & { status: string } })[];
  const lines: string[] = [];
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

  beforeEach(() => {
    lines.length = 0;
    for (const level of ['log', 'warn', 'error'] as const) {
      jest.spyOn(Logger.prototype, level).mockImplementation((...args: unknown[]) => {
        lines.push(`${level}: ${String(args[0])}`);
      });
    }
    outages = new RedisOutageLog();
    queues = [1, 2].map(() =>
      Object.assign(new EventEmitter(), { client: Object.assign(new EventEmitter(), { status: 'ready' }) }),
    );
    for (const queue of queues) outages.watch(queue as unknown as Queue);
  });
  afterEach(() => jest.restoreAllMocks());

  it('tells of an outage once when it begins and once when it ends', () => {
    for (let tries = 0; tries < 20; tries += 1) for (const queue of queues) queue.emit('error', refused);
    for (const queue of queues) queue.client.emit('ready');
    expect(lines).toEqual([
      expect.stringMatching(/^warn: Redis cannot be reached \(ECONNREFUSED\)/),
      expect.stringMatching(/^log: Redis is back after \d+ ms/),
    ]);
  });

  it('tells of the next outage again, also when the connection just closes', () => {
    for (const queue of queues) queue.client.emit('close');
    queues[0]!.client.emit('ready');
    queues[1]!.client.emit('close');
    expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(2);
  });

  it('takes the outage for ended when every connection is back', () => {
    for (const queue of queues) queue.client.status = 'reconnecting';
    queues[0]!.emit('error', refused);
    for (const queue of queues) {
      queue.client.status = 'ready';
      queue.client.emit('ready');
      if (queue === queues[0]) queues[1]!.emit('error', refused);
    }
    expect(lines.map((line) => line.slice(0, 14))).toEqual(['warn: Redis ca', 'log: Redis is ']);
  });

  it('tells of other errors, each once a minute', () => {
    for (let times = 0; times < 5; times += 1)
      queues[0]!.emit('error', new Error('NOAUTH Authentication required.'));
    queues[0]!.emit('error', new Error('OOM'));
    expect(lines).toEqual([
      'error: A queue reports: NOAUTH Authentication required.',
      'error: A queue reports: OOM',
    ]);
  });

  it('says nothing while shutting down', () => {
    outages.silence();
    queues[0]!.client.emit('close');
    queues[0]!.emit('error', refused);
    queues[0]!.emit('error', new Error('Connection is closed.'));
    expect(lines).toEqual([]);
  });
});
