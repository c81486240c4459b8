import { randomToken, sha256 } from './secret-hash';

describe('sha256', () => {
  it('is the digest of the UTF-8 bytes', () => {
    expect(sha256('é').toString('hex')).toBe(
      '4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c',
    );
    expect(sha256(Buffer.from('é'))).toEqual(sha256('é'));
  });
});

describe('randomToken', () => {
  it('has as many bytes as asked for, and is fit for an address', () => {
    expect(randomToken(32)).toMatch(/^[\w-]{43}$/);
    expect(new Set(Array.from({ length: 100 }, () => randomToken(16))).size).toBe(100);
  });

  it.each([0, 15, 16.5, Number.NaN])('refuses %d bytes', (bytes) => {
    expect(() => randomToken(bytes)).toThrow(RangeError);
  });
});
