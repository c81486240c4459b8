import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { eventually } from '../eventually';
import type { SeededRandom } from './seeded-random';
import { onStage } from './stage';
import { drained, query } from './tables';

jest.setTimeout(600_000);

const MESSAGES = 400;
const PEOPLE = 20;
const KILLS = 4;

/** A customer's system that takes its time and sometimes fails; it notes what it took, by event. */
async function startReceiver(random: SeededRandom) {
  const taken = new Map<string, { body: string; headers: Record<string, string>; times: number }>();
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('error', () => undefined);
    request.on('end', () => {
      if (random.chance(1 / 12)) {
        response.statusCode = 500;
        response.end();
        return;
      }
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      const { eventId } = JSON.parse(body) as { eventId: string };
      const times = (taken.get(eventId)?.times ?? 0) + 1;
      taken.set(eventId, { body, headers, times });
      // Sometimes it has taken it, and whoever sent it dies before it knows.
      setTimeout(() => response.end('ok'), random.between(0, 80));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    taken,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('outbound webhooks under load', () => {
  it('arrive at least once each while workers are killed, and none is missing', () =>
    onStage('kill -9 of a delivering worker', async (stage) => {
      const receiver = await startReceiver(stage.random.branch('receiver'));
      try {
        const outbound = {
          OUTBOUND_ALLOW_HTTP: 'true',
          OUTBOUND_ALLOWED_ADDRESSES: '127.0.0.1',
          ENDPOINT_TIMEOUT_MS: '2000',
        };
        await stage.start('the API', { APP_ROLES: 'api,scheduler', ...outbound });
        const worker = await stage.start('the worker', { APP_ROLES: 'worker', ...outbound });
        await stage.connect();
        const endpoint = await stage.client.post<{ id: string; secret: string }>(
          '/api/meta/notifications/endpoints',
          {
            url: receiver.url,
            eventTypes: ['message.created'],
          },
        );
        expect({ status: endpoint.status, text: endpoint.text }).toMatchObject({ status: 201 });
        const configured = await stage.client.post('/api/meta/webhook/configure', {
          verifyToken: 'a-verify-token',
          fields: { messages: true },
        });
        expect(configured.status).toBe(200);

        for (let index = 0; index < MESSAGES; index += 1)
          stage.control.playMessage({ from: { phone: `+1650${5_570_000 + (index % PEOPLE)}` } });
        for (let kill = 1; kill <= KILLS; kill += 1) {
          const enough = (kill * MESSAGES) / (KILLS + 1);
          await eventually(
            () => receiver.taken.size,
            (size) => size >= enough,
            { timeoutMs: 120_000, intervalMs: 20 },
          );
          await worker.kill();
          // What it held is free at once, as after the time of its lease.
          await query(
            stage.databaseUrl,
            'UPDATE notification_deliveries SET due_at = now(), claimed_until = now() WHERE claimed_until > now()',
          );
          await query(
            stage.databaseUrl,
            `UPDATE notification_endpoints SET due_at = now() WHERE state = 'active'`,
          );
          await worker.start();
        }
        expect(await drained(stage.databaseUrl)).toEqual([]);
        await eventually(
          async () => {
            await query(
              stage.databaseUrl,
              `UPDATE notification_deliveries SET due_at = now()
                WHERE state = 'pending' AND tries > 0 AND due_at > now() AND claimed_until IS NULL`,
            );
            await query(
              stage.databaseUrl,
              `UPDATE notification_endpoints SET due_at = now(), probe_at = CASE WHEN probe_at IS NOT NULL THEN now() END`,
            );
            return query<{ count: number; pending: number }>(
              stage.databaseUrl,
              `SELECT count(*)::int AS count, count(*) FILTER (WHERE state <> 'delivered')::int AS pending
                 FROM notification_deliveries`,
            );
          },
          ([row]) => row?.count === MESSAGES && row.pending === 0,
          { timeoutMs: 180_000, intervalMs: 500 },
        );
        const events = await query<{ event_id: string }>(
          stage.databaseUrl,
          `SELECT id AS event_id FROM domain_events WHERE kind = 'message.created'`,
        );
        expect(events).toHaveLength(MESSAGES);
        expect(events.filter(({ event_id: id }) => !receiver.taken.has(id))).toEqual([]);
        const webhook = new Webhook(endpoint.body.data.secret);
        for (const { body, headers } of receiver.taken.values()) {
          const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
          expect(headers['webhook-signature']).toBe(webhook.sign(headers['webhook-id'] ?? '', at, body));
        }
        const twice = [...receiver.taken.values()].filter(({ times }) => times > 1).length;
        stage.say(`${MESSAGES} events, ${KILLS} kills, 0 missing, ${twice} taken more than once`);
      } finally {
        receiver.close();
      }
    }));
});
