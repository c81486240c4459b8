import { type NumberState, limitOf, numberChanges, tierOf } from './number-state';

it.each([
  ['2000', 'TIER_2K'],
  ['250', 'TIER_250'],
  ['100000', 'TIER_100K'],
  ['-1', 'TIER_UNLIMITED'],
  ['TIER_10K', 'TIER_10K'],
])('a limit of %s is the tier %s', (limit, tier) => {
  expect(tierOf(limit)).toBe(tier);
});

it.each([
  ['TIER_250', 250],
  ['TIER_2K', 2_000],
  ['TIER_UNLIMITED', 'unlimited'],
  ['TIER_OF_TOMORROW', null],
  [null, null],
])('the tier %s lets %s people be written to', (tier, people) => {
  expect(limitOf(tier)).toBe(people);
});

describe('what changed of a number', () => {
  const state = (changes: Partial<NumberState> = {}): NumberState => ({
    status: 'CONNECTED',
    qualityRating: 'GREEN',
    messagingLimit: 'TIER_10K',
    throughput: 'STANDARD',
    nameStatus: 'APPROVED',
    displayName: 'Lucky Shrub',
    username: null,
    ...changes,
  });

  it('is nothing when all is the same, or Meta did not say', () => {
    expect(numberChanges(state(), state())).toEqual([]);
    expect(numberChanges(state(), state({ qualityRating: null, throughput: null }))).toEqual([]);
  });

  it('is nothing that is told for the first time', () => {
    expect(numberChanges(state({ messagingLimit: null }), state())).toEqual([]);
  });

  it.each<[Partial<NumberState>, Partial<NumberState>, string]>([
    [{}, { status: 'BANNED' }, 'critical'],
    [{}, { status: 'FLAGGED' }, 'warning'],
    [{ status: 'FLAGGED' }, { status: 'CONNECTED' }, 'info'],
    [{}, { qualityRating: 'YELLOW' }, 'warning'],
    [{}, { qualityRating: 'RED' }, 'critical'],
    [{ qualityRating: 'RED' }, { qualityRating: 'GREEN' }, 'info'],
    [{}, { qualityRating: 'UNKNOWN' }, 'info'],
    [{}, { messagingLimit: 'TIER_1K' }, 'warning'],
    [{}, { messagingLimit: 'TIER_UNLIMITED' }, 'info'],
    [{ messagingLimit: 'TIER_UNLIMITED' }, { messagingLimit: 'TIER_100K' }, 'warning'],
    [{}, { throughput: 'HIGH' }, 'info'],
    [{ nameStatus: 'PENDING_REVIEW' }, { nameStatus: 'DECLINED' }, 'warning'],
  ])('from %j to %j is %s', (before, after, severity) => {
    expect(numberChanges(state(before), state({ ...before, ...after }))).toMatchObject([{ severity }]);
  });

  it('begins with what matters most', () => {
    const changes = numberChanges(state(), state({ throughput: 'HIGH', status: 'BANNED' }));
    expect(changes.map(({ what }) => what)).toEqual(['status', 'throughput']);
  });
});
