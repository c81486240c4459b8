import type { SentMessage } from '../../sandbox/messages/message-log';
import { eventually } from '../eventually';
import { CAMPAIGNS, type CampaignShown } from '../factories/campaigns.factory';
import { groupBy } from './group-by';
import { Problems } from './problems';
import type { SeededRandom } from './seeded-random';
import { type Stage, onStage, seconds } from './stage';
import { drained, query } from './tables';

jest.setTimeout(900_000);

const CALLS = '/messages$';
const META_TIMEOUT_MS = 2_000;
const PEOPLE = 2_500;
const KILLS = 6;

interface RecipientRow {
  recipient: string;
  state: string;
  message_id: string | null;
}

const phoneOf = (index: number): string => `1650${5_600_000 + index}`;

/** Some answers are lost, come late or say no. */
function arrangeTroubles(stage: Stage, random: SeededRandom): void {
  for (let call = 0; call < 2 * PEOPLE; call += 1) {
    const fate = random.between(0, 99);
    if (fate < 2) stage.control.failNext({ path: CALLS, drop: 'after' });
    else if (fate < 3) stage.control.failNext({ path: CALLS, delayAfterMs: 3 * META_TIMEOUT_MS });
    else if (fate < 5) stage.control.failNext({ path: CALLS, code: 131_026 });
    else if (fate < 7) stage.control.failNext({ path: CALLS, code: 131_000 });
    else stage.control.failNext({ path: CALLS, delayAfterMs: random.between(10, 120) });
  }
}

async function makeCampaign(stage: Stage): Promise<string> {
  const { client } = stage;
  const made = await client.post<CampaignShown>(CAMPAIGNS, {
    name: 'Everybody once',
    template: { name: 'hello_world', language: 'en_US' },
  });
  expect(made.status).toBe(201);
  const { id } = made.body.data;
  const added = await client.post(`${CAMPAIGNS}/${id}/recipients`, {
    recipients: Array.from({ length: PEOPLE }, (_, index) => ({ to: `+${phoneOf(index)}` })),
  });
  if (added.status >= 300) throw new Error(`Adding recipients answered ${added.text}`);
  return id;
}

/** Everybody is accounted for, nobody got two, and what is known of each is what Meta knows. */
async function compareCampaign(
  stage: Stage,
  campaignId: string,
  received: readonly SentMessage[],
): Promise<string[]> {
  const problems = new Problems();
  const atMeta = groupBy(received, ({ to }) => to.replace('+', ''));
  const rows = await query<RecipientRow>(
    stage.databaseUrl,
    'SELECT recipient, state, message_id FROM campaign_recipients WHERE campaign_id = $1',
    [campaignId],
  );
  const known = new Map(rows.map((row) => [row.recipient, row]));
  for (let index = 0; index < PEOPLE; index += 1) {
    const phone = phoneOf(index);
    const row = known.get(phone);
    const sent = atMeta.get(phone) ?? [];
    atMeta.delete(phone);
    if (row === undefined) {
      problems.add('FORGOTTEN: recipients that are gone', phone);
      continue;
    }
    if (sent.length > 1) problems.add('DOUBLED: people who got several messages', phone);
    const what = `${phone}: ${row.state}, at Meta ${sent.length}`;
    if (['pending', 'queued'].includes(row.state))
      problems.add('FORGOTTEN: people whose turn never came', what);
    if (sent.length === 0 && !['failed', 'unknown'].includes(row.state))
      problems.add('people whom Meta was never told of', what);
    if (sent.length > 0 && ['failed', 'unknown'].includes(row.state))
      problems.add('people who got a message that we do not know of', what);
    const [message] = sent;
    if (message !== undefined && message.bizOpaqueCallbackData !== row.message_id)
      problems.add('messages under another id than ours', what);
  }
  for (const phone of atMeta.keys()) problems.add('people who were in no campaign', phone);
  return problems.list();
}

describe('a campaign', () => {
  it('whose workers are killed: nobody gets two messages, nobody is forgotten', () =>
    onStage('kill -9 in the middle of a campaign', async (stage) => {
      const random = stage.random.branch('campaign');
      const api = await stage.start('the API', { APP_ROLES: 'api' });
      const patience = { META_TIMEOUT_MS: String(META_TIMEOUT_MS) };
      const roles = { APP_ROLES: 'worker,scheduler', ...patience };
      const workers = [await stage.start('one worker', roles), await stage.start('another worker', roles)];
      stage.control.configure({
        limits: { messagingTiers: false, marketingPerPerson: 0 },
        delivery: { retryDelaysMs: [1_000] },
      });
      await stage.connect();
      const configured = await stage.client.post<{ status: string }>('/api/meta/webhook/configure', {
        verifyToken: 'a-verify-token',
        fields: { messages: true },
      });
      expect(configured.body.data).toMatchObject({ status: 'active' });
      const id = await makeCampaign(stage);
      arrangeTroubles(stage, random);

      expect((await stage.client.post(`${CAMPAIGNS}/${id}/start`)).status).toBe(200);
      const startedAt = Date.now();
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const wanted = Math.floor((PEOPLE / (KILLS + 2)) * kill);
        await eventually(
          () => Promise.resolve(stage.control.sentMessages().length),
          (count) => count >= wanted,
          { timeoutMs: 120_000, intervalMs: 5 },
        );
        const victim = kill === 3 ? api : random.pick(workers);
        await victim.kill();
        await victim.start();
        // In between somebody pauses it, and goes on.
        if (kill !== 4) continue;
        expect((await stage.client.post(`${CAMPAIGNS}/${id}/pause`)).status).toBe(200);
        expect((await stage.client.post(`${CAMPAIGNS}/${id}/resume`)).status).toBe(200);
      }
      await eventually(
        () =>
          query<{ count: number }>(
            stage.databaseUrl,
            `SELECT count(*)::int AS count FROM campaign_recipients
              WHERE campaign_id = $1 AND state IN ('pending', 'queued')
                AND NOT EXISTS (SELECT FROM message_sends s WHERE s.message_id = campaign_recipients.message_id
                                   AND s.state = 'sending')`,
            [id],
          ),
        ([row]) => row?.count === 0,
        { timeoutMs: 240_000, intervalMs: 200 },
      );
      const emptiedAt = Date.now();
      // Whoever has not finished now is dead: its rows are given up once a call can no longer be under way.
      for (const worker of workers) expect(await worker.terminate()).toMatchObject({ exitCode: 0 });
      await query(
        stage.databaseUrl,
        `UPDATE message_sends SET started_at = started_at - interval '1 hour' WHERE state = 'sending'`,
      );
      for (const worker of workers) await worker.start();
      expect(await stage.control.waitUntilIdle({ timeoutMs: 60_000 })).toBe(true);
      const finished = await eventually(
        () => stage.client.get<CampaignShown>(`${CAMPAIGNS}/${id}`),
        ({ body }) => body.data.state === 'completed',
        { timeoutMs: 60_000 },
      );
      const undone = await drained(stage.databaseUrl);
      const received = stage.control.sentMessages();
      let problems: string[] = [];
      // The recipients are told of the last statuses a moment after these are stored.
      await eventually(
        async () => (problems = [...undone, ...(await compareCampaign(stage, id, received))]),
        (found) => found.length === 0,
        { timeoutMs: 30_000, intervalMs: 500 },
      ).catch(() => undefined);
      if (problems.length > 0)
        throw new Error(`What the campaign says is not what Meta got:\n${problems.join('\n')}`);
      const { counts } = finished.body.data.progress;
      stage.say(
        `${PEOPLE} people, ${received.length} messages at Meta, each once; ${KILLS} kills; ` +
          `${Object.entries(counts)
            .filter(([, count]) => count > 0)
            .map(([state, count]) => `${count} ${state}`)
            .join(', ')} (sent within ${seconds(emptiedAt - startedAt)})`,
      );
    }));
});
