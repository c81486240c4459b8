import { NO_MOODS, addMoods, moodFigures } from './mood-figures';

it('tells shares of what was read, not of what came', () => {
  expect(moodFigures({ total: 20, positive: 4, neutral: 3, negative: 1 })).toEqual({
    total: 20,
    read: 8,
    readShare: 0.4,
    positive: 4,
    neutral: 3,
    negative: 1,
    positiveShare: 0.5,
    neutralShare: 0.375,
    negativeShare: 0.125,
    mean: 0.375,
  });
});

it('has no shares of nothing', () => {
  expect(moodFigures(NO_MOODS)).toMatchObject({
    read: 0,
    readShare: null,
    positiveShare: null,
    neutralShare: null,
    negativeShare: null,
    mean: null,
  });
  expect(moodFigures({ ...NO_MOODS, total: 3 })).toMatchObject({ readShare: 0, mean: null });
});

it('adds up what came and each mood', () => {
  const one = { total: 5, positive: 1, neutral: 2, negative: 1 };
  expect(addMoods(one, { total: 1, positive: 0, neutral: 0, negative: 1 })).toEqual({
    total: 6,
    positive: 1,
    neutral: 2,
    negative: 2,
  });
});
