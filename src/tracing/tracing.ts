import type { OnApplicationShutdown } from '@nestjs/common';
import type { OpenSpan, SpanAttributes, SpanKind, SpanSource } from './span';
import { type TraceParent, formatTraceParent, parseTraceParent } from './trace-parent';
import { type LogFields, inScope, recorded, scopeOf } from './work-scope';

/** Work that no request waits for. */
export interface Background {
  /** As OpenTelemetry wants it: few names, no ids in them. */
  name: string;
  kind?: SpanKind;
  /** What it was caused by, as `currentTraceParent` gave it. Where nothing of that is recorded, neither is this. */
  causes: readonly (string | null)[];
  attributes?: SpanAttributes;
  /** For its log lines. */
  fields?: LogFields;
  /** The request that it is done for. */
  requestId?: string | null;
}

/** More links than that say nothing more. */
const MOST_LINKS = 256;

/**
 * Traces of what happens, for an OpenTelemetry collector. While no collector is set nothing of it is loaded, and all that
 * remains is the scope that log lines take their ids from.
 */
export class Tracing implements OnApplicationShutdown {
  /** @param source null: tracing is off */
  constructor(private readonly source: SpanSource | null) {}

  get isOn(): boolean {
    return this.source !== null;
  }

  /**
   * The span of an HTTP request, which goes on with the caller's trace where it names one. To be ended by the caller.
   * @param traceParent the header as it came
   */
  startRequest(
    name: string,
    traceParent: string | string[] | undefined,
    attributes: SpanAttributes,
  ): OpenSpan | null {
    if (this.source === null) return null;
    return this.source.start(name, { kind: 'server', parent: parseTraceParent(traceParent), attributes });
  }

  /**
   * Runs work in a scope of its own. With one recorded cause it is part of that trace; with several it begins a trace with
   * links to them all, as one batch cannot be part of many.
   */
  async run<T>(
    background: Background,
    work: (recording: { span: OpenSpan; causes: readonly TraceParent[] } | null) => Promise<T>,
  ): Promise<T> {
    const { name, kind = 'internal', attributes = {}, fields = {}, requestId = null } = background;
    const causes = this.source === null ? [] : recordedCauses(background.causes);
    if (this.source === null || causes.length === 0)
      return inScope(scopeOf({ fields, requestId }), () => work(null));
    const [only, another] = causes;
    const span = this.source.start(name, {
      kind,
      attributes,
      parent: another === undefined ? (only ?? null) : null,
      links: another === undefined ? [] : causes.slice(0, MOST_LINKS),
    });
    return recorded(span, () => inScope(scopeOf({ fields, requestId, span }), () => work({ span, causes })));
  }

  /** Short spans that show, in each trace of its own, that something was done for it in a batch that lies elsewhere. */
  markIn(causes: readonly TraceParent[], name: string, batch: OpenSpan): void {
    for (const parent of causes.slice(0, MOST_LINKS))
      this.source?.start(name, { kind: 'consumer', parent, links: [batch.place] }).end();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.source?.close();
  }
}

function recordedCauses(causes: readonly (string | null)[]): TraceParent[] {
  const distinct = new Map<string, TraceParent>();
  for (const cause of causes) {
    const place = parseTraceParent(cause);
    if (place?.isSampled === true) distinct.set(formatTraceParent(place), place);
  }
  return [...distinct.values()];
}
