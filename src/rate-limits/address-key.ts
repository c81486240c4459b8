import { isIPv4, isIPv6 } from 'node:net';

/**
 * What an address is counted under. One connection to the internet has at least a /64 of IPv6, 2⁶⁴ addresses to choose from:
 * counted singly they would be no bound at all.
 * @returns an IPv4 address as it is, the first half of an IPv6 address as `2001:db8:0:1::/64`, and `unknown` for what is none
 */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (isIPv4(mapped)) return mapped;
  const [plain = ''] = mapped.split('%');
  if (!isIPv6(plain)) return 'unknown';
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const ending =
      tail === '' ? 0 : tail.split(':').reduce((sum, part) => sum + (part.includes('.') ? 2 : 1), 0);
    const missing = 8 - groups.length - ending;
    groups.push(...Array<string>(Math.max(0, missing)).fill('0'));
    if (tail !== '') groups.push(...tail.split(':'));
  }
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
