import { ERROR_CATALOGUE } from '../../src/http/error-catalogue';
import type { FuzzedRoute } from './fuzz-document';
import type { Variation } from './variations';
import type { WireAnswer } from './wire';

/** What tells of the inside: addresses in our files, words of PostgreSQL, of JavaScript and of the libraries. */
const INSIDES = [
  /\bat [^"]{0,200}\.(?:js|ts):\d+/,
  /node_modules/,
  /QueryFailedError|syntax error at or near|invalid input syntax|violates \w+(?:-\w+)? constraint|duplicate key value|relation \\"/i,
  /out of range for type|invalid byte sequence|unsupported Unicode escape|statement timeout/i,
  /Cannot read propert|is not a function|is not iterable|undefined \(reading|Unexpected token|JSON at position/,
  /ECONNREFUSED|ENOENT|127\.0\.0\.1:\d{4,5}/,
  /root:x:0:0/,
];
/** What Meta reads there, in Meta's own form and under its own statuses. */
const SPEAKS_TO_META = 'POST /api/meta/whatsapp/flows/endpoint/{id}';
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

export interface AnswerRules {
  /** What must stand in no answer at all. */
  secrets: readonly string[];
  /** Stands in everything that is somebody else's. */
  foreignMark: string | undefined;
  /** The document's answers of these have no envelope where they succeed. */
  isRaw: boolean;
}

/** @returns what is wrong with an answer, whatever was asked; empty where nothing is */
export function problemsOf(
  route: FuzzedRoute,
  variation: Variation,
  answer: WireAnswer,
  rules: AnswerRules,
): string[] {
  const problems: string[] = [];
  const { status, text, headers } = answer;
  if (status >= 500 && !isBusy(text)) problems.push(`answered ${status}`);
  if (typeof headers['x-request-id'] !== 'string' || !REQUEST_ID.test(headers['x-request-id']))
    problems.push('has no X-Request-Id');
  if (headers['x-injected'] !== undefined) problems.push('lets the request set a header');
  for (const secret of rules.secrets) if (text.includes(secret)) problems.push('tells a secret');
  if (rules.foreignMark !== undefined && text.includes(rules.foreignMark))
    problems.push('tells what is another tenant’s');
  if (isForMeta(route, status)) return problems;
  if (status >= 400) problems.push(...problemsOfError(route, variation, answer));
  else if (!rules.isRaw && !isEnvelope(text)) problems.push('succeeds without the envelope');
  return problems;
}

export function isForMeta({ name }: FuzzedRoute, status: number): boolean {
  return name === SPEAKS_TO_META && [421, 427, 432].includes(status);
}

function problemsOfError(route: FuzzedRoute, { field }: Variation, { status, text }: WireAnswer): string[] {
  for (const inside of INSIDES) if (inside.test(text)) return [`tells of the inside: ${String(inside)}`];
  const error = errorOf(text);
  if (error === undefined) return ['refuses without the envelope'];
  const problems: string[] = [];
  const known = (ERROR_CATALOGUE as Readonly<Record<string, { status: number }>>)[error.code];
  if (known === undefined) problems.push(`has the unknown code ${error.code}`);
  else if (known.status !== status) problems.push(`has the code ${error.code} with the status ${status}`);
  if (error.code === 'VALIDATION_FAILED') {
    const paths = fieldPathsOf(error.details);
    if (paths === undefined || paths.length === 0) problems.push('refuses without saying which field');
    else if (
      field !== undefined &&
      !paths.some((path) => isAbout(path, field)) &&
      !mentions(error.details, field)
    )
      problems.push(`does not name the field ${field}, but ${paths.slice(0, 5).join(', ')}`);
  }
  return problems;
}

/** About the field, about one inside of it, or about the request as a whole. */
function isAbout(path: string, field: string): boolean {
  return path === '' || path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`);
}

/** Fields that exclude each other are told of together, under the name of one. */
function mentions(details: unknown, field: string): boolean {
  return new RegExp(`\\b${field.replace(/[^\w]/g, '.')}\\b`).test(JSON.stringify(details));
}

/** Meta, or what stands in its place, did not take it; or as much is under way as may be, which the answer says. */
function isBusy(text: string): boolean {
  const error = errorOf(text);
  if (error?.code === 'META_UNAVAILABLE') return true;
  return (
    error?.code === 'SERVICE_UNAVAILABLE' && error.message !== ERROR_CATALOGUE.SERVICE_UNAVAILABLE.message
  );
}

function isEnvelope(text: string): boolean {
  const body = parsed(text);
  return isRecord(body) && body.success === true && 'data' in body && Object.keys(body).length === 2;
}

export function errorOf(text: string): { code: string; message: string; details: unknown } | undefined {
  const body = parsed(text);
  if (!isRecord(body) || body.success !== false || !isRecord(body.error)) return undefined;
  const { code, message, details } = body.error;
  if (typeof code !== 'string' || typeof message !== 'string' || !isRecord(details)) return undefined;
  return { code, message, details };
}

function fieldPathsOf(details: unknown): string[] | undefined {
  if (!isRecord(details) || !Array.isArray(details.fields)) return undefined;
  const fields: unknown[] = details.fields;
  return fields.flatMap((each) =>
    isRecord(each) &&
    typeof each.path === 'string' &&
    typeof each.rule === 'string' &&
    typeof each.message === 'string'
      ? [each.path]
      : [],
  );
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
