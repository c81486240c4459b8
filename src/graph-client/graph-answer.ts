import { type ClassConstructor, plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import { parseJsonLosslessly } from '../json/lossless-json';
import { GraphUnreadableAnswerError } from './graph.error';
import { graphErrorOf, rateLimitOf, retryAfterMs } from './graph-error.mapper';
import type { GraphErrorContext } from './graph-error.mapper';
import type { GraphTextAnswer } from './graph-transport';

/**
 * The JSON of a successful answer.
 * @param toldDespiteError which answers are handed back although they hold an error
 * @throws GraphError for an error envelope, whatever the HTTP status
 * @throws GraphRateLimitedError for any other answer with HTTP 429, also HTML or an empty one
 * @throws GraphUnreadableAnswerError for anything that is not Meta's JSON
 */
export function bodyOf(
  answer: GraphTextAnswer,
  context: GraphErrorContext,
  toldDespiteError: (body: unknown) => boolean = () => false,
): unknown {
  const { httpStatus, headers, text } = answer;
  const body = parsedOrUndefined(text);
  if (body !== undefined && toldDespiteError(body)) return body;
  const error = body === undefined ? null : graphErrorOf({ httpStatus, headers, body }, context);
  if (error !== null) throw error;
  if (httpStatus === 429) throw rateLimitOf(headers, context);
  const isSuccess = httpStatus >= 200 && httpStatus < 300;
  if (isSuccess && body !== undefined) return body;
  throw new GraphUnreadableAnswerError(
    describe(answer),
    httpStatus,
    'unknown',
    retryAfterMs(headers) ?? null,
  );
}

/**
 * The answer as an instance of `response`, without the properties that it has no rules for.
 * @throws GraphUnreadableAnswerError naming the first property that is not as expected, never its value
 */
export function readAs<T extends object>(
  response: ClassConstructor<T>,
  body: unknown,
  httpStatus: number,
): T {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new GraphUnreadableAnswerError('Meta answered with JSON that is not an object.', httpStatus);
  }
  const instance = plainToInstance(response, body);
  const problems = validateSync(instance, { whitelist: true, forbidUnknownValues: false });
  const [problem] = problems;
  if (problem === undefined) return instance;
  throw new GraphUnreadableAnswerError(`Meta's answer has an unexpected ${nameOf(problem)}.`, httpStatus);
}

function parsedOrUndefined(text: string): unknown {
  try {
    return parseJsonLosslessly(text);
  } catch {
    return undefined;
  }
}

function describe({ httpStatus, text, headers }: GraphTextAnswer): string {
  const kind =
    text.trim() === ''
      ? 'an empty body'
      : /html/i.test(headers['content-type'] ?? '') || text.trimStart().startsWith('<')
        ? 'HTML'
        : 'something that is not its JSON';
  return `Meta answered HTTP ${httpStatus} with ${kind}.`;
}

function nameOf({ property, children, constraints }: ValidationError): string {
  const child = children?.[0];
  if (child !== undefined) return `${property}.${nameOf(child)}`;
  return `${property} (${Object.keys(constraints ?? {}).join(', ')})`;
}
