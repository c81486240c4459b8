import type { JsonValue } from '../json';
import type { LogSettings } from '../settings';

/** A call that reached the Graph side of the sandbox, as it was received. */
export interface RecordedCall {
  id: number;
  /** Unix ms of the virtual clock. */
  at: number;
  method: string;
  /** Without version. */
  path: string;
  version: string;
  query: Record<string, string>;
  /** Parsed body, or text where it was not parsable. */
  body: JsonValue;
  contentType: string | null;
  /** The token wherever it stood. */
  token: string | null;
  authorization: string | null;
  status: number | null;
}

export class CallLog {
  private calls: RecordedCall[] = [];
  private nextId = 1;

  constructor(private readonly settings: LogSettings) {}

  add(call: Omit<RecordedCall, 'id' | 'status'>): RecordedCall {
    const recorded: RecordedCall = { ...call, id: this.nextId++, status: null };
    this.calls.push(recorded);
    const { calls: kept } = this.settings;
    // A tenth at a time, since moving the whole list for each call would cost more than the call.
    if (this.calls.length > kept) this.calls.splice(0, this.calls.length - Math.floor(kept * 0.9));
    return recorded;
  }

  list(filter: { method?: string; path?: string | RegExp } = {}): RecordedCall[] {
    const { method, path } = filter;
    const pattern = typeof path === 'string' ? new RegExp(path) : path;
    return this.calls.filter(
      (call) =>
        (method === undefined || call.method === method.toUpperCase()) &&
        (!pattern || pattern.test(call.path)),
    );
  }

  clear(): void {
    this.calls = [];
  }
}
