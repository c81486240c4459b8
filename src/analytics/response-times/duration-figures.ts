/** How long things took. All but the count are null where there is none. */
export interface DurationFigures {
  count: number;
  meanSeconds: number | null;
  /** By the nearest rank: a value that occurred, as `percentile_disc` has it. */
  medianSeconds: number | null;
  p90Seconds: number | null;
}

export const NO_DURATIONS: DurationFigures = {
  count: 0,
  meanSeconds: null,
  medianSeconds: null,
  p90Seconds: null,
};

export const DURATION_KINDS = ['firstResponse', 'response', 'resolution'] as const;
/** `firstResponse`: to the first answer of a case. `response`: to every answer. `resolution`: from its opening to its closing. */
export type DurationKind = (typeof DURATION_KINDS)[number];

export type DurationsByKind = Record<DurationKind, DurationFigures>;

export const DURATION_GROUPS = ['agent', 'channel', 'platform'] as const;
export type DurationGroup = (typeof DURATION_GROUPS)[number];

/** Where the steps of the distribution end: 1, 5 and 15 minutes, 1 and 4 hours, 1 day. What takes longer is the last step. */
export const DISTRIBUTION_ENDS = [60, 300, 900, 3_600, 14_400, 86_400] as const;

export interface DistributionStep extends Record<DurationKind, number> {
  /** Inclusive. */
  fromSeconds: number;
  /** Exclusive; null: without an end. */
  untilSeconds: number | null;
}

/** @param below of each kind how many took less than each of the ends, and after these how many there are in all */
export function distributionOf(below: Record<DurationKind, readonly number[]>): DistributionStep[] {
  return [0, ...DISTRIBUTION_ENDS].map((fromSeconds, step) => {
    const within = (kind: DurationKind): number =>
      (below[kind][step] ?? 0) - (step === 0 ? 0 : (below[kind][step - 1] ?? 0));
    return {
      fromSeconds,
      untilSeconds: DISTRIBUTION_ENDS[step] ?? null,
      firstResponse: within('firstResponse'),
      response: within('response'),
      resolution: within('resolution'),
    };
  });
}
