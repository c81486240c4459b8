import { Env } from '../config/env';
import { allPolicies, policyOf } from './rate-limit-classes';

const env = Object.assign(new Env(), { RATE_LIMIT_HEAVY_USER: '7/90' });

describe('the quota of a class', () => {
  it('is what its setting says', () => {
    expect(policyOf(env, 'heavy', 'user')).toEqual({
      name: 'heavy-user',
      scope: 'user',
      limit: 7,
      windowSeconds: 90,
    });
  });

  it('is the standard one of an address where the class has none of its own', () => {
    const standard = policyOf(env, 'standard', 'address');
    expect(standard).toMatchObject({ name: 'standard-address' });
    for (const name of ['search', 'heavy'] as const) expect(policyOf(env, name, 'address')).toEqual(standard);
  });

  it.each(['login', 'refresh', 'meta', 'realtime'] as const)('of %s is not of users', (name) => {
    expect(policyOf(env, name, 'user')).toBeNull();
    expect(policyOf(env, name, 'address')).toMatchObject({ name: `${name}-address` });
  });
});

it('has one counter for each setting', () => {
  const settings = Object.keys(env).filter((name) => /^RATE_LIMIT_[A-Z]+_(ADDRESS|USER)$/.test(name));
  const names = settings.map((name) => name.replace('RATE_LIMIT_', '').replace('_', '-').toLowerCase());
  expect(
    allPolicies(env)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(names.sort());
});

it('lets a team at one address work: stricter classes are below the standard one, and that is generous', () => {
  const { limit: ofUser = 0 } = policyOf(new Env(), 'standard', 'user') ?? {};
  const { limit: ofAddress = 0 } = policyOf(new Env(), 'standard', 'address') ?? {};
  const { limit: ofLogin = 0 } = policyOf(new Env(), 'login', 'address') ?? {};
  expect(ofUser).toBeGreaterThanOrEqual(600);
  expect(ofAddress).toBeGreaterThanOrEqual(2 * ofUser);
  expect(ofLogin).toBeLessThanOrEqual(ofUser / 20);
});
