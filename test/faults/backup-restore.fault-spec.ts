import { holdRestored } from '../../src/restore/restore-hold.command';
import { backUp } from '../database-backup';
import { eventually } from '../eventually';
import { CAMPAIGNS, type CampaignShown } from '../factories/campaigns.factory';
import { MESSAGES } from '../factories/messaging.factory';
import type { FaultService } from './fault-service';
import { openWindows } from './open-windows';
import { type Stage, onStage } from './stage';
import { drained, query } from './tables';

jest.setTimeout(600_000);

const CUSTOMERS = 30;

interface Waiting {
  api: FaultService;
  worker: FaultService;
  customers: string[];
}

async function count(url: string, what: string): Promise<number> {
  const [row] = await query<{ count: number }>(url, `SELECT count(*)::int AS count FROM ${what}`);
  return row?.count ?? 0;
}

/** The API runs and its worker has been stopped; a message to each customer waits. */
async function withWaitingOrders(stage: Stage): Promise<Waiting> {
  const api = await stage.start('the API', { APP_ROLES: 'api,scheduler' });
  const worker = await stage.start('the worker', { APP_ROLES: 'worker' });
  stage.control.configure({ limits: { pairBurst: 500 } });
  await stage.connect();
  const customers = await openWindows(stage, CUSTOMERS);
  await worker.terminate();
  for (const to of customers) {
    const answer = await stage.client.post(MESSAGES, { to, type: 'text', text: { body: 'It waits' } });
    if (answer.status >= 300) throw new Error(`An order was answered ${answer.text}`);
  }
  return { api, worker, customers };
}

/** The service on what was restored, with nothing in Redis; resolves when nothing waits any more. */
async function runOn(stage: Stage, restored: string, { api }: Waiting): Promise<void> {
  await stage.redis.kill();
  await stage.redis.start();
  const { port } = new URL(api.url); // Meta and users are told of one address.
  await stage.start('the service on the restored database', { DATABASE_URL: restored, PORT: port });
  await eventually(
    () => count(restored, `message_sends WHERE state IN ('queued', 'sending') AND available_at <= now()`),
    (waiting) => waiting === 0,
    { timeoutMs: 120_000 },
  );
  expect(await drained(restored)).toEqual([]);
}

describe('a backup', () => {
  it('is restored beside an empty Redis: what waited is processed and sent, once, and nothing is missing', () =>
    onStage('restore of everything', async (stage) => {
      const waiting = await withWaitingOrders(stage);
      const { api, customers } = waiting;
      const sender = stage.load([api], 200);
      await sender.untilMoreAcknowledged(300);
      await sender.finish();
      await api.terminate();
      expect(stage.control.sentMessages()).toHaveLength(0);

      const backup = await backUp(stage.databaseUrl);
      const restored = await backup.restore();
      await runOn(stage, restored, waiting);
      const acknowledged = [...sender.acknowledged.values()];
      const told = new Set(acknowledged.flatMap(({ messages }) => messages.map(({ wamid }) => wamid)));
      const stored = await query<{ external_id: string }>(
        restored,
        `SELECT external_id FROM messages WHERE external_id = ANY ($1)`,
        [[...told]],
      );
      expect(stored.map(({ external_id: wamid }) => wamid).sort()).toEqual([...told].sort());
      const reached = stage.control.sentMessages().map(({ to }) => to.replace('+', ''));
      expect(reached.sort()).toEqual(customers.map((phone) => phone.replace('+', '')).sort());
      stage.say(`${acknowledged.length} deliveries and ${customers.length} messages; ${backup.how}`);
    }));

  it('that is older than what was sent is held: nothing goes out twice, all is accounted for, the gap is told', () =>
    onStage('restore of an older backup', async (stage) => {
      const waiting = await withWaitingOrders(stage);
      const { api, worker, customers } = waiting;
      const made = await stage.client.post<CampaignShown>(CAMPAIGNS, {
        name: 'Runs over the backup',
        template: { name: 'hello_world', language: 'en_US' },
      });
      const { id } = made.body.data;
      await stage.client.post(`${CAMPAIGNS}/${id}/recipients`, {
        recipients: Array.from({ length: 50 }, (_, index) => ({ to: `+1650${5_580_000 + index}` })),
      });
      await eventually(
        () => stage.client.post(`${CAMPAIGNS}/${id}/start`, {}),
        ({ status }) => status < 300,
      );
      await api.terminate();
      const backup = await backUp(stage.databaseUrl);

      // What the backup does not know: everybody got their message, and customers have written since.
      await api.start();
      await worker.start();
      await eventually(
        () => stage.control.sentMessages().length,
        (sent) => sent === customers.length + 50,
        { timeoutMs: 120_000 },
      );
      stage.control.playMessage({ from: { phone: customers[0] ?? '' } });
      await stage.control.waitUntilIdle({ timeoutMs: 30_000 });
      await worker.terminate();
      await api.terminate();

      const restored = await backup.restore();
      await query(restored, `UPDATE webhook_watch SET alive_at = alive_at - interval '1 hour'`);
      const told: string[] = [];
      await holdRestored({ DATABASE_URL: restored }, (line) => told.push(line));
      expect(told[0]).toMatch(/^Messages: \d+ may have left/);
      expect(told[1]).toMatch(/^Campaigns: 1 paused;/);
      await runOn(stage, restored, waiting);
      const { client } = stage;
      await eventually(
        () => client.get<CampaignShown>(`${CAMPAIGNS}/${id}`),
        ({ body }) => body.data.progress.counts.unknown === 50,
      );
      const shown = await client.get<CampaignShown>(`${CAMPAIGNS}/${id}`);
      expect(shown.body.data).toMatchObject({ state: 'paused', pauseReason: { code: 'restored' } });
      // Nobody is written to by resuming it, either.
      await client.post(`${CAMPAIGNS}/${id}/resume`, {});
      await eventually(
        () => client.get<CampaignShown>(`${CAMPAIGNS}/${id}`),
        ({ body }) => body.data.state === 'completed',
        { timeoutMs: 60_000 },
      );
      expect(stage.control.sentMessages()).toHaveLength(customers.length + 50);
      expect(await count(restored, `messages WHERE status = 'queued'`)).toBe(0);
      expect(
        await count(restored, `messages WHERE direction = 'outbound' AND status = 'unknown'`),
      ).toBeGreaterThan(0);
      expect(await count(restored, `webhook_gaps WHERE cause = 'receiver_down'`)).toBeGreaterThan(0);
      stage.say(`${told.join('; ')}; ${backup.how}`);
    }));

  it('is not held while the service runs on it', () =>
    onStage('hold beside a running service', async (stage) => {
      await stage.start('the service');
      await expect(holdRestored({ DATABASE_URL: stage.databaseUrl }, () => undefined)).rejects.toThrow(
        /The service is connected/,
      );
    }));
});
