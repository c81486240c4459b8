import type { SentimentLabel } from '../../conversations/conversation-types';
import { share } from '../rollups/rollup-counts';

/** How many texts have each mood, and how many there are. */
export type MoodCounts = Record<SentimentLabel, number> & {
  /** All that came, whether read or not. */
  total: number;
};

export const NO_MOODS: MoodCounts = { total: 0, positive: 0, neutral: 0, negative: 0 };

/** What is told of the moods of some texts. Shares and the mean are null where none was read. */
export interface MoodFigures extends MoodCounts {
  read: number;
  readShare: number | null;
  positiveShare: number | null;
  neutralShare: number | null;
  negativeShare: number | null;
  /** -1 to 1. */
  mean: number | null;
}

export function addMoods(one: MoodCounts, other: MoodCounts): MoodCounts {
  return {
    total: one.total + other.total,
    positive: one.positive + other.positive,
    neutral: one.neutral + other.neutral,
    negative: one.negative + other.negative,
  };
}

/** Each field by itself: thousands of points in an answer are made here. */
export function moodFigures({ total, positive, neutral, negative }: MoodCounts): MoodFigures {
  const read = positive + neutral + negative;
  return {
    total,
    positive,
    neutral,
    negative,
    read,
    readShare: share(read, total),
    positiveShare: share(positive, read),
    neutralShare: share(neutral, read),
    negativeShare: share(negative, read),
    mean: share(positive - negative, read),
  };
}
