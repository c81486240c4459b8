import { type EndpointHealth, TOLD_AFTER_MS, afterOutcome } from './endpoint-health';
import { BREAKER_FAILURES } from './retry-schedule';

const NOW = new Date('2026-03-14T12:00:00Z');
const WELL: EndpointHealth = { failures: 0, failingSince: null, isTold: false, isProbing: false };
const DAY_MS = 86_400_000;
const HOW = { now: NOW, random: 0.5, disableAfterMs: 5 * DAY_MS };
const ago = (ms: number): Date => new Date(NOW.getTime() - ms);
const failed = (failure: 'status' | 'timeout' | 'gone' | 'limited' = 'status') => ({
  failure,
  durationMs: 20,
  retryAfterMs: failure === 'limited' ? 90_000 : null,
});
const delivered = { failure: null, durationMs: 20, retryAfterMs: null };

describe('how an endpoint does after an attempt', () => {
  it('notes when it began to fail, and goes on trying at first', () => {
    expect(afterOutcome(WELL, failed(), HOW)).toMatchObject({
      failures: 1,
      failingSince: NOW,
      probeInMs: null,
      disable: null,
      news: null,
    });
  });

  it('tries single deliveries after so many failures in a row', () => {
    const change = afterOutcome(
      { ...WELL, failures: BREAKER_FAILURES - 1, failingSince: ago(1) },
      failed(),
      HOW,
    );
    expect(change).toMatchObject({ failures: BREAKER_FAILURES, probeInMs: 30_000, news: null });
  });

  it('tells people once, after an hour of it', () => {
    const failing = { ...WELL, failures: 20, failingSince: ago(TOLD_AFTER_MS), isProbing: true };
    expect(afterOutcome(failing, failed(), HOW)).toMatchObject({ news: 'failing', isTold: true });
    expect(afterOutcome({ ...failing, isTold: true }, failed(), HOW)).toMatchObject({
      news: null,
      isTold: true,
    });
    // Few failures over a long time are no outage.
    expect(afterOutcome({ ...failing, failures: 2 }, failed(), HOW)).toMatchObject({ news: null });
  });

  it('disables it after days of it, or when it says that it is gone', () => {
    const failing = { ...WELL, failures: 90, failingSince: ago(5 * DAY_MS), isTold: true, isProbing: true };
    expect(afterOutcome(failing, failed(), HOW)).toMatchObject({ disable: 'failing', probeInMs: null });
    expect(afterOutcome(WELL, failed('gone'), HOW)).toMatchObject({ disable: 'gone' });
  });

  it('is well again after one success, and says so where people were told', () => {
    const failing = { failures: 30, failingSince: ago(DAY_MS), isTold: true, isProbing: true };
    expect(afterOutcome(failing, delivered, HOW)).toMatchObject({
      failures: 0,
      failingSince: null,
      isTold: false,
      probeInMs: null,
      news: 'recovered',
      isBack: true,
    });
    expect(afterOutcome(WELL, delivered, HOW)).toMatchObject({ news: null, isBack: false });
  });

  it('keeps slow ones apart, and gives those time that ask for it', () => {
    expect(afterOutcome(WELL, { ...delivered, durationMs: 8_000 }, HOW).isSlow).toBe(true);
    expect(afterOutcome(WELL, failed('timeout'), HOW).isSlow).toBe(true);
    expect(afterOutcome(WELL, delivered, HOW).isSlow).toBe(false);
    expect(afterOutcome(WELL, failed('limited'), HOW).pauseMs).toBe(90_000);
  });
});
