import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { PROXY_NETWORKS } from '../config/proxy-networks';

/** Whether what somebody at this address says in `X-Forwarded-For` is believed. */
export type ProxyTrust = (address: string) => boolean;

/** @param proxies addresses, networks as `10.2.0.0/16`, and names of PROXY_NETWORKS; none believes nobody */
export function trustIn(proxies: readonly string[]): ProxyTrust {
  const believed = new BlockList();
  for (const network of proxies.flatMap((proxy) => PROXY_NETWORKS[proxy] ?? [proxy])) {
    const [address = '', bits] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) believed.addAddress(address, family);
    else believed.addSubnet(address, Number(bits), family);
  }
  return (address) => isIP(address) !== 0 && believed.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/**
 * Who sent a request that Fastify does not see, by the rule that it has for `request.ip`: from the nearest hop backwards, the
 * first that is no proxy of ours. What stands left of that one in `X-Forwarded-For` anybody may have written.
 */
export function clientAddress(request: IncomingMessage, isTrusted: ProxyTrust): string {
  const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',');
  const hops = forwarded
    .split(',')
    .map((hop) => hop.trim())
    .filter((hop) => hop !== '')
    .reverse();
  let client = request.socket.remoteAddress ?? '';
  for (const hop of hops) {
    if (!isTrusted(client)) break;
    client = hop;
  }
  return client;
}
