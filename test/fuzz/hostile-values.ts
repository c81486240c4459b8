/** Goes into the text of a JSON body as it is: for what no value of JavaScript turns into. */
export class RawJson {
  constructor(readonly text: string) {}
}

export interface Hostile {
  label: string;
  /** `undefined`: the field is not there. */
  value: unknown;
}

/** What every field gets: it is missing, null, of another type. */
export const WRONG_SHAPES: readonly Hostile[] = [
  { label: 'missing', value: undefined },
  { label: 'null', value: null },
  { label: 'a number', value: 7 },
  { label: 'an object', value: { a: 1 } },
  { label: 'an array', value: ['a'] },
];

const nested = (depth: number): RawJson => new RawJson(`${'['.repeat(depth)}${']'.repeat(depth)}`);

/** Texts that something between the request and the database might take for more than text. */
export const HOSTILE_TEXTS: readonly Hostile[] = [
  { label: 'empty', value: '' },
  { label: 'blanks', value: ' \t\n' },
  { label: '3,000 characters', value: 'x'.repeat(3_000) },
  { label: '3,000 digits', value: '9'.repeat(3_000) },
  { label: 'NUL', value: 'a\0b' },
  { label: 'half of a surrogate pair', value: 'a\ud83d' },
  { label: 'control characters', value: '\u0001\u0007\u001b[31m\u007f\u0085' },
  { label: 'line breaks and a header', value: 'a\r\nX-Injected: 1\r\n\r\n' },
  { label: 'SQL', value: `'; DROP TABLE users; --` },
  { label: 'SQL that is always true', value: `' OR '1'='1` },
  { label: 'a pattern of SQL', value: '%_\\' },
  { label: 'HTML', value: '<script>alert(1)</script>' },
  { label: 'a path', value: '../../../../etc/passwd' },
  { label: 'a path of Windows', value: '..\\..\\windows\\win.ini' },
  { label: 'templates', value: '{{7*7}}${7*7}<%= 7*7 %>#{7*7}' },
  { label: 'a formula', value: `=HYPERLINK("http://evil.example")` },
  { label: 'an internal address', value: 'http://169.254.169.254/latest/meta-data' },
  { label: 'an address of a file', value: 'file:///etc/passwd' },
  { label: 'an address of a script', value: 'javascript:alert(1)' },
  { label: 'a broken address', value: 'http://[::1' },
  { label: 'NaN', value: 'NaN' },
  { label: 'Infinity', value: 'Infinity' },
  { label: '-Infinity', value: '-Infinity' },
  { label: 'an exponent', value: '1e309' },
  { label: 'hexadecimal', value: '0x10' },
  { label: 'digits of another script', value: '٣٤٥' },
  { label: 'text from right to left', value: '\u202eabc\u2066' },
  { label: 'emoji', value: '👩‍👩‍👧‍👦' },
  { label: '__proto__', value: '__proto__' },
  { label: 'constructor', value: 'constructor' },
  { label: 'nobody’s UUID', value: '00000000-0000-0000-0000-000000000000' },
  { label: 'a UUID and more', value: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10\n' },
  { label: 'an id of more than 64 bits', value: '99999999999999999999' },
  { label: 'minus one', value: '-1' },
  { label: 'the year 0', value: '0000-01-01T00:00:00Z' },
  { label: 'a year before 0', value: '-000001-01-01T00:00:00Z' },
  { label: 'the year 9999', value: '9999-12-31T23:59:59.999Z' },
  { label: 'the end of time', value: '+275760-09-13T00:00:00.000Z' },
  { label: 'after the end of time', value: '+275760-09-13T00:00:00.001Z' },
  { label: 'the 30th of February', value: '2026-02-30' },
  { label: 'the 30th of February at an hour', value: '2026-02-30T10:00:00Z' },
  { label: 'an impossible zone', value: '2026-01-01T00:00:00+99:99' },
  { label: 'a leap second', value: '2016-12-31T23:59:60Z' },
  { label: 'a week', value: '2026-W10-3' },
  { label: 'a zone that is none', value: 'Mars/Phobos' },
  { label: 'a forged cursor', value: Buffer.from('{"at":"x","id":1}').toString('base64url') },
  {
    label: 'a forged cursor of the end of time',
    value: forgedCursor({
      at: '+275760-09-13T00:00:00.000Z',
      id: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10',
      seq: '99999999999999999999',
    }),
  },
  {
    label: 'a forged cursor of 1970',
    value: forgedCursor({ at: '1970', id: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10', seq: '-1' }),
  },
  { label: 'a forged cursor of a list', value: forgedCursor(['1e400', {}, null]) },
  {
    label: 'a forged cursor of a prototype',
    value: forgedCursor(new RawJson('{"__proto__":{"polluted":1}}')),
  },
];

export function forgedCursor(position: unknown): string {
  return Buffer.from(position instanceof RawJson ? position.text : JSON.stringify(position)).toString(
    'base64url',
  );
}

/** What only JSON can hold. */
export const HOSTILE_JSON: readonly Hostile[] = [
  { label: 'false', value: false },
  { label: 'zero', value: 0 },
  { label: 'minus one as a number', value: -1 },
  { label: 'a fraction', value: 1.5 },
  { label: '2^31', value: 2 ** 31 },
  { label: '2^63', value: new RawJson('9223372036854775808') },
  { label: '1e308', value: 1e308 },
  { label: 'more than any number', value: new RawJson('1e999') },
  { label: 'minus zero', value: new RawJson('-0') },
  { label: 'an empty array', value: [] },
  { label: 'an empty object', value: {} },
  { label: 'an array of null', value: [null] },
  { label: 'an array of arrays', value: [[[]]] },
  { label: 'an array of 3,000', value: Array.from({ length: 3_000 }, (_, index) => `item ${index}`) },
  { label: 'an array of 3,000 objects', value: Array.from({ length: 3_000 }, () => ({})) },
  { label: 'an operator of a query', value: { $gt: '' } },
  { label: 'a prototype', value: new RawJson('{"__proto__":{"polluted":true}}') },
  { label: 'a constructor', value: { constructor: { prototype: { polluted: true } } } },
  { label: 'a method', value: { toString: 'x', valueOf: 1, toJSON: 'x', then: 'x' } },
  { label: 'a length', value: { length: 1e9 } },
  { label: 'a depth of 50', value: nested(50) },
  { label: 'a depth of 5,000', value: nested(5_000) },
  { label: '200,000 characters', value: 'x'.repeat(200_000) },
  { label: '100,000 times what a pattern likes', value: `${'a.'.repeat(100_000)}!` },
];

/** What a query can bring beside a text, written as it stands in the address; `@` is the name. */
export const HOSTILE_QUERIES: readonly Hostile[] = [
  { label: 'given twice', value: '@=1&@=2' },
  { label: 'as a list', value: '@[]=1' },
  { label: 'as an object', value: '@[a][b]=1' },
  { label: 'as an object with a prototype', value: '@[__proto__][polluted]=1' },
  { label: 'without a value', value: '@' },
  { label: 'with a percent sign that leads nowhere', value: '@=%' },
  { label: 'with bytes that are no UTF-8', value: '@=%ff%fe' },
  { label: 'with half a percent sequence', value: '@=%E0%A4%A' },
  { label: 'with a plus', value: '@=+1' },
  { label: '300 times', value: Array.from({ length: 300 }, () => '@=1').join('&') },
];

/** What stands in the place of an id in a path, written as it stands in the address. */
export const HOSTILE_SEGMENTS: readonly Hostile[] = [
  { label: 'a word', value: 'nope' },
  { label: 'NUL', value: '%00' },
  { label: 'half a percent sequence', value: '%E0%A4%A' },
  { label: 'bytes that are no UTF-8', value: '%ff%fe' },
  { label: 'a path upwards', value: '..%2f..%2f..%2fetc%2fpasswd' },
  { label: 'two dots', value: '%2e%2e' },
  { label: '900 characters', value: 'x'.repeat(900) },
  { label: '3,000 characters', value: 'x'.repeat(3_000) },
  { label: '900 digits', value: '9'.repeat(900) },
  { label: 'SQL', value: encodeURIComponent(`'; DROP TABLE users; --`) },
  { label: 'HTML', value: encodeURIComponent('<script>alert(1)</script>') },
  { label: 'a template', value: encodeURIComponent('{{7*7}}${7*7}') },
  { label: 'line breaks', value: '%0d%0aX-Injected:%201' },
  { label: 'minus one', value: '-1' },
  { label: 'an id of more than 64 bits', value: '99999999999999999999' },
  { label: 'nobody’s UUID', value: '00000000-0000-0000-0000-000000000000' },
  { label: 'a UUID in capitals', value: '0199F3A2-7C1E-7B52-9D6B-3F1F8F4F2A10' },
  { label: 'a UUID and a line break', value: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10%0a' },
  { label: '__proto__', value: '__proto__' },
  { label: 'constructor', value: 'constructor' },
  { label: 'undefined', value: 'undefined' },
  { label: 'emoji', value: encodeURIComponent('👩‍👩‍👧‍👦') },
  { label: 'a semicolon', value: 'a;b=c' },
  { label: 'nothing', value: '' },
];

/** Headers that a route may listen to. */
export const HOSTILE_HEADERS: readonly { label: string; headers: Readonly<Record<string, string>> }[] = [
  { label: 'a blank Idempotency-Key', headers: { 'idempotency-key': ' ' } },
  { label: 'an Idempotency-Key of 5,000 characters', headers: { 'idempotency-key': 'k'.repeat(5_000) } },
  { label: 'an Idempotency-Key of SQL', headers: { 'idempotency-key': `'; DROP TABLE users; --` } },
  { label: 'an Idempotency-Key beyond ASCII', headers: { 'idempotency-key': 'schl\u00fcssel' } },
  { label: 'an X-Request-Id that is none', headers: { 'x-request-id': '<script>"\\' } },
  { label: 'an Accept that nobody can serve', headers: { accept: 'image/webp;q=0, x' } },
  {
    label: 'an Accept-Encoding that nobody can serve',
    headers: { 'accept-encoding': 'identity;q=0, *;q=0' },
  },
  { label: 'a Range that is none', headers: { range: 'bytes=9-1,x' } },
  {
    label: 'a Range of many parts',
    headers: { range: `bytes=${Array.from({ length: 500 }, (_, at) => `${at}-`).join(',')}` },
  },
  {
    label: 'an If-None-Match of anything',
    headers: { 'if-none-match': '*', 'if-modified-since': 'yesterday' },
  },
  { label: 'another method', headers: { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' } },
  {
    label: 'another host',
    headers: {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-for': 'x, 1.2.3.4, ::::',
      'x-forwarded-proto': 'javascript',
    },
  },
  { label: 'a trace that is none', headers: { traceparent: '00-zz-1-', tracestate: ',,,=' } },
  {
    label: 'an unknown Expect',
    headers: { cookie: '__proto__=1; a=%', 'content-language': 'x'.repeat(900) },
  },
];
