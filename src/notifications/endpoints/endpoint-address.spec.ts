import { ValidationFailedError } from '../../errors/app.error';
import { AddressRefusedError } from '../../media/outbound-address-policy';
import { endpointAddress } from './endpoint-address';

const POLICY = {
  parse: (text: string): URL => {
    if (!URL.canParse(text)) throw new AddressRefusedError('url', 'This is not a web address.');
    return new URL(text);
  },
};

describe('the address of an endpoint', () => {
  it.each([
    ['https://crm.example.com/hooks?key=1#part', 'https://crm.example.com/hooks?key=1'],
    ['https://crm.example.com', 'https://crm.example.com/'],
    ['https://1.1.1.1/', 'https://1.1.1.1/'],
    ['https://[2606:4700::1111]/', 'https://[2606:4700::1111]/'],
  ])('%s is taken', (text, expected) => {
    expect(endpointAddress(text, POLICY, [])).toBe(expected);
  });

  it.each([
    'nonsense',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://127.1/',
    'https://localhost./',
    'https://api.localhost/',
    'https://0.0.0.0/',
    'https://192.168.1.1/',
    'https://172.31.255.255/',
    'https://100.64.0.1/',
    'https://169.254.169.254/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://[::1]/',
    'https://[::]/',
    'https://[fe80::1]/',
    'https://[fd12::1]/',
    'https://[::ffff:192.168.0.1]/',
    'https://[64:ff9b::a00:1]/',
  ])('%s is refused', (text) => {
    expect(() => endpointAddress(text, POLICY, [])).toThrow(ValidationFailedError);
  });

  it('may be in a network that is allowed', () => {
    expect(endpointAddress('https://10.1.2.3/', POLICY, ['10.1.0.0/16'])).toBe('https://10.1.2.3/');
    expect(endpointAddress('https://10.1.2.3/', POLICY, ['10.1.2.3'])).toBe('https://10.1.2.3/');
    expect(() => endpointAddress('https://10.2.0.1/', POLICY, ['10.1.0.0/16'])).toThrow(
      ValidationFailedError,
    );
  });
});
