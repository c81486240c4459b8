import { hashPassword, verifyPassword } from './passwords';

describe('passwords', () => {
  it('are kept as Argon2id, salted', async () => {
    const [one, other] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(other);
  });

  it('match themselves only, however an accent is composed', async () => {
    const stored = await hashPassword('caf\u00e9 corner');
    expect(await verifyPassword(stored, 'cafe\u0301 corner')).toBe(true);
    expect(await verifyPassword(stored, 'cafe corner')).toBe(false);
  });

  it('never match where there is none, and it takes no less time', async () => {
    expect(await verifyPassword(null, 'nobody has this password')).toBe(false);
    const stored = await hashPassword('correct horse');
    const time = async (hash: string | null): Promise<number> => {
      const start = process.hrtime.bigint();
      for (let round = 0; round < 3; round++) await verifyPassword(hash, 'wrong');
      return Number(process.hrtime.bigint() - start);
    };
    expect(await time(null)).toBeGreaterThan((await time(stored)) / 3);
  });
});
