import type { SentimentLabel } from '../../conversations/conversation-types';

/** Made by `npm run eval:sentiment -- --fit`; in the order of FEATURES of mood.ts. */
export const MOOD_WEIGHTS: Readonly<Record<SentimentLabel, readonly number[]>> = {
  positive: [
    -0.12, 1.184, -0.542, 1.202, -0.517, 1.413, -0.692, -0.028, -1.077, -1.046, 0.199, -0.387, -0.186, -0.039,
    0.158,
  ],
  neutral: [
    -0.396, -0.381, -0.571, -0.372, -0.566, -0.417, -0.655, 0.015, 1.79, 1.567, -0.269, 0.534, 0.924, -0.373,
    -0.783,
  ],
  negative: [
    0.516, -0.803, 1.114, -0.83, 1.082, -0.996, 1.346, 0.013, -0.713, -0.522, 0.07, -0.147, -0.739, 0.412,
    0.625,
  ],
};
