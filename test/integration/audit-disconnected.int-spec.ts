import type { ApiClient } from '../api-client';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

const AUDIT = '/api/meta/audit-events';

interface EventView {
  id: string;
  accountId: string | null;
  action: string;
}

let app: TestApp;
let asAdmin: ApiClient;
let asOwner: ApiClient;
let asNeighbour: ApiClient;
let accountId: string;
let personId: string;

beforeAll(async () => {
  app = await startTestApp({ sandbox: true, env: { APP_ROLES: 'api' } });
  asAdmin = app.api.as(await app.api.registerAdmin());
  asOwner = app.api.as(await asAdmin.createUser('agent'));
  asNeighbour = app.api.as(await asAdmin.createUser('agent'));
  await connectedAccount(app, asNeighbour, someone());
});
beforeEach(async () => {
  ({ personId } = someone());
  accountId = await connect();
  await asOwner.post('/api/meta/conversations/labels', { name: `Label ${personId}`, accountId });
});
afterAll(() => app.close());

function someone(): { personId: string; scopes: string[] } {
  return {
    personId: sandboxOf(app).createPerson({ name: 'Somebody' }).id,
    scopes: ['pages_show_list', 'business_management'],
  };
}
const connect = (): Promise<string> =>
  connectedAccount(app, asOwner, { personId, scopes: ['pages_show_list', 'business_management'] });
const disconnect = async (): Promise<void> => {
  expect((await asOwner.delete(`/api/meta/auth/accounts/${accountId}`)).status).toBe(200);
};
const seenBy = async (client: ApiClient, query = ''): Promise<EventView[]> => {
  const { status, body } = await client.get<{ events: EventView[] }>(`${AUDIT}?limit=100${query}`);
  return status === 200 ? body.data.events.filter((event) => event.accountId === accountId) : [];
};

describe('the audit log of an account that was disconnected', () => {
  it('is the admins’ to read: the list, one event, the account alone, and the table', async () => {
    const before = await seenBy(asOwner);
    expect(before.map(({ action }) => action)).toContain('label.create');
    expect(await seenBy(asAdmin)).toEqual([]);
    await disconnect();

    const after = await seenBy(asAdmin);
    expect(after.map(({ id }) => id)).toEqual(expect.arrayContaining(before.map(({ id }) => id)));
    expect(after[0]).toMatchObject({ action: 'account.disconnect' });
    expect(await seenBy(asAdmin, `&accountId=${accountId}`)).toEqual(after);
    expect((await asAdmin.get(`${AUDIT}/${after[0]?.id ?? ''}`)).status).toBe(200);
    expect((await asAdmin.raw(`${AUDIT}.csv?accountId=${accountId}`, {})).text).toContain('label.create');
  });

  it('is nobody else’s, neither who owned it nor any other tenant', async () => {
    await disconnect();
    const [event] = await seenBy(asAdmin);
    for (const client of [asOwner, asNeighbour]) {
      expect(await seenBy(client)).toEqual([]);
      expect((await client.get(`${AUDIT}?accountId=${accountId}`)).status).toBe(404);
      expect((await client.get(`${AUDIT}/${event?.id ?? ''}`)).status).toBe(404);
    }
  });

  it('is not to be had with a key of an admin that is smaller', async () => {
    await disconnect();
    const [event] = await seenBy(asAdmin);
    const key = await asAdmin.post('/api/auth/api-keys', { name: 'Reader', role: 'agent' });
    const asKey = app.api.withApiKey(String(key.body.data.key));
    expect(await seenBy(asKey)).toEqual([]);
    expect((await asKey.get(`${AUDIT}?accountId=${accountId}`)).status).toBe(404);
    expect((await asKey.get(`${AUDIT}/${event?.id ?? ''}`)).status).toBe(404);
  });

  it('is its members’ alone again as soon as it is connected again', async () => {
    await disconnect();
    const [event] = await seenBy(asAdmin);
    expect(await connect()).toBe(accountId);
    expect((await seenBy(asOwner)).map(({ id }) => id)).toContain(event?.id);
    expect(await seenBy(asAdmin)).toEqual([]);
    expect((await asAdmin.get(`${AUDIT}?accountId=${accountId}`)).status).toBe(404);
    expect((await asAdmin.get(`${AUDIT}/${event?.id ?? ''}`)).status).toBe(404);
  });
});
