import { GraphError } from './graph-error';
import { catalogueError, plainError } from './error-catalogue';
import type { JsonValue } from '../json';
import { SeededRandom } from '../seeded-random';

/** How the next matching calls fail. */
export interface FaultRule {
  /** Any method where left out. */
  method?: string;
  /** Regular expression over the path without version, for example `/messages$`. */
  path?: string | RegExp;
  /** How many calls; 1 where left out. */
  times?: number;
  /** Graph error code: the HTTP status and texts come from the table of errors. */
  code?: number;
  subcode?: number;
  message?: string;
  type?: string;
  isTransient?: boolean;
  data?: JsonValue;
  /** HTTP status; where only this is given, the answer is an HTML page as a proxy sends it. */
  status?: number;
  /** Answer with exactly this body. */
  body?: string;
  contentType?: string;
  headers?: Record<string, string>;
  /** Answer late, by this many milliseconds of the virtual clock. Alone: a slow success. */
  delayMs?: number;
  /** Do what was asked, but answer late: the effect, and its webhooks, come before the answer. */
  delayAfterMs?: number;
  /** Only so many bytes of the body arrive, then the connection breaks: an upload that has to go on from there. */
  keepBytes?: number;
  /** Not every matching call, but this share of them (0 to 1) by lot; `times` is without end then unless it is given. */
  share?: number;
  /** Do what was asked, and then answer with this failure all the same. */
  afterEffect?: boolean;
  /** Cut the connection: before anything happens, or after the effect (accepted, but the answer is lost). */
  drop?: 'before' | 'after';
}

interface ActiveFault {
  rule: FaultRule;
  pattern: RegExp | undefined;
  left: number;
}

export interface FaultAnswer {
  status: number;
  body: string;
  contentType: string;
  headers: Record<string, string>;
}

const PROXY_PAGE =
  '<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1></body></html>';

export class Faults {
  private active: ActiveFault[] = [];
  private readonly random = new SeededRandom();

  add(rule: FaultRule): void {
    const pattern = typeof rule.path === 'string' ? new RegExp(rule.path) : rule.path;
    this.active.push({ rule, pattern, left: rule.times ?? (rule.share === undefined ? 1 : Infinity) });
  }

  clear(): void {
    this.active = [];
    this.random.reset();
  }

  /** Uses up one failure that matches the call, in the order in which they were asked for. */
  take(method: string, path: string): FaultRule | undefined {
    const found = this.active.find(
      ({ rule, pattern }) =>
        (rule.method === undefined || rule.method.toUpperCase() === method) &&
        (pattern?.test(path) ?? true) &&
        (rule.share === undefined || this.random.next(1) < rule.share),
    );
    if (!found) return undefined;
    found.left--;
    if (found.left <= 0) this.active = this.active.filter((fault) => fault !== found);
    return found.rule;
  }
}

/**
 * The failing answer that a rule asks for, or null where it only delays or drops. `isPlain`: without the details that
 * only WhatsApp's errors have.
 */
export function faultAnswer(rule: FaultRule, isPlain = false): FaultAnswer | null {
  const headers = rule.headers ?? {};
  if (rule.body !== undefined) {
    return {
      status: rule.status ?? 500,
      body: rule.body,
      contentType: rule.contentType ?? 'text/html',
      headers,
    };
  }
  if (rule.code !== undefined) {
    const error = errorOf(rule, rule.code, isPlain);
    return {
      status: rule.status ?? error.status,
      body: JSON.stringify(error.toJson()),
      contentType: 'application/json; charset=UTF-8',
      headers,
    };
  }
  if (rule.status === undefined) return null;
  return { status: rule.status, body: PROXY_PAGE, contentType: 'text/html; charset=UTF-8', headers };
}

function errorOf(rule: FaultRule, code: number, isPlain: boolean): GraphError {
  const known = isPlain ? plainError(code) : catalogueError(code);
  return new GraphError(code, rule.message ?? known.message, {
    ...known.parts,
    ...(rule.status !== undefined && { status: rule.status }),
    ...(rule.type !== undefined && { type: rule.type }),
    ...(rule.subcode !== undefined && { subcode: rule.subcode }),
    ...(rule.isTransient !== undefined && { isTransient: rule.isTransient }),
    ...(rule.data !== undefined && { data: rule.data }),
  });
}
