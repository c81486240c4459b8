import fc from 'fast-check';
import { appSecretProof, isSignedByAny } from './hmac-signature';

const SECRET = 'test-app-secret';
const BODY = Buffer.from(
  '{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"message":{"text":"\\u00e9\\/"}}]}]}',
);
const SIGNATURE = 'sha256=1e592fee628a0c869d69362f3dc3cbacaf6d83d0f9cd4b25412e02be722465f6';

describe('appSecretProof', () => {
  it('is what Meta computes for the same token and secret', () => {
    expect(appSecretProof('EAAtoken', SECRET)).toBe(
      'f9a5c402919f3f3cb70497c968ab9a79bb82d2f1a55a7d91317b53b1678a4191',
    );
  });
});

describe('isSignedByAny', () => {
  it('accepts the signature of the bytes as they came', () => {
    expect(BODY).toHaveLength(93);
    expect(isSignedByAny(BODY, SIGNATURE, [SECRET])).toBe(true);
  });

  it('accepts a signature under any of several secrets', () => {
    expect(isSignedByAny(BODY, SIGNATURE, ['newer', SECRET, 'older'])).toBe(true);
    expect(isSignedByAny(BODY, SIGNATURE, ['newer', 'older'])).toBe(false);
    expect(isSignedByAny(BODY, SIGNATURE, [])).toBe(false);
  });

  it('refuses the signature of the same JSON written anew', () => {
    const ofRewritten = 'sha256=eaed40740c6b60d36eaff44a6670d30704bbcd9852f4a4061083fa34fdbed252';
    const rewritten = Buffer.from(JSON.stringify(JSON.parse(BODY.toString())));
    expect(isSignedByAny(rewritten, ofRewritten, [SECRET])).toBe(true);
    expect(isSignedByAny(BODY, ofRewritten, [SECRET])).toBe(false);
  });

  it.each([
    undefined,
    '',
    'sha256=',
    SIGNATURE.slice(0, -1),
    `${SIGNATURE}0`,
    SIGNATURE.slice(7),
    SIGNATURE.toUpperCase(),
  ])('refuses the header %j', (header) => {
    expect(isSignedByAny(BODY, header, [SECRET])).toBe(false);
  });

  it('refuses a sha1 signature', () => {
    expect(isSignedByAny(BODY, SIGNATURE.replace('sha256', 'sha1'), [SECRET])).toBe(false);
  });

  it('refuses the body with any one bit changed', () => {
    fc.assert(
      fc.property(fc.nat(BODY.length * 8 - 1), (bit) => {
        const changed = Buffer.from(BODY);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(isSignedByAny(changed, SIGNATURE, [SECRET])).toBe(false);
      }),
    );
  });
});
