import type { PersonIdentity } from '../../src/conversations/conversation-types';
import { ReplyChannels } from '../../src/conversations/replies/reply-channel';
import type { TestUser } from '../api-client';
import { type Team, aTeam, arrives } from '../factories/team.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(120_000);

const BASE = '/api/meta/conversations';
const HIDDEN: PersonIdentity = { kind: 'bsuid', value: 'US.1' };
const NUMBER: PersonIdentity = { kind: 'wa_id', value: '16505551234' };

let app: TestApp;
let admin: TestUser;
let team: Team;

beforeAll(async () => {
  app = await startTestApp();
  admin = await app.api.registerAdmin();
});
afterAll(() => app.close());
beforeEach(async () => {
  team = await aTeam(app, admin);
});
afterEach(() => {
  jest.restoreAllMocks();
});

const writes = (...identities: PersonIdentity[]): Promise<string> =>
  arrives(app, team, 0, { person: { identities, name: null, profile: {} } });
const get = async (path: string): Promise<Record<string, unknown>> =>
  (await team.ada.client.get(`${BASE}/${path}`)).body.data;

describe('a conversation that takes in another one with the same person', () => {
  it('has what the team kept with either', async () => {
    const [first, second] = [await writes(HIDDEN), await writes(NUMBER)];
    const labels: string[] = [];
    for (const name of ['Both', 'Second'])
      labels.push(
        (await team.ada.client.post<{ id: string }>(`${BASE}/labels`, { name, accountId: team.accountId }))
          .body.data.id,
      );
    await team.ada.client.patch(`${BASE}/${first}`, {
      labelIds: [labels[0]],
      priority: 'high',
      assigneeId: team.bea.user.id,
    });
    await team.ada.client.patch(`${BASE}/${second}`, { labelIds: labels, priority: 'urgent' });
    await team.ada.client.post(`${BASE}/${second}/notes`, { text: 'of the second' });
    await app.db.query(
      `UPDATE conversations SET sentiment = 'negative', sentiment_score = -0.5, sentiment_trend = 'worsening'
        WHERE account_id = $1 AND id = $2`,
      [team.accountId, second],
    );
    expect(await writes(NUMBER, HIDDEN)).toBe(first);
    expect(await get(first)).toMatchObject({
      priority: 'urgent',
      agentId: team.bea.user.id,
      labels: [{ name: 'Both' }, { name: 'Second' }],
      sentiment: { label: 'negative', score: -0.5, trend: 'worsening' },
      unreadCount: 3,
    });
    expect((await get(`${first}/notes`)).notes).toMatchObject([{ text: 'of the second' }]);
    const activities = (await get(`${first}/activities`)).activities as { kind: string; payload: unknown }[];
    expect(activities.map(({ kind }) => kind).sort()).toEqual(
      ['assigned', 'labelled', 'labelled', 'merged', 'priority_changed', 'priority_changed'].sort(),
    );
    expect(activities).toContainEqual(
      expect.objectContaining({ kind: 'merged', payload: { conversationId: second } }),
    );
    expect((await team.ada.client.get(`${BASE}/${second}`)).status).toBe(404);
  });

  it('is put aside only where both were, until the earlier of the two', async () => {
    const [first, second] = [await writes(HIDDEN), await writes(NUMBER)];
    const [sooner, later] = [1, 2].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
    await team.ada.client.patch(`${BASE}/${first}`, { status: 'snoozed', snoozedUntil: later });
    await team.ada.client.patch(`${BASE}/${second}`, { status: 'snoozed', snoozedUntil: sooner });
    // An echo of ours names both, and wakes nobody.
    await arrives(app, team, 0, {
      person: { identities: [NUMBER, HIDDEN], name: null, profile: {} },
      direction: 'outbound',
      senderType: 'app',
      status: 'sent',
    });
    expect(await get(first)).toMatchObject({ status: 'snoozed', snoozedUntil: sooner });
  });
});

describe('a receipt', () => {
  it('goes to the platform only where it is asked for, after the own count', async () => {
    const markRead = jest.fn(() => Promise.resolve());
    jest.spyOn(app.app.get(ReplyChannels), 'of').mockReturnValue({
      name: 'whatsapp',
      reply: () => Promise.reject(new Error('not here')),
      markRead,
    });
    const id = await writes(NUMBER);
    await team.ada.client.post(`${BASE}/${id}/read`, {});
    expect(markRead).not.toHaveBeenCalled();
    const [message] = (await get(`${id}/messages`)).messages as { id: string }[];
    const answer = await team.bea.client.post(`${BASE}/${id}/read`, {
      messageId: message!.id,
      sendReceipt: true,
    });
    expect(answer).toMatchObject({ status: 200, body: { data: { unreadCount: 0 } } });
    expect(markRead.mock.calls).toEqual([
      [expect.objectContaining({ id: team.bea.user.id }), expect.objectContaining({ id }), message!.id],
    ]);
  });
});
