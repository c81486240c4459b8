import { GraphError } from './graph.error';
import type { GraphErrorClass, GraphErrorOwner, GraphErrorRule } from './graph-error-rule';
import { PLATFORM_ERROR_RULES } from './platform-error-codes';
import { WHATSAPP_ERROR_RULES } from './whatsapp-error-codes';

/** Every code that has a rule of its own; the mapper decides the others by HTTP status. */
export const GRAPH_ERROR_RULES: readonly GraphErrorRule[] = [
  ...PLATFORM_ERROR_RULES,
  ...WHATSAPP_ERROR_RULES,
];

/** What one of Meta's error codes means for people who have to deal with it. */
export interface GraphCodeExplanation {
  cause: string;
  whoMustAct: GraphErrorOwner;
  /** Whether the same request may succeed later without anybody doing anything. */
  retryHelps: boolean;
  class: GraphErrorClass;
  /** What `whoMustAct` does about it, where that is one thing. */
  action: string | null;
  /** How long to leave it alone before the same message may go through; null where time changes nothing, or little is enough. */
  againAfterMs: number | null;
  isWindowClosed: boolean;
}

const rulesByCode = new Map<number, GraphErrorRule[]>();
const ranges: { from: number; to: number; rule: GraphErrorRule }[] = [];
for (const rule of GRAPH_ERROR_RULES) {
  for (const code of rule.codes) {
    if (typeof code === 'number') rulesByCode.set(code, [...(rulesByCode.get(code) ?? []), rule]);
    else ranges.push({ from: code[0], to: code[1], rule });
  }
}

/**
 * The rule for a code, the most particular first: with this subcode, the code alone, the range it lies in. Some codes
 * (template, migration and coexistence errors) are documented on their own and arrive as subcodes of a general one.
 */
export function findGraphErrorRule(code: number, subcode: number | null = null): GraphErrorRule | null {
  const own = rulesByCode.get(code) ?? [];
  const bySubcode =
    subcode === null ? undefined : own.find((rule) => rule.subcodes?.includes(subcode) === true);
  if (bySubcode !== undefined) return bySubcode;
  if (subcode !== null && subcode >= 2_000_000) {
    const asCode = (rulesByCode.get(subcode) ?? [])[0];
    if (asCode !== undefined) return asCode;
  }
  const general = own.find((rule) => rule.subcodes === undefined);
  return general ?? ranges.find(({ from, to }) => from <= code && code <= to)?.rule ?? null;
}

/** For showing a failure to people, also one that came by webhook. null for a code that Meta has not documented. */
export function explainGraphCode(code: number, subcode: number | null = null): GraphCodeExplanation | null {
  const rule = findGraphErrorRule(code, subcode);
  return (
    rule && {
      cause: rule.cause,
      whoMustAct: rule.whoMustAct,
      retryHelps: rule.class === 'retry' || rule.class === 'limited',
      class: rule.class,
      action: rule.action ?? null,
      againAfterMs: rule.againAfterMs ?? rule.waitMs ?? null,
      isWindowClosed: rule.isWindowClosed === true,
    }
  );
}

/** Whether Meta refused a free-form message because the customer wrote too long ago: a template may still be sent. */
export function isWindowClosed(error: unknown): boolean {
  if (!(error instanceof GraphError) || typeof error.meta?.code !== 'number') return false;
  return findGraphErrorRule(error.meta.code, error.meta.subcode)?.isWindowClosed === true;
}
