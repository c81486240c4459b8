import { LABELS } from './labelled-texts.mjs';

const ROUNDS = 3_000;
const RATE = 0.5;
/** Keeps weights small, and confidences honest about texts that were not seen. */
const RESTRAINT = 0.003;

/**
 * Fits the weights of the regression by gradient descent. The same texts give the same weights.
 * @param {{label: string, features: number[], weight: number}[]} samples
 * @returns {Record<string, number[]>}
 */
export function fit(samples) {
  const size = samples[0].features.length;
  const whole = samples.reduce((sum, { weight }) => sum + weight, 0);
  const weights = Object.fromEntries(LABELS.map((label) => [label, new Array(size).fill(0)]));
  for (let round = 0; round < ROUNDS; round += 1) {
    const slope = Object.fromEntries(LABELS.map((label) => [label, new Array(size).fill(0)]));
    for (const { label, features, weight } of samples) {
      const likely = softmax(LABELS.map((name) => dot(weights[name], features)));
      LABELS.forEach((name, place) => {
        const error = (likely[place] - (name === label ? 1 : 0)) * weight;
        for (let index = 0; index < size; index += 1) slope[name][index] += error * features[index];
      });
    }
    for (const name of LABELS)
      for (let index = 0; index < size; index += 1)
        weights[name][index] -= RATE * (slope[name][index] / whole + RESTRAINT * weights[name][index]);
  }
  return Object.fromEntries(
    LABELS.map((name) => [name, weights[name].map((value) => Number(value.toFixed(3)))]),
  );
}

function dot(one, other) {
  return one.reduce((sum, value, index) => sum + value * other[index], 0);
}

function softmax(logits) {
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - highest));
  const sum = powers.reduce((one, other) => one + other, 0);
  return powers.map((power) => power / sum);
}
