import { isIP } from 'node:net';

/** Names for networks that are not reached from the internet, as Fastify and Express call them, and for no network. */
export const PROXY_NETWORKS: Readonly<Record<string, readonly string[]>> = {
  none: [],
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Whether it is an address, a network such as `10.2.0.0/16`, or one of the names. */
export function isProxyNetwork(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (Object.hasOwn(PROXY_NETWORKS, value)) return true;
  const [address = '', bits, ...rest] = value.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
