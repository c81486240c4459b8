import type { EntityManager } from 'typeorm';
import { type AccountId, type UserId, newId } from '../../src/database/ids';
import { AccountAccess } from '../../src/identity/account-access.service';
import type { AuthenticatedUser } from '../../src/identity/authenticated-user';
import type { ApiClient, TestUser } from '../api-client';
import { type TestApp, startTestApp } from '../test-app';

describe('AccountAccess', () => {
  let app: TestApp;
  let asAdmin: ApiClient;
  let access: AccountAccess;
  beforeAll(async () => {
    app = await startTestApp();
    asAdmin = app.api.as(await app.api.registerAdmin());
    access = app.app.get(AccountAccess);
  });
  afterAll(() => app.close());

  const inTransaction = (work: (tx: EntityManager) => Promise<void>) => app.db.transaction(work);

  async function anAccount(owner: TestUser, accountName: string | null = null): Promise<AccountId> {
    const accountId = newId<AccountId>();
    await app.db.query(
      `INSERT INTO meta_accounts (id, user_id, login_kind, meta_app_id, meta_user_id, token_kind, status)
       VALUES ($1, $2, 'facebook', '1', $3, 'user', 'active')`,
      [accountId, owner.id, accountId],
    );
    const userId = owner.id as UserId;
    await inTransaction((tx) => access.setMember(tx, { accountId, userId, role: 'owner', accountName }));
    return accountId;
  }

  function authenticated(user: TestUser): AuthenticatedUser {
    return { id: user.id as UserId, email: user.email, name: 'x', role: 'agent', via: 'password' };
  }

  it('resolves nothing for a user without an account', async () => {
    const user = authenticated(await asAdmin.createUser('agent'));
    await expect(access.resolve(user)).rejects.toMatchObject({ code: 'ACCOUNT_NOT_FOUND', status: 404 });
    expect(await access.accountIdsOf(user.id)).toEqual([]);
  });

  it('resolves the only account without its being named', async () => {
    const owner = await asAdmin.createUser('agent');
    const accountId = await anAccount(owner);
    expect(await access.resolve(authenticated(owner))).toBe(accountId);
    expect(await access.resolve(authenticated(owner), accountId)).toBe(accountId);
  });

  it('lists the choices when there are several and none is named', async () => {
    const owner = await asAdmin.createUser('agent');
    const first = await anAccount(owner, 'First');
    const second = await anAccount(owner);
    await expect(access.resolve(authenticated(owner))).rejects.toMatchObject({
      code: 'ACCOUNT_AMBIGUOUS',
      status: 409,
      details: {
        parameter: 'accountId',
        choices: [
          { id: first, name: 'First' },
          { id: second, name: null },
        ],
      },
    });
    expect(await access.resolve(authenticated(owner), second)).toBe(second);
  });

  it("answers the same for somebody else's account, one that does not exist and nonsense", async () => {
    const accountId = await anAccount(await asAdmin.createUser('agent'));
    const stranger = authenticated(await asAdmin.createUser('admin'));
    const errors = await Promise.all(
      [accountId, newId(), 'nonsense', "' OR 1=1"].map((id) =>
        access.resolve(stranger, id).then(
          () => 'resolved',
          (error: unknown) => error,
        ),
      ),
    );
    for (const error of errors) expect(error).toMatchObject({ code: 'ACCOUNT_NOT_FOUND', status: 404 });
    expect(new Set(errors.map((error) => (error as Error).message)).size).toBe(1);
  });

  it('tells members from owners', async () => {
    const owner = await asAdmin.createUser('agent');
    const member = await asAdmin.createUser('agent');
    const accountId = await anAccount(owner);
    await inTransaction((tx) =>
      access.setMember(tx, { accountId, userId: member.id as UserId, role: 'member', accountName: null }),
    );
    expect(await access.require(authenticated(member), accountId)).toBe(accountId);
    await expect(access.requireOwner(authenticated(member), accountId)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await access.requireOwner(authenticated(owner), accountId)).toBe(accountId);
    expect(await access.members(accountId)).toMatchObject([
      { userId: owner.id, email: owner.email, role: 'owner' },
      { userId: member.id, email: member.email, role: 'member' },
    ]);
    await inTransaction((tx) => access.removeMember(tx, accountId, member.id as UserId));
    await expect(access.require(authenticated(member), accountId)).rejects.toMatchObject({ status: 404 });
    await expect(
      inTransaction((tx) => access.removeMember(tx, accountId, member.id as UserId)),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('never leaves an account without an owner, also when two leave at once', async () => {
    const [a, b] = [await asAdmin.createUser('agent'), await asAdmin.createUser('agent')];
    const accountId = await anAccount(a);
    const ids = [a.id as UserId, b.id as UserId];
    await expect(
      inTransaction((tx) => access.removeMember(tx, accountId, a.id as UserId)),
    ).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    await inTransaction((tx) =>
      access.setMember(tx, { accountId, userId: b.id as UserId, role: 'owner', accountName: null }),
    );
    const left = await Promise.allSettled([
      inTransaction((tx) => access.removeMember(tx, accountId, ids[0]!)),
      inTransaction((tx) =>
        access.setMember(tx, { accountId, userId: ids[1]!, role: 'member', accountName: null }),
      ),
    ]);
    expect(left.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await access.members(accountId)).filter(({ role }) => role === 'owner')).toHaveLength(1);
  });

  it('refuses users who do not exist or were removed as members', async () => {
    const accountId = await anAccount(await asAdmin.createUser('agent'));
    const removed = await asAdmin.createUser('agent');
    await asAdmin.delete(`/api/users/${removed.id}`);
    for (const userId of [removed.id as UserId, newId<UserId>()])
      await expect(
        inTransaction((tx) => access.setMember(tx, { accountId, userId, role: 'member', accountName: null })),
      ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('forgets all members of an account, and renames it for all', async () => {
    const owner = await asAdmin.createUser('agent');
    const [gone, kept, other] = [await anAccount(owner), await anAccount(owner), await anAccount(owner)];
    await inTransaction((tx) => access.rename(tx, kept, 'New name'));
    await inTransaction((tx) => access.removeAll(tx, gone));
    await expect(access.resolve(authenticated(owner))).rejects.toMatchObject({
      details: {
        choices: [
          { id: kept, name: 'New name' },
          { id: other, name: null },
        ],
      },
    });
  });

  it('hands the accounts of a removed user to the one that is named, and asks for one', async () => {
    const owner = await asAdmin.createUser('agent');
    const heir = await asAdmin.createUser('agent');
    const accountId = await anAccount(owner, 'Shop');
    const refused = await asAdmin.delete(`/api/users/${owner.id}`);
    expect([refused.status, refused.body.error.details]).toEqual([409, { accountIds: [accountId] }]);
    expect((await asAdmin.delete(`/api/users/${owner.id}?transferAccountsTo=${newId()}`)).status).toBe(404);
    expect((await asAdmin.delete(`/api/users/${owner.id}?transferAccountsTo=${owner.id}`)).status).toBe(409);
    expect((await asAdmin.delete(`/api/users/${owner.id}?transferAccountsTo=${heir.id}`)).status).toBe(200);
    expect(await access.requireOwner(authenticated(heir), accountId)).toBe(accountId);
    expect(await access.members(accountId)).toHaveLength(1);
  });
});
