/** What stands in a log in place of a secret or of what somebody said or is called. */
export const MASK = '[masked]';

// Compared without case, dots, dashes and underscores, so that `appsecret_proof` and `appSecretProof` are one.
const SECRET_KEYS = new Set([
  ...[
    'authorization',
    'proxyauthorization',
    'cookie',
    'setcookie',
    'xapikey',
    'apikey',
    'password',
    'passwordhash',
  ],
  ...[
    'accesstoken',
    'refreshtoken',
    'token',
    'inputtoken',
    'fbexchangetoken',
    'verifytoken',
    'hubverifytoken',
  ],
  ...[
    'appsecretproof',
    'clientsecret',
    'appsecret',
    'secret',
    'code',
    'state',
    'signedrequest',
    'pin',
    'idtoken',
  ],
]);
const PERSONAL_KEYS = new Set([
  ...[
    'phone',
    'phonenumber',
    'displayphonenumber',
    'waid',
    'from',
    'to',
    'recipient',
    'recipientid',
    'email',
  ],
  ...['text', 'body', 'caption', 'messagetext', 'lastmessagepreview', 'preview', 'content', 'profile', 'q'],
]);
/** Values of a query that say nothing about anybody; all others are masked. */
const PLAIN_QUERY_KEYS = new Set([
  ...['limit', 'offset', 'status', 'category', 'platform', 'granularity', 'metrics', 'startdate', 'enddate'],
  ...['timezone', 'refresh', 'accountid', 'wabaid', 'phonenumberid', 'pageid', 'hubmode', 'language', 'kind'],
]);

const plainKey = (key: string): string => key.toLowerCase().replace(/[._-]/g, '');

const NAMED_SECRET =
  /(["']?\b(?:access_?token|refresh_?token|input_token|fb_exchange_token|appsecret_proof|hub\.verify_token|verify_token|client_secret|app_?secret|code|state|signed_request|password|secret)["']?\s*(?:=|:)\s*["']?)[^\s"'&,;}]+/gi;
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=|-]+/gi, `$1 ${MASK}`],
  [/\b(x-api-key|authorization|cookie)(["']?\s*[:=]\s*["']?)[^\s"',;]+/gi, `$1$2${MASK}`],
  [NAMED_SECRET, `$1${MASK}`],
  // A JSON Web Token, Meta's user and Instagram tokens, its app tokens, our API keys: known by their looks.
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, MASK],
  [/\b(?:EAA|IGQ|IGA)[A-Za-z0-9_-]{12,}/g, MASK],
  [/\b\d{5,}\|[\w-]{10,}/g, MASK],
  [/\bmbb_[\w-]{8,}/g, MASK],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^/\s@"']+@/gi, `$1${MASK}@`],
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g, MASK],
  // Meta's message ids hold the customer's number in base64; their end tells them apart.
  [/\bwamid\.[A-Za-z0-9+/=_-]*?([A-Za-z0-9+/=_-]{6})(?![A-Za-z0-9+/=_-])/g, 'wamid.…$1'],
  [/\+\d[\d\s().-]{6,18}\d/g, MASK],
  // Without a plus, a phone number is ten to fifteen digits on their own; so are some of Meta's ids, which is the price.
  [/(?<![\w.-])\d{10,15}(?![\w-])/g, MASK],
];

/** Characters. Others' errors may quote a whole page, and some patterns take longer than the text is long. */
const LONGEST_TEXT = 8_192;

/** Takes secrets, e-mail addresses and phone numbers out of free text: messages, stacks, what others' errors say. */
export function maskText(text: string): string {
  const cut = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}[cut]` : text;
  return PATTERNS.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), cut);
}

/** The address of a request without anything secret or personal in its query. */
export function maskUrl(url: string): string {
  const start = url.indexOf('?');
  if (start < 0) return maskEscaped(url);
  const query = url
    .slice(start + 1)
    .split('&')
    .map((pair) => {
      const [name = '', ...rest] = pair.split('=');
      if (rest.length === 0) return maskEscaped(name);
      return PLAIN_QUERY_KEYS.has(plainKey(name)) ? maskEscaped(pair) : `${maskEscaped(name)}=${MASK}`;
    });
  return `${maskEscaped(url.slice(0, start))}?${query.join('&')}`;
}

/** `%2B1650…` is a phone number too. What needs no masking stays as it was sent. */
function maskEscaped(part: string): string {
  let plain: string;
  try {
    plain = decodeURIComponent(part);
  } catch {
    plain = part;
  }
  const masked = maskText(plain);
  return masked === plain ? maskText(part) : masked;
}

const MAX_DEPTH = 8;
const MAX_ITEMS = 50;

/** A copy for the log: by name for what is secret or personal, by its looks for the rest of the text. */
export function maskValue(value: unknown, key = '', depth = 0): unknown {
  const name = plainKey(key);
  if (SECRET_KEYS.has(name) && !isHarmlessCode(name, value)) return value === undefined ? undefined : MASK;
  if (PERSONAL_KEYS.has(name) && value !== null && value !== undefined) return MASK;
  if (typeof value === 'string') {
    if (name === 'url' || name === 'path') return maskUrl(value);
    // Ids are what one looks for in a log; by their looks some are phone numbers.
    return /(?:^|[a-z])ids?$/.test(name) && /^[\w-]{1,64}$/.test(value) && !value.startsWith('EAA')
      ? value
      : maskText(value);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[deeper]';
  if (value instanceof Error) return maskError(value, depth);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => maskValue(item, key, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ITEMS)
      .map(([itemKey, item]) => [itemKey, maskValue(item, itemKey, depth + 1)]),
  );
}

/** `code` is a secret of OAuth, but also what errors are told apart by. */
function isHarmlessCode(name: string, value: unknown): boolean {
  if (name === 'code')
    return (
      typeof value === 'number' ||
      (typeof value === 'string' && /^[A-Z][A-Z0-9_]{2,40}$|^[0-9A-Z]{5}$/.test(value))
    );
  return name === 'state' && typeof value === 'string' && /^[a-z_]{1,20}$/.test(value);
}

/** Only what every error has: libraries hang requests with their headers on theirs. */
function maskError(error: Error, depth: number): Record<string, unknown> {
  return {
    type: error.name,
    message: maskText(error.message),
    ...(error.stack === undefined ? {} : { stack: maskText(error.stack) }),
    ...('code' in error ? { code: maskValue(error.code, 'code', depth + 1) } : {}),
    ...(error.cause === undefined ? {} : { cause: maskValue(error.cause, 'cause', depth + 1) }),
    ...('errors' in error && Array.isArray(error.errors)
      ? { errors: maskValue(error.errors, 'errors', depth + 1) }
      : {}),
  };
}
