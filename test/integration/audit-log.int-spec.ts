import { Controller, Module, Post } from '@nestjs/common';
import { AuditRetention } from '../../src/audit/audit-retention.scheduler';
import { AuditWriter } from '../../src/audit/audit-writer';
import { firstIdAt, newId } from '../../src/database/ids';
import { Access } from '../../src/identity/access.decorators';
import type { ApiClient, TestUser } from '../api-client';
import { eventually } from '../eventually';
import { connectedAccount, sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

const AUDIT = '/api/meta/audit-events';

interface EventView {
  id: string;
  accountId: string | null;
  actor: Record<string, unknown>;
  action: string;
  operation: string;
  resourceType: string;
  resourceId: string | null;
  outcome: string;
  status: number | null;
  errorCode: string | null;
  address: string | null;
  requestId: string | null;
  request: Record<string, unknown> | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}
interface PageView {
  events: EventView[];
  pagination: { limit: number; before: string | null; after: string | null };
}

@Controller('stuck')
class StuckController {
  @Post() @Access('viewer') never(): Promise<void> {
    return new Promise(() => undefined);
  }
}
@Module({ controllers: [StuckController] })
class StuckModule {}

let app: TestApp;
let owner: TestUser;
let asOwner: ApiClient;
let accountId: string;
let otherAccountId: string;
let asOther: ApiClient;
let asAgent: ApiClient;
let agent: TestUser;

beforeAll(async () => {
  app = await startTestApp({ sandbox: true, env: { APP_ROLES: 'api' }, modules: [StuckModule] });
  owner = await app.api.registerAdmin();
  asOwner = app.api.as(owner);
  const other = await asOwner.createUser('agent');
  asOther = app.api.as(other);
  agent = await asOwner.createUser('agent');
  asAgent = app.api.as(agent);
  accountId = await connectedAccount(app, asOwner);
  otherAccountId = await connectedAccount(app, asOther, {
    personId: sandboxOf(app).createPerson({ name: 'Somebody else' }).id,
    scopes: ['pages_show_list', 'business_management'],
  });
  await app.db.query(`INSERT INTO account_members (account_id, user_id, role) VALUES ($1, $2, 'member')`, [
    accountId,
    agent.id,
  ]);
});
afterAll(() => app.close());

const list = async (client: ApiClient, query = ''): Promise<EventView[]> => {
  const answer = await client.get<PageView>(`${AUDIT}?limit=100${query}`);
  expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  return answer.body.data.events;
};
const latest = async (action: string, client = asOwner): Promise<EventView> => {
  const [found] = await list(client, `&action=${action}`);
  if (found === undefined) throw new Error(`There is no event of ${action}`);
  return (await client.get<EventView & Record<string, unknown>>(`${AUDIT}/${found.id}`)).body.data;
};

describe('the audit log', () => {
  it('tells who changed what of a row, from where, and what it was before', async () => {
    const made = await asAgent.post('/api/meta/conversations/labels', { name: 'Urgent', accountId });
    const id = String(made.body.data.id);
    expect(await latest('label.create')).toMatchObject({
      accountId,
      actor: { kind: 'user', id: agent.id, name: 'agent', email: agent.email, role: 'agent', apiKeyId: null },
      operation: 'POST /api/meta/conversations/labels',
      resourceType: 'label',
      resourceId: id,
      outcome: 'succeeded',
      status: 201,
      errorCode: null,
      address: '127.0.0.1',
      requestId: made.headers.get('x-request-id'),
      request: { name: 'Urgent', accountId },
      before: null,
      after: { id, name: 'Urgent' },
    });
    await asAgent.patch(`/api/meta/conversations/labels/${id}`, { name: 'Very urgent' });
    expect(await latest('label.update')).toMatchObject({
      resourceId: id,
      before: { name: 'Urgent' },
      after: { name: 'Very urgent' },
    });
    await asAgent.delete(`/api/meta/conversations/labels/${id}`);
    expect(await latest('label.delete')).toMatchObject({
      accountId,
      resourceId: id,
      before: { name: 'Very urgent' },
      after: null,
    });
  });

  it('tells of users, keys and logins to admins of the service, without their secrets', async () => {
    const user = await asOwner.createUser('viewer');
    await asOwner.patch(`/api/users/${user.id}`, { role: 'agent', password: 'another long password' });
    const event = await latest('user.update');
    expect(event).toMatchObject({
      accountId: null,
      resourceId: user.id,
      request: { role: 'agent', password: '[masked]' },
      before: { role: 'viewer', password_hash: '[masked]' },
      after: { role: 'agent', password_hash: '[masked]' },
    });
    const key = await asOwner.post('/api/auth/api-keys', { name: 'Warehouse', role: 'agent' });
    const { after } = await latest('api_key.create');
    expect(after).toMatchObject({ name: 'Warehouse', role: 'agent', key_hash: '[masked]' });
    await app.api.withApiKey(String(key.body.data.key)).post('/api/meta/conversations/labels', {
      name: 'By a program',
      accountId,
    });
    expect((await latest('label.create')).actor).toMatchObject({
      kind: 'api_key',
      id: owner.id,
      role: 'agent',
      apiKeyId: key.body.data.id,
    });
    expect(await latest('session.open')).toMatchObject({
      actor: { kind: 'user', id: user.id },
      resourceId: user.id,
    });
    expect(JSON.stringify(await app.db.query('SELECT * FROM audit_events'))).not.toMatch(
      /mbb_|another long password|correct horse/,
    );
  });

  it('tells whose login was tried with a wrong password', async () => {
    await app.api.post('/api/auth/login', {
      email: agent.email.toUpperCase(),
      password: 'a wrong one it is',
    });
    expect(await latest('session.open')).toMatchObject({
      actor: { kind: 'anonymous', id: null },
      resourceId: agent.id,
      outcome: 'refused',
      status: 401,
      errorCode: 'UNAUTHORIZED',
    });
  });

  it('tells of what was refused, also before any handler was asked', async () => {
    const nobody = newId();
    expect((await asAgent.patch(`/api/meta/contacts/${nobody}`, { note: 'x' })).status).toBe(404);
    expect(await latest('contact.update')).toMatchObject({
      accountId,
      resourceId: nobody,
      outcome: 'refused',
      status: 404,
      errorCode: 'NOT_FOUND',
    });
    expect((await asAgent.delete(`/api/users/${agent.id}`)).status).toBe(403);
    const [refused] = await eventually(
      () => list(asOwner, '&action=user.delete'),
      (events) => events.length > 0,
    );
    expect(refused).toMatchObject({
      actor: { id: agent.id },
      outcome: 'refused',
      status: 403,
      errorCode: 'FORBIDDEN',
    });
    expect((await asAgent.patch(`/api/meta/contacts/${nobody}`, { what: 'x' })).status).toBe(400);
    expect(await latest('contact.update')).toMatchObject({
      outcome: 'refused',
      errorCode: 'VALIDATION_FAILED',
    });
  });

  it('keeps nothing of what is said of people, only that it was changed', async () => {
    const id = newId();
    await app.db.query(`INSERT INTO contacts (account_id, id, name) VALUES ($1, $2, 'Zdenka')`, [
      accountId,
      id,
    ]);
    const changed = await asAgent.patch(`/api/meta/contacts/${id}`, {
      note: 'likes marzipan',
      attributes: { animal: 'sasquatch' },
      optedOut: true,
    });
    expect(changed.status).toBe(200);
    const event = await latest('contact.update');
    expect(event).toMatchObject({
      resourceId: id,
      request: { note: '[14 characters]', optedOut: true },
      after: { note: '[personal]', attributes: '[personal]', opted_out_at: expect.any(String) as string },
    });
    expect(JSON.stringify(event)).not.toMatch(/Zdenka|marzipan|sasquatch/);
  });

  it('shows an account’s events to its owners and its admins, and to nobody else', async () => {
    await asOther.post('/api/meta/conversations/labels', { name: 'Theirs' });
    const [theirs] = await list(asOther, '&action=label.create');
    expect(theirs).toMatchObject({ accountId: otherAccountId });
    // The owner is an admin of the service, and no member of the other account.
    expect((await list(asOwner)).map(({ id }) => id)).not.toContain(theirs?.id);
    expect((await asOwner.get(`${AUDIT}/${theirs?.id ?? ''}`)).status).toBe(404);
    expect((await asOwner.get(`${AUDIT}?accountId=${otherAccountId}`)).status).toBe(404);
    const [ours] = await list(asOwner, '&action=label.create');
    expect((await list(asOther)).every((event) => event.accountId === otherAccountId)).toBe(true);
    expect((await asOther.get(`${AUDIT}/${ours?.id ?? ''}`)).status).toBe(404);
    // A member who is no owner; and one whose key may less than its owner.
    expect((await asAgent.get(AUDIT)).status).toBe(403);
    expect((await asAgent.get(`${AUDIT}?accountId=${accountId}`)).status).toBe(403);
    expect((await asAgent.get(`${AUDIT}/${ours?.id ?? ''}`)).status).toBe(404);
    const key = await asOwner.post('/api/auth/api-keys', { name: 'Reader', role: 'viewer' });
    expect((await app.api.withApiKey(String(key.body.data.key)).get(AUDIT)).status).toBe(403);
    expect((await app.api.get(AUDIT)).status).toBe(401);
  });

  it('does not fill the log of a stranger’s account with what others try on it', async () => {
    const before = await list(asOther);
    await asAgent.post('/api/meta/conversations/labels', { name: 'Intruding', accountId: otherAccountId });
    await asAgent.delete(`/api/meta/auth/accounts/${otherAccountId}`);
    expect(await list(asOther)).toEqual(before);
    expect(await latest('account.disconnect')).toMatchObject({ accountId, outcome: 'refused', before: null });
  });

  it('pages in both directions and finds by who, what, which, when and how it ended', async () => {
    for (let index = 0; index < 5; index++)
      await asAgent.post('/api/meta/conversations/labels', { name: `Page ${index}`, accountId });
    const all = await list(asOwner, `&accountId=${accountId}`);
    const pages: string[] = [];
    for (let before: string | null = ''; before !== null;) {
      const query: string = before === '' ? '' : `&before=${before}`;
      const { data } = (await asOwner.get<PageView>(`${AUDIT}?limit=3&accountId=${accountId}${query}`)).body;
      pages.push(...data.events.map(({ id }) => id));
      before = data.pagination.before;
    }
    expect(pages).toEqual(all.map(({ id }) => id));
    const { data } = (await asOwner.get<PageView>(`${AUDIT}?limit=1`)).body;
    await asAgent.post('/api/meta/conversations/labels', { name: 'News', accountId });
    expect(await list(asOwner, `&after=${data.pagination.after ?? ''}`)).toMatchObject([
      { action: 'label.create' },
    ]);

    expect((await list(asOwner, `&actorId=${agent.id}`)).every(({ actor }) => actor.id === agent.id)).toBe(
      true,
    );
    const [label] = await list(asOwner, '&action=label.create');
    expect(await list(asOwner, `&resourceType=label&resourceId=${label?.resourceId ?? ''}`)).toMatchObject([
      { id: label?.id },
    ]);
    expect((await list(asOwner, '&outcome=refused')).every(({ outcome }) => outcome === 'refused')).toBe(
      true,
    );
    expect(await list(asOwner, '&to=2020-01-01T00:00:00Z')).toEqual([]);
    expect(await list(asOwner, '&from=2999-01-01T00:00:00Z')).toEqual([]);
    for (const wrong of [
      'resourceId=1',
      'action=x',
      'outcome=fine',
      'from=yesterday',
      'before=a&after=b',
      'before=e30',
    ])
      expect([wrong, (await asOwner.get(`${AUDIT}?${wrong}`)).status]).toEqual([wrong, 400]);
  });

  it('says that the outcome is unknown where the process ended between the beginning and the end', async () => {
    const gone = new AbortController();
    const asked = asOwner.raw('/api/stuck', { method: 'POST', signal: gone.signal }).catch(() => undefined);
    const [row] = await eventually(
      () =>
        app.db.query<{ outcome: string; finished_at: Date | null; actor_id: string }[]>(
          `SELECT * FROM audit_events WHERE operation = 'POST /api/stuck'`,
        ),
      (rows) => rows.length > 0,
    ).finally(() => {
      gone.abort();
    });
    await asked;
    expect(row).toMatchObject({ outcome: 'unknown', finished_at: null, actor_id: owner.id });
    expect(await latest('other.write')).toMatchObject({ outcome: 'unknown', operation: 'POST /api/stuck' });
  });

  it('does not do what it could not write down before', async () => {
    await app.db.query('ALTER TABLE audit_events RENAME TO audit_events_away');
    try {
      const answer = await asAgent.post('/api/meta/conversations/labels', { name: 'Untold', accountId });
      expect(answer.status).toBe(500);
    } finally {
      await app.db.query('ALTER TABLE audit_events_away RENAME TO audit_events');
    }
    expect(await app.db.query(`SELECT 1 FROM labels WHERE name = 'Untold'`)).toEqual([]);
  });

  it('cannot be changed afterwards, nor emptied', async () => {
    await expect(
      app.db.query(`UPDATE audit_events SET actor_id = NULL WHERE outcome = 'succeeded'`),
    ).rejects.toThrow('does not change');
    await expect(app.db.query('DELETE FROM audit_events')).rejects.toThrow('retention only');
  });

  it('tells of what the service does by itself, with the change or not at all', async () => {
    const writer = app.app.get(AuditWriter);
    const deed = {
      actor: { kind: 'meta' as const },
      action: 'account.deauthorize',
      operation: 'test',
      accountId,
    };
    await expect(
      app.db.transaction(async (tx) => {
        await writer.recordOwn(tx, [deed]);
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    expect(await list(asOwner, '&action=account.deauthorize')).toEqual([]);
    await app.db.transaction((tx) => writer.recordOwn(tx, [{ ...deed, after: { status: 'revoked' } }]));
    expect(await latest('account.deauthorize')).toMatchObject({
      actor: { kind: 'meta', id: null },
      outcome: 'succeeded',
      after: { status: 'revoked' },
    });
  });

  it('is forgotten after AUDIT_RETENTION_DAYS, and not a day before', async () => {
    const daysAgo = (days: number): string => firstIdAt(new Date(Date.now() - days * 86_400_000));
    for (const days of [399, 401])
      await app.db.query(
        `INSERT INTO audit_events (id, actor_kind, action, operation, resource_type) VALUES ($1, 'system', 'old.thing', $2, 'old')`,
        [daysAgo(days), String(days)],
      );
    expect(await app.app.get(AuditRetention).forget(new Date())).toBe(1);
    expect(await app.db.query(`SELECT operation FROM audit_events WHERE resource_type = 'old'`)).toEqual([
      { operation: '399' },
    ]);
  });
});
