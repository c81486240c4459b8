import { ServiceWatch } from '../../src/notifications/writing/service-watch.scheduler';
import type { ApiClient, TestUser } from '../api-client';
import { NOTIFICATIONS, type Notification, type NotificationPage } from '../notification-world';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

const KIND = 'service.login_locked';

let app: TestApp;
let asAdmin: ApiClient;
let lastAddress = 0;

beforeAll(async () => {
  app = await startTestApp({ env: { LOGIN_LOCK_AFTER: '3', LOGIN_LOCK_ACCOUNT_AFTER: '6' } });
  asAdmin = app.api.as(await app.api.registerAdmin());
});
afterEach(async () => {
  await app.db.query(
    'DELETE FROM login_attempts; TRUNCATE notifications CASCADE; DELETE FROM notification_states',
  );
});
afterAll(() => app.close());

const look = () => app.app.get(ServiceWatch).look();
const newUser = (): Promise<TestUser> => asAdmin.createUser('agent');
function newAddress(): string {
  lastAddress += 1;
  return `203.0.113.${lastAddress}`;
}
async function fail(count: number, email: string, address = newAddress()): Promise<void> {
  for (let index = 0; index < count; index++)
    await app.api
      .with({ 'x-forwarded-for': address })
      .post('/api/auth/login', { email, password: 'a wrong password' });
}
async function told(client = asAdmin): Promise<Notification[]> {
  const { status, body } = await client.get<NotificationPage>(`${NOTIFICATIONS}?kind=${KIND}`);
  expect(status).toBe(200);
  return body.data.notifications;
}
/** As if so much time had passed. */
const later = (interval: string): Promise<unknown> =>
  Promise.all([
    app.db.query(
      `UPDATE login_attempts SET counted_at = counted_at - $1::interval, touched_at = touched_at - $1::interval,
              locked_until = locked_until - $1::interval`,
      [interval],
    ),
    app.db.query(
      `UPDATE notifications SET first_at = first_at - $1::interval, last_at = last_at - $1::interval, news_at = news_at - $1::interval`,
      [interval],
    ),
    app.db.query(
      `UPDATE notification_states SET position = position - (extract(epoch FROM $1::interval) * 1000)::bigint`,
      [interval],
    ),
  ]);

describe('a login that is locked', () => {
  it('is told to the admins of the service, once, and to nobody else', async () => {
    const user = await newUser();
    await fail(3, user.email.toUpperCase());
    await Promise.all([look(), look()]);
    await look();
    const notifications = await told();
    expect(notifications).toMatchObject([
      {
        accountId: null,
        severity: 'info',
        title: 'The login of agent waits after wrong passwords',
        message: expect.stringContaining('/unlock') as unknown,
        subjects: [{ type: 'user', id: user.id, name: 'agent' }],
        occurrences: 1,
        read: false,
        payload: { userId: user.id, scope: 'address', failures: 3 },
      },
    ]);
    const asUser = app.api.as(user);
    expect(await told(asUser)).toEqual([]);
    expect((await asUser.get(`${NOTIFICATIONS}/${notifications[0]?.id ?? ''}`)).status).toBe(404);
  });

  it('is told of together with others, and more urgently where many addresses try', async () => {
    const users = [await newUser(), await newUser(), await newUser()];
    for (const { email } of users.slice(0, 2)) await fail(3, email);
    for (let index = 0; index < 6; index++) await fail(1, users[2]?.email ?? '');
    await look();
    const both = await told();
    expect(both).toHaveLength(2);
    expect(both).toContainEqual(
      expect.objectContaining({
        severity: 'info',
        title: 'The logins of 2 users wait after wrong passwords',
        subjectCount: 2,
      }),
    );
    expect(both).toContainEqual(
      expect.objectContaining({
        severity: 'warning',
        title: 'Wrong passwords are tried for agent from many addresses',
        subjects: [expect.objectContaining({ id: users[2]?.id })],
      }),
    );
  });

  it('again is counted in the same notification, which is news again after a quarter of an hour at the earliest', async () => {
    const { email } = await newUser();
    const address = newAddress();
    await fail(3, email, address);
    await look();
    const [first] = await told();
    await asAdmin.post(`${NOTIFICATIONS}/${first?.id ?? ''}/read`, {});
    for (const [wait, occurrences, read] of [
      ['5 minutes', 2, true],
      ['11 minutes', 3, false],
    ] as const) {
      await later(wait);
      await fail(1, email, address);
      await look();
      expect(await told()).toMatchObject([{ id: first?.id, occurrences, read }]);
    }
  });

  it('is told of when nobody watched for hours, and the wait is over long since', async () => {
    const { email } = await newUser();
    await fail(3, email);
    await later('20 hours');
    await look();
    expect(await told()).toHaveLength(1);
  });

  it('of an address that nobody has is told to nobody', async () => {
    await fail(3, 'nobody@example.com');
    await look();
    expect(await told()).toEqual([]);
  });

  it('leaves it to the next look to tell: a login itself writes no more than its counts', async () => {
    const tables = async (): Promise<unknown> =>
      app.db
        .query(`SELECT (SELECT count(*) FROM notifications) AS told, (SELECT count(*) FROM domain_events) AS events,
                           (SELECT count(*) FROM outbox_failures) AS failures`);
    const user = await newUser();
    const before = await tables();
    await fail(4, user.email);
    expect(await tables()).toEqual(before);
  });
});
