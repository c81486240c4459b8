import type { TestUser } from '../api-client';
import {
  type ConversationStep,
  RECOUNTED,
  plantConversations,
} from '../factories/answered-conversations.factory';
import { untilCounted } from '../factories/metric-webhooks.factory';
import { type Team, aTeam } from '../factories/team.factory';
import { type TestApp, startTestApp } from '../test-app';

interface Duration {
  count: number;
  meanSeconds: number | null;
  medianSeconds: number | null;
}
interface Agent {
  userId: string;
  name: string | null;
  sent: number;
  failed: number;
  casesClosed: number;
  firstResponse: Duration;
  response: Duration;
  resolution: Duration;
}
const PATH = '/api/meta/analytics/agents?startDate=2026-10-24&endDate=2026-10-26&timeZone=Europe/Berlin';

let app: TestApp;
let admin: TestUser;
let team: Team;
beforeAll(async () => {
  app = await startTestApp();
  admin = await app.api.registerAdmin();
  team = await aTeam(app, admin);
  const { accountId, assetId, ada, bea } = team;
  // Over the night in which clocks are put back, and the hours before and after the range.
  const conversations = Array.from({ length: 40 }, (_, index) => {
    const at = (seconds: number): Date =>
      new Date(Date.parse('2026-10-23T20:00:00Z') + index * 6_600_000 + seconds * 1_000);
    const agent = index % 3 === 0 ? ada : bea;
    const steps: ConversationStep[] = [
      { kind: 'asked', at: at(0) },
      { kind: 'answered', at: at(20 + index * index), by: agent.user.id },
      { kind: 'answered', at: at(30 + index * index), by: ada.user.id, fails: index % 8 === 0 },
      { kind: 'asked', at: at(4_000) },
      { kind: 'answered', at: at(4_000 + index), by: bea.user.id },
      { kind: 'answered', at: at(5_000), by: ada.user.id, isCampaign: true },
      { kind: 'closed', at: at(6_000 + index * 13), by: index % 5 === 0 ? null : agent.user.id },
    ];
    return { accountId, assetId, platform: 'whatsapp', steps };
  });
  await plantConversations(app.db, conversations);
  await untilCounted(app);
}, 120_000);
afterAll(async () => {
  await app.close();
});

async function agents(): Promise<Agent[]> {
  const { status, body, text } = await team.viewer.client.get<{ agents: Agent[] }>(PATH);
  expect([status, text.slice(0, 300)]).toEqual([200, expect.anything()]);
  return body.data.agents;
}

/** Of one agent, by PostgreSQL. */
async function recounted(userId: string): Promise<Record<string, number>> {
  const within = `(at AT TIME ZONE 'Europe/Berlin')::date BETWEEN '2026-10-24' AND '2026-10-26'`;
  const [row]: Record<string, number>[] = await app.db.query(
    `WITH ${RECOUNTED}
     SELECT (SELECT count(*)::int FROM (SELECT sent_at AS at FROM told WHERE kind = 'answered' AND agent = $2) AS own WHERE ${within}) AS sent,
            (SELECT count(*)::int FROM answer WHERE agent = $2 AND ${within}) AS answers,
            (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds) FROM answer WHERE agent = $2 AND ${within}) AS median,
            (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds) FROM answer WHERE agent = $2 AND is_first AND ${within}) AS first,
            (SELECT avg(seconds)::float8 FROM answer WHERE agent = $2 AND ${within}) AS mean,
            (SELECT count(*)::int FROM closing WHERE agent = $2 AND ${within}) AS closed,
            (SELECT avg(seconds)::float8 FROM closing WHERE agent = $2 AND ${within}) AS resolution`,
    [team.accountId, userId],
  );
  return row ?? {};
}

it('tells what each agent did, as PostgreSQL counts it from messages and activities', async () => {
  const found = await agents();
  expect(found.map(({ userId }) => userId).sort()).toEqual([team.ada.user.id, team.bea.user.id].sort());
  for (const agent of found) {
    const expected = await recounted(agent.userId);
    expect(expected.answers).toBeGreaterThan(5);
    expect([
      agent.sent,
      agent.response.count,
      agent.response.medianSeconds,
      agent.firstResponse.medianSeconds,
      agent.casesClosed,
    ]).toEqual([expected.sent, expected.answers, expected.median, expected.first, expected.closed]);
    expect(agent.response.meanSeconds).toBeCloseTo(expected.mean ?? -1, 6);
    expect(agent.resolution.meanSeconds).toBeCloseTo(expected.resolution ?? -1, 6);
    expect(agent.resolution.count).toBe(agent.casesClosed);
  }
  expect(found.find(({ userId }) => userId === team.ada.user.id)?.failed).toBeGreaterThan(0);
});

it('shows the most messages first, and leaves out platforms that are not asked for', async () => {
  const found = await agents();
  expect(found.map(({ sent }) => sent)).toEqual(found.map(({ sent }) => sent).sort((a, b) => b - a));
  const none = await team.viewer.client.get<{ agents: Agent[] }>(`${PATH}&platform=messenger`);
  expect(none.body.data.agents).toEqual([]);
});

it('is a table, too', async () => {
  const { text } = await team.viewer.client.get(`${PATH}&format=csv`);
  const lines = text.trim().split('\r\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/userId,name,sent,delivered,read,failed,casesClosed,firstResponseCount,/);
  const ada = (await agents()).find(({ userId }) => userId === team.ada.user.id);
  expect(text).toContain(`${team.ada.user.id},agent,${ada?.sent ?? ''},`);
});

it('keeps the figures of users who were removed, without their name', async () => {
  const before = await agents();
  const removed = await app.api.as(admin).delete(`/api/users/${team.bea.user.id}`);
  expect(removed.status).toBe(200);
  const after = await agents();
  expect(after.find(({ userId }) => userId === team.bea.user.id)).toEqual({
    ...before.find(({ userId }) => userId === team.bea.user.id),
    name: null,
  });
  expect(after.find(({ userId }) => userId === team.ada.user.id)?.name).toBe('agent');
});
