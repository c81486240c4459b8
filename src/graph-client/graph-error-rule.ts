import type { GraphRateLimitScope } from './graph.error';

/** Who has to do something before the same request can succeed. */
export type GraphErrorOwner = 'meta' | 'developer' | 'business' | 'customer' | 'nobody';

/** How a failed call is to be handled. `retry` and `limited` pass by themselves, the others do not. */
export type GraphErrorClass = 'retry' | 'limited' | 'reauth' | 'rejected' | 'configuration';

/** One line of the table of Meta's error codes. */
export interface GraphErrorRule {
  /** Single codes, or inclusive ranges. */
  codes: readonly (number | readonly [from: number, to: number])[];
  /** Only with one of these subcodes; a rule with subcodes goes before one without. */
  subcodes?: readonly number[];
  class: GraphErrorClass;
  /** For people, in our own words. */
  cause: string;
  whoMustAct: GraphErrorOwner;
  /** For `configuration`: what that person does. */
  action?: string;
  /** For `limited`. */
  scope?: GraphRateLimitScope;
  /** For `limited` and `retry`: how long to leave it alone when Meta gives no estimate. */
  waitMs?: number;
  /** For `rejected`: the same message, ordered anew by a person, may go through after so long. Never retried by itself. */
  againAfterMs?: number;
  /** For `retry`: attempts in all, when fewer than usual make sense. */
  maxTries?: number;
  /** The customer wrote too long ago for a free-form message; a template or tag is needed. */
  isWindowClosed?: true;
}

type Codes = GraphErrorRule['codes'] | number;
type Extra = Partial<
  Pick<GraphErrorRule, 'subcodes' | 'waitMs' | 'againAfterMs' | 'maxTries' | 'isWindowClosed'>
>;

const asList = (codes: Codes): GraphErrorRule['codes'] => (typeof codes === 'number' ? [codes] : codes);

export const retry = (codes: Codes, cause: string, extra: Extra = {}): GraphErrorRule => ({
  codes: asList(codes),
  class: 'retry',
  cause,
  whoMustAct: 'meta',
  ...extra,
});

export const limited = (
  codes: Codes,
  scope: GraphRateLimitScope,
  waitMs: number,
  cause: string,
  extra: Extra = {},
): GraphErrorRule => ({
  codes: asList(codes),
  class: 'limited',
  scope,
  waitMs,
  cause,
  whoMustAct: 'nobody',
  ...extra,
});

export const reauth = (codes: Codes, cause: string, extra: Extra = {}): GraphErrorRule => ({
  codes: asList(codes),
  class: 'reauth',
  cause,
  whoMustAct: 'business',
  ...extra,
});

export const rejected = (
  codes: Codes,
  whoMustAct: GraphErrorOwner,
  cause: string,
  extra: Extra = {},
): GraphErrorRule => ({ codes: asList(codes), class: 'rejected', cause, whoMustAct, ...extra });

export const configuration = (
  codes: Codes,
  whoMustAct: GraphErrorOwner,
  cause: string,
  action: string,
  extra: Extra = {},
): GraphErrorRule => ({ codes: asList(codes), class: 'configuration', cause, action, whoMustAct, ...extra });
