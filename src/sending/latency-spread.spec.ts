import { LatencySpread } from './latency-spread';

describe('the spread of how long calls take', () => {
  const after = (durations: number[]): LatencySpread => {
    const spread = new LatencySpread();
    for (const ms of durations) spread.record(ms, 1_000);
    return spread;
  };

  it('is taken for large as long as little is known', () => {
    expect(new LatencySpread().valueAt(1_000)).toBe(120);
    expect(after(Array(39).fill(5) as number[]).valueAt(1_000)).toBe(120);
  });

  it('is that between the shortest and nearly the longest, whatever they all have in common', () => {
    const even = Array.from({ length: 200 }, (_, index) => 300 + (index % 51));
    expect(after(even).valueAt(1_000)).toBe(50);
  });

  it('is not made by a single one', () => {
    expect(after([...(Array(300).fill(10) as number[]), 5_000]).valueAt(1_000)).toBe(20);
  });

  it('has bounds', () => {
    expect(after(Array(100).fill(10) as number[]).valueAt(1_000)).toBe(20);
    expect(after(Array.from({ length: 100 }, (_, index) => index * 100)).valueAt(1_000)).toBe(500);
  });

  it('forgets what was long ago', () => {
    expect(after(Array(100).fill(10) as number[]).valueAt(20_000)).toBe(120);
  });
});
