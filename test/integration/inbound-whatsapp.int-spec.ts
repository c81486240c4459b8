import { SEED } from '../../sandbox/world-seed';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  MESSAGES,
  type MessageView,
  type Messenger,
  aMessenger,
  aText,
  customerWrites,
  helloWorld,
  message,
  messageWhen,
  send,
  storedId,
} from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { deliver } from '../signed-webhook';
import { type TestApp, startTestApp } from '../test-app';

const unique = (() => {
  let n = 0;
  return () => `+1650666${String((n += 1)).padStart(4, '0')}`;
})();

describe('what arrives from WhatsApp', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: Messenger;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aMessenger(app, admin);
  });
  afterAll(() => app.close());

  const arrived = async (input: Parameters<typeof customerWrites>[1]): Promise<MessageView> =>
    message(me.client, await customerWrites(app, input));

  /** A change of the seeded number, as Meta delivers it. */
  const aChange = (
    field: string,
    value: Record<string, unknown>,
    phoneNumberId: string = SEED.phoneNumberId,
  ) => ({
    field,
    value: {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '15550783881', phone_number_id: phoneNumberId },
      ...value,
    },
  });
  const aDelivery = (...changes: unknown[]) => ({
    object: 'whatsapp_business_account',
    entry: [{ id: SEED.wabaId as string, changes }],
  });
  const post = async (body: unknown): Promise<void> => {
    const answer = await deliver(app.api, JSON.stringify(body));
    expect(answer.status).toBe(200);
  };
  const contactOf = async (contactId: string | null): Promise<Record<string, unknown>> => {
    const rows: Record<string, unknown>[] = await app.db.query('SELECT * FROM contacts WHERE id = $1', [
      contactId,
    ]);
    return rows[0] ?? {};
  };
  const identitiesOf = async (contactId: string | null): Promise<{ kind: string; value: string }[]> =>
    app.db.query('SELECT kind, value FROM contact_identities WHERE contact_id = $1', [contactId]);

  it.each<[string, string | null, Record<string, unknown>]>([
    ['text', 'Hello', { body: 'Hello' }],
    ['image', 'Look at this', { caption: 'Look at this', mime_type: 'image/jpeg' }],
    ['video', null, { mime_type: 'video/mp4' }],
    ['audio', null, { voice: true }],
    ['document', 'invoice.pdf', { filename: 'invoice.pdf' }],
    ['sticker', null, { mime_type: 'image/webp' }],
    ['location', 'Meta HQ, 1 Hacker Way', { latitude: 37.4847 }],
    ['contacts', 'Ana Lee', { contacts: [{ name: { formatted_name: 'Ana Lee' } }] }],
    ['reaction', '😀', { message_id: 'wamid.unknown' }],
    ['button', 'Stop', { payload: 'STOP' }],
    ['interactive', 'Yes', { type: 'button_reply' }],
    ['order', null, { catalog_id: '354160437058781' }],
    ['unsupported', null, { type: 'poll' }],
    ['request_welcome', null, {}],
  ])('a message of type %s is stored and can be read', async (type, text, content) => {
    const from = unique();
    const found = await arrived({ from, type });
    expect(found).toMatchObject({ direction: 'inbound', type, text, content, status: 'received', from });
    const thread = await me.client.get<{ messages: { id: string }[] }>(
      `/api/meta/conversations/${found.conversationId}/messages`,
    );
    expect(thread.body.data.messages).toMatchObject([{ id: found.id, type }]);
  });

  it('a message of a type that does not exist yet is stored as it came', async () => {
    const found = await arrived({ from: unique(), type: 'hologram', content: { depth: 3 } });
    expect(found).toMatchObject({
      type: 'hologram',
      content: { kind: 'unknown', type: 'hologram', raw: { hologram: { depth: 3 } } },
      text: null,
    });
  });

  it('a message that comes five times is stored once', async () => {
    const from = unique();
    const body = aDelivery(
      aChange('messages', {
        contacts: [{ profile: { name: 'Ana' }, wa_id: from.slice(1) }],
        messages: [
          {
            from: from.slice(1),
            id: 'wamid.five',
            timestamp: '1780000000',
            type: 'text',
            text: { body: 'Hi' },
          },
        ],
      }),
    );
    const spaced = (n: number) => `${JSON.stringify(body)}${' '.repeat(n)}`;
    await Promise.all([0, 1, 2, 3, 4].map((n) => deliver(app.api, spaced(n))));
    await storedId(app, 'wamid.five');
    await eventually(
      async (): Promise<{ state: string }[]> => app.db.query('SELECT state FROM webhook_deliveries'),
      (rows) => rows.every(({ state }) => state !== 'pending'),
    );
    const rows: unknown[] = await app.db.query(`SELECT 1 FROM messages WHERE external_id = 'wamid.five'`);
    expect(rows).toHaveLength(1);
  });

  it('one delivery with messages of several tenants gives each its own', async () => {
    const tenant = sandboxOf(app).createTenant({ name: 'Other', displayPhoneNumber: '+1 555-078-9999' });
    const other = await aMessenger(app, admin, { personId: tenant.personId });
    const aMessage = (id: string) => ({
      contacts: [{ profile: { name: 'Ana' }, wa_id: '16505559999' }],
      messages: [{ from: '16505559999', id, timestamp: '1780000000', type: 'text', text: { body: 'Hi' } }],
    });
    const body = aDelivery(aChange('messages', aMessage('wamid.mine')));
    body.entry.push({
      id: tenant.wabaId,
      changes: [aChange('messages', aMessage('wamid.theirs'), tenant.phoneNumberId)],
    });
    await post(body);
    const [mine, theirs] = [await storedId(app, 'wamid.mine'), await storedId(app, 'wamid.theirs')];
    expect((await me.client.get(`${MESSAGES}/${mine}`)).status).toBe(200);
    expect((await me.client.get(`${MESSAGES}/${theirs}`)).status).toBe(404);
    expect((await other.client.get(`${MESSAGES}/${theirs}`)).status).toBe(200);
    expect((await other.client.get(`${MESSAGES}/${mine}`)).status).toBe(404);
  });

  it('an odd message does not hold up the one beside it', async () => {
    await post(
      aDelivery(
        aChange('messages', {
          messages: [
            { id: 'wamid.nobody', timestamp: 'yesterday', type: 'text', text: { body: 'From nobody' } },
            { from: '16505551111', id: 'wamid.beside', timestamp: '1780000000', type: 'text', text: 7 },
          ],
        }),
      ),
    );
    expect(await message(me.client, await storedId(app, 'wamid.beside'))).toMatchObject({ type: 'text' });
  });

  it('an answer, an advertisement and a hidden number are kept', async () => {
    const found = await arrived({
      from: { userId: 'US.9988776655', username: '@nour', name: 'Nour' },
      context: { from: '15550783881', id: 'wamid.before' },
      referral: { source_url: 'https://fb.me/1', source_id: '120', source_type: 'ad', ctwa_clid: 'clid' },
    });
    expect(found).toMatchObject({
      from: 'US.9988776655',
      context: { message_id: 'wamid.before' },
      metadata: { referral: { source_id: '120', ctwa_clid: 'clid' } },
    });
    expect(await contactOf(found.contactId)).toMatchObject({ name: 'Nour', profile: { username: '@nour' } });
  });

  it('an edit replaces the text, a revocation takes it away', async () => {
    const from = unique();
    const found = await arrived({ from, content: { body: 'Frist' } });
    sandboxOf(app).playMessage({
      from,
      type: 'edit',
      timestamp: Math.floor(Date.now() / 1000) + 1,
      content: { original_message_id: found.wamid ?? '', message: { type: 'text', text: { body: 'First' } } },
    });
    expect(await messageWhen(me.client, found.id, ({ text }) => text === 'First')).toMatchObject({
      content: { body: 'First' },
    });
    sandboxOf(app).playMessage({
      from,
      type: 'revoke',
      timestamp: Math.floor(Date.now() / 1000) + 2,
      content: { original_message_id: found.wamid ?? '' },
    });
    await messageWhen(me.client, found.id, ({ text }) => text === null);
  });

  it('somebody who stops marketing gets none, until they allow it again', async () => {
    const from = unique();
    const { contactId } = await arrived({ from });
    sandboxOf(app).playPreference({ from, value: 'stop' });
    await eventually(
      () => contactOf(contactId),
      (contact) => contact.marketing_opted_out_at !== null,
    );
    await app.db.query(`UPDATE whatsapp_templates SET category = 'MARKETING' WHERE name = 'hello_world'`);
    expect((await send(me.client, helloWorld({ to: from }))).body.error.code).toBe('RECIPIENT_OPTED_OUT');
    // Times are whole seconds, and of two choices in one second the refusal counts.
    await sandboxOf(app).advance(2_000);
    sandboxOf(app).playPreference({ from, value: 'resume' });
    await eventually(
      () => contactOf(contactId),
      (contact) => contact.marketing_opted_out_at === null,
    );
    expect((await send(me.client, helloWorld({ to: from }))).status).toBe(202);
  });

  it('a changed number leads to the same contact and conversation', async () => {
    const before = await arrived({ from: '+16505557001' });
    await post(
      aDelivery(
        aChange('messages', {
          messages: [
            {
              from: '16505557001',
              id: 'wamid.moved',
              timestamp: '1780000000',
              type: 'system',
              system: { body: 'Ana changed', wa_id: '16505557002', type: 'user_changed_number' },
            },
          ],
        }),
      ),
    );
    expect(await message(me.client, await storedId(app, 'wamid.moved'))).toMatchObject({
      type: 'system',
      text: 'Ana changed',
      contactId: before.contactId,
    });
    await post(
      aDelivery(
        aChange('messages', {
          messages: [
            {
              from: '16505557002',
              id: 'wamid.after',
              timestamp: '1780000001',
              type: 'text',
              text: { body: 'Me again' },
            },
          ],
        }),
      ),
    );
    const after = await message(me.client, await storedId(app, 'wamid.after'));
    expect(after).toMatchObject({ contactId: before.contactId, conversationId: before.conversationId });
  });

  it('a changed business-scoped id leads to the same contact, too', async () => {
    const before = await arrived({ from: { userId: 'US.1111', username: '@maya' } });
    await post(
      aDelivery(
        aChange('messages', {
          messages: [
            {
              id: 'wamid.rebound',
              timestamp: '1780000000',
              type: 'system',
              system: {
                body: 'User Maya changed from US.1111 to US.2222',
                user_id: 'US.2222',
                type: 'user_changed_user_id',
              },
            },
          ],
        }),
      ),
    );
    await storedId(app, 'wamid.rebound');
    await eventually(
      () => identitiesOf(before.contactId),
      (identities) => identities.some(({ value }) => value === 'US.2222'),
    );
  });

  it('what the business writes on its phone joins the conversation', async () => {
    const inbound = await arrived({ from: '+16505558001' });
    await post(
      aDelivery(
        aChange('smb_message_echoes', {
          message_echoes: [
            {
              from: '15550783881',
              to: '16505558001',
              id: 'wamid.echo',
              timestamp: '1780000000',
              type: 'text',
              text: { body: 'By phone' },
            },
          ],
        }),
      ),
    );
    expect(await message(me.client, await storedId(app, 'wamid.echo'))).toMatchObject({
      direction: 'outbound',
      status: 'sent',
      text: 'By phone',
      conversationId: inbound.conversationId,
    });
  });

  it('past chats are imported, open no window and are no news', async () => {
    const aPast = (from: string, id: string, type: string, status: string) => ({
      from,
      id,
      timestamp: '1739230955',
      type,
      ...(type === 'text' ? { text: { body: 'Long ago' } } : {}),
      history_context: { status },
    });
    await post(
      aDelivery(
        aChange('history', {
          history: [
            {
              metadata: { phase: 0, chunk_order: 1, progress: 100 },
              threads: [
                {
                  id: '16505558002',
                  messages: [
                    aPast('16505558002', 'wamid.past1', 'text', 'READ'),
                    aPast('15550783881', 'wamid.past2', 'text', 'READ'),
                    aPast('16505558002', 'wamid.past3', 'media_placeholder', 'READ'),
                  ],
                },
              ],
            },
          ],
        }),
      ),
    );
    const first = await message(me.client, await storedId(app, 'wamid.past1'));
    expect(first).toMatchObject({ direction: 'inbound', text: 'Long ago', status: 'received' });
    expect(await message(me.client, await storedId(app, 'wamid.past2'))).toMatchObject({ status: 'read' });
    const conversation = await me.client.get<{ unreadCount: number; windowExpiresAt: string | null }>(
      `/api/meta/conversations/${first.conversationId}`,
    );
    expect(conversation.body.data).toMatchObject({ unreadCount: 0, windowExpiresAt: null });
    expect((await send(me.client, aText('Hi', { to: '+16505558002' }))).body.error.code).toBe(
      'WINDOW_CLOSED',
    );

    await post(
      aDelivery(
        aChange('history', {
          messages: [
            {
              from: '16505558002',
              id: 'wamid.past3',
              timestamp: '1738796547',
              type: 'image',
              image: { id: '24', caption: 'The plant' },
            },
          ],
        }),
      ),
    );
    const placeholder = await storedId(app, 'wamid.past3');
    expect(await messageWhen(me.client, placeholder, ({ text }) => text === 'The plant')).toMatchObject({
      content: { type: 'image', id: '24' },
    });
  });

  it('a status of a message nobody knows waits, and one of a new kind disturbs nothing', async () => {
    await post(
      aDelivery(
        aChange('messages', {
          statuses: [
            {
              id: 'wamid.stranger',
              status: 'delivered',
              timestamp: '1780000000',
              recipient_id: '16505551234',
            },
            {
              id: 'wamid.stranger',
              status: 'pondered',
              timestamp: '1780000001',
              recipient_id: '16505551234',
            },
          ],
        }),
      ),
    );
    const rows = await eventually(
      async (): Promise<{ status: string }[]> =>
        app.db.query(`SELECT status FROM waiting_statuses WHERE external_id = 'wamid.stranger'`),
      (found) => found.length > 0,
    );
    expect(rows).toEqual([{ status: 'delivered' }]);
  });

  it('everything ends as processed or ignored, nothing as dead', async () => {
    const states = await eventually(
      async (): Promise<{ state: string }[]> => app.db.query('SELECT DISTINCT state FROM webhook_deliveries'),
      (rows) => rows.every(({ state }) => state !== 'pending'),
    );
    expect(states.map(({ state }) => state)).not.toContain('dead');
  });
});
