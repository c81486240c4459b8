import type { SentimentLabel } from '../../conversations/conversation-types';

/** Made by `npm run eval:sentiment -- --fit`; in the order of FEATURES of mood.ts. */
export const MOOD_WEIGHTS: Readonly<Record<SentimentLabel, readonly number[]>> = {
  positive: [-0.687, 1.476, -0.493, 1.344, -0.429, 1.582, -0.711, 0.04, -0.829, -0.765, 0.062, -0.152, -0.416],
  neutral: [0.231, -0.646, -0.861, -0.5, -0.822, -0.64, -0.891, -0.031, 1.037, 1.163, -0.088, 0.323, 1.659],
  negative: [0.456, -0.83, 1.354, -0.844, 1.251, -0.942, 1.602, -0.009, -0.208, -0.397, 0.026, -0.171, -1.243],
};
