/** Said of every message, and no secret of anybody's. */
const PLAIN_HEADERS = new Set([
  'content-type',
  'user-agent',
  'webhook-id',
  'webhook-timestamp',
  'traceparent',
]);
/** Shorter ones are words. */
const SHORTEST = 6;
const MASK = '[masked]';

/**
 * Takes out of an answer what it repeats of the request's headers: some receivers tell their callers what they were sent, and
 * the keys among it are to be shown to nobody.
 * @param answer the beginning of it: a secret may be cut off at its end
 */
export function withoutEchoes(answer: string, headers: Readonly<Record<string, string>>): string {
  const secrets = Object.entries(headers)
    .filter(([name]) => !PLAIN_HEADERS.has(name.toLowerCase()))
    // `Bearer abc`, also without its first word.
    .flatMap(([, value]) => [value, ...value.split(/[\s,]+/)])
    .filter((value) => value.length >= SHORTEST)
    .sort((a, b) => b.length - a.length);
  return secrets.reduce((text, secret) => withoutCutOff(text.replaceAll(secret, MASK), secret), answer);
}

function withoutCutOff(text: string, secret: string): string {
  for (let length = secret.length - 1; length >= SHORTEST; length--)
    if (text.endsWith(secret.slice(0, length))) return text.slice(0, -length) + MASK;
  return text;
}
