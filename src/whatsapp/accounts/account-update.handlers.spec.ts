import { tierOf } from './account-update.handlers';

it.each([
  ['2000', 'TIER_2K'],
  ['250', 'TIER_250'],
  ['100000', 'TIER_100K'],
  ['-1', 'TIER_UNLIMITED'],
  ['TIER_10K', 'TIER_10K'],
])('a limit of %s is the tier %s', (limit, tier) => {
  expect(tierOf(limit)).toBe(tier);
});
