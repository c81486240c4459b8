import * as fc from 'fast-check';
import type { ApiAnswer, TestUser } from '../api-client';
import { newId } from '../../src/database/ids';
import { type Team, aTeam, arrives } from '../factories/team.factory';
import { type TestApp, startTestApp } from '../test-app';

jest.setTimeout(180_000);

interface Conversation {
  id: string;
  platform: string;
  kind: string;
  channel: { id: string };
  contact: { id: string } | null;
  status: string;
  agentId: string | null;
  labels: { id: string }[];
  sentiment: { label: string } | null;
  priority: string;
  unreadCount: number;
}

const BASE = '/api/meta/conversations';

let app: TestApp;
let admin: TestUser;
let team: Team;
let other: Team;
let channels: string[];
let labels: string[];
let all: Conversation[];

/** Conversations of all sorts: every number decides another property, so that they mix. */
async function fill(own: Team, count: number): Promise<void> {
  await app.db.query(
    `WITH people AS (
       INSERT INTO contacts (account_id, id, name)
       SELECT $1, gen_random_uuid(), 'Person ' || n FROM generate_series(1, $2::int) AS n RETURNING id),
     numbered AS (SELECT id, row_number() OVER () AS n FROM people)
     INSERT INTO conversations (account_id, id, platform, asset_id, contact_id, group_id, comment_thread_id, agent_id,
                                status, priority, sentiment, unread_count, inbound_count, last_message_at)
     SELECT $1, gen_random_uuid(), (ARRAY['whatsapp', 'messenger', 'instagram'])[1 + n % 3],
            ($3::uuid[])[1 + n % 4],
            CASE WHEN n % 7 > 1 THEN id END, CASE n % 7 WHEN 0 THEN 'group-' || n ELSE '' END,
            CASE n % 7 WHEN 1 THEN 'thread-' || n ELSE '' END,
            CASE n % 5 WHEN 0 THEN $4::uuid WHEN 1 THEN $5::uuid END,
            (ARRAY['active', 'active', 'snoozed', 'closed'])[1 + n % 4],
            (ARRAY['normal', 'normal', 'normal', 'urgent', 'high', 'low'])[1 + n % 6],
            (ARRAY['positive', 'negative', 'neutral', NULL])[1 + n % 4], n % 3, n % 3,
            timestamptz '2026-03-14T09:00:00Z' + n / 2 * interval '1 minute'
       FROM numbered`,
    [own.accountId, count, channels, own.ada.user.id, own.bea.user.id],
  );
}

async function list(query: Record<string, string>, limit: number): Promise<Conversation[]> {
  const found: Conversation[] = [];
  let before: string | null = '';
  while (before !== null) {
    const search: URLSearchParams = new URLSearchParams({ ...query, limit: String(limit) });
    if (before !== '') search.set('before', before);
    const { status, body } = await team.ada.client.get(`${BASE}?${search.toString()}`);
    expect(status).toBe(200);
    found.push(...(body.data.conversations as Conversation[]));
    before = (body.data.pagination as { before: string | null }).before;
  }
  return found;
}

beforeAll(async () => {
  app = await startTestApp();
  admin = await app.api.registerAdmin();
  team = await aTeam(app, admin);
  other = await aTeam(app, admin);
  channels = [team.assetId];
  for (let index = 0; index < 3; index++) {
    const id = newId();
    channels.push(id);
    await app.db.query(`INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, $2, 'page', $3)`, [
      team.accountId,
      id,
      `99${Date.now()}${index}`,
    ]);
  }
  await fill(team, 90);
  await arrives(app, other, 1);
  labels = [];
  for (const name of ['Refund', 'Regular', 'Unused']) {
    const { body } = await team.ada.client.post<{ id: string }>(`${BASE}/labels`, {
      accountId: team.accountId,
      name,
    });
    labels.push(body.data.id);
  }
  await app.db.query(
    `INSERT INTO conversation_labels (account_id, conversation_id, label_id)
     SELECT account_id, id, ($2::uuid[])[1 + (row_number() OVER (ORDER BY id)) % 2] FROM conversations
      WHERE account_id = $1 AND unread_count > 0`,
    [team.accountId, labels],
  );
  // Ada has read some of it.
  const [first, second] = await list({ unread: 'true' }, 100);
  for (const conversation of [first, second])
    await team.ada.client.post(`${BASE}/${conversation!.id}/read`, {});
  all = await list({}, 100);
});
afterAll(() => app.close());

const FILTERS: Record<string, { values: () => string[]; holds(of: Conversation, value: string): boolean }> = {
  platform: { values: () => ['whatsapp', 'instagram'], holds: (of, value) => of.platform === value },
  channelId: { values: () => channels.slice(0, 2), holds: (of, value) => of.channel.id === value },
  kind: { values: () => ['direct', 'group', 'comments'], holds: (of, value) => of.kind === value },
  status: { values: () => ['active', 'snoozed', 'closed'], holds: (of, value) => of.status === value },
  assigneeId: {
    values: () => ['me', 'none', team.bea.user.id],
    holds: (of, value) =>
      of.agentId === (value === 'me' ? team.ada.user.id : value === 'none' ? null : value),
  },
  label: { values: () => labels, holds: (of, value) => of.labels.some(({ id }) => id === value) },
  sentiment: {
    values: () => ['positive', 'negative'],
    holds: (of, value) => of.sentiment?.label === value,
  },
  priority: { values: () => ['urgent', 'normal', 'low'], holds: (of, value) => of.priority === value },
  unread: {
    values: () => ['true', 'false'],
    holds: (of, value) => of.unreadCount > 0 === (value === 'true'),
  },
  contactId: {
    values: () => [all.find(({ contact }) => contact !== null)?.contact?.id ?? ''],
    holds: (of, value) => of.contact?.id === value,
  },
};

describe('the inbox', () => {
  it('has every conversation of the account, the latest first, and nobody else’s', async () => {
    expect(all).toHaveLength(90);
    expect(await list({}, 7)).toEqual(all);
    expect((await other.ada.client.get(BASE)).body.data.conversations).toHaveLength(1);
    for (const query of [`accountId=${other.accountId}`, `accountId=${newId()}`])
      expect((await team.ada.client.get(`${BASE}?${query}`)).status).toBe(404);
    for (const query of [`channelId=${other.assetId}`, `assigneeId=${other.ada.user.id}`])
      expect((await team.ada.client.get(`${BASE}?${query}`)).body.data.conversations).toEqual([]);
  });

  it.each(Object.keys(FILTERS))('is narrowed by %s', async (name) => {
    const filter = FILTERS[name]!;
    for (const value of filter.values()) {
      const wanted = all.filter((conversation) => filter.holds(conversation, value)).map(({ id }) => id);
      expect((await list({ [name]: value }, 7)).map(({ id }) => id)).toEqual(wanted);
    }
  });

  it('is narrowed by any of it together', async () => {
    const choice = fc.record(Object.fromEntries(Object.keys(FILTERS).map((name) => [name, fc.nat(2)])), {
      requiredKeys: [],
    });
    await fc.assert(
      fc.asyncProperty(choice, fc.constantFrom(3, 25), async (chosen, limit) => {
        const query = Object.fromEntries(
          Object.entries(chosen).map(([name, index]) => {
            const values = FILTERS[name]?.values() ?? [];
            return [name, values[(index ?? 0) % values.length] ?? ''];
          }),
        );
        const wanted = all.filter((conversation) =>
          Object.entries(query).every(([name, value]) => FILTERS[name]?.holds(conversation, value)),
        );
        expect((await list(query, limit)).map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    'assigneeId=somebody',
    'kind=thread',
    'sentiment=bad',
    'priority=1',
    'unread=maybe',
    'label=Refund',
    'channelId=1',
    'platform=telegram',
  ])('refuses ?%s', async (query) => {
    expect(await team.ada.client.get(`${BASE}?${query}`)).toMatchObject({
      status: 400,
      body: { error: { code: 'VALIDATION_FAILED' } },
    });
  });

  it('counts its folders', async () => {
    const active = all.filter(({ status }) => status === 'active');
    expect((await team.ada.client.get(`${BASE}/counts`)).body.data).toEqual({
      open: active.length,
      unassigned: active.filter(({ agentId }) => agentId === null).length,
      mine: active.filter(({ agentId }) => agentId === team.ada.user.id).length,
      snoozed: all.filter(({ status }) => status === 'snoozed').length,
      unread: active.filter(({ unreadCount }) => unreadCount > 0).length,
      countedUpTo: 1_000,
    });
    expect((await team.ada.client.get(`${BASE}/counts?accountId=${other.accountId}`)).status).toBe(404);
  });

  it('shows a member who sees only what is assigned nothing else, in lists and counts', async () => {
    const { ada } = team;
    await app.db.query(
      `UPDATE account_members SET sees = 'assigned' WHERE account_id = $1 AND user_id = $2`,
      [team.accountId, ada.user.id],
    );
    try {
      const visible = all.filter(({ agentId }) => agentId === null || agentId === ada.user.id);
      expect((await list({}, 7)).map(({ id }) => id)).toEqual(visible.map(({ id }) => id));
      expect((await list({ assigneeId: team.bea.user.id }, 7)).map(({ id }) => id)).toEqual([]);
      const counts = (await ada.client.get(`${BASE}/counts`)).body.data;
      expect(counts).toMatchObject({
        open: visible.filter(({ status }) => status === 'active').length,
        snoozed: visible.filter(({ status }) => status === 'snoozed').length,
        unread: visible.filter(({ status, unreadCount }) => status === 'active' && unreadCount > 0).length,
      });
      const hidden = all.find(({ agentId }) => agentId === team.bea.user.id)!;
      expect((await ada.client.get(`${BASE}/${hidden.id}`)).status).toBe(404);
      expect((await ada.client.patch(`${BASE}/${hidden.id}`, { status: 'closed' })).status).toBe(404);
      expect((await ada.client.post(`${BASE}/${hidden.id}/notes`, { text: 'Hi' })).status).toBe(404);
    } finally {
      await app.db.query(`UPDATE account_members SET sees = 'all' WHERE account_id = $1 AND user_id = $2`, [
        team.accountId,
        ada.user.id,
      ]);
    }
  });
});

describe('an inbox of many', () => {
  it('finds what is rare over several pages, each once, however far down it is', async () => {
    const crowd = await aTeam(app, admin);
    channels = [crowd.assetId, crowd.assetId, crowd.assetId, crowd.assetId];
    await fill(crowd, 8_000);
    // Everything is read but for three, the oldest of all among them.
    await app.db.query(
      `UPDATE conversations SET unread_count = 0, status = 'active', agent_id = NULL WHERE account_id = $1`,
      [crowd.accountId],
    );
    const rare = await app.db.query<{ id: string }[]>(
      `UPDATE conversations SET unread_count = 1 WHERE account_id = $1 AND id IN (
         SELECT id FROM (SELECT id, row_number() OVER (ORDER BY last_message_at, id) AS n FROM conversations
                          WHERE account_id = $1) ranked WHERE n IN (1, 2000, 7000))
       RETURNING id`,
      [crowd.accountId],
    );
    const [rows] = rare as unknown as [{ id: string }[], number];
    const seen: string[] = [];
    let pages = 0;
    let before: string | null = '';
    while (before !== null) {
      const answer: ApiAnswer = await crowd.ada.client.get(
        `${BASE}?unread=true&limit=2${before === '' ? '' : `&before=${before}`}`,
      );
      seen.push(...(answer.body.data.conversations as Conversation[]).map(({ id }) => id));
      before = (answer.body.data.pagination as { before: string | null }).before;
      pages += 1;
    }
    expect(new Set(seen)).toEqual(new Set(rows.map(({ id }) => id)));
    expect(seen).toHaveLength(3);
    // None of them looks at all of it.
    expect(pages).toBeGreaterThan(2);
  });
});
