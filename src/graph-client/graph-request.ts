import type { ClassConstructor } from 'class-transformer';
import type { GraphFile } from './graph-file';

export type GraphMethod = 'GET' | 'POST' | 'DELETE';
/**
 * `instagram` and `instagram-login` are those of Instagram Login: its Graph API, and the host that exchanges codes.
 * `graph-media` is `graph` with a circuit of its own: while media cannot be had, messages are sent all the same.
 */
export type GraphHost = 'graph' | 'graph-media' | 'instagram' | 'instagram-login';

/** Where the Facebook app's own tokens, secret and limits count. */
export function isMainGraph(host: GraphHost): boolean {
  return host === 'graph' || host === 'graph-media';
}

export type GraphQuery = Record<string, string | number | boolean | undefined>;

/**
 * Which failures are followed by another attempt inside the same call:
 * - `safe`: any that may pass; for requests that change nothing, or that may be done twice.
 * - `until-proven-accepted`: only those that prove Meta did not carry it out.
 * - `never`: one attempt.
 */
export type GraphRetryPolicy = 'safe' | 'never' | 'until-proven-accepted';

/** One call to the Graph API. */
export interface GraphRequest<T extends object> {
  method: GraphMethod;
  /** Behind the version, as in `/123/messages`. Ids in it that come from outside go through `encodeURIComponent`. */
  path: string;
  /** null for calls that carry none, as `oauth/access_token`. */
  token: string | null;
  /** Undefined values are left out. */
  query?: GraphQuery;
  /** Sent as JSON. */
  body?: Record<string, unknown>;
  /** Sent as multipart (`FormData`) or urlencoded (`URLSearchParams`), in place of `body`. */
  form?: FormData | URLSearchParams;
  /** Sent as multipart as it is read, in place of `body` and `form`: nothing of it is held in memory. */
  file?: GraphFile;
  /** The answer becomes an instance of this, checked by its class-validator rules; properties without rules are dropped. */
  response: ClassConstructor<T>;
  /** Default `graph`. */
  host?: GraphHost;
  /** Default `safe` for GET and `never` for all else. A GET that uses something up (a login code) says so here. */
  retry?: GraphRetryPolicy;
  /** For one attempt, from connecting to the last byte. Default `META_TIMEOUT_MS`. */
  timeoutMs?: number;
  /** Says of an answer with an error in it that it tells all the same what was done: it is then handed back, not thrown. */
  toldDespiteError?: (body: unknown) => boolean;
  /** false for the few paths without a version (`/refresh_access_token` of Instagram Login). Default true. */
  versioned?: boolean;
}

/** A call whose answer the caller reads itself, from `unknown`. */
export type UnknownGraphRequest = Omit<GraphRequest<object>, 'response'>;

/** A list to read page by page. */
export type GraphListRequest<T extends object> = Omit<GraphRequest<T>, 'response' | 'method'> & {
  /** What one entry of `data` is checked against. */
  item: ClassConstructor<T>;
  /** Sent as `limit`. */
  pageSize?: number;
  /** Stop quietly after so many; without it a list that does not end is an error. */
  maxPages?: number;
};

/** What an answer's headers tell. */
export interface GraphResponseInfo {
  status: number;
  /** The version that served the call: a later one than asked for once that has expired. */
  apiVersion: string | null;
  fbtraceId: string | null;
  /** Meta's clock, to the second; null where no `Date` came. */
  servedAt: Date | null;
}
