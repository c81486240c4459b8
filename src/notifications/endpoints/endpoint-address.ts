import { BlockList, isIP } from 'node:net';
import { ValidationFailedError } from '../../errors/app.error';
import { AddressRefusedError, type OutboundAddressPolicy } from '../../media/outbound-address-policy';

/** Networks that nobody on the internet can reach, or that are none of a customer's: RFC 6890 and its successors. */
const NOT_PUBLIC = networks([
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
]);

/**
 * The address in its one form. What a name resolves to is judged at each attempt, when the connection is made; here only
 * what can never be called is told at once.
 * @param allowed addresses and networks that may be reached although they are not public
 * @throws ValidationFailedError on the field `url`
 */
export function endpointAddress(
  text: string,
  policy: Pick<OutboundAddressPolicy, 'parse'>,
  allowed: readonly string[],
): string {
  let url: URL;
  try {
    url = policy.parse(text);
  } catch (error) {
    if (!(error instanceof AddressRefusedError)) throw error;
    throw ValidationFailedError.of('url', error.rule, error.message);
  }
  if (isOutOfReach(url.hostname, allowed))
    throw ValidationFailedError.of(
      'url',
      'publicAddress',
      'The address is not a public one. Give one that everybody on the internet can reach.',
    );
  url.hash = '';
  return url.href;
}

function isOutOfReach(hostname: string, allowed: readonly string[]): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const address = host === 'localhost' || host.endsWith('.localhost') ? '127.0.0.1' : host;
  const version = isIP(address);
  if (version === 0) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const isAllowed = networks(allowed.map(split)).check(address, family);
  // An IPv4 address within an IPv6 one is checked as the former by Node.
  return !isAllowed && NOT_PUBLIC.check(address, family);
}

function split(network: string): [string, number | undefined] {
  const [address = '', bits] = network.split('/');
  return [address, bits === undefined ? undefined : Number(bits)];
}

function networks(entries: readonly (readonly [string, number | undefined])[]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of entries) {
    const version = isIP(address);
    if (version === 0) continue;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(address, family);
    else if (bits <= (version === 4 ? 32 : 128)) list.addSubnet(address, bits, family);
  }
  return list;
}
