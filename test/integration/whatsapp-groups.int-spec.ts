import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { CUSTOMER, type Messenger, aMessenger } from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const GROUPS = '/api/meta/whatsapp/groups';
const SECOND = '+16505552345';

interface GroupView {
  id: string;
  groupId: string | null;
  subject: string | null;
  description: string | null;
  inviteLink: string | null;
  state: string;
  suspended: boolean;
  error: { code: number | null } | null;
  participants: { waId: string | null; userId: string | null; state: string }[];
}

describe('groups of WhatsApp', () => {
  let app: TestApp;
  let admin: ApiClient;
  let messenger: Messenger;
  let client: ApiClient;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true, env: { META_TIMEOUT_MS: '2000' } });
    admin = app.api.as(await app.api.registerAdmin());
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await app.db.query('UPDATE assets SET released_at = now()');
    sandbox().reset();
    sandbox().clearFaults();
    messenger = await aMessenger(app, admin);
    client = messenger.client;
  });

  const sandbox = () => sandboxOf(app);
  const group = async (id: string, query = ''): Promise<GroupView> =>
    (await client.get<GroupView>(`${GROUPS}/${id}${query}`)).body.data;
  const groupWhen = (id: string, isWanted: (view: GroupView) => boolean): Promise<GroupView> =>
    eventually(() => group(id), isWanted);
  const create = (body: Record<string, unknown> = {}) =>
    client.post<GroupView>(GROUPS, { subject: 'Car buyers', ...body });
  /** A group that Meta has made. */
  const aGroup = async (body: Record<string, unknown> = {}): Promise<GroupView & { groupId: string }> => {
    const made = await create(body);
    expect(made.status).toBe(202);
    const ready = await groupWhen(made.body.data.id, ({ state }) => state === 'active');
    return { ...ready, groupId: ready.groupId ?? '' };
  };
  const told = async (): Promise<string[]> => {
    const rows: { type: string }[] = await app.db.query(
      `SELECT payload ->> 'type' AS type FROM domain_events
        WHERE account_id = $1 AND kind = 'whatsapp.group.updated' ORDER BY id`,
      [messenger.accountId],
    );
    return rows.map(({ type }) => type);
  };

  it('are being made until Meta tells their id and link', async () => {
    const made = await create({ description: 'For buyers' });
    expect(made.status).toBe(202);
    expect(made.body.data).toMatchObject({ subject: 'Car buyers', description: 'For buyers' });
    const ready = await groupWhen(made.body.data.id, ({ state }) => state === 'active');
    expect(ready).toMatchObject({
      groupId: expect.any(String),
      inviteLink: expect.stringMatching(/^https:\/\/chat\.whatsapp\.com\//),
      participants: [],
    });
    expect((await client.get(GROUPS)).body.data).toMatchObject({ groups: [{ id: ready.id }] });
    expect(await told()).toEqual(['group_create']);
  });

  it('are one although their webhook comes before Meta’s answer', async () => {
    sandbox().failNext({ method: 'POST', path: '/groups$', delayAfterMs: 600 });
    const made = await create();
    expect(made.body.data).toMatchObject({ state: 'active', subject: 'Car buyers' });
    expect((await client.get<{ groups: unknown[] }>(`${GROUPS}?refresh=true`)).body.data.groups).toHaveLength(
      1,
    );
  });

  it('are known although Meta’s answer was lost', async () => {
    sandbox().failNext({ method: 'POST', path: '/groups$', drop: 'after' });
    expect((await create()).status).toBe(503);
    await eventually(
      async () => (await client.get<{ groups: GroupView[] }>(GROUPS)).body.data.groups,
      ([only]) => only?.state === 'active' && only.subject === 'Car buyers',
    );
  });

  it('take subject and description once Meta tells that it worked', async () => {
    const { id } = await aGroup();
    expect(
      (await client.patch(`${GROUPS}/${id}`, { subject: 'Van buyers', description: 'Big' })).status,
    ).toBe(202);
    await groupWhen(id, ({ subject, description }) => subject === 'Van buyers' && description === 'Big');
    expect((await client.patch(`${GROUPS}/${id}`, {})).status).toBe(400);
  });

  it('have the people who join, leave and are removed', async () => {
    const { id, groupId } = await aGroup();
    sandbox().playGroupJoin({ groupId, from: CUSTOMER });
    sandbox().playGroupJoin({ groupId, from: SECOND });
    const joined = (view: GroupView): string[] =>
      view.participants.filter(({ state }) => state === 'joined').map(({ waId }) => waId ?? '');
    await groupWhen(id, (view) => joined(view).length === 2);
    sandbox().playGroupLeave({ groupId, from: SECOND });
    await groupWhen(id, (view) => joined(view).join() === CUSTOMER.slice(1));
    const path = `${GROUPS}/${id}/participants/remove`;
    expect((await client.post(path, { participants: [CUSTOMER] })).status).toBe(202);
    const empty = await groupWhen(id, (view) => joined(view).length === 0);
    expect(empty.participants.map(({ state }) => state).sort()).toEqual(['left', 'removed']);
    expect((await group(id, '?refresh=true')).participants.filter(({ state }) => state === 'joined')).toEqual(
      [],
    );
  });

  it('let people in who ask for it, and others not', async () => {
    const { id, groupId } = await aGroup({ joinApprovalMode: 'approval_required' });
    const first = sandbox().playGroupJoin({ groupId, from: CUSTOMER }).joinRequestId ?? '';
    const second = sandbox().playGroupJoin({ groupId, from: SECOND }).joinRequestId ?? '';
    const path = `${GROUPS}/${id}/join-requests`;
    const waiting = async (): Promise<string[]> => {
      // Read from Meta, with a short patience in these tests: a busy machine may need a second try.
      const answer = await eventually(
        () => client.get<{ joinRequests: { joinRequestId: string }[] }>(path),
        ({ status }) => status === 200,
      );
      return answer.body.data.joinRequests.map(({ joinRequestId }) => joinRequestId);
    };
    expect((await waiting()).sort()).toEqual([first, second].sort());
    expect(
      (await client.post(`${path}/approve`, { joinRequestIds: [first, 'unknown'] })).body.data,
    ).toMatchObject({
      done: [first],
      failed: [{ joinRequestId: 'unknown' }],
    });
    expect((await client.post(`${path}/reject`, { joinRequestIds: [second] })).body.data).toMatchObject({
      done: [second],
    });
    expect(await waiting()).toEqual([]);
    await groupWhen(id, ({ participants }) => participants.some(({ waId }) => waId === CUSTOMER.slice(1)));
  });

  it('have a link that can be made useless', async () => {
    const { id, inviteLink } = await aGroup();
    expect((await client.get(`${GROUPS}/${id}/invite-link`)).body.data).toEqual({ inviteLink });
    const reset = await client.post<{ inviteLink: string }>(`${GROUPS}/${id}/invite-link/reset`);
    expect(reset.body.data.inviteLink).not.toBe(inviteLink);
    expect((await group(id)).inviteLink).toBe(reset.body.data.inviteLink);
  });

  it('are suspended by WhatsApp, and let go again', async () => {
    const { id, groupId } = await aGroup();
    sandbox().setGroupSuspended({ groupId, isSuspended: true });
    await groupWhen(id, ({ suspended }) => suspended);
  });

  it('are gone after they were deleted', async () => {
    const { id } = await aGroup();
    expect((await client.delete(`${GROUPS}/${id}`)).status).toBe(202);
    await groupWhen(id, ({ state }) => state === 'deleted');
    expect((await client.get(GROUPS)).body.data).toMatchObject({ groups: [] });
    expect((await client.patch(`${GROUPS}/${id}`, { subject: 'x' })).status).toBe(409);
  });

  it('are nobody else’s', async () => {
    const { id, groupId } = await aGroup();
    const other = app.api.as(await admin.createUser('agent'));
    expect((await other.get(`${GROUPS}/${id}`)).status).toBe(404);
    expect((await other.delete(`${GROUPS}/${encodeURIComponent(groupId)}`)).status).toBe(404);
    expect((await client.get(`${GROUPS}/${encodeURIComponent(groupId)}`)).status).toBe(200);
  });
});
