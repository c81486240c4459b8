import type { ApiClient } from '../api-client';
import { CUSTOMER, type Messenger, aMessenger, customerWrites } from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const BLOCKED = '/api/meta/whatsapp/blocked';
const STRANGER = '+16505559876';

interface Outcome {
  phoneNumberId: string;
  blocked?: { user: string; phoneNumber: string | null; userId: string | null }[];
  unblocked?: { user: string }[];
  failed: { user: string; code: number | null; message: string; advice: string }[];
}

interface Page {
  blocked: { phoneNumber: string | null }[];
  pagination: { before: string | null };
}

describe('the block list of a WhatsApp number', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: Messenger;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aMessenger(app, admin);
    await customerWrites(app);
  });
  afterAll(() => app.close());
  afterEach(() => {
    sandboxOf(app).clearFaults();
  });

  const block = (users: string[], client = me.client) => client.post<Outcome>(BLOCKED, { users });
  const unblock = (users: string[]) =>
    me.client.delete<Outcome>(`${BLOCKED}?${new URLSearchParams({ users: users.join() }).toString()}`);
  const listed = async () => {
    const answer = await me.client.get<{ blocked: { phoneNumber: string | null }[] }>(BLOCKED);
    expect(answer.status).toBe(200);
    return answer.body.data.blocked.map(({ phoneNumber }) => phoneNumber);
  };

  it('takes people who have written, however their number is written, and lets them go again', async () => {
    const answer = await block(['+1 (650) 555-1234']);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        data: {
          phoneNumberId: me.phoneNumberId,
          blocked: [{ user: '+1 (650) 555-1234', phoneNumber: CUSTOMER }],
          failed: [],
        },
      },
    });
    expect(await listed()).toEqual([CUSTOMER]);

    expect(await unblock([CUSTOMER])).toMatchObject({
      status: 200,
      body: { data: { unblocked: [{ user: CUSTOMER, phoneNumber: CUSTOMER }], failed: [] } },
    });
    expect(await listed()).toEqual([]);
  });

  it('blocks those it can, and says of the others why not and what to do', async () => {
    const { status, body } = await block([CUSTOMER, STRANGER]);
    expect(status).toBe(200);
    expect(body.data.blocked).toMatchObject([{ user: CUSTOMER }]);
    expect(body.data.failed).toEqual([
      {
        user: STRANGER,
        code: expect.any(Number) as unknown,
        message: expect.stringMatching(/24 hours/) as unknown,
        advice: expect.stringMatching(/24 hours/) as unknown,
      },
    ]);
    expect(await listed()).toEqual([CUSTOMER]);
    await unblock([CUSTOMER]);
  });

  it('is read page by page', async () => {
    const second = '+16505550042';
    await customerWrites(app, { from: second });
    expect((await block([CUSTOMER, second])).body.data.failed).toEqual([]);
    const seen: (string | null)[] = [];
    let before: string | null = null;
    do {
      const query: string = before === null ? '' : `&before=${encodeURIComponent(before)}`;
      const answer = await me.client.get<Page>(`${BLOCKED}?limit=1${query}`);
      expect(answer.status).toBe(200);
      seen.push(...answer.body.data.blocked.map(({ phoneNumber }) => phoneNumber));
      before = answer.body.data.pagination.before;
    } while (before !== null && seen.length < 5);
    expect(seen.sort()).toEqual([second, CUSTOMER].sort());
    await unblock([CUSTOMER, second]);
  });

  it('says when Meta cannot be read', async () => {
    sandboxOf(app).failNext({ path: /block_users$/, code: 131000, times: 20 });
    expect(await me.client.get(BLOCKED)).toMatchObject({
      status: 503,
      body: { error: { code: 'META_UNAVAILABLE' } },
    });
  });

  it.each([
    ['a number without its country code', ['650 555 1234'], 'users.0'],
    ['a word beside a number', [CUSTOMER, 'Ana'], 'users.1'],
    ['nobody', [], 'users'],
    ['somebody twice', [CUSTOMER, CUSTOMER], 'users'],
    ['too many', Array.from({ length: 51 }, (_, n) => `+1650555${String(1000 + n)}`), 'users'],
  ])('refuses %s before Meta is asked', async (_, users, path) => {
    const before = sandboxOf(app).calls({ path: /block_users$/ }).length;
    const answer = await block(users);
    expect(answer.status).toBe(400);
    expect(answer.body.error.details).toMatchObject({ fields: [{ path }] });
    expect(sandboxOf(app).calls({ path: /block_users$/ })).toHaveLength(before);
  });

  it('is changed by a query whose plus signs were not encoded, too', async () => {
    await block([CUSTOMER]);
    const answer = await me.client.delete<Outcome>(`${BLOCKED}?users=${CUSTOMER}`);
    expect(answer.body.data.unblocked).toMatchObject([{ phoneNumber: CUSTOMER }]);
    expect(await me.client.delete(BLOCKED)).toMatchObject({ status: 400 });
  });

  it('is read by viewers and changed by agents, of their own numbers only', async () => {
    const other = app.api.as(await admin.createUser('agent'));
    expect((await other.get(BLOCKED)).body.error.code).toBe('ACCOUNT_NOT_FOUND');
    expect((await block([CUSTOMER], app.api.as(await admin.createUser('viewer')))).status).toBe(403);
  });
});
