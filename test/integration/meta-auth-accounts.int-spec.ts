import { randomUUID } from 'node:crypto';
import { SEED } from '../../sandbox/world-seed';
import { reencryptTokens } from '../../src/meta-auth/reencrypt-tokens.command';
import { MetaTokenService } from '../../src/meta-auth/meta-token.service';
import type { AccountId } from '../../src/database/ids';
import type { ApiClient, TestUser } from '../api-client';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const accountPath = (accountId: string) => `/api/meta/auth/accounts/${accountId}`;

describe('connected accounts', () => {
  let app: TestApp;
  let admin: ApiClient;
  let owner: ApiClient;
  let ownerUser: TestUser;
  let accountId: string;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { APP_ROLES: 'api' } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await app.db.query('DELETE FROM meta_accounts');
    sandboxOf(app).reset();
    sandboxOf(app).clearFaults();
    ownerUser = await admin.createUser('agent');
    owner = app.api.as(ownerUser);
    accountId = await connectedAccount(app, owner);
    sandboxOf(app).clearCalls();
  });

  const eventsOf = async (id: string): Promise<{ kind: string; payload: unknown }[]> =>
    app.db.query(
      `SELECT kind, payload FROM domain_events
        WHERE account_id = $1 AND kind NOT LIKE 'notification.%' AND kind <> 'account.members_changed' ORDER BY id`,
      [id],
    );
  const revocations = () =>
    sandboxOf(app)
      .calls({ method: 'DELETE' })
      .map(({ path }) => path.replace(/^\//, ''));
  const codeOf = ({ status, body }: { status: number; body: { error: { code: string } } }) => [
    status,
    body.error.code,
  ];

  it('are listed and shown with what one needs to know, and without any token', async () => {
    const list = await owner.get('/api/meta/auth/accounts');
    const shown = {
      id: accountId,
      name: 'Dana Demo',
      metaUserId: SEED.personId,
      loginKind: 'facebook',
      status: 'active',
      statusReason: null,
      expiresAt: expect.any(String),
      dataAccessExpiresAt: expect.any(String),
      permissions: expect.arrayContaining(['whatsapp_business_management']),
      platforms: { whatsapp: true, facebook: false, instagram: false },
      createdAt: expect.any(String),
      lastCheckedAt: expect.any(String),
    };
    expect(list.body.data).toEqual({ accounts: [shown] });
    expect((await owner.get(accountPath(accountId))).body.data).toEqual(shown);
    expect((await admin.get('/api/meta/auth/accounts')).body.data).toEqual({ accounts: [] });
    expect(codeOf(await owner.get(accountPath('nonsense')))).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('needs a name when there are several', async () => {
    const second = sandboxOf(app).createPerson({ name: 'Second Person' });
    const accounts = [accountId, await connectedAccount(app, owner, { personId: second.id })];
    const answer = await owner.get('/api/meta/auth/status');
    expect(codeOf(answer)).toEqual([409, 'ACCOUNT_AMBIGUOUS']);
    expect(answer.body.error.details.choices).toEqual(
      expect.arrayContaining(accounts.map((id): unknown => expect.objectContaining({ id }))),
    );
    const named = await owner.get(`/api/meta/auth/status?accountId=${accounts[1]}`);
    expect(named.body.data).toMatchObject({ connected: true, accountId: accounts[1] });
  });

  it("answers somebody else's account as one that does not exist", async () => {
    const other = app.api.as(await admin.createUser('admin'));
    for (const id of [accountId, randomUUID()]) {
      const answers = await Promise.all([
        other.get(`/api/meta/auth/status?accountId=${id}`),
        other.get(`/api/meta/auth/accounts/${id}`),
        other.delete(`/api/meta/auth/accounts/${id}`),
        other.get(`/api/meta/auth/accounts/${id}/members`),
        other.put(`/api/meta/auth/accounts/${id}/members/${randomUUID()}`, {}),
        other.post('/api/meta/auth/refresh-token', { accountId: id }),
      ]);
      expect(answers.map(({ status, body }) => [status, body.error.code])).toEqual(
        answers.map(() => [404, 'ACCOUNT_NOT_FOUND']),
      );
    }
    expect((await owner.get('/api/meta/auth/status')).body.data).toMatchObject({ connected: true });
  });

  describe('when disconnected', () => {
    it('are revoked at Meta, forgotten here, and their assets free', async () => {
      await app.db.query(
        `INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, gen_random_uuid(), 'waba', '1')`,
        [accountId],
      );
      const answer = await owner.delete(accountPath(accountId));
      expect(answer.body.data).toEqual({
        accountId,
        status: 'disconnected',
        revokedAtMeta: true,
        revocation: 'revoked',
      });
      expect(revocations()).toEqual([`${SEED.personId}/permissions`]);
      const rows = await app.db.query('SELECT * FROM meta_accounts WHERE id = $1', [accountId]);
      expect(rows).toMatchObject([
        {
          access_token: null,
          refresh_token: null,
          status: 'revoked',
          permissions: [],
          next_refresh_at: null,
        },
      ]);
      expect(rows).not.toMatchObject([{ deleted_at: null }]);
      expect(await app.db.query('SELECT 1 FROM assets WHERE released_at IS NULL')).toEqual([]);
      expect(await app.db.query('SELECT 1 FROM account_members WHERE account_id = $1', [accountId])).toEqual(
        [],
      );
      expect((await eventsOf(accountId)).at(-1)).toEqual({
        kind: 'account.disconnected',
        payload: { reason: 'user' },
      });
      expect((await owner.get('/api/meta/auth/status')).body.data).toEqual({ connected: false });
      expect(codeOf(await owner.get(accountPath(accountId)))).toEqual([404, 'ACCOUNT_NOT_FOUND']);
      expect(codeOf(await owner.delete(accountPath(accountId)))).toEqual([404, 'ACCOUNT_NOT_FOUND']);
    });

    it.each([
      ['fails', { status: 500 }],
      ['refuses', { code: 100 }],
      ['finds the token dead', { code: 190, subcode: 463 }],
      ['hangs up', { drop: 'before' as const }],
    ])('go all the same when Meta %s', async (_case, fault) => {
      sandboxOf(app).failNext({ path: /permissions$/, method: 'DELETE', times: 10, ...fault });
      const answer = await owner.delete(accountPath(accountId));
      expect(answer.body.data).toMatchObject({ revokedAtMeta: false, revocation: 'failed' });
      expect((await owner.get('/api/meta/auth/status')).body.data).toEqual({ connected: false });
    });

    it('leave alone others of our users who are connected as the same person', async () => {
      const other = app.api.as(await admin.createUser('agent'));
      const theirs = await connectedAccount(app, other);
      const answer = await owner.delete(accountPath(accountId));
      expect(answer.body.data).toMatchObject({ revokedAtMeta: false, revocation: 'shared' });
      expect(revocations()).toEqual([]);
      const refreshed = await other.post('/api/meta/auth/refresh-token', { accountId: theirs });
      expect(refreshed.status).toBe(200);
    });

    it('once, when asked twice at once', async () => {
      const answers = await Promise.all([
        owner.delete(accountPath(accountId)),
        owner.delete(accountPath(accountId)),
      ]);
      expect(answers.map(({ status }) => status)).toContain(200);
      const ends = (await eventsOf(accountId)).filter(({ kind }) => kind === 'account.disconnected');
      expect(ends).toHaveLength(1);
    });
  });

  describe('when shared', () => {
    it('are used by members and ruled by owners', async () => {
      const friendUser = await admin.createUser('agent');
      const friend = app.api.as(friendUser);
      const membersPath = `${accountPath(accountId)}/members`;
      expect(codeOf(await friend.get(membersPath))).toEqual([404, 'ACCOUNT_NOT_FOUND']);

      const shared = await owner.put(`${membersPath}/${friendUser.id}`, {});
      expect(shared.body.data).toMatchObject({
        members: [
          { userId: ownerUser.id, role: 'owner', email: ownerUser.email },
          { userId: friendUser.id, role: 'member' },
        ],
      });
      expect((await friend.get('/api/meta/auth/status')).body.data).toMatchObject({
        connected: true,
        accountId,
      });
      expect((await friend.get(membersPath)).body.data).toEqual(shared.body.data);
      for (const answer of [
        await friend.delete(accountPath(accountId)),
        await friend.put(`${membersPath}/${ownerUser.id}`, { role: 'member' }),
        await friend.delete(`${membersPath}/${ownerUser.id}`),
      ]) {
        expect(codeOf(answer)).toEqual([403, 'FORBIDDEN']);
      }

      expect((await owner.delete(`${membersPath}/${friendUser.id}`)).status).toBe(200);
      expect((await friend.get('/api/meta/auth/status')).body.data).toEqual({ connected: false });
    });

    it('never lose their last owner', async () => {
      const path = `${accountPath(accountId)}/members/${ownerUser.id}`;
      expect(codeOf(await owner.delete(path))).toEqual([409, 'CONFLICT']);
      expect(codeOf(await owner.put(path, { role: 'member' }))).toEqual([409, 'CONFLICT']);
    });

    it.each([
      [randomUUID(), {}, 404, 'NOT_FOUND'],
      ['nonsense', {}, 400, 'VALIDATION_FAILED'],
      [randomUUID(), { role: 'king' }, 400, 'VALIDATION_FAILED'],
      [randomUUID(), { rolle: 'member' }, 400, 'VALIDATION_FAILED'],
    ])('refuse %s with %j', async (userId, body, status, code) => {
      expect(codeOf(await owner.put(`${accountPath(accountId)}/members/${userId}`, body))).toEqual([
        status,
        code,
      ]);
      expect((await owner.get(`${accountPath(accountId)}/members`)).body.data.members).toHaveLength(1);
    });
  });

  it('keep working under a new encryption key, and without the old one', async () => {
    const token = await app.app.get(MetaTokenService).tokenFor(accountId as AccountId);
    const newKey = `second:${Buffer.alloc(32, 9).toString('base64')}`;
    const oldKey = app.env.ENCRYPTION_KEYS!;
    const run = async (keys: string): Promise<{ code: number; lines: string[] }> => {
      const lines: string[] = [];
      const code = await reencryptTokens({ ...app.env, ENCRYPTION_KEYS: keys }, (line) => lines.push(line));
      return { code, lines };
    };
    expect(await run(`${newKey},${oldKey}`)).toMatchObject({
      code: 0,
      lines: expect.arrayContaining([
        'meta_accounts.access_token: 1 re-encrypted, 0 already current, 0 unreadable',
      ]),
    });
    expect((await run(newKey)).lines).toContain(
      'meta_accounts.access_token: 0 re-encrypted, 1 already current, 0 unreadable',
    );
    const rows: { access_token: string }[] = await app.db.query('SELECT access_token FROM meta_accounts');
    expect(rows[0]?.access_token).toMatch(/^v1\.second\./);
    expect(await run(oldKey)).toMatchObject({
      code: 1,
      lines: expect.arrayContaining([
        'meta_accounts.access_token: 0 re-encrypted, 0 already current, 1 unreadable',
      ]),
    });
    expect((await run(`${oldKey},${newKey}`)).code).toBe(0);
    expect(await app.app.get(MetaTokenService).tokenFor(accountId as AccountId)).toBe(token);
  });
});
