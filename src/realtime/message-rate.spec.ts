import { MessageRate } from './message-rate';

describe('MessageRate', () => {
  const verdicts = (rate: MessageRate, now: number, count: number): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (let sent = 0; sent < count; sent += 1) {
      const verdict = rate.take(now);
      counts[verdict] = (counts[verdict] ?? 0) + 1;
    }
    return counts;
  };

  it('takes a burst, and then as many as there is time for', () => {
    const rate = new MessageRate(0);
    expect(verdicts(rate, 0, 100)).toEqual({ taken: 60, refused: 40 });
    expect(verdicts(rate, 500, 100)).toEqual({ taken: 10, refused: 90 });
    expect(verdicts(rate, 60_000, 100)).toEqual({ taken: 60, refused: 40 });
  });

  it('calls it a flood when nobody heeds the refusals', () => {
    const rate = new MessageRate(0);
    expect(verdicts(rate, 0, 300)).toEqual({ taken: 60, refused: 200, flood: 40 });
  });
});
