import type { RemoteSettings } from './remote-settings';

export type RemoteFailure =
  /** No answer: the network, a time-out, an answer that is too long or breaks off. */
  { kind: 'unreachable'; problem: string } | { kind: 'status'; status: number; retryAfterMs: number | null };

/** One request that came to nothing. Its message holds neither the key nor a text. */
export class RemoteCallError extends Error {
  constructor(readonly failure: RemoteFailure) {
    super(
      failure.kind === 'status'
        ? `The sentiment service answers HTTP ${failure.status}.`
        : `The sentiment service ${failure.problem}.`,
    );
    this.name = RemoteCallError.name;
  }
}

/** Of an answer: what stands around the results, and what one result may take. */
const ANSWER_BYTES = 65_536;
const RESULT_BYTES = 1_024;

/**
 * Sends texts once. Redirects are answers like any other that is not 200: a key goes nowhere but where it was meant for.
 * @returns the body of the answer, unread
 * @throws RemoteCallError
 */
export async function postTexts(
  settings: RemoteSettings,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const { url, key, model, timeoutMs } = settings;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(`${url}/analyze`, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([signal, timeout]),
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify({ texts, ...(model === null ? {} : { model }) }),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      const retryAfterMs = retryAfterOf(response.headers.get('retry-after'));
      throw new RemoteCallError({ kind: 'status', status: response.status, retryAfterMs });
    }
    return await bounded(response, ANSWER_BYTES + texts.length * RESULT_BYTES);
  } catch (error) {
    if (error instanceof RemoteCallError) throw error;
    signal.throwIfAborted();
    const problem = timeout.aborted ? `did not answer within ${timeoutMs} ms` : 'cannot be reached';
    throw new RemoteCallError({ kind: 'unreachable', problem });
  }
}

async function bounded(response: Response, most: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (response.body === null) return '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    // Leaving the loop cancels the body, and with it the connection.
    if (size > most)
      throw new RemoteCallError({ kind: 'unreachable', problem: `answers with more than ${most} bytes` });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Seconds, or a date. */
function retryAfterOf(header: string | null): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}
