/** The value below which the given share of the sorted values lies. */
export function percentileOfSorted(sorted, share) {
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

export function median(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The usual percentiles of durations. */
export function percentilesOf(values) {
  const sorted = Float64Array.from(values).sort();
  return {
    p50: percentileOfSorted(sorted, 0.5),
    p99: percentileOfSorted(sorted, 0.99),
    p999: percentileOfSorted(sorted, 0.999),
    max: sorted.at(-1) ?? Number.NaN,
  };
}

export function spread(values) {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) };
}
