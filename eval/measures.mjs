import { LABELS } from './labelled-texts.mjs';

/** Upper ends of the classes that confidences are looked at in. */
const BUCKETS = [0.5, 0.6, 0.7, 0.8, 0.9, 1];

/**
 * @param {{label: string}[]} rows what is right
 * @param {{label: string, confidence: number}[]} results what was answered, in the same order
 */
export function measure(rows, results) {
  const counts = Object.fromEntries(
    LABELS.map((label) => [label, Object.fromEntries(LABELS.map((answer) => [answer, 0]))]),
  );
  rows.forEach(({ label }, index) => (counts[label][results[index].label] += 1));
  const right = LABELS.reduce((sum, label) => sum + counts[label][label], 0);
  return {
    texts: rows.length,
    accuracy: right / rows.length,
    macroF1: LABELS.reduce((sum, label) => sum + f1(counts, label), 0) / LABELS.length,
    confusion: counts,
    ...calibration(rows, results),
  };
}

function f1(counts, label) {
  const right = counts[label][label];
  const answered = LABELS.reduce((sum, other) => sum + counts[other][label], 0);
  const wanted = LABELS.reduce((sum, other) => sum + counts[label][other], 0);
  return right === 0 ? 0 : (2 * right) / (answered + wanted);
}

/** How often answers of each confidence are right, and by how much confidence and truth differ on average. */
function calibration(rows, results) {
  const buckets = BUCKETS.map((end, place) => {
    const start = BUCKETS[place - 1] ?? 0;
    const inside = results
      .map((result, index) => ({ ...result, isRight: result.label === rows[index].label }))
      .filter(({ confidence }) => confidence > start && confidence <= end);
    const mean = (of) => inside.reduce((sum, item) => sum + of(item), 0) / inside.length;
    return {
      from: start,
      to: end,
      texts: inside.length,
      confidence: inside.length === 0 ? null : mean(({ confidence }) => confidence),
      accuracy: inside.length === 0 ? null : mean(({ isRight }) => Number(isRight)),
    };
  });
  const error = buckets.reduce(
    (sum, { texts, confidence, accuracy }) => sum + texts * Math.abs((confidence ?? 0) - (accuracy ?? 0)),
    0,
  );
  return { calibration: buckets, calibrationError: error / rows.length };
}
