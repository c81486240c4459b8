export const VERDICTS = ['ok', 'warning', 'error', 'unknown'] as const;
/** What an examination comes to. */
export type Verdict = (typeof VERDICTS)[number];

export const FINDING_SEVERITIES = [...VERDICTS, 'info'] as const;
/**
 * `error`: messages do not arrive, or do not leave. `warning`: they do, and something will or may keep them from it.
 * `unknown`: it could not be looked at, which proves nothing. `info`: it never can be, and a person has to look; nothing is known
 * to be wrong.
 */
export type FindingSeverity = (typeof FINDING_SEVERITIES)[number];

/** What was seen, for whoever wants to see it too. Never a secret. */
export type Evidence = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** What one look at one thing showed. */
export interface Finding {
  /** What was looked at, as `callback-delivery`; stable. */
  check: string;
  /** Which one, in words: `the service`, `phone number +1 555-078-3881`. */
  subject: string;
  severity: FindingSeverity;
  title: string;
  /** Why messages would not arrive, in plain words. */
  explanation: string;
  /** What to do, and where; null where nothing is to be done. */
  fix: string | null;
  evidence: Evidence;
}

export type FindingDraft = Omit<Finding, 'check' | 'subject' | 'evidence' | 'fix'> & {
  fix?: string | null;
  evidence?: Evidence;
};

/** Names what the findings are about, once for all of them. */
export function about(check: string, subject: string): (draft: FindingDraft) => Finding {
  return ({ severity, title, explanation, fix = null, evidence = {} }) => ({
    check,
    subject,
    severity,
    title,
    explanation,
    fix,
    evidence,
  });
}

const WORST_FIRST: readonly Verdict[] = ['error', 'warning', 'unknown'];
const ORDER: readonly FindingSeverity[] = [...WORST_FIRST, 'info', 'ok'];

/** The worst first; within that as they came, which is the order in which it makes sense to mend things. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

/** What a list of findings comes to. What is only to be known makes nothing worse. */
export function worstOf(findings: readonly Finding[]): Verdict {
  return WORST_FIRST.find((severity) => findings.some((finding) => finding.severity === severity)) ?? 'ok';
}

export function minutes(ms: number): string {
  const whole = Math.round(ms / 60_000);
  if (whole < 1) return `${Math.max(1, Math.round(ms / 1_000))} s`;
  if (whole < 120) return `${whole} min`;
  return whole < 2_880 ? `${Math.round(whole / 60)} h` : `${Math.round(whole / 1_440)} days`;
}
