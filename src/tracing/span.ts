import type { TraceParent } from './trace-parent';

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** Names and values for a trace: names of OpenTelemetry's conventions where there are any; never contents or secrets. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface SpanOptions {
  kind?: SpanKind;
  attributes?: SpanAttributes;
}

/** Work that is being recorded. */
export interface OpenSpan {
  readonly place: TraceParent;
  child(name: string, options?: SpanOptions): OpenSpan;
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** @param failure a word for what went wrong, such as an error's code or class; null: nothing did */
  end(failure?: string | null): void;
}

/** Where spans come from while tracing is on. */
export interface SpanSource {
  /**
   * @param parent what it is a part of; null: it begins a trace
   * @param links what else it is caused by
   */
  start(
    name: string,
    options: SpanOptions & { parent: TraceParent | null; links?: readonly TraceParent[] },
  ): OpenSpan;
  /** Hands over what is left, for a while. */
  close(): Promise<void>;
}
