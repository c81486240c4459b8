const DAY_MS = 86_400_000;

/** Steps of a time that are read and remembered together: as many bounds as there are steps, and one more. */
export interface StepRun {
  /** Which of all steps is the first. */
  first: number;
  bounds: readonly Date[];
}

/** Steps by the day of UTC on which they begin: hours of a day are remembered together, longer steps by themselves. */
export function runsOf(bounds: readonly Date[]): StepRun[] {
  const runs: { first: number; bounds: Date[] }[] = [];
  let day: number | undefined;
  for (let step = 0; step + 1 < bounds.length; step++) {
    const [from, until] = [bounds[step], bounds[step + 1]];
    if (from === undefined || until === undefined) break;
    const own = Math.floor(from.getTime() / DAY_MS);
    const run = runs.at(-1);
    if (run !== undefined && own === day) run.bounds.push(until);
    else runs.push({ first: step, bounds: [from, until] });
    day = own;
  }
  return runs;
}

/** Days that a step of a total may have; one of so many begins at a multiple of as many days since 1970. */
const WIDTHS = [16, 8, 4, 2];
/** Sums of the latest days change with each message and status: wide steps would be read again each time. */
const RESTLESS_DAYS = 3;

/**
 * Bounds that a total is put together by: months where it holds whole ones, elsewhere few steps of one to sixteen days. They
 * begin at the hour at which the time does, and so are the same for most times that begin in one zone.
 * @param range not empty
 */
function stepsOfTotal({ from, until }: { from: Date; until: Date }, now: number): Date[] {
  const end = until.getTime();
  const offset = from.getTime() - Math.round(from.getTime() / DAY_MS) * DAY_MS;
  const calmUntil = now - RESTLESS_DAYS * DAY_MS;
  const bounds = [from];
  for (let at = from.getTime(); at < end;) {
    const midnight = new Date(at - offset);
    const [month, monthAfter] = [1, 2].map(
      (more) => Date.UTC(midnight.getUTCFullYear(), midnight.getUTCMonth() + more) + offset,
    ) as [number, number];
    if (midnight.getUTCDate() === 1 && month <= end) at = month;
    else {
      // Not into a month that the time holds all of.
      const last = Math.min(end, calmUntil, monthAfter <= end ? month : end);
      const day = Math.round(midnight.getTime() / DAY_MS);
      const days = WIDTHS.find((width) => day % width === 0 && at + width * DAY_MS <= last) ?? 1;
      at = Math.min(at + days * DAY_MS, end);
    }
    bounds.push(new Date(at));
  }
  return bounds;
}

/**
 * Steps that totals of several times are put together by, each by itself.
 * @param bounds rising; times that are empty have no steps
 */
export function runsOfTotals(
  bounds: readonly Date[],
  now = Date.now(),
): {
  runs: StepRun[];
  periodOf: (step: number) => number;
} {
  const periods: number[] = [];
  const runs: StepRun[] = [];
  bounds.slice(1).forEach((until, period) => {
    const from = bounds[period] ?? until;
    const steps = from < until ? stepsOfTotal({ from, until }, now) : [];
    for (let step = 0; step + 1 < steps.length; step++) {
      runs.push({ first: periods.length, bounds: steps.slice(step, step + 2) });
      periods.push(period);
    }
  });
  return { runs, periodOf: (step) => periods[step] ?? 0 };
}

/** Runs that follow each other without a gap, as few bounds as a statement is to have; long steps apart from short ones. */
export function stretchesOf(runs: readonly StepRun[], mostSteps: number): StepRun[][] {
  const stretches: StepRun[][] = [];
  let steps = 0;
  let last: StepRun | undefined;
  for (const run of runs) {
    const length = run.bounds.length - 1;
    const follows =
      last !== undefined &&
      last.bounds.at(-1)?.getTime() === run.bounds[0]?.getTime() &&
      isMonth(last) === isMonth(run) &&
      steps + length <= mostSteps;
    if (follows) stretches.at(-1)?.push(run);
    else stretches.push([run]);
    steps = (follows ? steps : 0) + length;
    last = run;
  }
  return stretches;
}

/** Months are read from sums of months. */
function isMonth({ bounds: [from, until] }: StepRun): boolean {
  return from !== undefined && until !== undefined && until.getTime() - from.getTime() >= 28 * DAY_MS;
}
