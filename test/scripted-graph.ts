import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server does with one request; without anything it answers `{}`. */
export interface ScriptedAnswer {
  status?: number;
  headers?: Record<string, string | string[]>;
  /** Objects are sent as JSON, text as it is. */
  body?: unknown;
  /** Before the first byte. */
  delayMs?: number;
  /** Cuts the connection without an answer, after the request has been read. */
  reset?: true;
  /** Sends this much of the body and then nothing more. */
  stallAfterBytes?: number;
}

export interface ReceivedRequest {
  method: string;
  /** Path and query as they stood. */
  url: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
  /** The caller's: the same for calls over one connection. */
  port: number | undefined;
}

/** A host that answers calls in the order of its script, for tests of how the Graph client takes strange answers. */
export class ScriptedGraph {
  readonly requests: ReceivedRequest[] = [];
  private script: ScriptedAnswer[] = [];
  private otherwise: ScriptedAnswer = { body: {} };
  private readonly server: Server;

  private constructor() {
    this.server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const url = new URL(incoming.url ?? '/', 'http://graph.test');
        this.requests.push({
          method: incoming.method ?? '',
          url: incoming.url ?? '',
          path: url.pathname,
          query: url.searchParams,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString('utf8'),
          port: incoming.socket.remotePort,
        });
        const answer = this.script.shift() ?? this.otherwise;
        if (answer.reset === true) {
          incoming.socket.resetAndDestroy();
          return;
        }
        const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
        setTimeout(() => {
          outgoing.writeHead(answer.status ?? 200, {
            'content-type': typeof answer.body === 'string' ? 'text/html' : 'application/json',
            ...answer.headers,
          });
          if (answer.stallAfterBytes === undefined) outgoing.end(text);
          else outgoing.write(text.slice(0, answer.stallAfterBytes));
        }, answer.delayMs ?? 0).unref();
      });
    });
  }

  static async start(): Promise<ScriptedGraph> {
    const graph = new ScriptedGraph();
    await new Promise<void>((resolve) => graph.server.listen(0, '127.0.0.1', resolve));
    return graph;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The answers to the next requests; afterwards `otherwise` for all further ones. */
  answers(script: ScriptedAnswer[], otherwise: ScriptedAnswer = { body: {} }): void {
    this.script = [...script];
    this.otherwise = otherwise;
    this.requests.length = 0;
  }

  /** The only request there was. */
  get request(): ReceivedRequest {
    const [request, ...more] = this.requests;
    if (request === undefined || more.length > 0)
      throw new Error(`${this.requests.length} requests, not one`);
    return request;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
