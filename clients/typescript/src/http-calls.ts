import { isObject, toApiError } from './api-error.js';
import { IDEMPOTENT_OPERATIONS } from './idempotent-operations.js';
import type { AnyOptions, Method } from './operation-types.js';

export interface HttpSettings {
  /** Of the service, as `https://api.example.com`. */
  baseUrl: string;
  /** Asked before every request, so that it is always the present one. */
  getAccessToken?: () => string | null | Promise<string | null>;
  /**
   * Asked for a new access token when the service no longer takes the present one; null when there is none to be had. Requests
   * that meet this at the same time ask once.
   */
  refresh?: () => Promise<string | null>;
  /** In place of an access token. Not for browsers: whoever sees it may do what it may. */
  apiKey?: string;
  fetch?: typeof globalThis.fetch;
  /** For each attempt. Files may take as long as they take once their first byte is there. */
  timeoutMs?: number;
  /**
   * How often a request is sent again that can be repeated without harm (reading, and what carries an idempotency key) when
   * nothing or 429, 502, 503 or 504 was answered.
   */
  retries?: number;
}

const LONGEST_WAIT_MS = 10_000;
const WORTH_REPEATING = new Set([429, 502, 503, 504]);

interface Outgoing {
  method: string;
  url: URL;
  headers: Headers;
  body: BodyInit | null;
  isRepeatable: boolean;
  signal: AbortSignal | undefined;
}

export class HttpCalls {
  private refreshing: Promise<string | null> | undefined;

  constructor(private readonly settings: HttpSettings) {}

  /** @returns `data` of the envelope, or the body where there is none */
  async json(method: Method, path: string, options?: AnyOptions): Promise<unknown> {
    const response = await this.send(method, path, options);
    if (!isJson(response)) throw await toApiError(response);
    const body: unknown = await response.json();
    return isObject(body) && body.success === true ? body.data : body;
  }

  file(path: string, options?: AnyOptions): Promise<Response> {
    return this.send('get', path, options);
  }

  private async send(method: Method, path: string, options: AnyOptions = {}): Promise<Response> {
    const outgoing = this.prepare(method.toUpperCase(), path, options);
    let token = (await this.settings.getAccessToken?.()) ?? null;
    let hasRefreshed = false;
    let left = outgoing.isRepeatable ? (this.settings.retries ?? 2) : 0;
    for (let attempt = 0; ; attempt += 1) {
      const response = await this.attempt(outgoing, token).catch((error: unknown) => {
        if (left === 0 || options.signal?.aborted === true) throw error;
        return null;
      });
      if (response?.ok === true) return response;
      if (response?.status === 401 && token !== null && !hasRefreshed) {
        hasRefreshed = true;
        token = await this.refreshOnce();
        if (token !== null) continue;
      }
      const waitMs = response === null ? backoffMs(attempt) : waitBefore(response, attempt);
      if (response !== null && (left === 0 || waitMs === null)) throw await toApiError(response);
      left -= 1;
      await response?.body?.cancel();
      await pause(waitMs ?? 0, options.signal);
    }
  }

  private prepare(method: string, path: string, options: AnyOptions): Outgoing {
    const headers = new Headers(options.headers);
    const takesKey = IDEMPOTENT_OPERATIONS.has(`${method} ${path}`);
    if (takesKey && !headers.has('idempotency-key'))
      headers.set('idempotency-key', options.idempotencyKey ?? newKey());
    if (this.settings.apiKey !== undefined) headers.set('x-api-key', this.settings.apiKey);
    const body = bodyOf(options.body);
    if (typeof body === 'string' && !headers.has('content-type'))
      headers.set('content-type', typeof options.body === 'string' ? 'text/csv' : 'application/json');
    return {
      method,
      url: addressOf(this.settings.baseUrl, path, options),
      headers,
      body,
      isRepeatable: method === 'GET' || takesKey,
      signal: options.signal,
    };
  }

  private attempt(outgoing: Outgoing, token: string | null): Promise<Response> {
    const { method, url, body, signal } = outgoing;
    const headers = new Headers(outgoing.headers);
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    const patience = new AbortController();
    const timer = setTimeout(() => {
      patience.abort(new DOMException('The service did not answer in time.', 'TimeoutError'));
    }, this.settings.timeoutMs ?? 30_000);
    const signals = signal === undefined ? [patience.signal] : [patience.signal, signal];
    const send = this.settings.fetch ?? globalThis.fetch;
    return send(url, { method, headers, body, signal: AbortSignal.any(signals) }).finally(() => {
      clearTimeout(timer);
    });
  }

  private refreshOnce(): Promise<string | null> {
    this.refreshing ??= Promise.resolve(this.settings.refresh?.() ?? null).finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }
}

/** Values that are a list are repeated; what is undefined or null is left out. */
function addressOf(baseUrl: string, path: string, { path: parts = {}, query = {} }: AnyOptions): URL {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(textOf(parts[name])));
  const url = new URL(baseUrl.replace(/\/+$/, '') + filled);
  for (const [name, value] of Object.entries(query))
    for (const item of Array.isArray(value) ? value : [value])
      if (item !== undefined && item !== null) url.searchParams.append(name, textOf(item));
  return url;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TypeError('Parameters are text, numbers or booleans.');
}

/** What holds a file is sent as a form. */
function bodyOf(body: unknown): BodyInit | null {
  if (body === undefined) return null;
  if (typeof body === 'string' || body instanceof Blob || body instanceof FormData) return body;
  if (!isObject(body) || !Object.values(body).some((value) => value instanceof Blob))
    return JSON.stringify(body);
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) {
    if (value === undefined || value === null) continue;
    if (value instanceof Blob) form.append(name, value);
    else form.append(name, isObject(value) ? JSON.stringify(value) : textOf(value));
  }
  return form;
}

/** Not `randomUUID`, which browsers have only over HTTPS. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

function isJson(response: Response): boolean {
  return /\bjson\b/.test(response.headers.get('content-type') ?? '');
}

/** Null where it is not worth waiting for. */
function waitBefore(response: Response, attempt: number): number | null {
  if (!WORTH_REPEATING.has(response.status)) return null;
  const after = Number(response.headers.get('retry-after') ?? NaN) * 1000;
  const waitMs = Number.isFinite(after) ? after : backoffMs(attempt);
  return waitMs <= LONGEST_WAIT_MS ? waitMs : null;
}

function backoffMs(attempt: number): number {
  return Math.min(200 * 2 ** attempt, 2_000) * (0.5 + Math.random() / 2);
}

/** Rejects as soon as the caller no longer wants the answer. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve) => {
    const goOn = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', goOn);
      resolve();
    };
    const timer = setTimeout(goOn, ms);
    signal?.addEventListener('abort', goOn);
  });
  signal?.throwIfAborted();
}
