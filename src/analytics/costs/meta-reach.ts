import type { MetaCoverage, MetaFigureAccount } from '../../whatsapp/meta-figures/meta-coverage';

/** How much of a time Meta's figures are there of: `full` means that every minute of it was asked for. */
export type MetaReach = 'none' | 'part' | 'full';

export interface TimeSpan {
  from: Date;
  until: Date;
}

/** One sort of figures that a sum is made of; null: nobody has asked for it yet. */
export interface MetaPart {
  account: MetaFigureAccount;
  coverage: MetaCoverage | null;
}

/** Of a sum over all parts. What lies ahead, or behind the end of a connection, is nothing that could be missing. */
export function reachOf(parts: readonly MetaPart[], span: TimeSpan, now: Date): MetaReach {
  const reaches = parts.flatMap((part) => reachOfPart(part, span, now) ?? []);
  if (reaches.length === 0 || reaches.every((reach) => reach === 'none')) return 'none';
  return reaches.every((reach) => reach === 'full') ? 'full' : 'part';
}

/** null: there is nothing that could be asked for. */
export function reachOfPart({ account, coverage }: MetaPart, span: TimeSpan, now: Date): MetaReach | null {
  const end = Math.min(span.until.getTime(), now.getTime(), account.releasedAt?.getTime() ?? Infinity);
  const start = span.from.getTime();
  if (end <= start) return null;
  const from = coverage?.coveredFrom?.getTime() ?? Infinity;
  const until = coverage?.coveredUntil?.getTime() ?? -Infinity;
  if (from >= end || until <= start) return 'none';
  return from <= start && until >= end ? 'full' : 'part';
}

/** The parts of a sum over some WhatsApp Business Accounts. */
export function partsOf(
  accounts: readonly MetaFigureAccount[],
  kind: MetaCoverage['kind'],
  part = '',
): MetaPart[] {
  return accounts.map((account) => ({
    account,
    coverage: account.series.find((each) => each.kind === kind && each.part === part) ?? null,
  }));
}
