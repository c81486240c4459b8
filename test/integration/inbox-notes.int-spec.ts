import type { TestUser } from '../api-client';
import { type Team, aTeam, arrives } from '../factories/team.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

interface Note {
  id: string;
  text: string;
  author: { id: string; name: string } | null;
  mentions: { id: string }[];
  editedAt: string | null;
}

const BASE = '/api/meta/conversations';

let app: TestApp;
let admin: TestUser;
let team: Team;
let other: Team;
let id: string;

beforeAll(async () => {
  app = await startTestApp();
  admin = await app.api.registerAdmin();
});
afterAll(() => app.close());
beforeEach(async () => {
  team = await aTeam(app, admin);
  other = await aTeam(app, admin);
  id = await arrives(app, team, 1);
});

const note = async (text: string, mentionedUserIds?: string[]): Promise<Note> => {
  const answer = await team.ada.client.post(`${BASE}/${id}/notes`, {
    text,
    ...(mentionedUserIds === undefined ? {} : { mentionedUserIds }),
  });
  expect(answer.status).toBe(201);
  return answer.body.data as unknown as Note;
};
const told = (): Promise<{ payload: Record<string, unknown> }[]> =>
  app.db.query(
    `SELECT payload FROM domain_events WHERE account_id = $1 AND kind = 'conversation.note_added' ORDER BY id`,
    [team.accountId],
  );

describe('notes', () => {
  it('are read page by page, newest first, and what came since', async () => {
    for (const text of ['one', 'two', 'three', 'four', 'five']) await note(text);
    const read = async (query: string) => {
      const { body } = await team.viewer.client.get(`${BASE}/${id}/notes?${query}`);
      const { before, after } = body.data.pagination as { before: string | null; after: string | null };
      return { texts: (body.data.notes as Note[]).map(({ text }) => text), before, after };
    };
    const newest = await read('limit=2');
    expect(newest.texts).toEqual(['five', 'four']);
    const older = await read(`limit=2&before=${newest.before}`);
    expect(older.texts).toEqual(['three', 'two']);
    expect(await read(`limit=2&before=${older.before}`)).toMatchObject({ texts: ['one'], before: null });
    expect((await read(`limit=2&after=${older.after}`)).texts).toEqual(['five', 'four']);
    for (const query of ['before=x', 'before=x&after=y', 'limit=0', 'page=2'])
      expect((await team.ada.client.get(`${BASE}/${id}/notes?${query}`)).status).toBe(400);
  });

  it('tell those who are mentioned, and again only whom an edit mentions anew', async () => {
    const { user } = team.bea;
    const first = await note('Please look @bea', [user.id]);
    expect(first).toMatchObject({
      author: { id: team.ada.user.id },
      mentions: [{ id: user.id, name: 'agent' }],
      editedAt: null,
    });
    const edited = await team.ada.client.patch(`${BASE}/${id}/notes/${first.id}`, {
      text: 'Please look, both',
      mentionedUserIds: [user.id, team.owner.user.id],
    });
    expect(edited.body.data).toMatchObject({
      text: 'Please look, both',
      editedAt: expect.any(String) as unknown,
    });
    const facts = { conversationId: id, noteId: first.id, authorId: team.ada.user.id };
    expect((await told()).map(({ payload }) => payload)).toEqual([
      { ...facts, mentionedUserIds: [user.id] },
      { ...facts, mentionedUserIds: [team.owner.user.id] },
    ]);
  });

  it('mention members only', async () => {
    for (const stranger of [other.ada.user.id, admin.id])
      expect(
        await team.ada.client.post(`${BASE}/${id}/notes`, { text: 'Hi', mentionedUserIds: [stranger] }),
      ).toMatchObject({
        status: 400,
        body: { error: { details: { fields: [{ path: 'mentionedUserIds' }] } } },
      });
    expect(await told()).toEqual([]);
  });

  it.each([{}, { text: '' }, { text: '  ' }, { text: 'x'.repeat(10_001) }, { text: 'x', pinned: true }])(
    'are refused as %j',
    async (body) => {
      expect((await team.ada.client.post(`${BASE}/${id}/notes`, body)).status).toBe(400);
    },
  );

  it('are changed by their author, and removed by their author or an owner', async () => {
    const first = await note('mine');
    const second = await note('mine, too');
    const path = `${BASE}/${id}/notes/${first.id}`;
    expect((await team.bea.client.patch(path, { text: 'yours' })).status).toBe(403);
    expect((await team.bea.client.delete(path)).status).toBe(403);
    expect((await team.viewer.client.delete(path)).status).toBe(403);
    expect((await team.viewer.client.post(`${BASE}/${id}/notes`, { text: 'x' })).status).toBe(403);
    expect((await team.owner.client.patch(path, { text: 'yours' })).status).toBe(403);
    expect((await team.owner.client.delete(path)).status).toBe(200);
    expect((await team.owner.client.delete(path)).status).toBe(404);
    expect((await team.ada.client.delete(`${BASE}/${id}/notes/${second.id}`)).status).toBe(200);
    expect((await team.ada.client.get(`${BASE}/${id}/notes`)).body.data.notes).toEqual([]);
  });

  it('are not there for others, nor by way of another conversation', async () => {
    const first = await note('secret');
    const theirs = await arrives(app, other, 1);
    const own = await arrives(app, team, 2);
    for (const path of [`${BASE}/${id}/notes/${first.id}`, `${BASE}/${theirs}/notes/${first.id}`]) {
      expect((await other.owner.client.patch(path, { text: 'x' })).status).toBe(404);
      expect((await other.owner.client.delete(path)).status).toBe(404);
    }
    expect((await other.owner.client.post(`${BASE}/${id}/notes`, { text: 'x' })).status).toBe(404);
    expect((await team.ada.client.delete(`${BASE}/${own}/notes/${first.id}`)).status).toBe(404);
    expect((await team.ada.client.get(`${BASE}/${id}/notes`)).body.data.notes).toHaveLength(1);
  });
});

describe('labels', () => {
  const add = (name: string, team_ = team) =>
    team_.ada.client.post<{ id: string }>(`${BASE}/labels`, { name, accountId: team_.accountId });

  it('have names that are unlike in any case, and colours', async () => {
    const refund = await add(' Refund ');
    expect(refund).toMatchObject({ status: 201, body: { data: { name: 'Refund', color: null } } });
    expect(await add('REFUND')).toMatchObject({
      status: 409,
      body: { error: { code: 'CONFLICT', details: { labelId: refund.body.data.id } } },
    });
    expect((await add('Refund', other)).status).toBe(201);
    const path = `${BASE}/labels/${refund.body.data.id}`;
    expect((await team.ada.client.patch(path, { color: '#1F9d55', name: 'refund' })).body.data).toMatchObject(
      {
        name: 'refund',
        color: '#1F9d55',
      },
    );
    expect((await team.ada.client.patch(path, { color: null })).body.data).toMatchObject({ color: null });
    await add('Regular');
    expect((await team.ada.client.patch(path, { name: 'regular' })).status).toBe(409);
    expect((await team.viewer.client.get(`${BASE}/labels`)).body.data.labels).toMatchObject([
      { name: 'refund' },
      { name: 'Regular' },
    ]);
  });

  it.each([{ name: '' }, { name: 'x'.repeat(61) }, { name: 'x', color: 'red' }, { name: 'x', order: 1 }, {}])(
    'are refused as %j',
    async (body) => {
      expect((await team.ada.client.post(`${BASE}/labels`, body)).status).toBe(400);
    },
  );

  it('of an account go on its conversations only', async () => {
    const mine = (await add('Mine')).body.data.id;
    const theirs = (await add('Theirs', other)).body.data.id;
    for (const body of [{ labelIds: [theirs] }, { addLabelIds: [mine, theirs] }])
      expect(await team.ada.client.patch(`${BASE}/${id}`, body)).toMatchObject({
        status: 400,
        body: { error: { code: 'VALIDATION_FAILED' } },
      });
    await team.ada.client.patch(`${BASE}/${id}`, { addLabelIds: [mine] });
    const again = await team.ada.client.patch(`${BASE}/${id}`, { addLabelIds: [mine] });
    expect(again.body.data).toMatchObject({ labels: [{ id: mine, name: 'Mine' }] });
    const off = await team.ada.client.patch(`${BASE}/${id}`, { removeLabelIds: [mine] });
    expect(off.body.data).toMatchObject({ labels: [] });
  });

  it('are taken off conversations when they are removed', async () => {
    const label = (await add('Gone')).body.data.id;
    await team.ada.client.patch(`${BASE}/${id}`, { labelIds: [label] });
    expect((await team.viewer.client.delete(`${BASE}/labels/${label}`)).status).toBe(403);
    expect((await team.ada.client.delete(`${BASE}/labels/${label}`)).status).toBe(200);
    expect((await team.ada.client.get(`${BASE}/${id}`)).body.data).toMatchObject({ labels: [] });
  });

  it('of others are not there', async () => {
    const label = (await add('Mine')).body.data.id;
    expect((await other.owner.client.patch(`${BASE}/labels/${label}`, { name: 'x' })).status).toBe(404);
    expect((await other.owner.client.delete(`${BASE}/labels/${label}`)).status).toBe(404);
    expect((await other.ada.client.get(`${BASE}/labels`)).body.data.labels).toEqual([]);
    expect((await other.ada.client.get(`${BASE}/labels?accountId=${team.accountId}`)).status).toBe(404);
    expect(
      (await other.ada.client.post(`${BASE}/labels`, { name: 'x', accountId: team.accountId })).status,
    ).toBe(404);
  });
});

describe('what is unread', () => {
  const unread = async (of: { client: typeof team.ada.client }): Promise<unknown> =>
    (await of.client.get(`${BASE}/${id}`)).body.data.unreadCount;

  it('is each user’s own', async () => {
    await arrives(app, team, 1);
    const read = await team.ada.client.post(`${BASE}/${id}/read`, {});
    expect(read).toMatchObject({ status: 200, body: { data: { unreadCount: 0 } } });
    expect(read.body.data.lastReadAt).not.toBeNull();
    expect([await unread(team.ada), await unread(team.bea)]).toEqual([0, 2]);
    await arrives(app, team, 1);
    expect([await unread(team.ada), await unread(team.bea)]).toEqual([1, 3]);
    await team.bea.client.post(`${BASE}/${id}/read`, {});
    const again = await team.bea.client.post(`${BASE}/${id}/unread`);
    expect(again.body.data).toMatchObject({ unreadCount: 1 });
    expect(await unread(team.ada)).toBe(1);
  });

  it('is what came after the message that was read last, of this conversation only', async () => {
    const [first] = (await team.ada.client.get(`${BASE}/${id}/messages`)).body.data.messages as {
      id: string;
    }[];
    for (let count = 0; count < 3; count++) await arrives(app, team, 1);
    const upTo = await team.ada.client.post(`${BASE}/${id}/read`, { messageId: first!.id });
    expect(upTo.body.data).toMatchObject({ unreadCount: 3 });
    await team.ada.client.post(`${BASE}/${id}/read`, {});
    // What was read stays read.
    const back = await team.ada.client.post(`${BASE}/${id}/read`, { messageId: first!.id });
    expect(back.body.data).toMatchObject({ unreadCount: 0 });
    const elsewhere = await arrives(app, team, 2);
    const [stranger] = (await team.ada.client.get(`${BASE}/${elsewhere}/messages`)).body.data.messages as {
      id: string;
    }[];
    expect((await team.ada.client.post(`${BASE}/${id}/read`, { messageId: stranger!.id })).status).toBe(404);
    for (const body of [{ messageId: 'x' }, { sendReceipt: 'yes' }, { upTo: 1 }])
      expect((await team.ada.client.post(`${BASE}/${id}/read`, body)).status).toBe(400);
  });
});
