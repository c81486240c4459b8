import { Client } from 'pg';
import { PUBLISHED_KINDS } from '../../src/public-events/public-event';
import { decodePlace } from '../../src/realtime/event-place';
import { eventually } from '../eventually';
import { Follower } from '../realtime-follower';
import type { FaultService } from './fault-service';
import { onStage } from './stage';
import { drained } from './tables';

jest.setTimeout(600_000);

/** Comes back by itself, to whichever process answers, until it is told to stop. */
function stayConnected(follower: Follower, services: readonly FaultService[]): () => Promise<number> {
  const state = { isOver: false };
  let connections = 0;
  const staying = (async () => {
    for (let turn = 0; !state.isOver; turn += 1) {
      await follower.connect(services[turn % services.length]!.url).then(
        () => (connections += 1),
        () => new Promise((resolve) => setTimeout(resolve, 100)),
      );
      await eventually(
        () => follower.isConnected && !state.isOver,
        (is) => !is,
        { timeoutMs: 600_000 },
      );
    }
  })();
  return async () => {
    state.isOver = true;
    await staying;
    return connections;
  };
}

/** Everything that was told of after a place, in its order. */
async function toldAfter(databaseUrl: string, eventId: string): Promise<string[]> {
  const place = decodePlace(eventId)!;
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      `SELECT e.id FROM outbox_batches b JOIN domain_events e ON e.batch_id = b.batch_id
        WHERE (b.position, e.id) > ($1::bigint, $2::uuid) AND e.kind = ANY($3) ORDER BY b.position, e.id`,
      [String(place.position), place.eventId, PUBLISHED_KINDS],
    );
    return rows.map(({ id }) => id);
  } finally {
    await client.end();
  }
}

/** What was told, once nothing is added to it any more and so many have been seen. */
async function settled(read: () => Promise<string[]>, seen: () => number): Promise<string[]> {
  let last = -1;
  let unchanged = 0;
  return eventually(
    read,
    ({ length }) => {
      unchanged = length === last && seen() >= length ? unchanged + 1 : 0;
      last = length;
      return unchanged >= 5;
    },
    { timeoutMs: 180_000, intervalMs: 1_000 },
  ).catch(async () => {
    throw new Error(`It saw ${seen()} events of ${(await read()).length}, or there is no end to them.`);
  });
}

describe('A client that follows the events', () => {
  it('sees each once and in order while the processes that it is connected to are killed in turn', () =>
    onStage('kill -9 of what a client is connected to', async (stage) => {
      const services = [await stage.start('one'), await stage.start('another')];
      await stage.connect();
      const { body } = await stage.client.get<{ email: string }>('/api/auth/me');
      const api = services[0]!.api;
      const user = await api.login(body.data.email, 'correct horse battery');
      const follower = new Follower(user.accessToken);
      const stop = stayConnected(follower, services);
      const ready = await follower.signal('ready', 60_000);
      const sender = stage.load(services, 200);
      for (let round = 0; round < 4; round += 1) {
        const seen = follower.events.length;
        await follower.until(seen + 200, 120_000);
        const victim = services[round % 2]!;
        await victim.kill();
        await sender.untilMoreAcknowledged(100);
        await victim.start();
      }
      await sender.finish();
      expect(await drained(stage.databaseUrl)).toEqual([]);
      // Lanes beside that of the messages go on for a while, and tell of what they do.
      const told = await settled(
        () => toldAfter(stage.databaseUrl, String(ready.eventId)),
        () => follower.events.length,
      );
      const connections = await stop();
      follower.drop();
      expect(connections).toBeGreaterThan(2);
      expect(follower.signals.filter(({ name }) => name === 'resync_required')).toEqual([]);
      expect(follower.events.map(({ id }) => id)).toEqual(told);
      stage.say(`${told.length} events over ${connections} connections`);
    }));
});
