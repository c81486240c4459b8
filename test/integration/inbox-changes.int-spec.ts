import { SnoozeSweeper } from '../../src/conversations/inbox/snooze.sweeper';
import type { ApiAnswer, ApiClient, TestUser } from '../api-client';
import { eventually } from '../eventually';
import { type Team, aMember, aTeam, arrives } from '../factories/team.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

interface Conversation {
  id: string;
  status: string;
  snoozedUntil: string | null;
  priority: string;
  agentId: string | null;
  assignee: { id: string; name: string } | null;
  labels: { id: string; name: string }[];
  closedAt: string | null;
  previousConversationId: string | null;
}
interface Activity {
  kind: string;
  actor: { id: string } | null;
  payload: Record<string, unknown>;
}

let app: TestApp;
let admin: TestUser;
let team: Team;
let number = 0;

beforeAll(async () => {
  app = await startTestApp();
  admin = await app.api.registerAdmin();
});
afterAll(() => app.close());
beforeEach(async () => {
  team = await aTeam(app, admin);
  number += 1;
});

const BASE = '/api/meta/conversations';
const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();
const opened = (person = number): Promise<string> => arrives(app, team, person);

async function change(id: string, body: unknown, client: ApiClient = team.ada.client): Promise<Conversation> {
  const answer = await client.patch(`${BASE}/${id}`, body);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body.data as unknown as Conversation;
}
async function conversation(id: string): Promise<Conversation> {
  return (await team.viewer.client.get(`${BASE}/${id}`)).body.data as unknown as Conversation;
}
async function activities(id: string): Promise<Activity[]> {
  const { body } = await team.viewer.client.get(`${BASE}/${id}/activities?limit=100`);
  return (body.data.activities as Activity[]).reverse();
}
const eventsOf = async (id: string, kind: string): Promise<Record<string, unknown>[]> =>
  (
    await app.db.query<{ payload: Record<string, unknown> }[]>(
      `SELECT payload FROM domain_events WHERE account_id = $1 AND kind = $2 AND payload ->> 'conversationId' = $3 ORDER BY id`,
      [team.accountId, kind, id],
    )
  ).map(({ payload }) => payload);

describe('what is done with a conversation', () => {
  it('shows, is written down with who did it, and is told', async () => {
    const id = await opened();
    const label = await team.ada.client.post(`${BASE}/labels`, {
      accountId: team.accountId,
      name: 'Refund',
      color: '#1f9d55',
    });
    const until = inAnHour();
    const after = await change(id, {
      assigneeId: team.bea.user.id,
      priority: 'urgent',
      labelIds: [label.body.data.id],
      status: 'snoozed',
      snoozedUntil: until,
    });
    expect(after).toMatchObject({
      status: 'snoozed',
      snoozedUntil: until,
      priority: 'urgent',
      agentId: team.bea.user.id,
      assignee: { id: team.bea.user.id, name: 'agent' },
      labels: [{ id: label.body.data.id, name: 'Refund', color: '#1f9d55' }],
    });
    expect(await conversation(id)).toMatchObject({ status: 'snoozed', priority: 'urgent' });
    const actor = { id: team.ada.user.id };
    expect(await activities(id)).toMatchObject([
      { kind: 'assigned', actor, payload: { from: null, to: team.bea.user.id } },
      { kind: 'priority_changed', actor, payload: { from: 'normal', to: 'urgent' } },
      { kind: 'labelled', actor, payload: { added: [label.body.data.id], removed: [] } },
      { kind: 'snoozed', actor, payload: { until } },
    ]);
    expect(await eventsOf(id, 'conversation.assigned')).toEqual([
      {
        conversationId: id,
        previousAgentId: null,
        agentId: team.bea.user.id,
        actorId: team.ada.user.id,
      },
    ]);
    expect((await eventsOf(id, 'conversation.updated')).at(-1)).toEqual({
      conversationId: id,
      changed: ['status', 'snoozedUntil', 'agentId', 'assignee', 'priority', 'labels'],
    });
  });

  it('is not told again where nothing is changed', async () => {
    const id = await opened();
    await change(id, { status: 'closed' });
    const { closedAt } = await conversation(id);
    const told = (await eventsOf(id, 'conversation.updated')).length;
    await change(id, { status: 'closed', assigneeId: null });
    expect((await conversation(id)).closedAt).toBe(closedAt);
    expect(await eventsOf(id, 'conversation.updated')).toHaveLength(told);
    expect((await activities(id)).map(({ kind }) => kind)).toEqual(['closed']);
  });

  it.each([
    [{}, 'required'],
    [{ colour: 'blue' }, 'unknownField'],
    [{ status: 'open' }, 'isIn'],
    [{ status: null }, 'isIn'],
    [{ priority: 'highest' }, 'isIn'],
    [{ assigneeId: 'me' }, 'isUuid'],
    [{ snoozedUntil: '2099-01-01T00:00:00Z' }, 'onlySnoozed'],
    [{ status: 'snoozed', snoozedUntil: '2020-01-01T00:00:00Z' }, 'future'],
    [{ status: 'snoozed', snoozedUntil: '2099-01-01T00:00:00Z' }, 'future'],
    [{ status: 'snoozed', snoozedUntil: '2026-12-01' }, 'matches'],
    [{ labelIds: 'all' }, 'isArray'],
    [{ labelIds: [], addLabelIds: [] }, 'exclusive'],
  ])('refuses %j', async (body, rule) => {
    const id = await opened();
    const answer = await team.ada.client.patch(`${BASE}/${id}`, body);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'VALIDATION_FAILED' } } });
    expect((answer.body.error.details.fields as { rule: string }[]).map((field) => field.rule)).toContain(
      rule,
    );
    expect(await activities(id)).toEqual([]);
  });
});

describe('an assignee', () => {
  it('must be able to see the account and to answer', async () => {
    const id = await opened();
    const stranger = await app.api.as(admin).createUser('agent');
    for (const assigneeId of [stranger.id, team.viewer.user.id, '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10'])
      expect(await team.ada.client.patch(`${BASE}/${id}`, { assigneeId })).toMatchObject({
        status: 400,
        body: { error: { details: { fields: [{ path: 'assigneeId' }] } } },
      });
    expect(await conversation(id)).toMatchObject({ agentId: null, assignee: null });
  });

  it('is not overwritten by somebody who did not see it', async () => {
    const id = await opened();
    await change(id, { assigneeId: team.bea.user.id, expectedAssigneeId: null });
    const late = await team.ada.client.patch(`${BASE}/${id}`, {
      assigneeId: team.ada.user.id,
      expectedAssigneeId: null,
    });
    expect(late).toMatchObject({
      status: 409,
      body: { error: { code: 'CONFLICT', details: { assignee: { id: team.bea.user.id } } } },
    });
    expect(await conversation(id)).toMatchObject({ agentId: team.bea.user.id });
  });

  it('is one of those who claim at once, and the others learn who', async () => {
    const id = await opened();
    const claimants = [team.owner, team.ada, team.bea];
    const answers = await Promise.all(claimants.map(({ client }) => client.post(`${BASE}/${id}/claim`)));
    const winner = claimants[answers.findIndex(({ status }) => status === 200)];
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    for (const answer of answers.filter(({ status }) => status === 409))
      expect(answer.body.error.details).toMatchObject({ assignee: { id: winner?.user.id } });
    expect(await conversation(id)).toMatchObject({ agentId: winner?.user.id });
    // What is one's own can be claimed again.
    expect((await winner!.client.post(`${BASE}/${id}/claim`)).status).toBe(200);
    expect(await eventsOf(id, 'conversation.assigned')).toHaveLength(1);
  });

  it('who loses access is nobody’s any more, of what is open', async () => {
    const [open, snoozed, closed] = [await opened(), await opened(500), await opened(501)];
    for (const id of [open, snoozed, closed]) await change(id, { assigneeId: team.bea.user.id });
    await change(snoozed, { status: 'snoozed' });
    await change(closed, { status: 'closed' });
    const kept = await opened(502);
    await change(kept, { assigneeId: team.ada.user.id });
    const removed = await team.owner.client.delete(
      `/api/meta/auth/accounts/${team.accountId}/members/${team.bea.user.id}`,
    );
    expect(removed.status).toBe(200);
    for (const id of [open, snoozed])
      await eventually(
        () => conversation(id),
        ({ agentId }) => agentId === null,
      );
    expect((await activities(open)).at(-1)).toEqual(
      expect.objectContaining({
        kind: 'assigned',
        actor: null,
        payload: { from: team.bea.user.id, to: null, reason: 'access_lost' },
      }),
    );
    expect(await eventsOf(open, 'conversation.assigned')).toHaveLength(2);
    expect(await conversation(kept)).toMatchObject({ agentId: team.ada.user.id });
    // What is closed stays with whoever had it, and comes back as nobody's.
    expect(await conversation(closed)).toMatchObject({ agentId: team.bea.user.id });
    expect(await change(closed, { status: 'active' })).toMatchObject({ agentId: null });
  });
});

describe('a closed conversation', () => {
  it('stays closed when the customer writes, and the next one names it', async () => {
    const first = await opened();
    await change(first, { status: 'closed' });
    const second = await opened();
    expect(second).not.toBe(first);
    expect(await conversation(first)).toMatchObject({ status: 'closed', previousConversationId: null });
    expect(await conversation(second)).toMatchObject({ status: 'active', previousConversationId: first });
  });

  it('cannot be opened again beside another one with the same person', async () => {
    const first = await opened();
    await change(first, { status: 'closed' });
    const second = await opened();
    for (const body of [{ status: 'active' }, { status: 'snoozed' }])
      expect(await team.ada.client.patch(`${BASE}/${first}`, body)).toMatchObject({
        status: 409,
        body: { error: { code: 'CONFLICT', details: { openConversationId: second } } },
      });
    await change(second, { status: 'closed' });
    expect(await change(first, { status: 'active' })).toMatchObject({ status: 'active', closedAt: null });
    expect((await activities(first)).map(({ kind }) => kind)).toEqual(['closed', 'reopened']);
    const both = await team.ada.client.patch(BASE, { ids: [first, second], status: 'active' });
    expect(both).toMatchObject({ status: 409 });
  });

  it('is one of two, when it is opened again while the customer writes', async () => {
    const first = await opened();
    await change(first, { status: 'closed' });
    const [answer]: [ApiAnswer, string] = await Promise.all([
      team.ada.client.patch(`${BASE}/${first}`, { status: 'active' }),
      opened(),
    ]);
    expect([200, 409]).toContain(answer.status);
    const open = await app.db.query<unknown[]>(
      `SELECT FROM conversations WHERE account_id = $1 AND status <> 'closed'`,
      [team.accountId],
    );
    expect(open).toHaveLength(1);
  });
});

describe('a snoozed conversation', () => {
  it('wakes when the customer writes, not when we do', async () => {
    const id = await opened();
    await change(id, { status: 'snoozed', snoozedUntil: inAnHour() });
    await arrives(app, team, number, { direction: 'outbound', senderType: 'app', status: 'sent' });
    expect(await conversation(id)).toMatchObject({ status: 'snoozed' });
    expect(await opened()).toBe(id);
    expect(await conversation(id)).toMatchObject({ status: 'active', snoozedUntil: null });
    expect((await activities(id)).at(-1)).toMatchObject({
      kind: 'woke',
      actor: null,
      payload: { by: 'message' },
    });
    expect(await eventsOf(id, 'conversation.updated')).toContainEqual({
      conversationId: id,
      changed: ['status', 'snoozedUntil'],
    });
    await opened();
    expect((await activities(id)).filter(({ kind }) => kind === 'woke')).toHaveLength(1);
  });

  it('wakes once when its time has come, however many processes look', async () => {
    const [due, later, unlimited] = [await opened(), await opened(600), await opened(601)];
    for (const id of [due, later]) await change(id, { status: 'snoozed', snoozedUntil: inAnHour() });
    await change(unlimited, { status: 'snoozed' });
    await app.db.query(
      `UPDATE conversations SET snoozed_until = now() - interval '1 second' WHERE account_id = $1 AND id = $2`,
      [team.accountId, due],
    );
    const sweeper = app.app.get(SnoozeSweeper);
    await Promise.all([sweeper.sweep(), sweeper.sweep(), sweeper.sweep()]);
    await eventually(
      () => conversation(due),
      ({ status }) => status === 'active',
    );
    expect((await activities(due)).filter(({ kind }) => kind === 'woke')).toMatchObject([
      { payload: { by: 'time' } },
    ]);
    for (const id of [later, unlimited]) expect(await conversation(id)).toMatchObject({ status: 'snoozed' });
  });

  it('is woken by hand', async () => {
    const id = await opened();
    await change(id, { status: 'snoozed' });
    expect(await change(id, { status: 'active' })).toMatchObject({ status: 'active' });
    expect((await activities(id)).at(-1)).toMatchObject({
      kind: 'woke',
      actor: { id: team.ada.user.id },
      payload: { by: 'user' },
    });
  });
});

describe('several conversations at once', () => {
  it('are all changed', async () => {
    const ids = [await opened(), await opened(700), await opened(701)];
    const answer = await team.ada.client.patch(BASE, { ids, status: 'closed', priority: 'low' });
    expect(answer.status).toBe(200);
    expect(answer.body.data.conversations).toMatchObject(
      ids.map((id) => ({ id, status: 'closed', priority: 'low' })),
    );
  });

  it('are none changed where one is somebody else’s', async () => {
    const mine = await opened();
    const other = await aTeam(app, admin);
    const theirs = await arrives(app, other, 1);
    const answer = await team.ada.client.patch(BASE, { ids: [mine, theirs], status: 'closed' });
    expect(answer).toMatchObject({ status: 404, body: { error: { details: { ids: [theirs] } } } });
    expect(await conversation(mine)).toMatchObject({ status: 'active' });
  });

  it('are at most a hundred', async () => {
    const id = await opened();
    for (const ids of [[], [id, id], ['x'], undefined])
      expect((await team.ada.client.patch(BASE, { ids, status: 'closed' })).status).toBe(400);
  });
});

describe('who may', () => {
  it('change is an agent of the account', async () => {
    const id = await opened();
    const viewer = team.viewer.client;
    expect((await viewer.patch(`${BASE}/${id}`, { status: 'closed' })).status).toBe(403);
    expect((await viewer.patch(BASE, { ids: [id], status: 'closed' })).status).toBe(403);
    expect((await viewer.post(`${BASE}/${id}/claim`)).status).toBe(403);
    expect((await viewer.post(`${BASE}/${id}/read`, { sendReceipt: true })).status).toBe(403);
    const other = await aTeam(app, admin);
    for (const { client } of [other.owner, { client: app.api.as(admin) }]) {
      expect((await client.patch(`${BASE}/${id}`, { status: 'closed' })).status).toBe(404);
      expect((await client.patch(BASE, { ids: [id], status: 'closed' })).status).toBe(404);
      for (const path of ['claim', 'read', 'unread'])
        expect((await client.post(`${BASE}/${id}/${path}`, {})).status).toBe(404);
      for (const path of ['notes', 'activities'])
        expect((await client.get(`${BASE}/${id}/${path}`)).status).toBe(404);
    }
    expect(await conversation(id)).toMatchObject({ status: 'active', agentId: null });
    // Shared with a member, it is seen.
    const late = await aMember(app, admin, team);
    expect((await late.client.get(`${BASE}/${id}`)).status).toBe(200);
  });
});
