import * as http from 'node:http';
import * as https from 'node:https';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { inChildSpan } from '../tracing/work-scope';
import { GraphRateLimitedError, GraphRejectedError, GraphUnavailableError } from './graph.error';
import { GraphCircuit } from './graph-circuit';

/** Meta no longer has what was asked for, or its address has run out. */
export class GraphFileGoneError extends GraphRejectedError {}

const MOST_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const RATE_LIMIT_PAUSE_MS = 60_000;

/** Files at addresses that Meta gave, which want the token like a call and answer with bytes instead of JSON. */
@Injectable()
export class GraphDownloads {
  constructor(
    private readonly config: AppConfig,
    private readonly circuit: GraphCircuit,
  ) {}

  /**
   * Begins to read a file; its bytes come as they are asked for. Only hosts of Meta's are asked, for the token goes there.
   * @param signal ends it, also while it is being read; whoever does not read to the end has to abort it
   * @throws GraphError here and while reading, never anything that holds the token
   */
  async open(url: string, token: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const answer = await inChildSpan('GET {file}', { kind: 'client' }, () =>
      this.circuit.run('graph-media', () => this.follow(url, token, signal)),
    );
    return readable(answer);
  }

  private async follow(url: string, token: string, signal: AbortSignal): Promise<http.IncomingMessage> {
    let target = this.addressOf(url);
    for (let redirects = 0; ; redirects += 1) {
      const answer = await this.ask(target, token, signal);
      const { statusCode = 0, headers } = answer;
      if (statusCode === 200) return answer;
      answer.destroy();
      const isRedirect = REDIRECTS.has(statusCode) && headers.location !== undefined;
      if (!isRedirect || redirects === MOST_REDIRECTS) throw refusalOf(statusCode, headers['retry-after']);
      target = this.addressOf(headers.location ?? '', target);
    }
  }

  private ask(target: URL, token: string, signal: AbortSignal): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = (target.protocol === 'https:' ? https : http).get(target, {
        // Meta's file host refuses whoever does not say what it is.
        headers: { Authorization: `Bearer ${token}`, 'User-Agent': 'node', 'Accept-Encoding': 'identity' },
        signal,
        timeout: this.config.env.META_TIMEOUT_MS, // of silence: large files take their time
      });
      outgoing.once('timeout', () => {
        outgoing.destroy(new Error('silence'));
      });
      outgoing.on('error', (error) => {
        reject(connectionError(error));
      });
      outgoing.once('response', resolve);
    });
  }

  /** @throws GraphRejectedError for an address that is not Meta's: the token would go to somebody else */
  private addressOf(text: string, base?: URL): URL {
    const url = URL.canParse(text, base?.href) ? new URL(text, base) : null;
    const graph = new URL(this.config.env.META_GRAPH_URL);
    const isGraph = url?.protocol === graph.protocol && url.host === graph.host;
    const isFileHost =
      url?.protocol === 'https:' && /^(?:lookaside\.fbsbx\.com|[a-z0-9.-]+\.fbcdn\.net)$/.test(url.host);
    if (url === null || !(isGraph || isFileHost) || url.username !== '' || url.password !== '')
      throw new GraphRejectedError('Meta named an address for a file that is not one of its own.');
    return url;
  }
}

async function* readable(answer: http.IncomingMessage): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of answer) yield chunk as Buffer;
  } catch (error) {
    throw connectionError(error);
  }
}

function connectionError(error: unknown): GraphUnavailableError {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return new GraphUnavailableError(`A file of Meta's did not come whole (${code ?? 'silence'}).`, 'unknown');
}

function refusalOf(status: number, retryAfter: string | undefined): Error {
  if (status === 404 || status === 410)
    return new GraphFileGoneError(`Meta does not have the file at the address it gave (${status}).`);
  if (status === 429) {
    const seconds = Number(retryAfter);
    const pauseMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : RATE_LIMIT_PAUSE_MS;
    return new GraphRateLimitedError('Meta gives no more files for now.', 'call', pauseMs);
  }
  return new GraphUnavailableError(`Meta answered ${status} in place of a file.`, 'unknown');
}
