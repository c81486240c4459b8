import type { EntityManager } from 'typeorm';
import { type RoutedEvent, WebhookHandlerRegistry } from '../../src/webhooks/webhook-handler.registry';
import { WebhooksModule } from '../../src/webhooks/webhooks.module';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import { aTenant } from '../factories/conversations.factory';
import { ANA, A_CHANNEL, aMessagesChange, aTextMessage } from '../factories/whatsapp-webhooks.factory';
import { deliver, signatureOf } from '../signed-webhook';
import { TEST_APP_SECRET, type TestApp, startTestApp } from '../test-app';

type Received = RoutedEvent<'whatsapp.message.received'>;

let app: TestApp;
let admin: ApiClient;
let handled: Received[] = [];
let failFor: ((event: Received) => boolean) | null = null;

interface DeliveryRow {
  id: string;
  state: string;
  body: Buffer;
  attempts: number;
  reason: string | null;
  error: string | null;
  events_processed: number;
  events_ignored: number;
  events_quarantined: number;
  events_dead: number;
}
const deliveries = (): Promise<DeliveryRow[]> => app.db.query('SELECT * FROM webhook_deliveries ORDER BY id');
const settled = (count: number): Promise<DeliveryRow[]> =>
  eventually(deliveries, (rows) => rows.length === count && rows.every((row) => row.state !== 'pending'));

async function connect(): Promise<void> {
  const { accountId } = await aTenant(app.db);
  await app.db.query(
    `INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, gen_random_uuid(), 'waba', $2),
       ($1, gen_random_uuid(), 'phone_number', $3)`,
    [accountId, A_CHANNEL.wabaId, A_CHANNEL.phoneNumberId],
  );
}

const textBody = (text: string, changes: Record<string, unknown> = {}): string =>
  JSON.stringify(aMessagesChange(A_CHANNEL, { contacts: [ANA], messages: [aTextMessage(text, changes)] }));

beforeAll(async () => {
  app = await startTestApp({
    env: { META_APP_SECRETS_PREVIOUS: 'older-app-secret' },
    modules: [WebhooksModule],
  });
  app.app.get(WebhookHandlerRegistry).register({
    kind: 'whatsapp.message.received',
    handle: async (events: readonly Received[], tx: EntityManager) => {
      if (failFor !== null && events.some(failFor)) throw new Error('a poisoned event');
      // An effect in the database, so that a rolled-back batch takes it back.
      await tx.query('INSERT INTO handled SELECT * FROM unnest($1::text[])', [
        events.map((event) => event.payload.wamid),
      ]);
      handled.push(...events);
    },
  });
  admin = app.api.as(await app.api.registerAdmin());
  await app.db.query('CREATE TABLE handled (wamid text NOT NULL)');
});
afterAll(async () => {
  await app.close();
});
beforeEach(async () => {
  handled = [];
  failFor = null;
  await app.db.query('TRUNCATE webhook_deliveries, webhook_digests, webhook_quarantine, handled');
  await app.db.query('UPDATE assets SET released_at = now()');
});

describe('receiving a delivery', () => {
  beforeEach(connect);

  it('keeps the exact bytes, answers 200 and processes them', async () => {
    const body = textBody('x').replace('"x"', '"\\u00e9\\/ \\ud83d\\ude00"');
    expect(await deliver(app.api, body)).toMatchObject({
      status: 200,
      body: { success: true, data: { received: true } },
    });
    const [row] = await settled(1);
    expect(row).toMatchObject({ state: 'processed', events_processed: 1, body: Buffer.from(body) });
    expect(handled.map((event) => event.payload.content)).toMatchObject([{ type: 'text' }]);
  });

  it.each(['/api/meta/webhook/events', '/api/whatsapp/webhook', '/api/messenger/webhook'])(
    'takes it at %s',
    async (path) => {
      expect((await deliver(app.api, textBody(path), { path })).status).toBe(200);
      await settled(1);
    },
  );

  it('takes the same bytes once, however often Meta repeats them', async () => {
    const body = textBody('again');
    const answers = await Promise.all(Array.from({ length: 8 }, () => deliver(app.api, body)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    await settled(1);
    expect((await deliver(app.api, body)).status).toBe(200);
    expect(await deliveries()).toHaveLength(1);
    expect(handled).toHaveLength(1);
  });

  it('accepts signatures of an older app secret that is still listed, and of no other', async () => {
    expect((await deliver(app.api, textBody('a'), { secret: 'older-app-secret' })).status).toBe(200);
    expect((await deliver(app.api, textBody('b'), { secret: 'somebody-elses' })).status).toBe(401);
    await settled(1);
  });

  it.each([
    ['missing', null],
    ['of another length', signatureOf('{}').slice(0, -2)],
    ['without its prefix', signatureOf('{}').slice(7)],
    ['in upper case', signatureOf('{}').toUpperCase()],
    ['of SHA-1', `sha1=${'a'.repeat(40)}`],
    ['with a space', ` ${signatureOf('{}')} x`],
  ])('refuses a signature that is %s, and stores nothing', async (_, signature) => {
    const answer = await deliver(app.api, '{}', { signature });
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHORIZED' } } });
    expect(answer.text).not.toContain(signatureOf('{}').slice(7));
    expect(await deliveries()).toEqual([]);
  });

  it('refuses a signature over the re-serialised body: only the raw bytes count', async () => {
    const raw =
      '{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"message":{"text":"\\u00e9\\/"}}]}]}';
    expect(Buffer.byteLength(raw)).toBe(93);
    // Vectors of Meta's contract for the secret `test-app-secret`.
    expect(TEST_APP_SECRET).toBe('test-app-secret');
    const right = 'sha256=1e592fee628a0c869d69362f3dc3cbacaf6d83d0f9cd4b25412e02be722465f6';
    const reserialised = 'sha256=eaed40740c6b60d36eaff44a6670d30704bbcd9852f4a4061083fa34fdbed252';
    expect((await deliver(app.api, raw, { signature: reserialised })).status).toBe(401);
    expect((await deliver(app.api, raw, { signature: right })).status).toBe(200);
    await settled(1);
  });

  it('tells a sender of no JSON so, after the signature, and keeps what was signed', async () => {
    expect((await deliver(app.api, 'hello', { signature: 'sha256=00' })).status).toBe(401);
    expect(await deliver(app.api, 'hello')).toMatchObject({
      status: 400,
      body: { error: { code: 'VALIDATION_FAILED' } },
    });
    expect(await deliver(app.api, '{"object":"page","entry":[')).toMatchObject({ status: 400 });
    expect((await settled(2)).map((row) => row.state)).toEqual(['ignored', 'ignored']);
  });

  it('takes 3 MB and refuses more with 413', async () => {
    const limit = 3 * 1024 * 1024;
    const filled = (size: number): string => {
      const empty = textBody('');
      return textBody('x'.repeat(size - empty.length));
    };
    expect((await deliver(app.api, filled(limit))).status).toBe(200);
    expect(await deliver(app.api, filled(limit + 1))).toMatchObject({
      status: 413,
      body: { error: { code: 'PAYLOAD_TOO_LARGE' } },
    });
    await settled(1);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-8', 'nonsense'])(
    'takes a body of type %s as bytes',
    async (contentType) => {
      expect((await deliver(app.api, textBody(contentType), { contentType })).status).toBe(200);
      expect(await settled(1)).toMatchObject([{ state: 'processed' }]);
    },
  );

  it('keeps a thousand changes of one body apart', async () => {
    const changes = Array.from({ length: 1_000 }, (_, index) => {
      const { entry } = aMessagesChange(A_CHANNEL, { messages: [aTextMessage(`change ${index}`)] });
      return (entry as { changes: unknown[] }[])[0]!.changes[0];
    });
    const body = { object: 'whatsapp_business_account', entry: [{ id: A_CHANNEL.wabaId, changes }] };
    await deliver(app.api, JSON.stringify(body));
    expect(await settled(1)).toMatchObject([{ state: 'processed', events_processed: 1_000 }]);
    expect(new Set(handled.map((event) => event.payload.wamid)).size).toBe(1_000);
  });

  it('keeps a thousand messages of one body apart', async () => {
    const messages = Array.from({ length: 1_000 }, (_, index) => aTextMessage(`message ${index}`));
    await deliver(app.api, JSON.stringify(aMessagesChange(A_CHANNEL, { contacts: [ANA], messages })));
    expect(await settled(1)).toMatchObject([{ state: 'processed', events_processed: 1_000 }]);
    expect(new Set(handled.map((event) => event.payload.wamid)).size).toBe(1_000);
  });
});

describe('processing', () => {
  it('keeps what it does not know, with the reason', async () => {
    await deliver(
      app.api,
      '{"object":"spaceship","entry":[{"id":"1","changes":[{"field":"warp","value":{}}]}]}',
    );
    expect(await settled(1)).toMatchObject([
      { state: 'ignored', events_ignored: 1, reason: expect.stringContaining('spaceship') },
    ]);
  });

  it('quarantines events for a number that nobody connected, and processes them once somebody does', async () => {
    await deliver(app.api, textBody('early'));
    expect(await settled(1)).toMatchObject([{ state: 'quarantined', events_quarantined: 1 }]);
    expect(handled).toEqual([]);
    await connect();
    await eventually(deliveries, (rows) => rows[0]?.state === 'processed');
    expect(handled).toHaveLength(1);
    expect(await app.db.query('SELECT * FROM webhook_quarantine')).toEqual([]);
  });

  it('takes a number that is new to a known business account for that account’s owner', async () => {
    await connect();
    const channel = { ...A_CHANNEL, phoneNumberId: '999999999999999' };
    await deliver(app.api, JSON.stringify(aMessagesChange(channel, { messages: [aTextMessage('hi')] })));
    expect(await settled(1)).toMatchObject([{ state: 'processed' }]);
    expect(handled[0]?.owner).not.toBeNull();
  });

  it('lets one poisoned delivery neither lose nor hold up its neighbours', async () => {
    await connect();
    failFor = (event) => event.payload.content.type === 'text' && event.payload.content.body === 'poison';
    await Promise.all(
      Array.from({ length: 9 }, (_, index) =>
        deliver(app.api, textBody(index === 4 ? 'poison' : `good ${index}`)),
      ),
    );
    await eventually(deliveries, (rows) => rows.filter((row) => row.state === 'processed').length === 8);
    const poisoned = await eventually(deliveries, (rows) =>
      rows.some((row) => row.attempts > 0 && row.state === 'pending'),
    );
    expect(poisoned.filter((row) => row.state === 'pending')).toMatchObject([
      { error: 'Error: a poisoned event' },
    ]);
    // None of the failed attempts left an effect.
    expect(
      await app.db.query(
        'SELECT count(DISTINCT wamid)::int AS messages, count(*)::int AS effects FROM handled',
      ),
    ).toEqual([{ messages: 8, effects: 8 }]);
    failFor = null;
    await app.db.query('UPDATE webhook_deliveries SET next_attempt_at = now()');
    expect(await settled(9)).toMatchObject(Array(9).fill({ state: 'processed' }));
  });

  it('parks as dead what fails every time, where the list for admins shows it', async () => {
    await connect();
    failFor = () => true;
    await deliver(app.api, textBody('poison'));
    await eventually(deliveries, (rows) => rows[0]?.attempts === 1);
    // Ten more failures and a day and a half later.
    await app.db.query('UPDATE webhook_deliveries SET attempts = 11, next_attempt_at = now()');
    await eventually(deliveries, (rows) => rows[0]?.state === 'dead');
    expect(await admin.get('/api/meta/webhook/deliveries?state=dead')).toMatchObject({
      status: 200,
      body: { data: { deliveries: [{ state: 'dead', attempts: 12, error: 'Error: a poisoned event' }] } },
    });
    const agent = app.api.as(await admin.createUser('agent'));
    expect((await agent.get('/api/meta/webhook/deliveries')).status).toBe(403);
  });

  it('tells the account and the operator of what is dead, once, and counts its events', async () => {
    await connect();
    failFor = () => true;
    const body = JSON.stringify(
      aMessagesChange(A_CHANNEL, { messages: [aTextMessage('a'), aTextMessage('b'), 'no message'] }),
    );
    await deliver(app.api, body);
    for (let death = 0; death < 2; death++) {
      await eventually(deliveries, (rows) => (rows[0]?.attempts ?? 0) > 0);
      await app.db.query(`UPDATE webhook_deliveries SET attempts = 11, next_attempt_at = now()`);
      const [row] = await eventually(deliveries, (rows) => rows[0]?.state === 'dead');
      expect(row).toMatchObject({ events_processed: 0, events_ignored: 0, events_dead: 3 });
      if (death === 0) await admin.post(`/api/meta/webhook/deliveries/${row!.id}/replay`);
    }
    const told = await app.db.query(
      `SELECT payload FROM domain_events
        WHERE kind = 'webhook.delivery_dead' AND payload ->> 'deliveryId' = (SELECT id::text FROM webhook_deliveries)`,
    );
    expect(told).toMatchObject([{ payload: { error: 'Error: a poisoned event' } }]);
    const { data } = (await admin.get<{ alarms: unknown[] }>('/api/meta/webhook/stats')).body;
    expect(data.alarms).toMatchObject([
      { code: 'DEAD_DELIVERIES', message: expect.stringContaining('1 deliveries') },
    ]);
    failFor = null;
    await admin.post('/api/meta/webhook/deliveries/replay', { state: 'dead' });
    expect(await settled(1)).toMatchObject([
      { state: 'processed', events_processed: 2, events_ignored: 1, events_dead: 0, error: null },
    ]);
  });

  it('ends every event of a delivery in exactly one way, and says why it ignored what it ignored', async () => {
    await connect();
    const change = (field: string, value: unknown): unknown => ({ field, value });
    const value = (phoneNumberId: string, parts: Record<string, unknown>): unknown => ({
      messaging_product: 'whatsapp',
      metadata: { phone_number_id: phoneNumberId },
      ...parts,
    });
    await deliver(
      app.api,
      JSON.stringify({
        object: 'whatsapp_business_account',
        entry: [
          {
            id: A_CHANNEL.wabaId,
            changes: [
              change(
                'messages',
                value(A_CHANNEL.phoneNumberId, { messages: [aTextMessage('a'), { id: 'x' }, 7] }),
              ),
              change('warp', {}),
              change('payment_configuration_update', { event: 'CHANGED' }),
            ],
          },
          {
            id: '404404404404404',
            changes: [change('messages', value('505505505505505', { messages: [aTextMessage('b')] }))],
          },
        ],
      }),
    );
    await settled(1);
    const { data } = (
      await admin.get<{ deliveries: Record<string, unknown>[] }>('/api/meta/webhook/deliveries')
    ).body;
    const [delivery] = data.deliveries;
    const { total, processed, ignored, quarantined, dead } = delivery!.events as Record<string, number>;
    expect({ total, processed, ignored, quarantined, dead }).toEqual({
      total: 6,
      processed: 1,
      ignored: 4,
      quarantined: 1,
      dead: 0,
    });
    const reasons = delivery!.ignored as { reason: string; count: number }[];
    expect(reasons.reduce((sum, { count }) => sum + count, 0)).toBe(4);
    expect(reasons.map(({ reason }) => reason).join('; ')).toMatch(/unknown field|warp/);
  });
});

describe('a replay', () => {
  beforeEach(connect);
  const effects = () => app.db.query('SELECT count(*)::int AS messages FROM messages');

  it('of what was processed changes nothing', async () => {
    await deliver(app.api, textBody('once'));
    const [row] = await settled(1);
    const before = await effects();
    const answer = await admin.post(`/api/meta/webhook/deliveries/${row!.id}/replay`);
    expect(answer).toMatchObject({ status: 202, body: { data: { id: row!.id } } });
    await eventually(deliveries, (rows) => rows[0]?.state === 'processed' && handled.length === 2);
    expect(await effects()).toEqual(before);
  });

  it('of all dead ones processes them, once they can be', async () => {
    failFor = () => true;
    await deliver(app.api, textBody('one'));
    await deliver(app.api, textBody('two'));
    await eventually(deliveries, (rows) => rows.length === 2 && rows.every((row) => row.attempts > 0));
    await app.db.query(`UPDATE webhook_deliveries SET state = 'dead'`);
    failFor = null;
    const later = new Date(Date.now() + 60_000).toISOString();
    const none = await admin.post('/api/meta/webhook/deliveries/replay', {
      state: 'dead',
      receivedFrom: later,
    });
    expect(none).toMatchObject({ status: 202, body: { data: { replayed: 0 } } });
    const all = await admin.post('/api/meta/webhook/deliveries/replay', { state: 'dead' });
    expect(all.body.data).toEqual({ replayed: 2 });
    expect(await settled(2)).toMatchObject([{ state: 'processed' }, { state: 'processed' }]);
  });

  it.each([
    {},
    { state: 'pending' },
    { state: 'dead', receivedFrom: 'yesterday' },
    { state: 'dead', all: true },
  ])('is refused with %j', async (body) => {
    expect((await admin.post('/api/meta/webhook/deliveries/replay', body)).status).toBe(400);
  });

  it('of what is not there is a 404, and nobody but an admin may ask for one', async () => {
    const path = '/api/meta/webhook/deliveries/0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10';
    expect((await admin.get(path)).status).toBe(404);
    expect((await admin.post(`${path}/replay`)).status).toBe(404);
    const agent = app.api.as(await admin.createUser('agent'));
    for (const answer of [
      agent.post(`${path}/replay`),
      agent.get(path),
      agent.get('/api/meta/webhook/stats'),
    ])
      expect((await answer).status).toBe(403);
  });
});

describe('the statistics of the inbox', () => {
  it('tell what waits and for how long, what is parked and what has come in', async () => {
    await deliver(app.api, textBody('for nobody'));
    await settled(1);
    await connect();
    failFor = () => true;
    await deliver(app.api, textBody('failing').replaceAll(A_CHANNEL.phoneNumberId, '777777777777777'));
    await eventually(deliveries, (rows) => rows.some((row) => row.attempts > 0 && row.state === 'pending'));
    const { data } = (await admin.get<Record<string, number>>('/api/meta/webhook/stats')).body;
    expect(data).toMatchObject({
      pending: 1,
      retrying: 1,
      dead: 0,
      receivedLastMinute: 2,
      receivedLastHour: 2,
    });
    expect(data.oldestPendingAgeMs).toBeGreaterThan(0);
  });
});

describe('the verification of the address', () => {
  it('refuses a verify token that nobody configured', async () => {
    const answer = await app.api.get(
      '/api/meta/webhook/events?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1158201444',
    );
    expect(answer).toMatchObject({ status: 403, body: { error: { code: 'FORBIDDEN' } } });
    expect(answer.text).not.toContain('1158201444');
  });
});
