import { parse } from 'csv-parse/sync';
import { AuditEvents } from '../../src/audit/audit-events.repository';
import { newId } from '../../src/database/ids';
import type { ApiClient, TestUser } from '../api-client';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

const EXPORT = '/api/meta/audit-events.csv';
type Line = Record<string, string>;

let app: TestApp;
let owner: TestUser;
let asOwner: ApiClient;
let asOther: ApiClient;
let accountId: string;
let otherAccountId: string;

beforeAll(async () => {
  app = await startTestApp({ sandbox: true, env: { APP_ROLES: 'api' } });
  owner = await app.api.registerAdmin();
  asOwner = app.api.as(owner);
  asOther = app.api.as(await asOwner.createUser('agent'));
  accountId = await connectedAccount(app, asOwner);
  otherAccountId = await connectedAccount(app, asOther, {
    personId: sandboxOf(app).createPerson({ name: 'Somebody else' }).id,
    scopes: ['pages_show_list', 'business_management'],
  });
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => app.close());

async function exported(client: ApiClient, query = ''): Promise<Line[]> {
  const response = await client.response(`${EXPORT}?${query}`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
  expect(response.headers.get('content-disposition')).toContain('audit-events.csv');
  const bytes = Buffer.from(await response.arrayBuffer());
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  return parse<Line>(bytes, { bom: true, columns: true });
}
const label = (client: ApiClient, name: string, of: string) =>
  client.post('/api/meta/conversations/labels', { name, accountId: of });

describe('the audit log as a table', () => {
  it('has what the list has, and what was sent and changed, under the same filters', async () => {
    const id = String((await label(asOwner, 'Urgent', accountId)).body.data.id);
    await asOwner.patch(`/api/meta/conversations/labels/${id}`, { name: 'Very urgent' });
    const [updated, created, ...rest] = await exported(asOwner, `resourceType=label&resourceId=${id}`);
    expect(rest).toEqual([]);
    expect(created).toMatchObject({ action: 'label.create', before: '' });
    expect(updated).toMatchObject({
      accountId,
      actorKind: 'user',
      actorId: owner.id,
      actorEmail: owner.email,
      action: 'label.update',
      operation: 'PATCH /api/meta/conversations/labels/:labelId',
      resourceId: id,
      outcome: 'succeeded',
      status: '200',
      errorCode: '',
      address: '127.0.0.1',
      request: '{"name":"Very urgent"}',
    });
    expect(JSON.parse(updated?.before ?? '')).toMatchObject({ name: 'Urgent' });
    expect(JSON.parse(updated?.after ?? '')).toMatchObject({ name: 'Very urgent' });
    expect(await exported(asOwner, 'from=2999-01-01T00:00:00Z')).toEqual([]);
    for (const wrong of ['resourceId=1', 'outcome=fine', 'limit=5', 'accountId=x'])
      expect([wrong, (await asOwner.get(`${EXPORT}?${wrong}`)).status]).toEqual([wrong, 400]);
  });

  it('has of each account what its owners may see, and nothing for anybody else', async () => {
    await label(asOther, 'Theirs', otherAccountId);
    const theirs = await exported(asOther);
    expect(theirs.length).toBeGreaterThan(0);
    expect(new Set(theirs.map((line) => line.accountId))).toEqual(new Set([otherAccountId]));
    const ours = await exported(asOwner);
    expect(new Set(ours.map((line) => line.accountId))).toEqual(new Set([accountId, '']));
    expect((await asOwner.get(`${EXPORT}?accountId=${otherAccountId}`)).status).toBe(404);
    expect((await app.api.as(await asOwner.createUser('agent')).get(EXPORT)).status).toBe(403);
    expect((await app.api.get(EXPORT)).status).toBe(401);
  });

  it('makes no formula of what users call themselves, and of ids that they sent', async () => {
    await app.db.query(
      `INSERT INTO audit_events (id, account_id, actor_kind, actor_id, action, operation, resource_type, resource_id)
       VALUES ($1, $2, 'user', $3, 'hostile.do', 'test', 'hostile', '=1+1')`,
      [newId(), accountId, owner.id],
    );
    await app.db.query(`UPDATE users SET name = '@SUM(A1)' WHERE id = $1`, [owner.id]);
    expect(await exported(asOwner, 'resourceType=hostile')).toMatchObject([
      { actorName: "'@SUM(A1)", resourceId: "'=1+1" },
    ]);
  });

  it('has every event once, the latest first, however many there are, and asks for them a page at a time', async () => {
    await app.db.query(
      `INSERT INTO audit_events (id, account_id, actor_kind, action, operation, resource_type)
       SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $1, 'system', 'many.things', n::text, 'many'
         FROM generate_series(1, 1700) AS n`,
      [accountId],
    );
    const page = jest.spyOn(app.app.get(AuditEvents), 'page');
    const lines = await exported(asOwner, 'resourceType=many');
    expect(lines.map((line) => Number(line.operation))).toEqual(
      Array.from({ length: 1_700 }, (_, index) => 1_700 - index),
    );
    expect(page.mock.calls.map(([, , { limit }]) => limit)).toEqual([500, 500, 500, 500]);
  });
});
