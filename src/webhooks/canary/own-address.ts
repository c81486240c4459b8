/** What a call to our own public address came to. */
export interface OwnCall {
  /** Null when no answer came. */
  status: number | null;
  /** Its first kilobyte. */
  text: string;
  /** From the call to the end of the answer. */
  tookMs: number;
  /** Where the answer sends the caller instead, if it does. */
  redirectedTo: string | null;
  /** Why no answer came: `ENOTFOUND`, `ECONNREFUSED`, `CERT_HAS_EXPIRED`, `TIMEOUT` …; null when one came. */
  failure: string | null;
}

const LONGEST_CALL_MS = 5_000;
const KEPT_CHARACTERS = 1_024;

/**
 * Calls an address of this service from outside in, as Meta does: through its name, its proxy and its certificate. It
 * follows no redirect, as Meta follows none for deliveries. It never throws.
 */
export async function callOwnAddress(
  url: string,
  request: { method: 'GET' } | { method: 'POST'; body: Buffer; headers: Record<string, string> },
): Promise<OwnCall> {
  const startedAt = performance.now();
  const tookMs = (): number => Math.round(performance.now() - startedAt);
  try {
    const answer = await fetch(url, {
      method: request.method,
      ...(request.method === 'POST' ? { headers: request.headers, body: new Uint8Array(request.body) } : {}),
      redirect: 'manual',
      signal: AbortSignal.timeout(LONGEST_CALL_MS),
    });
    const text = (await answer.text()).slice(0, KEPT_CHARACTERS);
    const redirectedTo = answer.headers.get('location');
    return { status: answer.status, text, tookMs: tookMs(), redirectedTo, failure: null };
  } catch (error) {
    return { status: null, text: '', tookMs: tookMs(), redirectedTo: null, failure: failureOf(error) };
  }
}

/** The innermost code: `fetch failed` says nothing. */
function failureOf(error: unknown): string {
  let inner: unknown = error;
  let code: string | undefined;
  for (let depth = 0; depth < 5 && inner instanceof Error; depth += 1) {
    if (inner.name === 'TimeoutError') return 'TIMEOUT';
    if ('code' in inner && typeof inner.code === 'string') code = inner.code;
    if (inner instanceof AggregateError) {
      const first: unknown = inner.errors[0];
      inner = first;
    } else inner = inner.cause;
  }
  return code ?? (error instanceof Error ? error.name : 'UNKNOWN');
}
