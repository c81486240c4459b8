import { AsyncLocalStorage } from 'node:async_hooks';
import type { OpenSpan, SpanOptions } from './span';
import { formatTraceParent } from './trace-parent';

/** What every log line of a piece of work carries. */
export type LogFields = Readonly<Record<string, string | number | readonly string[]>>;

/** A piece of work: a request, a job, a batch, a message being sent. */
export interface WorkScope {
  /** The request that it is done for, also when it is done later and elsewhere. */
  readonly requestId: string | null;
  /** The logger of HTTP requests writes the request's id itself: twice in a line would be once too often. */
  readonly isRequest: boolean;
  readonly fields: LogFields;
  readonly span: OpenSpan | null;
  /** Messages that were ordered in it, the first few. */
  readonly orderedIds: string[];
}

const MOST_ORDERED_TOLD = 20;
const storage = new AsyncLocalStorage<WorkScope | undefined>();

export function scopeOf(
  scope: Partial<Pick<WorkScope, 'requestId' | 'isRequest' | 'fields' | 'span'>>,
): WorkScope {
  return { requestId: null, isRequest: false, fields: {}, span: null, ...scope, orderedIds: [] };
}

/** Runs work, and whatever it starts, within a scope of its own. */
export function inScope<T>(scope: WorkScope | undefined, work: () => T): T {
  return storage.run(scope, work);
}

/**
 * Runs what goes on for everybody, such as the writer of a batch, apart from whoever happened to start it: its log lines and
 * events would otherwise be told as theirs.
 */
export function detached<T>(work: () => T): T {
  return storage.getStore() === undefined ? work() : storage.run(undefined, work);
}

/** Adds to what the log lines of some work carry. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  const scope = storage.getStore();
  if (scope === undefined) return storage.run(scopeOf({ fields }), work);
  return storage.run({ ...scope, fields: { ...scope.fields, ...fields } }, work);
}

/** For the logger: what this moment's lines carry. */
export function currentLogFields(): Record<string, unknown> {
  const scope = storage.getStore();
  if (scope === undefined) return {};
  const { span, fields, requestId, isRequest } = scope;
  return {
    ...(requestId === null || isRequest ? {} : { requestId }),
    ...fields,
    ...(span === null ? {} : { traceId: span.place.traceId, spanId: span.place.spanId }),
  };
}

/** The request that the present work is done for. */
export function currentRequestId(): string | null {
  return storage.getStore()?.requestId ?? null;
}

/** What is stored beside work that is done later, so that it goes on with this trace; null where nothing is recorded. */
export function currentTraceParent(): string | null {
  const span = storage.getStore()?.span ?? null;
  return span?.place.isSampled === true ? formatTraceParent(span.place) : null;
}

/** The request's own line in the log tells which messages it ordered. */
export function noteOrdered(messageIds: readonly string[]): void {
  const noted = storage.getStore()?.orderedIds;
  if (noted === undefined) return;
  noted.push(...messageIds.slice(0, Math.max(0, MOST_ORDERED_TOLD - noted.length)));
}

/**
 * A step of the present work, recorded where that is. Costs nothing while it is not.
 * @param work gets the span, or null where nothing is recorded; what it throws ends the span as failed
 */
export async function inChildSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: OpenSpan | null) => Promise<T>,
): Promise<T> {
  const scope = storage.getStore();
  if (scope?.span?.place.isSampled !== true) return work(null);
  const span = scope.span.child(name, options);
  return recorded(span, () => storage.run({ ...scope, span }, () => work(span)));
}

/** Ends the span with the work, whichever way that ends. */
export async function recorded<T>(span: OpenSpan, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    span.end();
    return result;
  } catch (error) {
    span.end(failureOf(error));
    throw error;
  }
}

/** A word for an error that is no secret: our code, else its class. Messages may quote what people wrote. */
export function failureOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code.slice(0, 64);
  return error instanceof Error ? error.name : 'unknown';
}
