/**
 * When Meta stops serving a version of the Graph API; later calls to it are served by the next one that lives. Source: Meta's
 * changelog as of November 2026. A newer version has no announced end.
 */
const ENDS: readonly (readonly [version: number, end: string])[] = [
  [20, '2026-09-24'],
  [21, '2027-01-21'],
  [22, '2027-05-20'],
  [23, '2027-10-08'],
  [24, '2028-02-18'],
  [25, '2028-07-29'],
];

/** The latest day by which it is over; null: not announced, as far as this release of the service knows. */
export function endOfVersion(version: string): Date | null {
  const number = Number(/^v(\d+)/.exec(version)?.[1] ?? Infinity);
  // Versions end in the order in which they came.
  const end = ENDS.find(([listed]) => number <= listed)?.[1];
  return end === undefined ? null : new Date(`${end}T00:00:00Z`);
}
