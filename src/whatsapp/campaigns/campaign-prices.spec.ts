import { peopleOfTier, priceListOf, priceOf } from './campaign-prices';

const LIST = priceListOf([
  'USD',
  'MARKETING=0.06',
  'MARKETING:49=0.11',
  'MARKETING:4930=0.2',
  'UTILITY:1=0.01',
]);

describe('the price of a campaign', () => {
  it('goes by the longest beginning of a number that has a price', () => {
    const counts = [
      { prefix: '165055', count: 10 },
      { prefix: '491701', count: 2 },
      { prefix: '493012', count: 1 },
    ];
    expect(priceOf(LIST, 'MARKETING', counts)).toEqual({ currency: 'USD', amount: 1.02 });
  });

  it('is not known without a list, for a category or for a country that the list does not have', () => {
    const counts = [{ prefix: '491701', count: 2 }];
    expect(priceOf(null, 'MARKETING', counts)).toBeNull();
    expect(priceOf(LIST, 'AUTHENTICATION', counts)).toBeNull();
    expect(priceOf(LIST, 'UTILITY', counts)).toBeNull();
    expect(priceOf(LIST, null, counts)).toBeNull();
  });

  it('is nothing that could be read from half a list', () => {
    expect(priceListOf([])).toBeNull();
    expect(priceListOf(['USD'])).toBeNull();
    expect(priceListOf(['MARKETING=0.06'])).toBeNull();
  });
});

describe('a messaging limit', () => {
  it.each([
    ['TIER_250', 250],
    ['TIER_2K', 2_000],
    ['TIER_100K', 100_000],
    ['TIER_UNLIMITED', null],
    ['TIER_WHATEVER', undefined],
    [null, undefined],
  ])('%s allows %s people', (tier, people) => {
    expect(peopleOfTier(tier)).toBe(people);
  });
});
