import { parseTraceParent } from '../tracing/trace-parent';

/** One thing that happened, or that is being waited for. */
export interface TimelineEntry {
  at: Date;
  /** For programs, as `send.failed`. */
  kind: string;
  /** For people: one plain sentence. */
  title: string;
  /** What it is about: our ids and Meta's, by name. */
  ids: Record<string, string>;
  /** The request that caused it, where one did: its log lines carry it too. */
  requestId: string | null;
  /** Where it is recorded in OpenTelemetry, where it is. */
  traceId: string | null;
}

export interface Timeline {
  entries: TimelineEntry[];
  /** More happened than is told here. */
  isCut: boolean;
}

type Ids = Readonly<Record<string, string | null | undefined>>;

/** @param cause the request and the `traceparent` that are stored with what happened */
export function entryOf(
  at: Date,
  kind: string,
  title: string,
  ids: Ids = {},
  cause: { requestId?: string | null; traceParent?: string | null } = {},
): TimelineEntry {
  return {
    at,
    kind,
    title,
    ids: Object.fromEntries(
      Object.entries(ids).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    ),
    requestId: cause.requestId ?? null,
    traceId: parseTraceParent(cause.traceParent)?.traceId ?? null,
  };
}

/**
 * In the order of time; what happened at the same instant stays in the order given. What is waited for comes last, whenever
 * it began.
 */
export function timelineOf(
  happened: readonly TimelineEntry[],
  waiting: TimelineEntry | null,
  most: number,
): Timeline {
  const sorted = happened
    .map((entry, place) => ({ entry, place }))
    .sort((a, b) => a.entry.at.getTime() - b.entry.at.getTime() || a.place - b.place)
    .map(({ entry }) => entry);
  const isCut = sorted.length > most;
  // The beginning and the end tell most; what is left out is the middle of many attempts.
  const half = Math.floor(most / 2);
  const kept = isCut ? [...sorted.slice(0, half), ...sorted.slice(-half)] : sorted;
  return { entries: waiting === null ? kept : [...kept, waiting], isCut };
}

/** As people write it, in UTC. */
export function instantText(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Longer texts of others are cut: this is a list. */
export function briefly(text: string | null | undefined): string {
  const plain = (text ?? '').replace(/\s+/g, ' ').trim();
  return plain.length > 200 ? `${plain.slice(0, 199)}…` : plain;
}

/** "1 attempt", "3 attempts". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
