import { GraphError } from '../../graph-client/graph.error';

/** Codes of Meta with which it will not tell who somebody is, whoever asks and however often. */
const REASONS: readonly { code: number; subcodes?: readonly number[]; reason: string }[] = [
  {
    code: 230,
    reason: 'Meta tells nothing of this person before they have consented, which they do by writing to you.',
  },
  { code: 9010, reason: 'Instagram knows nobody by this id (any more).' },
  {
    code: 100,
    subcodes: [33, 2018001, 2018218],
    reason: 'Meta knows nobody by this id at this Page (any more).',
  },
  { code: 803, reason: 'Meta knows nobody by this id (any more).' },
  { code: 551, reason: 'The person cannot be reached at the moment: deactivated, or has blocked you.' },
];

/** @returns why Meta does not tell who somebody is, for people; null where it may tell later or to somebody else */
export function refusalOf(error: unknown): string | null {
  const meta = error instanceof GraphError ? error.meta : null;
  if (meta === null) return null;
  const found = REASONS.find(
    ({ code, subcodes }) =>
      code === meta.code && (subcodes === undefined || subcodes.includes(meta.subcode ?? 0)),
  );
  return found?.reason ?? null;
}
