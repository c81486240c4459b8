import type { MetaSums } from '../../whatsapp/meta-figures/meta-sums.repository';
import { addMeta, costFigure, priceKey, priceOf } from './cost-figures';

const meta = (changes: Partial<MetaSums> = {}): MetaSums => ({
  sent: null,
  delivered: null,
  volume: 2,
  cost: 0.1,
  unpriced: 0,
  ...changes,
});

it('knows nothing where Meta was not asked, and nought where it told nothing', () => {
  expect(costFigure({ sent: 1, sent_billable: 1 }, undefined, 'none')).toEqual({
    sent: 1,
    billable: 1,
    volume: null,
    cost: null,
    unpricedVolume: null,
    isComplete: false,
  });
  expect(costFigure(null, undefined, 'full')).toMatchObject({
    sent: null,
    volume: 0,
    cost: 0,
    isComplete: true,
  });
});

it('keeps a cost unknown that Meta did not tell, and tells how much is without one', () => {
  expect(costFigure(null, meta({ cost: null, unpriced: 2 }), 'full')).toMatchObject({
    volume: 2,
    cost: null,
    unpricedVolume: 2,
  });
  expect(addMeta([meta({ cost: null, unpriced: 2 }), meta()])).toMatchObject({
    volume: 4,
    cost: 0.1,
    unpriced: 2,
  });
  expect(addMeta([])).toBeUndefined();
});

it('adds up without digits that nobody charged', () => {
  expect(addMeta([meta(), meta({ cost: 0.2 })])?.cost).toBe(0.3);
});

it('takes both spellings of a price for one', () => {
  expect(priceKey('AUTHENTICATION_INTERNATIONAL', 'REGULAR')).toBe(
    priceKey('authentication-international', 'regular'),
  );
  expect(priceOf(priceKey('', ''))).toEqual({ category: null, type: null });
});
