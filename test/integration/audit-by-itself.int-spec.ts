import type { AccountId } from '../../src/database/ids';
import { DeauthorizeService } from '../../src/meta-auth/deauthorize.service';
import { reencryptTokens } from '../../src/meta-auth/reencrypt-tokens.command';
import { SECRET_COLUMNS } from '../../src/meta-auth/token-reencryption.service';
import { TokenRefreshService } from '../../src/meta-auth/token-refresh.service';
import type { ApiClient } from '../api-client';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

const OLD_KEY = `old:${Buffer.alloc(32, 7).toString('base64')}`;
const NEW_KEY = `new:${Buffer.alloc(32, 9).toString('base64')}`;

interface Row {
  account_id: string | null;
  actor_kind: string;
  actor_name: string | null;
  outcome: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

let app: TestApp;
let client: ApiClient;
let accountId: string;
beforeAll(async () => {
  // As after the first step of a rotation: the new key is known to all, and not used yet.
  app = await startTestApp({
    sandbox: true,
    env: { APP_ROLES: 'api', ENCRYPTION_KEYS: `${OLD_KEY},${NEW_KEY}` },
  });
  client = app.api.as(await app.api.registerAdmin());
});
afterAll(() => app.close());
beforeEach(async () => {
  sandboxOf(app).clearFaults();
  accountId = await connectedAccount(app, client);
});

const eventsOf = (action: string): Promise<Row[]> =>
  app.db.query('SELECT * FROM audit_events WHERE action = $1 ORDER BY id', [action]);

describe('what the service and Meta do by themselves', () => {
  it('is told when a token is found dead', async () => {
    for (const { token } of sandboxOf(app).tokens()) sandboxOf(app).revokeToken(token, 459);
    await app.app.get(TokenRefreshService).check(accountId as AccountId);
    expect(await eventsOf('account.token_died')).toMatchObject([
      {
        account_id: accountId,
        actor_kind: 'system',
        actor_name: 'token check',
        outcome: 'succeeded',
        before: { status: 'active' },
        after: { status: expect.stringMatching(/expired|revoked/) as string },
      },
    ]);
  });

  it('is told when a person takes the app away at Meta, once however often Meta says so', async () => {
    const [row]: { meta_user_id: string }[] = await app.db.query(
      'SELECT meta_user_id FROM meta_accounts WHERE id = $1',
      [accountId],
    );
    const callback = { metaUserId: row?.meta_user_id ?? '', digest: Buffer.alloc(32, 1) };
    for (let count = 0; count < 2; count++) await app.app.get(DeauthorizeService).deauthorize(callback);
    expect(await eventsOf('account.deauthorize')).toMatchObject([
      {
        account_id: accountId,
        actor_kind: 'meta',
        before: { status: 'active' },
        after: { status: 'revoked' },
      },
    ]);
  });
});

describe('npm run tokens:reencrypt', () => {
  const rotated = (): Record<string, string> => ({ ...app.env, ENCRYPTION_KEYS: `${NEW_KEY},${OLD_KEY}` });
  const keysOfTokens = async (): Promise<string[]> => {
    const rows: { key: string }[] = await app.db.query(
      `SELECT DISTINCT split_part(access_token, '.', 2) AS key FROM meta_accounts WHERE access_token IS NOT NULL`,
    );
    return rows.map((row) => row.key).sort();
  };

  it('is told with how many secrets it brought over, and without any of them', async () => {
    const said: string[] = [];
    expect(await reencryptTokens(rotated(), (line) => said.push(line))).toBe(0);
    expect(said).toHaveLength(SECRET_COLUMNS.length);
    expect(await keysOfTokens()).toEqual(['new']);
    const [event] = await eventsOf('secrets.reencrypt');
    expect(event).toMatchObject({
      account_id: null,
      actor_kind: 'system',
      actor_name: 'tokens:reencrypt',
      outcome: 'succeeded',
      after: { unreadable: 0 },
    });
    expect(Number(event?.after?.reencrypted)).toBeGreaterThan(0);
    // A second time there is nothing left to do.
    await reencryptTokens(rotated(), () => undefined);
    expect((await eventsOf('secrets.reencrypt'))[1]).toMatchObject({ after: { reencrypted: 0 } });
  });

  it('goes on where it was stopped, beside processes that write new secrets under the old key meanwhile', async () => {
    // Half of it done, as after a stop: what is new since is under the running process's key.
    await connectedAccount(app, client, {
      personId: sandboxOf(app).createPerson({ name: 'Somebody new' }).id,
      scopes: ['pages_show_list', 'business_management'],
    });
    expect(await keysOfTokens()).toContain('old');
    expect(await reencryptTokens(rotated(), () => undefined)).toBe(0);
    expect(await keysOfTokens()).toEqual(['new']);
    // The running process reads both.
    expect((await client.post('/api/meta/auth/refresh-token', { accountId })).status).toBe(200);
  });
});
