import { WebhookHandlerRegistry } from '../../src/webhooks/webhook-handler.registry';
import { eventually } from '../eventually';
import { aTenant } from '../factories/conversations.factory';
import { ANA, A_CHANNEL, aMessagesChange, aTextMessage } from '../factories/whatsapp-webhooks.factory';
import { deliver } from '../signed-webhook';
import { TcpProxy } from '../tcp-proxy';
import { type TestApp, startTestApp } from '../test-app';
import { type TestDatabase, createTestDatabase, testRedisUrl } from '../test-database';

let database: TestDatabase;
let postgres: TcpProxy;
let redis: TcpProxy;
let app: TestApp;

beforeAll(async () => {
  database = await createTestDatabase();
  postgres = await TcpProxy.to(database.url);
  redis = await TcpProxy.to(testRedisUrl());
  app = await startTestApp({
    database: { url: postgres.urlFor(database.url), drop: () => Promise.resolve() },
    env: { REDIS_URL: redis.urlFor(testRedisUrl()) },
  });
  const { accountId } = await aTenant(app.db);
  await app.db.query(
    `INSERT INTO assets (account_id, id, kind, meta_id) VALUES ($1, gen_random_uuid(), 'phone_number', $2)`,
    [accountId, A_CHANNEL.phoneNumberId],
  );
  expect(app.app.get(WebhookHandlerRegistry).hasHandlerFor('whatsapp.message.received')).toBe(true);
});
afterAll(async () => {
  await postgres.restore();
  await redis.restore();
  await app.close();
  await postgres.cut();
  await redis.cut();
  await database.drop();
});

const body = (text: string): string =>
  JSON.stringify(aMessagesChange(A_CHANNEL, { contacts: [ANA], messages: [aTextMessage(text)] }));
const texts = async (): Promise<string[]> =>
  (await app.db.query<{ message_text: string }[]>('SELECT message_text FROM messages ORDER BY seq')).map(
    (row) => row.message_text,
  );

describe('while something is away', () => {
  it('acknowledges and processes without Redis: the sweep finds what no job came for', async () => {
    await redis.cut();
    expect((await deliver(app.api, body('no redis'))).status).toBe(200);
    await eventually(texts, (found) => found.includes('no redis'), { timeoutMs: 20_000 });
    await redis.restore();
  });

  it('answers 503 without PostgreSQL, so that Meta keeps the delivery, and takes it when Meta comes again', async () => {
    await postgres.cut();
    const refused = body('no postgres');
    const answer = await deliver(app.api, refused);
    expect(answer).toMatchObject({
      status: 503,
      body: { success: false, error: { code: 'SERVICE_UNAVAILABLE' } },
    });
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    // A wrong signature is refused all the same: that needs no database.
    expect((await deliver(app.api, refused, { signature: 'sha256=00' })).status).toBe(401);
    await postgres.restore();
    await eventually(
      async () => (await deliver(app.api, refused)).status,
      (status) => status === 200,
    );
    await eventually(texts, (found) => found.filter((text) => text === 'no postgres').length === 1, {
      timeoutMs: 20_000,
    });
    expect(await texts()).toEqual(['no redis', 'no postgres']);
  });
});
