import { GraphError, invalidParameter } from './graph-error';
import type { GraphMethod, GraphRequest } from './graph-request';
import { isList, isObject, parseJson, textOf, type JsonObject, type JsonValue } from '../json';
import { parametersOf } from './request-body';

const LARGEST_BATCH = 50;

export interface AnsweredCall {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** `POST /` with `batch=[…]`: each operation is a call of its own, with its own failure. */
export async function answerBatch(
  request: GraphRequest,
  answer: (part: GraphRequest) => Promise<AnsweredCall>,
): Promise<JsonValue> {
  const given = request.params.batch;
  const operations = typeof given === 'string' ? parseJson(given) : given;
  if (!isList(operations)) throw invalidParameter('param batch must be an array.');
  if (operations.length > LARGEST_BATCH) {
    throw new GraphError(100, 'Too many requests in batch message. Maximum batch size is 50');
  }
  const results: JsonValue[] = [];
  for (const operation of operations) {
    const part = isObject(operation) ? partOf(request, operation) : undefined;
    if (!part) throw invalidParameter('Each batch operation needs method and relative_url.');
    const { status, headers, body } = await answer(part);
    results.push({
      code: status,
      headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
      body,
    });
  }
  return results;
}

function partOf(request: GraphRequest, operation: JsonObject): GraphRequest | undefined {
  const relative = textOf(operation.relative_url);
  if (relative === undefined) return undefined;
  const url = new URL(relative.replace(/^\//, ''), 'http://graph/');
  const params = parametersOf([...url.searchParams, ...new URLSearchParams(textOf(operation.body) ?? '')]);
  const { batch: _batch, ...shared } = request.params;
  const inherited: JsonObject = {};
  for (const name of ['access_token', 'appsecret_proof'])
    if (shared[name] !== undefined) inherited[name] = shared[name];
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  if (/^v\d+\.\d+$/.test(segments[0] ?? '')) segments.shift();
  return {
    ...request,
    method: (textOf(operation.method) ?? 'GET').toUpperCase() as GraphMethod,
    segments: segments.map(decodeURIComponent),
    params: { ...inherited, ...params },
    files: [],
    tokenText: textOf(params.access_token) ?? request.tokenText,
    token: undefined,
  };
}
