import type { ApiClient, TestUser } from '../api-client';
import { eventually } from '../eventually';
import type { Tenant } from '../factories/conversations.factory';
import type { Follower } from '../realtime-follower';
import { RealtimeWorld, namesOf } from '../realtime-world';

jest.setTimeout(120_000);

describe('Somebody who is connected, to whichever process', () => {
  const world = new RealtimeWorld();
  let tenant: Tenant;
  let user: TestUser;
  let owner: ApiClient;
  let followers: Follower[];

  beforeAll(() => world.start(2));
  afterAll(() => world.close());
  beforeEach(async () => {
    tenant = await world.tenant();
    user = await world.userOf([tenant]);
    const ownerUser = await world.admin.createUser('agent');
    await world.app.db.query(
      `INSERT INTO account_members (account_id, user_id, role) VALUES ($1, $2, 'owner')`,
      [tenant.accountId, ownerUser.id],
    );
    owner = world.app.api.as(ownerUser);
    followers = [];
    for (const { url } of world.apps) {
      const follower = world.follower(user);
      await follower.connect(url);
      followers.push(follower);
    }
  });
  afterEach(() => {
    for (const follower of followers) follower.drop();
  });

  const sentAway = async (): Promise<void> => {
    for (const follower of followers) {
      expect(await follower.signal('closing')).toMatchObject({ code: 'UNAUTHORIZED', reconnect: false });
      await eventually(
        () => follower.isConnected,
        (is) => !is,
      );
      expect(follower.disconnects).toEqual(['io server disconnect']);
    }
  };
  const members = () => `/api/meta/auth/accounts/${tenant.accountId}/members`;

  it('gets nothing of an account any more after being removed from it', async () => {
    await world.happen(tenant, 'before');
    for (const follower of followers) await follower.until(1);
    expect((await owner.delete(`${members()}/${user.id}`)).status).toBe(200);
    await world.happen(tenant, 'after');
    for (const follower of followers) {
      expect(await follower.signal('access_changed')).toMatchObject({
        accountIds: [],
        lost: [tenant.accountId],
      });
      expect(await follower.ask('subscribe', { accountIds: [tenant.accountId] })).toMatchObject({
        error: { code: 'NOT_FOUND' },
      });
    }
    // What comes after it has been told to somebody who may see it; by then these would have it, too.
    const still = world.follower(await world.userOf([tenant]));
    await still.connect(world.app.url);
    await world.happen(tenant, 'much later');
    await still.until(1);
    for (const follower of followers) expect(namesOf(follower)).toEqual(['before']);
  });

  it('gets what happens in an account that is shared with them', async () => {
    const another = await world.tenant();
    await world.app.db.query(
      `INSERT INTO account_members (account_id, user_id, role)
       SELECT $1, user_id, 'owner' FROM account_members WHERE account_id = $2 AND role = 'owner'`,
      [another.accountId, tenant.accountId],
    );
    const shared = await owner.put(`/api/meta/auth/accounts/${another.accountId}/members/${user.id}`, {
      role: 'member',
    });
    expect(shared.status).toBe(200);
    for (const follower of followers)
      expect(await follower.signal('access_changed')).toMatchObject({ gained: [another.accountId] });
    await world.happen(another, 'shared');
    await world.happen(tenant, 'own');
    for (const follower of followers) {
      await eventually(
        () => namesOf(follower),
        ({ length }) => length === 2,
      );
      expect(namesOf(follower)).toEqual(['shared', 'own']);
    }
  });

  it('is sent away when the user is removed', async () => {
    expect((await world.admin.delete(`/api/users/${user.id}`)).status).toBe(200);
    await sentAway();
  });

  it('is sent away when the login ends, and others of the same user stay', async () => {
    const elsewhere = await world.app.api.login(user.email, user.password);
    const staying = world.follower(elsewhere);
    await staying.connect(world.app.url);
    await world.app.api.post('/api/auth/logout', { refreshToken: user.refreshToken });
    await sentAway();
    await world.happen(tenant, 'later');
    await staying.until(1);
    expect(staying.isConnected).toBe(true);
  });

  it('is sent away when the API key is revoked', async () => {
    const client = world.app.api.as(user);
    const { body } = await client.post<{ id: string; key: string }>('/api/auth/api-keys', {
      name: 'wall',
      role: 'viewer',
    });
    for (const follower of followers) {
      const url = world.apps[followers.indexOf(follower)]!.url;
      await follower.connect(url, { auth: { token: undefined, apiKey: body.data.key } });
      follower.disconnects.length = 0;
    }
    expect((await client.delete(`/api/auth/api-keys/${body.data.id}`)).status).toBe(200);
    await sentAway();
  });

  it('is found by the regular look where nobody told', async () => {
    await world.app.db.query('UPDATE users SET deleted_at = now() WHERE id = $1', [user.id]);
    await sentAway();
  });
});
