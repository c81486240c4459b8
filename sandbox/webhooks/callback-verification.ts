import { randomBytes, randomInt } from 'node:crypto';

import { GraphError } from '../graph/graph-error';
import type { OutgoingHttp } from '../graph/outgoing-http';
import type { DeliverySettings } from '../settings';

/** Calls the address with a challenge, as Meta does before it takes a callback. Throws what Graph answers on failure. */
export async function verifyCallback(
  http: OutgoingHttp,
  settings: DeliverySettings,
  callbackUrl: string,
  verifyToken: string,
): Promise<void> {
  const challenge =
    settings.challenge === 'number'
      ? String(randomInt(10 ** 8, 10 ** 10))
      : randomBytes(12).toString('base64url');
  const url = challengeUrl(callbackUrl, verifyToken, challenge);
  let answer;
  try {
    answer = await http.send({
      method: 'GET',
      url,
      headers: { 'user-agent': 'facebookplatform/1.0 (+http://developers.facebook.com)', accept: '*/*' },
      timeoutMs: settings.timeoutMs,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'no answer';
    throw failure(
      2200,
      `(#2200) Callback verification failed with the following errors: curl_errno = 7; ${reason}`,
    );
  }
  if (answer.status !== 200) {
    throw failure(
      2200,
      `(#2200) Callback verification failed with the following errors: HTTP Status Code = ${answer.status}`,
    );
  }
  if (answer.body !== challenge) {
    throw new GraphError(
      100,
      `(#2201) response does not match challenge, expected value="${challenge}", received="${answer.body.slice(0, 80)}"`,
      { subcode: 2201 },
    );
  }
}

function failure(code: number, message: string): GraphError {
  return new GraphError(code, message);
}

function challengeUrl(callbackUrl: string, verifyToken: string, challenge: string): string {
  let url: URL;
  try {
    url = new URL(callbackUrl);
  } catch {
    throw new GraphError(100, '(#100) Param callback_url must be a valid URL.');
  }
  if (!['http:', 'https:'].includes(url.protocol)) {
    throw new GraphError(100, '(#100) Param callback_url must be a valid URL.');
  }
  // Dots in the names stay dots: parsers that make objects of them must not be spared.
  const query = [
    'hub.mode=subscribe',
    `hub.challenge=${encodeURIComponent(challenge)}`,
    `hub.verify_token=${encodeURIComponent(verifyToken)}`,
  ].join('&');
  url.search = url.search ? `${url.search}&${query}` : `?${query}`;
  return url.toString();
}
