import { ApiError, createClient, isApiError } from '../../clients/typescript/dist/client.js';
import type { AnyLiveEvent, LiveUpdates } from '../../clients/typescript/dist/realtime.js';
import { ClientWorld, untilLive } from '../client-world';
import { eventually } from '../eventually';

const ADMIN = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada' };
const CUSTOMER = { phone: '+491701234567', name: 'Erika Mustermann' };

/** The product's main job through the client that frontends get: its types and its behaviour at once. */
describe('the generated TypeScript client', () => {
  let world: ClientWorld;
  let updates: LiveUpdates | undefined;
  const events: AnyLiveEvent[] = [];
  beforeAll(async () => {
    world = await ClientWorld.start();
  }, 120_000);
  afterAll(async () => {
    updates?.close();
    await world.close();
  });

  const statusesOf = (messageId: string): string[] =>
    events.flatMap(({ type, data }) =>
      type === 'message.status' && data.messageId === messageId ? [data.status] : [],
    );

  it('registers, logs in and says who it is', async () => {
    const { role } = await world.session.register(ADMIN);
    await world.session.logout();
    expect(world.session.isLoggedIn).toBe(false);
    const user = await world.session.login({ email: ADMIN.email, password: ADMIN.password });
    expect({ role, email: user.email }).toEqual({ role: 'admin', email: ADMIN.email });
    expect(await world.client.get('/api/auth/me')).toMatchObject({ email: ADMIN.email });
  });

  it('connects an account and subscribes to what happens in it', async () => {
    const accountId = await world.connect();
    const { connected, platforms } = await world.client.get('/api/meta/auth/status');
    expect({ connected, platforms }).toMatchObject({ connected: true, platforms: { whatsapp: true } });
    const { accounts } = await world.client.get('/api/meta/auth/accounts');
    expect(accounts.map(({ id }) => id)).toEqual([accountId]);
    expect(await world.client.get('/api/meta/whatsapp/account')).toMatchObject({
      phoneNumberId: expect.any(String) as unknown,
    });
    const { status } = await world.client.post('/api/meta/webhook/configure', {
      body: {
        verifyToken: 'a-verify-token-of-our-own',
        fields: { messages: true, message_template_status_update: true },
      },
    });
    expect(status).toBe('active');
    updates = world.follow(events);
    await untilLive(updates);
  });

  it('creates a template and hears of its approval', async () => {
    const { id } = await world.client.post('/api/meta/whatsapp/templates', {
      body: {
        name: 'order_update',
        language: 'en_US',
        category: 'UTILITY',
        components: [
          {
            type: 'BODY',
            text: 'Hello {{1}}, your order {{2}} is on its way.',
            example: { body_text: [['Erika', '4711']] },
          },
        ],
      },
    });
    await eventually(
      () => world.client.get('/api/meta/whatsapp/templates/{id}', { path: { id } }),
      ({ status }) => status === 'APPROVED',
      { timeoutMs: 30_000 },
    );
    await eventually(
      () => events,
      (seen) => seen.some(({ type, data }) => type === 'template.updated' && data.status === 'APPROVED'),
      { timeoutMs: 30_000 },
    );
  });

  it('shows what a customer wrote, and sends the answer once', async () => {
    world.sandbox.control.playMessage({ from: CUSTOMER, content: { body: 'Where is my order?' } });
    const created = await eventually(
      () => events.find(({ type }) => type === 'message.created'),
      (event) => event !== undefined,
      { timeoutMs: 30_000 },
    );
    if (created?.type !== 'message.created') throw new Error('There is no message.');
    expect(created.data.message?.text).toBe('Where is my order?');
    const path = { id: created.data.conversationId };
    const { conversations } = await world.client.get('/api/meta/conversations', {
      query: { platform: 'whatsapp', status: 'active' },
    });
    expect(conversations).toMatchObject([{ id: path.id, unreadCount: 1, contact: { name: CUSTOMER.name } }]);

    const reply = {
      path,
      body: { type: 'text', text: { body: 'It left our warehouse this morning.' } },
      idempotencyKey: 'reply-1',
    } as const;
    const first = await world.client.post('/api/meta/conversations/{id}/messages', reply);
    const again = await world.client.post('/api/meta/conversations/{id}/messages', reply);
    expect(again.id).toBe(first.id);
    await eventually(
      () => statusesOf(first.id),
      (statuses) => statuses.includes('read'),
      { timeoutMs: 30_000 },
    );
    const { messages } = await world.client.get('/api/meta/conversations/{id}/messages', { path });
    expect(messages.map(({ direction, text, status }) => ({ direction, text, status }))).toEqual([
      { direction: 'outbound', text: 'It left our warehouse this morning.', status: 'read' },
      { direction: 'inbound', text: 'Where is my order?', status: 'received' },
    ]);
  });

  it('sends a template, which needs no open window', async () => {
    const { id } = await world.client.post('/api/meta/whatsapp/messages', {
      body: {
        to: '+491709876543',
        type: 'template',
        template: {
          name: 'order_update',
          language: { code: 'en_US' },
          components: [
            {
              type: 'body',
              parameters: [
                { type: 'text', text: 'Erika' },
                { type: 'text', text: '4712' },
              ],
            },
          ],
        },
      },
    });
    const message = await eventually(
      () => world.client.get('/api/meta/whatsapp/messages/{id}', { path: { id } }),
      ({ status }) => status === 'read',
      { timeoutMs: 30_000 },
    );
    expect(message.text).toBe('Hello Erika, your order 4712 is on its way.');
  });

  it('goes through a list, page after page', async () => {
    for (const phone of ['+491701000001', '+491701000002', '+491701000003'])
      world.sandbox.control.playMessage({ from: { phone, name: phone }, content: { body: 'Hello' } });
    await eventually(
      () => world.client.get('/api/meta/conversations'),
      ({ conversations }) => conversations.length === 5,
      { timeoutMs: 30_000 },
    );
    const seen: string[] = [];
    const query = { limit: 2 };
    for await (const { id } of world.client.items('/api/meta/conversations', 'conversations', { query }))
      seen.push(id);
    expect(new Set(seen).size).toBe(5);
    const sizes: number[] = [];
    for await (const page of world.client.pages('/api/meta/conversations', { query }))
      sizes.push(page.conversations.length);
    expect(sizes.slice(0, 3)).toEqual([2, 2, 1]);
  });

  it('says by type what was refused', async () => {
    const refused = world.client.get('/api/meta/conversations/{id}', {
      path: { id: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10' },
    });
    const error: unknown = await refused.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(isApiError(error, 'NOT_FOUND') && { status: error.status, id: error.requestId !== null }).toEqual({
      status: 404,
      id: true,
    });
    const wrong: unknown = await world.client
      .post('/api/meta/whatsapp/messages', { body: { to: '1', type: 'text', text: { body: '' } } })
      .catch((reason: unknown) => reason);
    if (!isApiError(wrong, 'VALIDATION_FAILED')) throw wrong;
    expect(wrong.details.fields?.[0]?.path).toEqual(expect.any(String));
  });

  it('gets one new access token for all requests that find theirs ended', async () => {
    let refreshes = 0;
    let token = 'one-that-has-ended';
    const client = createClient({
      baseUrl: world.app.url,
      getAccessToken: () => token,
      refresh: async () => {
        refreshes += 1;
        token = (await world.session.refresh()) ?? '';
        return token;
      },
    });
    const answers = await Promise.all([
      client.get('/api/auth/me'),
      client.get('/api/meta/conversations'),
      client.get('/api/meta/auth/accounts'),
    ]);
    expect(answers).toHaveLength(3);
    expect(refreshes).toBe(1);
  });

  it('goes on after a lost connection where it was: nothing lost, nothing twice', async () => {
    await untilLive(updates!);
    const last = events.at(-1);
    updates?.close();
    const sent = ['one', 'two', 'three'];
    for (const body of sent) world.sandbox.control.playMessage({ from: CUSTOMER, content: { body } });
    const texts = (seen: AnyLiveEvent[]): unknown[] =>
      seen.flatMap((event) => (event.type === 'message.created' ? [event.data.message?.text] : []));
    await eventually(
      () => world.client.get('/api/meta/conversations'),
      // Wherever it stands in the list: Meta tells times in whole seconds, so others may be as new.
      ({ conversations }) => conversations.some(({ unreadCount }) => unreadCount === 1 + sent.length),
      { timeoutMs: 30_000 },
    );
    updates?.connect();
    await eventually(
      () => texts(events.slice(events.indexOf(last!) + 1)),
      (seen) => seen.length >= 3,
      { timeoutMs: 30_000 },
    );
    expect(texts(events.slice(events.indexOf(last!) + 1)).sort()).toEqual([...sent].sort());
    const ids = events.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
