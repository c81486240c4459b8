import { isProxyNetwork } from './proxy-networks';

it.each([
  ['loopback', true],
  ['10.1.2.3', true],
  ['10.0.0.0/8', true],
  ['fd00::/8', true],
  ['10.0.0.0/33', false],
  ['example.com', false],
  ['toString', false],
  ['', false],
])('%j as a proxy: %j', (value, expected) => {
  expect(isProxyNetwork(value)).toBe(expected);
});
