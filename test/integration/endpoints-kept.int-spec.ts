import { type ContactId, type ConversationId, firstIdAt, newId } from '../../src/database/ids';
import { EndpointRetention } from '../../src/notifications/endpoints/endpoint-retention.scheduler';
import { ENDPOINTS, type Endpoint, aMessageIn, useEndpointWorld } from '../endpoint-world';
import { eventually } from '../eventually';
import { answering } from '../webhook-receiver';

jest.setTimeout(120_000);

const DAY_MS = 86_400_000;

describe('what is kept of outbound webhooks', () => {
  const world = useEndpointWorld();
  const retention = () => world.app.app.get(EndpointRetention);
  const rows = async ({ id }: Endpoint) =>
    world.app.db.query<{ id: string; state: string; body: string | null }[]>(
      'SELECT id, state, body FROM notification_deliveries WHERE endpoint_id = $1 ORDER BY id',
      [id],
    );
  /** As one that was written so many days ago. */
  const age = async (id: string, days: number): Promise<string> => {
    const old = firstIdAt(new Date(Date.now() - days * DAY_MS)).slice(0, 13) + id.slice(13);
    // Without the foreign key between the two, which nothing else changes at this moment.
    await world.app.db.transaction(async (tx) => {
      await tx.query('SET LOCAL session_replication_role = replica');
      await tx.query('UPDATE notification_deliveries SET id = $2 WHERE id = $1', [id, old]);
      await tx.query('UPDATE notification_attempts SET delivery_id = $2 WHERE delivery_id = $1', [id, old]);
    });
    return old;
  };

  it('are deliveries as long as the setting says, with their attempts, and whatever is still to be sent', async () => {
    const endpoint = await world.add('/kept', { eventTypes: ['template.updated'] });
    await world.happenOnce();
    const done = await world.delivery(endpoint, ({ state }) => state === 'delivered');
    world.receiver.answer('/kept', answering(500));
    await world.happenOnce();
    const [waiting] = await eventually(
      () => world.deliveries(endpoint, '?state=pending'),
      ([first]) => first?.lastStatus === 500,
    );
    await world.happenOnce();
    const oldDone = await age(done.id, 15);
    const oldWaiting = await age(waiting!.id, 15);
    await retention().remove(new Date(), 1);
    const ids = (await rows(endpoint)).map(({ id }) => id);
    expect(ids).toHaveLength(2);
    expect(ids).toContain(oldWaiting);
    expect(
      await world.app.db.query('SELECT 1 FROM notification_attempts WHERE delivery_id = $1', [oldDone]),
    ).toEqual([]);
    await world.client.patch(`${ENDPOINTS}/${endpoint.id}`, { state: 'paused' });
    await retention().remove(new Date(), 1);
    expect((await rows(endpoint)).map(({ id }) => id)).not.toContain(oldWaiting);
  });

  it('is nothing of an endpoint that was removed', async () => {
    const endpoint = await world.add('/gone', { eventTypes: ['template.updated'] });
    for (let count = 0; count < 3; count += 1) await world.happenOnce();
    await world.client.delete(`${ENDPOINTS}/${endpoint.id}`);
    const [row] = await world.app.db.query<Record<string, unknown>[]>(
      'SELECT secret, headers FROM notification_endpoints WHERE id = $1',
      [endpoint.id],
    );
    expect(row).toEqual({ secret: null, headers: null });
    await retention().remove(new Date(), 2);
    expect(await rows(endpoint)).toEqual([]);
    expect(
      await world.app.db.query('SELECT 1 FROM notification_endpoints WHERE id = $1', [endpoint.id]),
    ).toEqual([]);
  });

  it('is nothing a day after the account was disconnected, which its endpoints are told of', async () => {
    const endpoint = await world.add('/end', { eventTypes: ['account.*'] });
    expect((await world.client.delete(`/api/meta/auth/accounts/${world.accountId}`)).status).toBeLessThan(
      300,
    );
    await world.settle();
    await eventually(
      () => world.receiver.at('/end').map(({ event }) => event.type),
      (types) => types.includes('account.disconnected'),
      { timeoutMs: 30_000 },
    );
    await retention().remove(new Date());
    expect(await rows(endpoint)).not.toEqual([]);
    await retention().remove(new Date(Date.now() + 2 * DAY_MS));
    expect(await rows(endpoint)).toEqual([]);
  });

  it('is nothing of what a person wrote who was erased', async () => {
    const endpoint = await world.add('/erased', { eventTypes: ['message.created'] });
    world.receiver.answer('/erased', answering(500));
    const [contact] = [newId<ContactId>()];
    const conversation = newId<ConversationId>();
    const other = newId<ConversationId>();
    const [asset] = await world.app.db.query<{ id: string }[]>(
      `SELECT id FROM assets WHERE account_id = $1 AND kind = 'phone_number' LIMIT 1`,
      [world.accountId],
    );
    await world.app.db.query('INSERT INTO contacts (account_id, id) VALUES ($1, $2)', [
      world.accountId,
      contact,
    ]);
    await world.app.db.query(
      `INSERT INTO conversations (account_id, id, asset_id, contact_id, platform) VALUES ($1, $2, $3, $4, 'whatsapp')`,
      [world.accountId, conversation, asset!.id, contact],
    );
    await world.happen(aMessageIn(conversation, 1), aMessageIn(other, 1));
    const erasure = await world.client.delete(`/api/meta/contacts/${contact}`);
    expect({ status: erasure.status, text: erasure.text }).toMatchObject({ status: 202 });
    await eventually(
      () => world.app.db.query<unknown[]>('SELECT 1 FROM contacts WHERE id = $1', [contact]),
      (left) => left.length === 0,
      { timeoutMs: 60_000 },
    );
    const kept = await rows(endpoint);
    expect(kept.map(({ body }) => body === null)).toEqual([true, false]);
    expect(kept.map(({ state }) => state)).toEqual(['dead', 'pending']);
    const replayed = await world.client.post(
      `${ENDPOINTS}/${endpoint.id}/deliveries/${kept[0]!.id}/replay`,
      {},
    );
    expect(replayed).toMatchObject({ status: 409, body: { error: { code: 'CONFLICT' } } });
  });
});
