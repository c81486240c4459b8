import type { IncomingMessage } from 'node:http';
import { clientAddress, trustIn } from './trusted-proxies';

const from = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

describe('the address of a client', () => {
  const usual = trustIn(['loopback', 'linklocal', 'uniquelocal']);

  it.each([
    ['the connection, where nothing is forwarded', '203.0.113.9', undefined, '203.0.113.9'],
    ['not what a stranger claims', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['what our proxy says', '10.0.0.2', '198.51.100.1', '198.51.100.1'],
    ['what the outer of two proxies says', '127.0.0.1', '198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['not what a client wrote before our proxy', '10.0.0.2', '192.0.2.7, 198.51.100.1', '198.51.100.1'],
    ['of the sixth version', 'fd00::1', '2001:db8::7', '2001:db8::7'],
    ['behind a proxy in the old notation', '::ffff:10.0.0.2', '198.51.100.1', '198.51.100.1'],
  ])('is %s', (_, remote, forwarded, expected) => {
    expect(clientAddress(from(remote, forwarded), usual)).toBe(expected);
  });

  it('is the connection where no proxy is named', () => {
    expect(clientAddress(from('127.0.0.1', '198.51.100.1'), trustIn([]))).toBe('127.0.0.1');
  });

  it('believes single addresses and networks', () => {
    const isTrusted = trustIn(['203.0.113.9', '2001:db8::/32']);
    expect(['203.0.113.9', '203.0.113.10', '2001:db8::5', '127.0.0.1'].map(isTrusted)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});
