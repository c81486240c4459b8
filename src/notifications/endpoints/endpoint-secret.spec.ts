import { Webhook } from 'standardwebhooks';
import { isEndpointSecret, newEndpointSecret } from './endpoint-secret';

const secretOf = (bytes: number): string => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;

describe('the secret of an endpoint', () => {
  it('is one that the published library takes, and another one each time', () => {
    const secret = newEndpointSecret();
    expect(isEndpointSecret(secret)).toBe(true);
    expect(() => new Webhook(secret)).not.toThrow();
    expect(newEndpointSecret()).not.toBe(secret);
  });

  it('has 24 to 64 bytes in base64 as it is written everywhere', () => {
    expect([23, 24, 64, 65].map((bytes) => isEndpointSecret(secretOf(bytes)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(isEndpointSecret(secretOf(24).slice('whsec_'.length))).toBe(false);
    expect(isEndpointSecret(secretOf(32).replace(/=$/, ''))).toBe(false);
    expect(isEndpointSecret(`whsec_${Buffer.alloc(48, 255).toString('base64url')}`)).toBe(false);
  });
});
