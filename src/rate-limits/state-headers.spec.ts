import { itemOfPolicy, itemOfState } from './state-headers';

const policy = { name: 'login-address', scope: 'address', limit: 20, windowSeconds: 60 } as const;

it('writes what the tenth draft of RateLimit header fields has for a quota and for what is left of it', () => {
  expect(itemOfPolicy(policy)).toBe('"login-address";q=20;w=60');
  expect(itemOfState({ policy, isExceeded: false, remaining: 3, resetMs: 41_001 })).toBe(
    '"login-address";r=3;t=42',
  );
});
