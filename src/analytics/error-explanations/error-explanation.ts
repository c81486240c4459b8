import { type GraphCodeExplanation, explainGraphCode } from '../../graph-client/graph-error-codes';
import type { GraphErrorOwner } from '../../graph-client/graph-error-rule';
import { titleOfError } from './error-titles';
import { SERVICE_ERROR_RULES, type ServiceErrorRule } from './service-error-codes';

export const RETRY_CHANCES = ['later', 'after_action', 'never', 'unknown'] as const;
/** Whether sending the same again may help: `later` without anybody doing anything, or after somebody has acted. */
export type RetryChance = (typeof RETRY_CHANCES)[number];

export interface RetryAdvice {
  helps: RetryChance;
  /** How long to wait at least; null where that is not known, or it is not a matter of time. */
  afterSeconds: number | null;
  advice: string;
}

/** What a code that messages fail with means, and what to do about it. */
export interface ErrorExplanation {
  code: string;
  /** Whose code it is; null for one that we do not know. */
  source: 'meta' | 'service' | null;
  title: string | null;
  cause: string;
  /** null: not known. */
  whoMustAct: GraphErrorOwner | null;
  action: string | null;
  retry: RetryAdvice;
}

/** @param code one of Meta's, in digits, or one of ours */
export function explainError(code: string, subcode: number | null = null): ErrorExplanation {
  const known = /^\d{1,9}$/.test(code) ? explainGraphCode(Number(code), subcode) : null;
  if (known !== null) return ofMeta(code, known);
  const own = Object.hasOwn(SERVICE_ERROR_RULES, code) ? SERVICE_ERROR_RULES[code] : undefined;
  return own === undefined ? unknown(code) : ofService(code, own);
}

function ofMeta(code: string, known: GraphCodeExplanation): ErrorExplanation {
  const { cause, whoMustAct, action, againAfterMs } = known;
  const afterSeconds = againAfterMs === null ? null : Math.ceil(againAfterMs / 1_000);
  const helps = chanceOf(known);
  return {
    code,
    source: 'meta',
    title: titleOfError(code),
    cause,
    whoMustAct,
    action: action ?? usualAction(known),
    retry: {
      helps,
      afterSeconds: helps === 'later' ? afterSeconds : null,
      advice: adviceOf(helps, afterSeconds),
    },
  };
}

type KnownChance = Exclude<RetryChance, 'unknown'>;

function chanceOf({
  retryHelps,
  againAfterMs,
  whoMustAct,
  isWindowClosed,
}: GraphCodeExplanation): KnownChance {
  if (retryHelps || againAfterMs !== null) return 'later';
  return whoMustAct === 'nobody' && !isWindowClosed ? 'never' : 'after_action';
}

/** Where the table of codes names nothing more particular. */
function usualAction({ class: of, whoMustAct, isWindowClosed }: GraphCodeExplanation): string | null {
  if (isWindowClosed) return 'Send an approved template, or wait until the person writes.';
  if (of === 'reauth') return 'Connect the Meta account again and grant every permission that is asked for.';
  if (of !== 'rejected') return null;
  if (whoMustAct === 'developer')
    return 'Correct the request; Meta’s words at the message say what is wrong with it.';
  if (whoMustAct === 'customer') return 'Reach the person in another way; only they can change it.';
  if (whoMustAct === 'business')
    return 'Put right what the cause names; Meta’s words at the message say more.';
  return null;
}

function ofService(
  code: string,
  { title, cause, whoMustAct, action, retry }: ServiceErrorRule,
): ErrorExplanation {
  return {
    code,
    source: 'service',
    title,
    cause,
    whoMustAct,
    action,
    retry: { helps: retry, afterSeconds: null, advice: adviceOf(retry, null) },
  };
}

function unknown(code: string): ErrorExplanation {
  return {
    code,
    source: null,
    title: null,
    cause:
      'This code is not in our catalogue. Meta adds codes without notice; its documentation of error codes, and the words that it gave at the message, say more.',
    whoMustAct: null,
    action: null,
    retry: {
      helps: 'unknown',
      afterSeconds: null,
      advice: 'Nobody here knows whether sending it again helps. Read what Meta says of it first.',
    },
  };
}

function adviceOf(helps: KnownChance, afterSeconds: number | null): string {
  switch (helps) {
    case 'later':
      return afterSeconds === null
        ? 'The same message may go through later, without anybody doing anything.'
        : `The same message may go through after ${duration(afterSeconds)}; earlier it fails again.`;
    case 'after_action':
      return 'The same message fails again until somebody has acted.';
    case 'never':
      return 'The same message fails again. Do not repeat it.';
  }
}

function duration(seconds: number): string {
  const units = [
    [3_600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ] as const;
  const [size, name] = units.find(([unit]) => seconds >= unit && seconds % unit === 0) ?? [1, 'second'];
  const count = seconds / size;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
