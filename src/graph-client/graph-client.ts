import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { GraphError, GraphRejectedError } from './graph.error';
import { bodyOf, readAs } from './graph-answer';
import { GraphCircuit } from './graph-circuit';
import { edgeOf } from './graph-edge';
import { itemsOf, readPages } from './graph-paging';
import {
  type GraphHost,
  type GraphListRequest,
  type GraphMethod,
  type GraphRequest,
  type GraphResponseInfo,
  type UnknownGraphRequest,
  isMainGraph,
} from './graph-request';
import { isRefusedAfterRetries, nextAttemptInMs } from './graph-retry';
import { tracedAttempt } from './graph-tracing';
import { GraphTransport } from './graph-transport';
import { APP_USAGE_KEY, GraphUsage } from './graph-usage';

/** One attempt, for metrics. */
export interface GraphCallObservation {
  host: GraphHost;
  method: GraphMethod;
  /** What was asked for, without whom, as `/{id}/messages`. */
  edge: string;
  /** `ok`, or the `code` of our own error. */
  result: string;
  /** Meta's code of a refusal. */
  metaCode: number | null;
  durationMs: number;
}

interface Answer {
  body: unknown;
  info: GraphResponseInfo;
}

/**
 * The only way to Meta's Graph API: adds version, token and `appsecret_proof`, turns Meta's errors into `GraphError`s,
 * retries where that cannot do something twice, stops calling a host that is down, and hands back checked answers.
 */
@Injectable()
export class GraphClient {
  private readonly logger = new Logger(GraphClient.name);
  private readonly observers: ((observation: GraphCallObservation) => void)[] = [];

  constructor(
    private readonly transport: GraphTransport,
    private readonly circuit: GraphCircuit,
    private readonly usage: GraphUsage,
    private readonly config: AppConfig,
  ) {}

  /** @throws GraphError: every subclass says whether and when another attempt makes sense; `provesNotAccepted` tells more */
  async call<T extends object>(request: GraphRequest<T>): Promise<T> {
    return (await this.callDetailed(request)).body;
  }

  /** `call` with what the headers told. */
  async callDetailed<T extends object>(
    request: GraphRequest<T>,
  ): Promise<{ body: T; headers: GraphResponseInfo }> {
    const { body, info } = await this.answerTo(request);
    return { body: this.checked(request, () => readAs(request.response, body, info.status)), headers: info };
  }

  /** For callers that read the answer themselves. Numbers beyond 2^53 are strings of their digits. */
  async callUnknown(request: UnknownGraphRequest): Promise<unknown> {
    return (await this.answerTo(request)).body;
  }

  /** The entries of a list over all its pages, fetched as they are asked for. */
  async *paginate<T extends object>(request: GraphListRequest<T>): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages(request)) yield* page;
  }

  /** The same page by page, for upserting a page at once. Empty pages that have a next one are left out. */
  async *pages<T extends object>(request: GraphListRequest<T>): AsyncGenerator<T[], void, undefined> {
    for await (const page of readPages(request, (pageRequest) => this.callUnknown(pageRequest))) {
      const items = this.checked({ ...request, method: 'GET' }, () => itemsOf(request.item, page));
      if (items.length > 0) yield items;
    }
  }

  /** For metrics: called after every attempt. */
  onCall(observer: (observation: GraphCallObservation) => void): void {
    this.observers.push(observer);
  }

  private async answerTo(request: UnknownGraphRequest): Promise<Answer> {
    const { method, host = 'graph', retry = method === 'GET' ? 'safe' : 'never' } = request;
    const startedAt = Date.now();
    const budgetMs = request.timeoutMs ?? this.config.env.META_TIMEOUT_MS;
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.circuit.run(host, () =>
          tracedAttempt(request, host, () => this.attempt(request, host)),
        );
      } catch (error) {
        const elapsedMs = Date.now() - startedAt;
        const delay = nextAttemptInMs({ policy: retry, error, tries, elapsedMs, budgetMs });
        this.report(request, error, elapsedMs, tries, delay);
        if (delay === null) {
          if (retry !== 'never' && isRefusedAfterRetries(error, tries)) {
            throw new GraphRejectedError(error.message, { meta: error.meta, details: error.details });
          }
          throw error;
        }
        await sleep(delay);
      }
    }
  }

  private async attempt(request: UnknownGraphRequest, host: GraphHost): Promise<Answer> {
    const startedAt = Date.now();
    const observe = (result: string, metaCode: number | null): void => {
      const observation = {
        host,
        method: request.method,
        edge: edgeOf(request.path),
        result,
        metaCode,
        durationMs: Date.now() - startedAt,
      };
      for (const observer of this.observers) observer(observation);
    };
    try {
      const answer = await this.transport.exchange(request);
      const pathObjectId = /^\/([^/]+)/.exec(request.path)?.[1] ?? null;
      this.usage.record(
        answer.headers,
        pathObjectId,
        isMainGraph(host) ? APP_USAGE_KEY : `${APP_USAGE_KEY}:${host}`,
      );
      const context = { secrets: secretsOf(request), pathObjectId };
      const body = bodyOf(answer, context, request.toldDespiteError);
      observe('ok', null);
      return {
        body,
        info: {
          status: answer.httpStatus,
          apiVersion: answer.headers['facebook-api-version'] ?? null,
          fbtraceId: answer.headers['x-fb-trace-id'] ?? null,
          servedAt: instantIn(answer.headers.date),
        },
      };
    } catch (error) {
      if (error instanceof GraphError) observe(error.code, error.meta?.code ?? null);
      throw error;
    }
  }

  private checked<T>(request: UnknownGraphRequest, read: () => T): T {
    try {
      return read();
    } catch (error) {
      this.report(request, error, 0, 1, null);
      throw error;
    }
  }

  /** Path, never query: it holds the proof, and for OAuth the app's secret. */
  private report(
    request: UnknownGraphRequest,
    error: unknown,
    durationMs: number,
    tries: number,
    delayMs: number | null,
  ): void {
    if (!(error instanceof GraphError)) return;
    const { meta } = error;
    this.logger.warn({
      message: `${request.method} ${request.path} failed: ${error.message}`,
      code: error.code,
      metaCode: meta?.code ?? null,
      metaSubcode: meta?.subcode ?? null,
      fbtraceId: meta?.fbtraceId ?? null,
      durationMs,
      tries,
      nextAttemptInMs: delayMs,
    });
  }
}

/** Of a `Date` header. */
function instantIn(header: string | undefined): Date | null {
  const ms = Date.parse(header ?? '');
  return Number.isNaN(ms) ? null : new Date(ms);
}

/** Everything of a request that must not come back in an error text. */
function secretsOf({ token, query = {} }: UnknownGraphRequest): string[] {
  const secret = ['client_secret', 'code', 'input_token', 'access_token', 'fb_exchange_token'];
  const values = secret.flatMap((name) => (typeof query[name] === 'string' ? [query[name]] : []));
  return token === null ? values : [token, ...values];
}
