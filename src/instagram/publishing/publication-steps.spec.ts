import { firstLookDelayMs, nextStep, pollDelayMs } from './publication-steps';

const NOW = new Date('2026-03-14T09:00:00Z');
const LATER = new Date('2026-03-14T10:00:00Z');
type Container = Parameters<typeof nextStep>[1][number];

const container = (position: number, rest: Partial<Container> = {}): Container => ({
  position,
  kind: 'image',
  containerId: null,
  status: null,
  checkedAt: null,
  ...rest,
});
const made = { containerId: '1', status: null };
const ready = { containerId: '1', status: 'FINISHED', checkedAt: NOW };
const step = (
  state: Parameters<typeof nextStep>[0]['state'],
  containers: Container[],
  publishAt: Date | null = null,
) => nextStep({ state, publishAt }, containers, NOW);

describe('what a publication needs next', () => {
  it('first a look at the quota, then its container, then Meta’s word that it is ready, then to be published', () => {
    expect(step('queued', [container(0)])).toEqual({ step: 'quota' });
    expect(step('scheduled', [container(0)])).toEqual({ step: 'quota' });
    expect(step('creating', [container(0)])).toEqual({ step: 'create', position: 0 });
    expect(step('processing', [container(0, made)])).toEqual({ step: 'look', positions: [0] });
    expect(step('processing', [container(0, { ...made, status: 'IN_PROGRESS' })])).toEqual({
      step: 'look',
      positions: [0],
    });
    expect(step('ready', [container(0, ready)])).toEqual({ step: 'publish' });
  });

  it('of a carousel the parts first, and the whole once all of them are ready', () => {
    expect(step('creating', [container(0), container(1, made), container(2)])).toEqual({
      step: 'create',
      position: 2,
    });
    expect(step('creating', [container(0), container(1, ready), container(2, made)])).toEqual({
      step: 'look',
      positions: [2],
    });
    expect(step('processing', [container(0), container(1, ready), container(2, ready)])).toEqual({
      step: 'create',
      position: 0,
    });
  });

  it('waits for its time when it is ready, and looks again at what was ready long ago', () => {
    expect(step('processing', [container(0, ready)], LATER)).toEqual({ step: 'wait-for-time', until: LATER });
    const old = { ...ready, checkedAt: new Date('2026-03-14T07:00:00Z') };
    expect(step('ready', [container(0, old)], NOW)).toEqual({ step: 'look', positions: [0] });
  });

  it('is only read once Meta was told to publish it, whatever is known of its containers', () => {
    for (const state of ['publishing', 'unknown'] as const)
      expect(step(state, [container(0, ready)])).toEqual({ step: 'reconcile' });
  });

  it('asks once a minute for five minutes, then less and less often', () => {
    expect([0, 1, 4].map(pollDelayMs)).toEqual([60_000, 60_000, 60_000]);
    expect([5, 6, 7, 8, 50].map(pollDelayMs)).toEqual([120_000, 240_000, 480_000, 900_000, 900_000]);
  });

  it('leaves images alone for three seconds and videos for twenty', () => {
    expect(firstLookDelayMs(false, NOW, NOW)).toBe(3_000);
    expect(firstLookDelayMs(true, new Date(NOW.getTime() - 5_000), NOW)).toBe(15_000);
    expect(firstLookDelayMs(true, new Date(NOW.getTime() - 60_000), NOW)).toBe(0);
  });
});
