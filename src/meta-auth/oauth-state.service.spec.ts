import fc from 'fast-check';
import { AppConfig } from '../config/app-config';
import { parseEnv } from '../config/env';
import type { UserId } from '../database/ids';
import { newId } from '../database/ids';
import type { OAuthStateEntity } from './entities/oauth-state.entity';
import { OAuthStateService } from './oauth-state.service';
import type { OAuthStatesRepository } from './oauth-states.repository';

const REDIRECT_URI = 'https://app.example.com/callback';
const user = newId<UserId>();
const claims = { userId: user, redirectUri: REDIRECT_URI, platform: undefined };

/** The table, kept in memory. */
class StatesInMemory {
  readonly rows = new Map<string, OAuthStateEntity>();

  insert(state: Omit<OAuthStateEntity, 'createdAt' | 'usedAt'>): Promise<void> {
    this.rows.set(state.nonceHash.toString('hex'), { ...state, createdAt: new Date(), usedAt: null });
    return Promise.resolve();
  }
  find(nonceHash: Buffer): Promise<OAuthStateEntity | null> {
    const row = this.rows.get(nonceHash.toString('hex'));
    return Promise.resolve(row ?? null);
  }
  consume(nonceHash: Buffer, userId: UserId, at: Date): Promise<boolean> {
    const row = this.rows.get(nonceHash.toString('hex'));
    if (row?.usedAt !== null || row.userId !== userId) return Promise.resolve(false);
    row.usedAt = at;
    return Promise.resolve(true);
  }
  giveBack(nonceHash: Buffer): Promise<void> {
    const row = this.rows.get(nonceHash.toString('hex'));
    if (row !== undefined) row.usedAt = null;
    return Promise.resolve();
  }
}

function configWith(secrets: { META_APP_SECRET: string; META_APP_SECRETS_PREVIOUS?: string }): AppConfig {
  return new AppConfig(
    parseEnv({
      DATABASE_URL: 'postgres://db/x',
      REDIS_URL: 'redis://redis',
      META_APP_ID: '1',
      ENCRYPTION_KEYS: `k:${Buffer.alloc(32).toString('base64')}`,
      JWT_SECRET: 'x'.repeat(32),
      ...secrets,
    }),
  );
}

describe('the state of a login', () => {
  let now: Date;
  let states: StatesInMemory;
  const serviceWith = (secrets: Parameters<typeof configWith>[0]): OAuthStateService =>
    new OAuthStateService(configWith(secrets), states as unknown as OAuthStatesRepository, {
      now: () => now,
    });
  let service: OAuthStateService;
  const ruleOf = (redeeming: Promise<unknown>): Promise<unknown> =>
    redeeming.then(
      () => null,
      (error: unknown) => {
        expect(error).toMatchObject({ code: 'VALIDATION_FAILED', details: { fields: [{ path: 'state' }] } });
        return (error as { details: { fields: { rule: string }[] } }).details.fields[0]?.rule;
      },
    );
  beforeEach(() => {
    now = new Date('2026-11-21T09:30:00.400Z');
    states = new StatesInMemory();
    service = serviceWith({ META_APP_SECRET: 'current-secret' });
  });

  it('says what it was issued for', async () => {
    const state = await service.issue(user, REDIRECT_URI, 'instagram');
    await expect(service.redeem(state, { ...claims, redirectUri: undefined })).resolves.toMatchObject({
      redirectUri: REDIRECT_URI,
      platform: 'instagram',
    });
  });

  it('keeps its nonce out of the table, and the user and the address out of itself', async () => {
    const state = await service.issue(user, REDIRECT_URI, 'facebook');
    const [nonce = ''] = state.split('.');
    const stored = JSON.stringify([...states.rows.entries()]);
    expect(stored).not.toContain(nonce);
    expect(state).not.toContain(user);
    expect(state).not.toContain('example');
  });

  it('lives ten minutes', async () => {
    const state = await service.issue(user, REDIRECT_URI, 'facebook');
    now = new Date(now.getTime() + 10 * 60_000);
    expect(await ruleOf(service.redeem(state, claims))).toBeNull();
    const late = await service.issue(user, REDIRECT_URI, 'facebook');
    now = new Date(now.getTime() + 10 * 60_000 + 1_000);
    expect(await ruleOf(service.redeem(late, claims))).toBe('expired');
  });

  it('is used up once, unless given back', async () => {
    const state = await service.issue(user, REDIRECT_URI, 'facebook');
    const { giveBack } = await service.redeem(state, claims);
    expect(await ruleOf(service.redeem(state, claims))).toBe('used');
    await giveBack();
    expect(await ruleOf(service.redeem(state, claims))).toBeNull();
  });

  it('is not used up by those it is not for', async () => {
    const state = await service.issue(user, REDIRECT_URI, 'facebook');
    expect(await ruleOf(service.redeem(state, { ...claims, userId: newId<UserId>() }))).toBe('user');
    expect(await ruleOf(service.redeem(state, { ...claims, redirectUri: `${REDIRECT_URI}/` }))).toBe(
      'redirectUri',
    );
    expect(await ruleOf(service.redeem(state, { ...claims, platform: 'instagram' }))).toBe('platform');
    expect(await ruleOf(service.redeem(state, claims))).toBeNull();
  });

  it('survives the rotation of the app secret, and no other secret', async () => {
    const state = await serviceWith({ META_APP_SECRET: 'older-secret' }).issue(
      user,
      REDIRECT_URI,
      'facebook',
    );
    expect(await ruleOf(service.redeem(state, claims))).toBe('signature');
    const rotated = serviceWith({
      META_APP_SECRET: 'newer-secret',
      META_APP_SECRETS_PREVIOUS: 'older-secret',
    });
    expect(await ruleOf(rotated.redeem(state, claims))).toBeNull();
  });

  it('cannot be changed in any character', async () => {
    const state = await service.issue(user, REDIRECT_URI, 'facebook');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(state.length - 1),
        fc.constantFrom('a', 'Z', '0', '9', '.', '_', '-'),
        async (at, character) => {
          fc.pre(state[at] !== character);
          const forged = state.slice(0, at) + character + state.slice(at + 1);
          expect(await ruleOf(service.redeem(forged, claims))).toBe('signature');
        },
      ),
    );
    expect(await ruleOf(service.redeem(state, claims))).toBeNull();
  });
});
