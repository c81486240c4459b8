import type { SentimentLabel } from '../../conversations/conversation-types';

/** Made by `npm run eval:sentiment -- --fit`; in the order of FEATURES of mood.ts. */
export const MOOD_WEIGHTS: Readonly<Record<SentimentLabel, readonly number[]>> = {
  positive: [
    -0.933, 1.513, -0.486, 1.342, -0.488, 1.725, -0.482, -0.189, -0.822, -0.757, 0.146, 0.149, -0.896,
  ],
  neutral: [0.124, -0.688, -0.87, -0.524, -0.836, -0.618, -0.997, -0.155, 1.096, 1.238, -0.102, 0.316, 1.942],
  negative: [
    0.809, -0.825, 1.356, -0.818, 1.324, -1.106, 1.479, 0.344, -0.274, -0.48, -0.044, -0.465, -1.046,
  ],
};
