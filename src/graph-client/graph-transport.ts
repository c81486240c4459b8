import * as http from 'node:http';
import * as https from 'node:https';
import { HttpService } from '@nestjs/axios';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { AxiosRequestConfig } from 'axios';
import { AppConfig } from '../config/app-config';
import { appSecretProof } from '../crypto/hmac-signature';
import { GraphReauthRequiredError, GraphUnavailableError, GraphUnreadableAnswerError } from './graph.error';
import { type MultipartBody, multipartOf } from './graph-file';
import { withoutSecrets } from './graph-redaction';
import { type GraphHost, type UnknownGraphRequest, isMainGraph } from './graph-request';
import type { GraphHeaders } from './graph-usage';

/** An answer before parsing. */
export interface GraphTextAnswer {
  httpStatus: number;
  /** With lower-case names; of several values the last. */
  headers: GraphHeaders;
  text: string;
}

const MAX_ANSWER_BYTES = 20 * 1024 * 1024;
/** WhatsApp takes documents of 100 MB. */
const MAX_BODY_BYTES = 110 * 1024 * 1024;
/**
 * Idle connections are given up long before Meta would close them: a request written into a closing connection is
 * reset, and then nobody knows whether a message went out.
 */
const IDLE_CONNECTION_MS = 4_000;
/** Above the default of SENDING_CONCURRENCY: a call that waits for a connection waits within its time. */
const MAX_CONNECTIONS_PER_HOST = 512;

/** One exchange of bytes with a Graph host: adds host, version, token and proof, and says truly how it failed. */
@Injectable()
export class GraphTransport implements OnApplicationShutdown {
  private readonly agents = {
    http: new http.Agent({
      keepAlive: true,
      timeout: IDLE_CONNECTION_MS,
      maxSockets: MAX_CONNECTIONS_PER_HOST,
    }),
    https: new https.Agent({
      keepAlive: true,
      timeout: IDLE_CONNECTION_MS,
      maxSockets: MAX_CONNECTIONS_PER_HOST,
    }),
  };

  constructor(
    private readonly httpService: HttpService,
    private readonly config: AppConfig,
  ) {}

  /**
   * @throws GraphUnavailableError when no complete answer came; never an AxiosError, which holds the token
   * @throws GraphReauthRequiredError for a token that cannot be one
   */
  async exchange(request: UnknownGraphRequest): Promise<GraphTextAnswer> {
    const timeoutMs = request.timeoutMs ?? this.config.env.META_TIMEOUT_MS;
    const url = this.urlOf(request);
    const progress: Progress = { isConnected: false, isLate: false };
    const headers = this.headersOf(request);
    const multipart = request.file === undefined ? null : await multipartOf(request.file);
    const config: AxiosRequestConfig<unknown> = {
      method: request.method,
      url,
      headers: { ...headers, ...lengthOf(multipart) },
      data: multipart?.stream ?? dataOf(request),
      transport: watched(url.startsWith('https:') ? https : http, progress, timeoutMs),
      httpAgent: this.agents.http,
      httpsAgent: this.agents.https,
      proxy: false,
      maxRedirects: 0, // Meta does not redirect API calls, and a redirect would carry the token elsewhere
      maxContentLength: MAX_ANSWER_BYTES,
      maxBodyLength: MAX_BODY_BYTES,
      responseType: 'text',
      transformRequest: [(data: unknown) => data],
      transformResponse: [(data: unknown) => data],
      validateStatus: () => true,
    };
    try {
      const { status, headers: told, data } = await this.httpService.axiosRef.request<unknown>(config);
      return { httpStatus: status, headers: flatten(told), text: typeof data === 'string' ? data : '' };
    } catch (error) {
      throw failureOf(error, progress, timeoutMs);
    } finally {
      // Meta may answer before it has read everything.
      multipart?.stream.destroy();
    }
  }

  onApplicationShutdown(): void {
    this.agents.http.destroy();
    this.agents.https.destroy();
  }

  private urlOf({ host = 'graph', path, query = {}, token, versioned = true }: UnknownGraphRequest): string {
    assertPath(path);
    const pairs = Object.entries(query)
      .concat(token === null ? [] : [['appsecret_proof', appSecretProof(token, this.secretOf(host))]])
      .flatMap(([name, value]) =>
        value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
      );
    const base = this.baseUrlOf(host) + (versioned ? `/${this.config.env.META_GRAPH_VERSION}` : '') + path;
    return pairs.length === 0 ? base : `${base}?${pairs.join('&')}`;
  }

  private headersOf({ token, body, form }: UnknownGraphRequest): Record<string, string> {
    if (token !== null && !/^[\x21-\x7e]+$/.test(token)) {
      throw new GraphReauthRequiredError('The stored access token is empty or malformed.');
    }
    return {
      Accept: 'application/json',
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined || form !== undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(form instanceof URLSearchParams ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {}),
    };
  }

  private baseUrlOf(host: GraphHost): string {
    const { META_GRAPH_URL, INSTAGRAM_GRAPH_URL } = this.config.env;
    if (isMainGraph(host)) return META_GRAPH_URL;
    return host === 'instagram' ? INSTAGRAM_GRAPH_URL : this.config.instagramApiUrl;
  }

  /** Tokens of the Instagram Login variant belong to the Instagram app, which has a secret of its own. */
  private secretOf(host: GraphHost): string {
    const { META_APP_SECRET, INSTAGRAM_APP_SECRET } = this.config.env;
    return isMainGraph(host) ? META_APP_SECRET : (INSTAGRAM_APP_SECRET ?? META_APP_SECRET);
  }
}

function lengthOf(multipart: MultipartBody | null): Record<string, string> {
  if (multipart === null) return {};
  return { 'Content-Type': multipart.contentType, 'Content-Length': String(multipart.length) };
}

function dataOf({ form, body }: UnknownGraphRequest): FormData | string | undefined {
  if (form instanceof URLSearchParams) return form.toString();
  return form ?? (body === undefined ? undefined : JSON.stringify(body));
}

/** An id from outside that holds `?`, `#` or `..` would make this another call, with our token. */
function assertPath(path: string): void {
  const isPath = /^(?:\/|(?:\/[A-Za-z0-9_.~:@!$&'()*+,;=%|-]+)+)$/.test(path);
  if (!isPath || path.split('/').some((part) => /^(?:\.|%2e){1,2}$/i.test(part))) {
    throw new TypeError('Not a Graph path: encode ids with encodeURIComponent and pass the rest as query');
  }
}

interface Progress {
  /** Whether bytes of the request can have left: the connection stood, for https including its handshake. */
  isConnected: boolean;
  /** Whether it was broken off because its time was over. */
  isLate: boolean;
}

interface WatchedTransport {
  request: (
    options: https.RequestOptions,
    onAnswer: (answer: http.IncomingMessage) => void,
  ) => http.ClientRequest;
  Agent: typeof http.Agent;
  globalAgent: http.Agent;
}

/**
 * Node's own http or https, with an eye on how far the request came, which nothing else can tell afterwards, and on the
 * time: axios' own time-out counts silence, and an answer of one byte a second would never end.
 */
function watched(
  transport: typeof http | typeof https,
  progress: Progress,
  timeoutMs: number,
): WatchedTransport {
  const request = (
    options: https.RequestOptions,
    onAnswer: (answer: http.IncomingMessage) => void,
  ): http.ClientRequest => {
    const outgoing = transport.request(options, onAnswer);
    const deadline = setTimeout(() => {
      progress.isLate = true;
      outgoing.destroy(new Error('The time for this call is over'));
    }, timeoutMs);
    outgoing.once('close', () => {
      clearTimeout(deadline);
    });
    outgoing.once('socket', (socket) => {
      // A kept connection stands already; listening on it for every request would pile up listeners.
      if (outgoing.reusedSocket || !socket.connecting) progress.isConnected = true;
      else
        socket.once(transport === https ? 'secureConnect' : 'connect', () => (progress.isConnected = true));
    });
    return outgoing;
  };
  return { request, Agent: transport.Agent, globalAgent: transport.globalAgent };
}

const OUR_MISTAKES: ReadonlySet<string> = new Set([
  'ERR_BAD_REQUEST',
  'ERR_BAD_OPTION',
  'ERR_BAD_OPTION_VALUE',
  'ERR_INVALID_CHAR',
  'ERR_INVALID_URL',
  'ERR_NOT_SUPPORT',
]);

function failureOf(error: unknown, { isConnected, isLate }: Progress, timeoutMs: number): Error {
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { code: undefined, message: '' };
  if (message.startsWith('maxContentLength')) {
    return new GraphUnreadableAnswerError('Meta answered with more than can be read.', 200);
  }
  // A defect of the caller, noticed before anything was sent. The original error holds the whole request.
  if (code !== undefined && OUR_MISTAKES.has(code)) {
    return new TypeError(`A Graph call could not be put together: ${code}, ${withoutSecrets(message, [])}`);
  }
  const what = isLate
    ? `Meta did not answer within ${timeoutMs} ms.`
    : `The connection to Meta ${isConnected ? 'broke' : 'could not be made'} (${code ?? 'no code'}).`;
  return new GraphUnavailableError(what, isConnected ? 'unknown' : 'not-sent');
}

function flatten(headers: object): GraphHeaders {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]: [string, unknown]) => {
      const last: unknown = Array.isArray(value) ? value.at(-1) : value;
      return [name.toLowerCase(), typeof last === 'string' ? last : undefined];
    }),
  );
}
