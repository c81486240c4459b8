import { Logger } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import type { AppRole, Env } from '../../config/env';
import { MetricsRegistry } from './metrics-registry';
import { type Reading, SharedGauges } from './shared-gauges';

describe('SharedGauges', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  function make(roles: AppRole[], answer: () => Promise<number | null>) {
    const metrics = new MetricsRegistry();
    const shared = new SharedGauges(metrics, new AppConfig({ APP_ROLES: roles } as Env));
    const plain = shared.gauge('plain', 'One.');
    const labelled = shared.gauge('labelled', 'Many.', ['lane']);
    const read = jest.fn(async (): Promise<Reading[]> => {
      const value = await answer();
      return [
        { gauge: plain, value },
        { gauge: labelled, labels: { lane: 'a' }, value },
      ];
    });
    shared.share('things', [plain, labelled], read);
    const lines = async (): Promise<string[]> =>
      (await metrics.render()).split('\n').filter((line) => /^meta_backend_(?:plain|labelled)/.test(line));
    return { metrics, read, lines };
  }
  const both = (value: number): string[] => [
    `meta_backend_plain ${value}`,
    `meta_backend_labelled{lane="a"} ${value}`,
  ];

  it('reads once in ten seconds, however many ask and how often', async () => {
    let value = 7;
    const { read, lines } = make(['scheduler'], () => Promise.resolve(value));
    const answers = await Promise.all([lines(), lines(), lines()]);
    for (const answer of answers) expect(answer).toEqual(both(7));
    value = 8;
    jest.advanceTimersByTime(9_000);
    expect(await lines()).toEqual(both(7));
    expect(read).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(1_500);
    expect(await lines()).toEqual(both(8));
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('reads and tells nothing in a process that is no scheduler: not even a zero', async () => {
    const { read, lines } = make(['api', 'worker'], () => Promise.resolve(7));
    expect(await lines()).toEqual([]);
    expect(read).not.toHaveBeenCalled();
  });

  it('leaves out what there is nothing to say of', async () => {
    expect(await make(['scheduler'], () => Promise.resolve(null)).lines()).toEqual([]);
  });

  it('does not keep Prometheus waiting for a reading that takes long', async () => {
    const { lines } = make(['scheduler'], () => new Promise(() => undefined));
    const answer = lines();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(await answer).toEqual([]);
  });

  it('keeps the last values over a short failure, not over a long one, and counts failures', async () => {
    let isFailing = false;
    const { metrics, lines } = make(['scheduler'], () =>
      isFailing ? Promise.reject(new Error('away')) : Promise.resolve(7),
    );
    expect(await lines()).toEqual(both(7));
    isFailing = true;
    jest.advanceTimersByTime(11_000);
    expect(await lines()).toEqual(both(7));
    jest.advanceTimersByTime(60_000);
    expect(await lines()).toEqual([]);
    expect(await metrics.render()).toContain(
      'meta_backend_metrics_reading_failures_total{source="things"} 2',
    );
    isFailing = false;
    jest.advanceTimersByTime(11_000);
    expect(await lines()).toEqual(both(7));
  });
});
