import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { sha256 } from '../../crypto/secret-hash';
import { ForbiddenError, UnauthorizedError } from '../../errors/app.error';
import { trustIn } from '../../http/trusted-proxies';

const isNeighbour = trustIn(['loopback', 'linklocal', 'uniquelocal']);

/** A request with any of these came through a proxy, and so from anywhere. */
const FORWARDED = [
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'forwarded',
  'via',
];

/**
 * Whether this request may read the metrics. With a token: whoever sends it. Without one: who connects from the machine
 * itself or a private network, and not through a proxy.
 * @throws UnauthorizedError, ForbiddenError
 */
export function checkMetricsAccess(
  { headers, socket }: Pick<IncomingMessage, 'headers'> & { socket: { remoteAddress?: string | undefined } },
  token: string | undefined,
): void {
  if (token !== undefined) {
    const sent = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
    if (sent === undefined || !timingSafeEqual(sha256(sent), sha256(token)))
      throw new UnauthorizedError('Send Authorization: Bearer <METRICS_TOKEN>.');
    return;
  }
  const isForwarded = FORWARDED.some((name) => headers[name] !== undefined);
  if (isForwarded || !isNeighbour(plainAddress(socket.remoteAddress)))
    throw new ForbiddenError(
      'Metrics are told to the private network alone, without a proxy between. Set METRICS_TOKEN to read them from elsewhere.',
    );
}

/** Of a socket that listens for both, an address of IPv4 comes in the form of IPv6. */
function plainAddress(address = ''): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}
