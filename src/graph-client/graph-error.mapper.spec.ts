import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  GraphConfigurationError,
  type GraphError,
  GraphRateLimitedError,
  GraphReauthRequiredError,
  GraphRejectedError,
  GraphUnavailableError,
  provesNotAccepted,
} from './graph.error';
import { graphErrorOf } from './graph-error.mapper';
import type { GraphHeaders } from './graph-usage';

function errorFor(
  error: object,
  httpStatus = 400,
  headers: GraphHeaders = {},
  pathObjectId?: string,
): GraphError {
  const body = { error: { message: 'No.', type: 'OAuthException', ...error } };
  const mapped = graphErrorOf({ httpStatus, headers, body }, { pathObjectId: pathObjectId ?? null });
  if (mapped === null) throw new Error('no error was found');
  return mapped;
}

/** R retry, L limited, A reauth, P rejected, C configuration: the classes of the table of Meta's error codes. */
function classOf(error: GraphError): string {
  if (error instanceof GraphConfigurationError) return 'C';
  if (error instanceof GraphRejectedError) return 'P';
  if (error instanceof GraphReauthRequiredError) return 'A';
  if (error instanceof GraphRateLimitedError) return `L ${error.scope}`;
  return error instanceof GraphUnavailableError ? 'R' : '?';
}

describe('graphErrorOf', () => {
  it.each([
    ['A', 401, [0]],
    ['R', 400, [1, 2]],
    ['R', 500, [1, 2]],
    ['C', 500, [3]],
    ['L app', 400, [4, 341]],
    ['A', 403, [10]],
    ['L user', 400, [17]],
    ['L page', 400, [32, 80001, 80005, 80006]],
    ['P', 400, [33, 100, 104, 2500, 506, 551, 803]],
    ['P', 404, [803]],
    ['A', 400, [102]],
    ['A', 401, [102, 190]],
    ['A', 400, [190, 200, 210, 230, 299]],
    ['A', 403, [200, 230, 250, 299]],
    ['C', 403, [368]],
    ['L call', 400, [613]],
    ['R', 400, [1609005]],
    ['L account', 400, [80000, 80002, 80003, 80004, 80009, 80014]],
    ['L waba', 400, [80007, 80008]],
    ['L waba', 429, [80007]],
    ['L number', 400, [130429, 131048, 133015, 133016]],
    ['P', 400, [130472]],
    ['P', 403, [130497]],
    ['R', 500, [131000, 131016]],
    ['A', 403, [131005]],
    ['P', 400, [131008, 131009, 131021, 131026]],
    ['C', 400, [131030, 131037, 131042]],
    ['C', 403, [131031]],
    ['C', 500, [131045]],
    ['P', 400, [131047, 131049, 131050, 131051, 131052, 131053, 131055]],
    ['P', 500, [134100, 134102]],
    ['R', 400, [134101]],
    ['L pair', 400, [131056]],
    ['R', 500, [131057]],
    ['P', 400, [131059, 131062, 131063, 131064]],
    ['P', 400, [132000, 132005, 132007, 132012]],
    ['P', 404, [132001]],
    ['C', 400, [132015, 132016, 132068]],
    ['L waba', 400, [132069]],
    ['R', 500, [133000]],
    ['R', 503, [133004]],
    ['C', 400, [133005, 133006, 133008, 133009, 133010, 134011]],
    ['P', 400, [135000]],
    ['P', 400, [131020, 131041, 131201, 131202, 131206, 131209, 131215]],
    ['P', 403, [131207]],
    ['L number', 429, [131208]],
    ['C', 400, [138000, 138013, 138021, 141000, 141006]],
    ['P', 400, [139000, 139004, 139100, 139103]],
    ['P', 400, [2388042, 2593079, 2593085, 2593107, 2593108, 2593109]],
    ['R', 400, [2494100]],
  ])('class %s with HTTP %d: %j', (expected, httpStatus, codes) => {
    for (const code of codes)
      expect([code, classOf(errorFor({ code }, httpStatus))]).toEqual([code, expected]);
  });

  it.each([
    ['A', 190, 458],
    ['A', 190, 492],
    ['A', 190, 12345],
    ['P', 10, 2018278],
    ['P', 10, 2534022],
    ['P', 10, 2018300],
    ['C', 10, 1893063],
    ['A', 10, 2018065],
    ['P', 100, 33],
    ['P', 100, 36007],
    ['P', 100, 2018001],
    ['P', 100, 2388023],
    ['R', 100, 2494100],
    ['P', 200, 1545041],
    ['C', 200, 2018028],
    ['A', 200, 1349174],
    ['P', 551, 1545041],
    ['L call', 613, 1996],
    ['L number', 130429, 2494055],
  ])('class %s for code %d with subcode %d', (expected, code, error_subcode) => {
    expect(classOf(errorFor({ code, error_subcode }))).toBe(expected);
  });

  it.each([
    ['R', { code: 999999, is_transient: true }, 400],
    ['R', { code: 100, is_transient: true }, 400],
    ['L waba', { code: 80007, is_transient: true }, 429], // a limit says whom to pause as well
    ['L app', { code: 999999 }, 429],
    ['R', { code: 999999 }, 500],
    ['R', { code: 999999 }, 503],
    ['A', { code: 999999 }, 401],
    ['C', { code: 999999 }, 403],
    ['P', { code: 999999 }, 404],
    ['P', { code: 999999 }, 400],
    ['P', { code: 999999 }, 200],
    ['P', { code: '100' }, 400],
    ['P', {}, 400],
    ['R', {}, 500],
    ['P', { code: 1, is_transient: false, error_user_msg: 'Choose another date.' }, 500],
  ])('class %s for %j with HTTP %d', (expected, error, httpStatus) => {
    expect(classOf(errorFor(error, httpStatus))).toBe(expected);
  });

  it.each([
    [true, { code: 100 }, 400],
    [true, { code: 100 }, 500],
    [true, { code: 190 }, 401],
    [true, { code: 130429 }, 400],
    [true, { code: 133004 }, 503],
    [true, { code: 2 }, 400],
    [true, { code: 131000 }, 400],
    [true, { code: 999999 }, 400],
    [true, { code: 1 }, 500],
    [true, { code: 2 }, 503],
    [true, { code: 131000 }, 500],
    [true, { code: 131016 }, 500],
    [true, { code: 131057 }, 500],
    [true, { code: 999999 }, 500],
    [true, { code: 100, is_transient: true }, 500],
    [true, { is_transient: true }, 500],
    [true, { fbtrace_id: 'Trace' }, 500],
    [true, { code: 2 }, 200],
    [false, {}, 502], // so far it may be the JSON of a proxy
    [false, { code: 502 }, 502],
    [false, {}, 408],
  ])('proves %s that Meta did nothing for %j with HTTP %d', (expected, error, httpStatus) => {
    expect(provesNotAccepted(errorFor(error, httpStatus))).toBe(expected);
  });

  it('proves nothing by the JSON of a proxy', () => {
    const body = { error: 'Bad Gateway', message: 'upstream timed out' };
    expect(provesNotAccepted(graphErrorOf({ httpStatus: 502, headers: {}, body }))).toBe(false);
  });

  it('proves nothing by an error that is not of the Graph API', () => {
    expect(provesNotAccepted(new Error('out of memory'))).toBe(false);
    expect(provesNotAccepted(undefined)).toBe(false);
  });

  it('has what the API shows of Meta’s error', () => {
    const error = errorFor({
      message: '(#131009) Parameter value is not valid',
      code: 131009,
      error_subcode: 7,
      error_user_title: 'A title',
      error_data: { messaging_product: 'whatsapp', details: 'The number is too short.' },
      fbtrace_id: 'Trace',
    });
    expect(error).toMatchObject({
      code: 'META_REJECTED',
      status: 422,
      retryable: false,
      message: 'The number is too short.',
      details: {
        meta: {
          code: 131009,
          subcode: 7,
          type: 'OAuthException',
          title: 'A title',
          message: '(#131009) Parameter value is not valid',
          fbtraceId: 'Trace',
        },
        reason: 'The number is too short.',
        whoMustAct: 'developer',
      },
    });
  });

  it.each([
    ['an object', { details: 'Why.' }, 'Why.'],
    ['JSON text', '{"details":"Why."}', 'Why.'],
    ['JSON text without details', '{"blame_field_specs":[["a"]]}', 'No.'],
    ['a sentence', 'Why.', 'Why.'],
    ['nothing', null, 'No.'],
  ])('reads error_data that is %s', (_what, error_data, message) => {
    expect(errorFor({ code: 100, error_data }).message).toBe(message);
  });

  it('prefers the sentence that Meta wrote for people', () => {
    expect(errorFor({ code: 100, error_user_msg: 'Please.', error_data: 'x' }).message).toBe('Please.');
  });

  it('names what a person has to change', () => {
    expect(errorFor({ code: 131042 })).toMatchObject({
      code: 'META_REJECTED',
      status: 422,
      details: { action: expect.stringContaining('payment') as string, whoMustAct: 'business' },
    });
  });

  it.each([
    ['(#200) Requires pages_manage_posts permission to manage the object', 'pages_manage_posts'],
    [
      "(#10) This endpoint requires the 'pages_read_engagement' permission or the 'Page Public Content Access' feature",
      'pages_read_engagement',
    ],
    ['(#200) Requires the future_permission permission', 'future_permission'],
    ['(#10) Field instagram_business_account needs instagram_basic', 'instagram_basic'],
    ['(#10) Application does not have permission for this action', null],
  ])('finds the missing permission in %j', (message, missingPermission) => {
    const error = errorFor({ code: 200, message }, 403);
    expect(error).toMatchObject({ code: 'META_REAUTH_REQUIRED', status: 424, missingPermission });
    expect(error.details.missingPermission).toBe(missingPermission ?? undefined);
  });

  it.each([
    [6_000, { code: 131056 }, {}],
    [3_600_000, { code: 341 }, {}],
    [300_000, { code: 133015 }, {}],
    [60_000, { code: 999999 }, {}],
    [17_000, { code: 4 }, { 'retry-after': '17' }],
    [300_000, { code: 4 }, { 'retry-after': 'soon' }],
    [
      1_140_000,
      { code: 80007 },
      { 'x-business-use-case-usage': '{"9":[{"estimated_time_to_regain_access":19}]}', 'retry-after': '1' },
    ],
    [
      120_000,
      { code: 80007 },
      {
        'x-business-use-case-usage':
          '{"5":[{"estimated_time_to_regain_access":2}],"9":[{"estimated_time_to_regain_access":19}]}',
      },
    ],
  ])('waits %d ms for %j with %j', (retryAfterMs, error, headers) => {
    expect(errorFor(error, 429, headers, '5')).toMatchObject({
      code: 'META_RATE_LIMITED',
      status: 429,
      retryable: true,
      retryAfterMs,
    });
  });

  it('takes Retry-After as a date too', () => {
    const soon = new Date(Date.now() + 30_000).toUTCString();
    const { retryAfterMs } = errorFor({ code: 2 }, 503, { 'retry-after': soon });
    expect(retryAfterMs).toBeGreaterThan(25_000);
    expect(retryAfterMs).toBeLessThanOrEqual(30_000);
  });

  it('reads the flat errors of api.instagram.com', () => {
    const body = { error_type: 'OAuthException', code: 400, error_message: 'Invalid code' };
    expect(graphErrorOf({ httpStatus: 400, headers: {}, body })).toMatchObject({
      code: 'META_REJECTED',
      meta: { code: 400, type: 'OAuthException', message: 'Invalid code' },
    });
    const limit = { error_type: 'OAuthRateLimitException', code: 429, error_message: 'Slow down' };
    expect(graphErrorOf({ httpStatus: 429, headers: {}, body: limit })).toBeInstanceOf(GraphRateLimitedError);
  });

  it.each([[{}], [{ id: '1' }], [{ data: [] }], [{ error: null }], [[]], [null], ['text'], [{ code: 1 }]])(
    'finds no error in %j',
    (body) => {
      expect(graphErrorOf({ httpStatus: 400, headers: {}, body })).toBeNull();
    },
  );

  it.each(['message', 'type', 'error_user_title', 'error_user_msg', 'fbtrace_id', 'error_data'])(
    'keeps tokens out of %s',
    (field) => {
      const secret = 'short-lived-secret';
      const text = `x ${secret} EAAGm0PX4ZCpsBAKZCq2e 123456|AbCdEfGhIjKlMnOpQrSt https://x/?access_token=zzz&limit=1`;
      const error = graphErrorOf(
        { httpStatus: 400, headers: {}, body: { error: { message: 'No', code: 100, [field]: text } } },
        { secrets: [secret] },
      );
      const shown = `${error?.message} ${JSON.stringify(error)}`;
      expect(shown).toContain('[removed]');
      expect(shown).not.toMatch(/short-lived-secret|EAAG|AbCdEf|zzz/);
    },
  );

  const fixtures = resolve(__dirname, '../../../shared/meta/fixtures/graph-errors');
  const isPresent = existsSync(fixtures);
  if (!isPresent) console.warn(`NOT RUN: the published error payloads are not at ${fixtures}`);
  (isPresent ? describe : describe.skip)('published error payloads', () => {
    const expected: Record<string, string> = {
      '1-with-user-title.json': 'P',
      '100-mm-lite-not-template.json': 'P',
      '130429-throughput.json': 'L number',
      '190-460-no-trace.json': 'A',
      '190-460-with-trace.json': 'A',
      '190-463-expired.json': 'A',
      '200-permission.json': 'A',
      'batch-error-with-x-app-usage-header.json': 'P',
      'ig-2500-unknown-path.json': 'P',
      'instagram-oauth-error-flat.json': 'P',
      'rate-limit-80007-waba.json': 'L waba',
    };
    const names = isPresent ? readdirSync(fixtures) : ['none'];

    it.each(names)('%s', (name) => {
      const found = payloadsIn(JSON.parse(readFileSync(join(fixtures, name), 'utf8')))
        .map((body) => graphErrorOf({ httpStatus: 400, headers: {}, body }))
        .filter((error) => error !== null);
      expect(found.length).toBeGreaterThan(0);
      for (const error of found) {
        expect(error.meta).toMatchObject({
          message: expect.any(String) as string,
          code: expect.any(Number) as number,
        });
        expect(classOf(error)).toBe(expected[name] ?? classOf(error));
      }
    });
  });
});

/** A batch answers with a list of answers, each with its body as text. */
function payloadsIn(payload: unknown): unknown[] {
  if (!Array.isArray(payload)) return [payload];
  return payload.flatMap((part: unknown) => {
    const body = (part as { body?: unknown } | null)?.body;
    return typeof body === 'string' ? [JSON.parse(body) as unknown] : [];
  });
}
