import { isRecord, textAt } from '../meta-values';

/** Something that hinders sending, in words. */
export interface HealthProblem {
  /** `PHONE_NUMBER`, `WABA`, `BUSINESS`, `APP` or `MESSAGE_TEMPLATE`. */
  entity: string;
  entityId: string | null;
  /** `LIMITED` or `BLOCKED`. */
  verdict: string;
  /** Meta's. */
  code: number | null;
  problem: string;
  /** What to do, as far as Meta says. */
  solution: string | null;
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['PHONE_NUMBER', 'the phone number'],
  ['WABA', 'the WhatsApp Business Account'],
  ['BUSINESS', 'the business portfolio'],
  ['APP', 'the Meta app'],
  ['MESSAGE_TEMPLATE', 'a template'],
]);

/** Every entity that hinders, those that block before those that limit, from Meta's `health_status`. */
export function healthProblems(health: Record<string, unknown> | null): HealthProblem[] {
  const entities: unknown[] = Array.isArray(health?.entities) ? health.entities : [];
  const problems = entities.flatMap((entity): HealthProblem[] => {
    const verdict = textAt(entity, 'can_send_message') ?? 'AVAILABLE';
    if (!isRecord(entity) || verdict === 'AVAILABLE') return [];
    const name = textAt(entity, 'entity_type') ?? 'UNKNOWN';
    const common = { entity: name, entityId: textAt(entity, 'id') ?? null, verdict };
    const errors: unknown[] = Array.isArray(entity.errors) ? entity.errors : [];
    const hints: unknown[] = Array.isArray(entity.additional_info) ? entity.additional_info : [];
    const told = errors.map((error) => ({
      ...common,
      code: codeOf(error),
      problem: textAt(error, 'error_description') ?? `Meta names no reason for ${wordFor(name)}.`,
      solution: textAt(error, 'possible_solution') ?? null,
    }));
    const hinted = hints
      .filter((hint) => typeof hint === 'string')
      .map((hint) => ({ ...common, code: null, problem: hint, solution: null }));
    const all = [...told, ...hinted];
    if (all.length > 0) return all;
    return [{ ...common, code: null, problem: `Meta names no reason for ${wordFor(name)}.`, solution: null }];
  });
  return problems.sort((a, b) => Number(b.verdict === 'BLOCKED') - Number(a.verdict === 'BLOCKED'));
}

/** One sentence for people. */
export function healthSummary(health: Record<string, unknown> | null): string {
  const verdict = textAt(health, 'can_send_message');
  if (verdict === undefined) return 'Meta does not tell how the number is.';
  const [first] = healthProblems(health);
  if (verdict === 'AVAILABLE') return 'Messages can be sent.';
  const what = verdict === 'BLOCKED' ? 'Nothing can be sent' : 'Sending is limited';
  if (first === undefined) return `${what}; Meta names no reason.`;
  const solution = first.solution === null ? '' : ` ${first.solution}`;
  return `${what} because of ${wordFor(first.entity)}: ${first.problem}${solution}`;
}

function wordFor(entity: string): string {
  return NAMES.get(entity) ?? entity;
}

function codeOf(error: unknown): number | null {
  const text = textAt(error, 'error_code');
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;
}
