import { SEED } from '../../sandbox/world-seed';
import { SendClaims } from '../../src/conversations/sends/send-claims.service';
import type { AccountId, AssetId, MessageId } from '../../src/database/ids';
import { JobQueue } from '../../src/queue/job-queue';
import type { ApiClient } from '../api-client';
import { eventually } from '../eventually';
import {
  CUSTOMER,
  MESSAGES,
  type Messenger,
  aMessenger,
  aText,
  customerWrites,
  helloWorld,
  message,
  messageWhen,
  send,
  sent,
  storedId,
  withStatus,
} from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

const SENDS = /messages$/;
const NEVER = 3_600_000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const unique = (() => {
  let n = 0;
  /** A person nobody has spoken with yet. */
  return () => `+1650555${String((n += 1)).padStart(4, '0')}`;
})();

describe('sending WhatsApp messages', () => {
  let app: TestApp;
  let admin: ApiClient;
  let me: Messenger;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    admin = app.api.as(await app.api.registerAdmin());
    me = await aMessenger(app, admin);
  });
  afterAll(() => app.close());
  afterEach(async () => {
    // Nothing of this test may meet the faults of the next.
    await eventually(
      async (): Promise<unknown[]> =>
        app.db.query(`SELECT 1 FROM message_sends WHERE state IN ('queued', 'sending')`),
      (underWay) => underWay.length === 0,
    );
    sandboxOf(app).clearFaults();
    sandboxOf(app).configure({
      statuses: { delaysMs: { sent: 60, delivered: 140, read: 260, played: 320 }, reorder: false },
    });
  });

  /** Statuses come only when the test lets them. */
  const holdStatuses = () =>
    sandboxOf(app).configure({
      statuses: { delaysMs: { sent: NEVER, delivered: NEVER, read: NEVER, played: NEVER } },
    });
  const callsTo = (to: string) =>
    sandboxOf(app)
      .calls({ path: SENDS })
      .filter(({ body }) => JSON.stringify(body).includes(to));

  it('inside the window goes out and is seen accepted, sent, delivered and read, each with its time', async () => {
    await customerWrites(app);
    const answer = await send(me.client, aText('On its way'));
    expect(answer).toMatchObject({ status: 202, body: { data: { status: 'queued' } } });

    // One that comes at the very moment Meta's answer is written down is found by a sweep, a little later.
    const found = await messageWhen(me.client, answer.body.data.id, ({ statuses }) => statuses.length === 5);
    expect(found).toMatchObject({
      id: answer.body.data.id,
      status: 'read',
      wamid: expect.stringMatching(/^wamid\./) as unknown,
      direction: 'outbound',
      type: 'text',
      from: '+15550783881',
      to: CUSTOMER,
      text: 'On its way',
      content: { body: 'On its way' },
      error: null,
    });
    expect(found.statuses.map(({ status }) => status)).toEqual([
      'queued',
      'accepted',
      'sent',
      'delivered',
      'read',
    ]);
    for (const { at } of found.statuses) expect(Date.parse(at)).not.toBeNaN();

    const [atMeta] = sandboxOf(app).sentMessages({ to: CUSTOMER });
    expect(atMeta?.body).toMatchObject({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: CUSTOMER,
      biz_opaque_callback_data: answer.body.data.id,
    });
  });

  it('goes out although nobody was woken', async () => {
    await customerWrites(app);
    const add = jest.spyOn(app.app.get(JobQueue), 'add').mockResolvedValue(true);
    const { id } = (await send(me.client, aText('Held'))).body.data;
    add.mockRestore();
    await messageWhen(me.client, id, withStatus('accepted', 'sent', 'delivered', 'read'));
    expect(
      sandboxOf(app)
        .sentMessages({ to: CUSTOMER })
        .filter(({ body }) => JSON.stringify(body).includes('Held')),
    ).toHaveLength(1);
  });

  it('outside the window is refused before anything is queued, and says what to do', async () => {
    const to = unique();
    const answer = await send(me.client, aText('Hi', { to }));
    expect(answer).toMatchObject({
      status: 422,
      body: { error: { code: 'WINDOW_CLOSED', details: { closedAt: null, templateRequired: true } } },
    });
    expect(callsTo(to)).toHaveLength(0);
  });

  it('says when the window closed', async () => {
    const from = unique();
    await customerWrites(app, { from, timestamp: Math.floor(Date.now() / 1000) - 90_000 });
    const answer = await send(me.client, aText('Hi', { to: from }));
    expect(answer.body.error.code).toBe('WINDOW_CLOSED');
    const closedAt = Date.parse(String(answer.body.error.details.closedAt));
    expect(Math.abs(Date.now() - 3_600_000 - closedAt)).toBeLessThan(30_000);
  });

  it('sends a template to somebody who never wrote', async () => {
    const to = unique();
    const id = await sent(me.client, helloWorld({ to }));
    const found = await messageWhen(me.client, id, withStatus('delivered', 'read'));
    expect(found.type).toBe('template');
    expect(sandboxOf(app).sentMessages({ to })).toHaveLength(1);
  });

  it('fills a template in, and refuses values that do not fit it', async () => {
    await me.client.post('/api/meta/whatsapp/templates', {
      name: 'order_ready',
      language: 'en_US',
      category: 'UTILITY',
      components: [
        { type: 'BODY', text: 'Hi {{1}}, order {{2}} is ready.', example: { body_text: [['Ana', '77']] } },
      ],
    });
    await eventually(
      async (): Promise<{ status: string }[]> =>
        app.db.query(`SELECT status FROM whatsapp_templates WHERE name = 'order_ready'`),
      ([row]) => row?.status === 'APPROVED',
    );
    const template = (...values: string[]) =>
      helloWorld({
        template: {
          name: 'order_ready',
          language: { code: 'en_US' },
          components: [{ type: 'body', parameters: values.map((text) => ({ type: 'text', text })) }],
        },
      });
    expect(await send(me.client, template('Ana'))).toMatchObject({
      status: 422,
      body: {
        error: {
          code: 'TEMPLATE_INVALID',
          details: { problems: [{ path: 'template.components.0', rule: 'template.parameter_count' }] },
        },
      },
    });
    const id = await sent(me.client, template('Ana', '77'));
    expect(await messageWhen(me.client, id, withStatus('delivered', 'read'))).toMatchObject({
      text: 'Hi Ana, order 77 is ready.',
    });
  });

  it.each([
    ['is not there', { name: 'no_such_template', language: { code: 'en_US' } }, 'template.unknown'],
    [
      'is not there in this language',
      { name: 'hello_world', language: { code: 'pt_BR' } },
      'template.language',
    ],
  ])('refuses a template that %s', async (_, template, rule) => {
    expect(await send(me.client, helloWorld({ template }))).toMatchObject({
      status: 422,
      body: { error: { code: 'TEMPLATE_INVALID', details: { problems: [{ rule }] } } },
    });
  });

  it('refuses marketing to somebody who stopped it, and sends everything else', async () => {
    const from = unique();
    const inbound = await customerWrites(app, { from });
    const { contactId } = await message(me.client, inbound);
    await app.db.query('UPDATE contacts SET marketing_opted_out_at = now() WHERE id = $1', [contactId]);
    await app.db.query(`UPDATE whatsapp_templates SET category = 'MARKETING' WHERE name = 'hello_world'`);
    try {
      expect(await send(me.client, helloWorld({ to: from }))).toMatchObject({
        status: 422,
        body: { error: { code: 'RECIPIENT_OPTED_OUT', details: { from: 'marketing' } } },
      });
      expect((await send(me.client, aText('Hi', { to: from }))).status).toBe(202);
    } finally {
      await app.db.query(`UPDATE whatsapp_templates SET category = 'UTILITY' WHERE name = 'hello_world'`);
    }
    await app.db.query('UPDATE contacts SET opted_out_at = now() WHERE id = $1', [contactId]);
    expect(await send(me.client, helloWorld({ to: from }))).toMatchObject({
      body: { error: { code: 'RECIPIENT_OPTED_OUT', details: { from: 'all' } } },
    });
  });

  it('refuses it at the last moment, too: who opts out before a scheduled message leaves does not get it', async () => {
    const from = unique();
    const inbound = await customerWrites(app, { from });
    const { contactId } = await message(me.client, inbound);
    const sendAt = new Date(Date.now() + 3_000).toISOString();
    const { body } = await send(me.client, helloWorld({ to: from, sendAt }));
    await app.db.query('UPDATE contacts SET opted_out_at = now() WHERE id = $1', [contactId]);
    const failed = await messageWhen(me.client, body.data.id, withStatus('failed'));
    expect(failed.statuses.at(-1)?.error).toMatchObject({ code: 'RECIPIENT_OPTED_OUT' });
    expect(sandboxOf(app).sentMessages({ to: from })).toEqual([]);
  });

  describe('with an Idempotency-Key', () => {
    it('answers a repetition with the first answer and sends once', async () => {
      const to = unique();
      const keyed = me.client.with({ 'idempotency-key': 'order-77' });
      const first = await send(keyed, helloWorld({ to }));
      const second = await send(keyed, helloWorld({ to }));
      expect(second.status).toBe(202);
      expect(second.body.data).toEqual(first.body.data);
      await messageWhen(me.client, first.body.data.id, withStatus('delivered', 'read'));
      expect(sandboxOf(app).sentMessages({ to })).toHaveLength(1);
    });

    it('refuses another body under the same key', async () => {
      const keyed = me.client.with({ 'idempotency-key': 'order-78' });
      await send(keyed, helloWorld({ to: unique() }));
      expect(await send(keyed, helloWorld({ to: unique() }))).toMatchObject({
        status: 409,
        body: { error: { code: 'IDEMPOTENCY_CONFLICT' } },
      });
    });

    it('sends once when the same request comes ten times at once', async () => {
      const to = unique();
      const keyed = me.client.with({ 'idempotency-key': 'order-79' });
      const answers = await Promise.all(Array.from({ length: 10 }, () => send(keyed, helloWorld({ to }))));
      expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(1);
      await messageWhen(me.client, answers[0]!.body.data.id, withStatus('delivered', 'read'));
      expect(sandboxOf(app).sentMessages({ to })).toHaveLength(1);
    });

    it('replays the answer although the window has closed since', async () => {
      const from = unique();
      await customerWrites(app, { from });
      const keyed = me.client.with({ 'idempotency-key': 'order-80' });
      const first = await send(keyed, aText('Hi', { to: from }));
      await app.db.query(`UPDATE conversations SET window_expires_at = now() - interval '1 hour'`);
      const second = await send(keyed, aText('Hi', { to: from }));
      expect(second).toMatchObject({ status: 202, body: { data: first.body.data } });
      await app.db.query(`UPDATE conversations SET window_expires_at = now() + interval '1 hour'`);
    });

    it('leaves the key unused when the request is refused', async () => {
      const to = unique();
      const keyed = me.client.with({ 'idempotency-key': 'order-81' });
      expect((await send(keyed, aText('Hi', { to }))).status).toBe(422);
      await customerWrites(app, { from: to });
      expect((await send(keyed, aText('Hi', { to }))).status).toBe(202);
    });
  });

  describe('when the answer does not come', () => {
    it('leaves the outcome unknown, sends once only, and is settled by the status', async () => {
      const to = unique();
      holdStatuses();
      sandboxOf(app).failNext({ method: 'POST', path: SENDS, drop: 'after' });
      const id = await sent(me.client, helloWorld({ to }));
      const unknown = await messageWhen(me.client, id, withStatus('unknown'));
      expect(unknown).toMatchObject({ wamid: null, error: { code: 'META_UNAVAILABLE' } });

      await sleep(4_000);
      expect(sandboxOf(app).sentMessages({ to })).toHaveLength(1);
      await sandboxOf(app).advance(NEVER);
      const settled = await messageWhen(me.client, id, withStatus('delivered', 'read'));
      expect(settled).toMatchObject({
        wamid: sandboxOf(app).sentMessages({ to })[0]?.id,
        error: null,
      });
      expect(settled.statuses.map(({ status }) => status)).toContain('unknown');
    });

    it.each([
      ['HTML of a proxy', { status: 502 }],
      ['JSON of a proxy', { status: 502, body: '{"error":"Bad Gateway"}', contentType: 'application/json' }],
      ['an empty 5xx', { status: 500, body: '' }],
      ['an empty body', { status: 200, body: '' }],
      ['a connection cut before anything happened', { drop: 'before' as const }],
    ])('because of %s, does not try again', async (_, fault) => {
      const to = unique();
      sandboxOf(app).failNext({ method: 'POST', path: SENDS, ...fault });
      const id = await sent(me.client, helloWorld({ to }));
      await messageWhen(me.client, id, withStatus('unknown'));
      await sleep(3_500);
      expect(callsTo(to)).toHaveLength(1);
      expect(sandboxOf(app).sentMessages({ to })).toHaveLength(0);
    });
  });

  it('takes statuses that come before the answer', async () => {
    const to = unique();
    sandboxOf(app).failNext({ method: 'POST', path: SENDS, delayMs: 1_500 });
    const id = await sent(me.client, helloWorld({ to }));
    const found = await messageWhen(
      me.client,
      id,
      ({ status, statuses }) => status === 'read' && statuses.some((each) => each.status === 'accepted'),
    );
    expect(found.wamid).toBe(sandboxOf(app).sentMessages({ to })[0]?.id);
  });

  it('takes statuses in reverse order', async () => {
    sandboxOf(app).configure({ statuses: { reorder: true } });
    const id = await sent(me.client, helloWorld({ to: unique() }));
    const found = await messageWhen(me.client, id, ({ statuses }) => statuses.length === 5);
    expect(found.status).toBe('read');
  });

  it('waits when the number is too fast, and then sends exactly once', async () => {
    const to = unique();
    sandboxOf(app).failNext({ method: 'POST', path: SENDS, code: 130429, headers: { 'retry-after': '1' } });
    const id = await sent(me.client, helloWorld({ to }));
    await messageWhen(me.client, id, withStatus('delivered', 'read'));
    expect(sandboxOf(app).sentMessages({ to })).toHaveLength(1);
    expect(callsTo(to)).toHaveLength(2);
  });

  it.each([
    ['says that it is busy', { code: 133004 }],
    ['says only that something went wrong', { code: 131000 }],
    ['says that it will pass', { code: 100, isTransient: true, status: 500 }],
    [
      'has a proxy say that calls are too many',
      { status: 429, body: '<html>Slow down</html>', headers: { 'retry-after': '1' } },
    ],
  ])('tries again when Meta %s, and sends exactly once', async (_, fault) => {
    const to = unique();
    sandboxOf(app).failNext({ method: 'POST', path: SENDS, ...fault });
    const id = await sent(me.client, helloWorld({ to }));
    await messageWhen(me.client, id, withStatus('delivered', 'read'));
    expect(sandboxOf(app).sentMessages({ to })).toHaveLength(1);
    expect(callsTo(to)).toHaveLength(2);
  });

  it.each([
    [131016, 5],
    [1, 2],
  ])('fails with code %d when Meta still says that after %d tries', async (code, tries) => {
    const to = unique();
    sandboxOf(app).failNext({ method: 'POST', path: SENDS, code, times: 6 });
    const id = await sent(me.client, helloWorld({ to }));
    const found = await messageWhen(me.client, id, withStatus('failed', 'unknown', 'accepted'), 40_000);
    expect(found).toMatchObject({ status: 'failed', error: { code } });
    expect(callsTo(to)).toHaveLength(tries);
    expect(sandboxOf(app).sentMessages({ to })).toHaveLength(0);
  });

  it('fails with Meta’s error when Meta refuses', async () => {
    sandboxOf(app).failNext({ method: 'POST', path: SENDS, code: 131026 });
    const id = await sent(me.client, helloWorld({ to: unique() }));
    const found = await messageWhen(me.client, id, withStatus('failed'));
    expect(found.error).toMatchObject({ code: 131026 });
    expect(found.statuses.at(-1)).toMatchObject({ status: 'failed', error: { code: 131026 } });
  });

  it('fails when Meta finds out after having accepted it', async () => {
    const to = unique();
    sandboxOf(app).failMessages({ code: 131049, how: 'status', to });
    const id = await sent(me.client, helloWorld({ to }));
    expect(await messageWhen(me.client, id, withStatus('failed'))).toMatchObject({ error: { code: 131049 } });
  });

  it('for later is taken although the window is closed by then, and is checked when it goes out', async () => {
    const to = unique();
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const id = await sent(me.client, aText('Later', { to, sendAt }));
    expect((await message(me.client, id)).status).toBe('queued');
    await app.db.query('UPDATE message_sends SET available_at = now() WHERE message_id = $1', [id]);
    expect(await messageWhen(me.client, id, withStatus('failed'))).toMatchObject({
      error: { code: 'WINDOW_CLOSED' },
    });
    expect(callsTo(to)).toHaveLength(0);
  });

  it('goes out at its time, and not before', async () => {
    const to = unique();
    const sendAt = new Date(Date.now() + 2_000).toISOString();
    const id = await sent(me.client, helloWorld({ to, sendAt }));
    await messageWhen(me.client, id, withStatus('delivered', 'read'));
    const [atMeta] = sandboxOf(app).sentMessages({ to });
    expect(atMeta!.acceptedAt).toBeGreaterThanOrEqual(Date.parse(sendAt) - 50);
  });

  it('from a number that cannot send is refused, with what to do', async () => {
    const setStatus = (status: string) =>
      app.db.query('UPDATE whatsapp_phone_numbers SET status = $1', [status]);
    await setStatus('DISCONNECTED');
    try {
      expect(await send(me.client, helloWorld({ to: unique() }))).toMatchObject({
        status: 409,
        body: { error: { code: 'CONFLICT', message: expect.stringContaining('egister') as string } },
      });
    } finally {
      await setStatus('CONNECTED');
    }
  });

  it('to its own number is refused', async () => {
    expect(await send(me.client, helloWorld({ to: '+1 555-078-3881' }))).toMatchObject({
      status: 400,
      body: { error: { details: { fields: [{ path: 'to', rule: 'notOwnNumber' }] } } },
    });
  });

  it('sends the text that was named for it in place of a file that Meta can do nothing with, once', async () => {
    const to = unique();
    await customerWrites(app, { from: to });
    sandboxOf(app).failMessages({ code: 131053, how: 'status', to, times: 1 });
    const image = { link: 'https://shop.example.com/invoice.png' };
    const body = { to, type: 'image', image, fallbackText: 'Your invoice: https://shop.example.com/77' };
    const id = await sent(me.client, body);
    await messageWhen(me.client, id, withStatus('failed'));
    const [, text] = await eventually(
      () => Promise.resolve(sandboxOf(app).sentMessages({ to })),
      (messages) => messages.length === 2,
    );
    expect(JSON.stringify(callsTo(to)[0]?.body)).not.toContain('invoice: ');
    expect(text).toMatchObject({ type: 'text', body: { text: { body: body.fallbackText } } });
    const found = await messageWhen(me.client, text!.bizOpaqueCallbackData!, withStatus('delivered', 'read'));
    expect(found.metadata).toMatchObject({ fallbackOf: id });
    expect((await message(me.client, id)).metadata).toMatchObject({ fallback: found.id });
  });

  it('does not try marketing a second time with somebody who has stopped it', async () => {
    await app.db.query(`UPDATE whatsapp_templates SET category = 'MARKETING' WHERE name = 'hello_world'`);
    try {
      for (const how of ['answer', 'status'] as const) {
        const to = unique();
        sandboxOf(app).failMessages({ code: 131050, how, to });
        const id = await sent(me.client, helloWorld({ to }));
        await messageWhen(me.client, id, withStatus('failed'));
        const again = await eventually(
          () => send(me.client, helloWorld({ to })),
          ({ status }) => status === 422,
        );
        expect(again.body.error.code).toBe('RECIPIENT_OPTED_OUT');
      }
    } finally {
      await app.db.query(`UPDATE whatsapp_templates SET category = 'UTILITY' WHERE name = 'hello_world'`);
    }
  });

  it('answers somebody whose number is hidden', async () => {
    const from = { userId: 'US.13491208655302741918', username: '@sheena', name: 'Sheena' };
    const inbound = await message(me.client, await customerWrites(app, { from }));
    expect(inbound).toMatchObject({ from: from.userId, direction: 'inbound' });
    const id = await sent(me.client, {
      recipient: from.userId,
      type: 'text',
      text: { body: 'Hello Sheena' },
    });
    const found = await messageWhen(me.client, id, withStatus('delivered', 'read'));
    expect(found).toMatchObject({ to: from.userId, conversationId: inbound.conversationId });
  });

  it('knows a person by WhatsApp’s form of the number and by the one dialled', async () => {
    const inbound = await message(me.client, await customerWrites(app, { from: '+553187654321' }));
    const id = await sent(me.client, aText('Olá', { to: '+5531987654321' }));
    const found = await messageWhen(me.client, id, withStatus('delivered', 'read'));
    expect(found.conversationId).toBe(inbound.conversationId);
  });

  it('takes a number that no numbering plan knows if WhatsApp has called somebody by it', async () => {
    const body = aText('Hi', { to: '1234567890' });
    expect(await send(me.client, body)).toMatchObject({
      status: 400,
      body: { error: { details: { fields: [{ path: 'to' }] } } },
    });
    const rows = (id: string) =>
      app.db.query(
        `INSERT INTO contact_identities (account_id, kind, value, contact_id)
         SELECT account_id, 'wa_id', '1234567890', contact_id FROM messages WHERE id = $1`,
        [id],
      );
    await rows(await customerWrites(app, { from: unique() }));
    expect((await send(me.client, body)).status).toBe(202);
  });

  it('learns WhatsApp’s form of a number from the answer', async () => {
    const id = await sent(me.client, helloWorld({ to: '+525512345678' }));
    const { contactId } = await messageWhen(me.client, id, withStatus('delivered', 'read'));
    const identities: { kind: string; value: string }[] = await app.db.query(
      'SELECT kind, value FROM contact_identities WHERE contact_id = $1',
      [contactId],
    );
    expect(identities).toEqual(
      expect.arrayContaining([
        { kind: 'phone', value: '525512345678' },
        { kind: 'wa_id', value: '5215512345678' },
      ]),
    );
  });

  it('is marked as read for the customer, with a sign that an answer is being written', async () => {
    const { messageId } = sandboxOf(app).playMessage({ from: unique() });
    const id = await storedId(app, messageId);
    const answer = await me.client.post(`${MESSAGES}/${id}/read`, { typing: true });
    expect(answer).toMatchObject({ status: 200, body: { data: { id, typing: true } } });
    expect(sandboxOf(app).receivedMessage(messageId)).toMatchObject({
      readAt: expect.any(Number) as unknown,
      isTyping: true,
    });
    expect((await message(me.client, id)).statuses.at(-1)).toMatchObject({ status: 'read' });
  });

  it('cannot be marked as read when it is our own', async () => {
    const id = await sent(me.client, helloWorld({ to: unique() }));
    expect((await me.client.post(`${MESSAGES}/${id}/read`, {})).status).toBe(400);
  });

  describe('that is wrong', () => {
    it.each<[string, Record<string, unknown>, number, string]>([
      ['an unknown field', aText('Hi', { priority: 'high' }), 400, 'VALIDATION_FAILED'],
      ['a national number', aText('Hi', { to: '6505551234' }), 400, 'VALIDATION_FAILED'],
      ['two recipients', aText('Hi', { recipient: 'US.1' }), 400, 'VALIDATION_FAILED'],
      ['a number of ours that does not exist', aText('Hi', { phoneNumberId: '1' }), 404, 'NOT_FOUND'],
      [
        'an account that does not exist',
        aText('Hi', { accountId: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10' }),
        404,
        'ACCOUNT_NOT_FOUND',
      ],
    ])('by %s is refused', async (_, body, status, code) => {
      const answer = await send(me.client, body);
      expect({ status: answer.status, code: answer.body.error.code }).toEqual({ status, code });
    });

    it('names the fields', async () => {
      const answer = await send(me.client, aText('', { to: 'Ana' }));
      expect(answer.body.error.details).toMatchObject({
        fields: [{ path: 'text.body' }, { path: 'text.body' }],
      });
    });

    it('is refused to viewers and to strangers', async () => {
      const viewer = app.api.as(await admin.createUser('viewer'));
      expect((await send(viewer, aText())).status).toBe(403);
      expect((await send(app.api, aText())).status).toBe(401);
    });
  });

  it('shows nobody else’s messages, and sends from nobody else’s number', async () => {
    const tenant = sandboxOf(app).createTenant({ name: 'Other', displayPhoneNumber: '+1 555-078-9999' });
    const other = await aMessenger(app, admin, { personId: tenant.personId });
    const id = await sent(me.client, helloWorld({ to: unique() }));
    expect((await other.client.get(`${MESSAGES}/${id}`)).status).toBe(404);
    expect((await other.client.post(`${MESSAGES}/${id}/read`, {})).status).toBe(404);
    expect(await send(other.client, helloWorld({ phoneNumberId: me.phoneNumberId }))).toMatchObject({
      status: 404,
      body: { error: { code: 'NOT_FOUND' } },
    });
    expect(other.phoneNumberId).toBe(tenant.phoneNumberId);
  });

  it('asks which number when there are several', async () => {
    const second = sandboxOf(app).createPhoneNumber({
      wabaId: SEED.wabaId,
      displayPhoneNumber: '+1 555-078-4444',
    });
    await me.client.post('/api/meta/whatsapp/account/sync', {});
    expect(await send(me.client, helloWorld())).toMatchObject({
      status: 409,
      body: { error: { code: 'ACCOUNT_AMBIGUOUS', details: { parameter: 'phoneNumberId' } } },
    });
    const to = unique();
    const id = await sent(me.client, helloWorld({ to, phoneNumberId: second.id }));
    await messageWhen(me.client, id, withStatus('delivered', 'read'));
    expect(sandboxOf(app).sentMessages({ to })).toMatchObject([{ phoneNumberId: second.id }]);
  });

  // Last: afterwards the account has no working token.
  it('fails once the token is dead, and says so before queueing from then on', async () => {
    for (const { token } of sandboxOf(app).tokens()) sandboxOf(app).revokeToken(token, 463);
    const body = helloWorld({ to: unique(), phoneNumberId: me.phoneNumberId });
    const id = await sent(me.client, body);
    expect(await messageWhen(me.client, id, withStatus('failed'))).toMatchObject({
      error: { code: 'META_REAUTH_REQUIRED' },
    });
    expect((await me.client.get('/api/meta/auth/status')).body.data).toMatchObject({ status: 'expired' });
    expect(await send(me.client, body)).toMatchObject({
      status: 424,
      body: { error: { code: 'META_REAUTH_REQUIRED' } },
    });
  });
});

describe('a process that dies while it sends', () => {
  it('leaves a message whose outcome is unknown, which nobody sends again', async () => {
    const app = await startTestApp({ sandbox: true, env: { APP_ROLES: 'api' } });
    try {
      const me = await aMessenger(app, app.api.as(await app.api.registerAdmin()));
      const id = (await sent(me.client, helloWorld())) as MessageId;
      const accountId = me.accountId as AccountId;
      const claims = app.app.get(SendClaims, { strict: false });
      const assets: { id: AssetId }[] = await app.db.query(
        'SELECT id FROM whatsapp_phone_numbers WHERE account_id = $1',
        [accountId],
      );
      const channel = { platform: 'whatsapp', accountId, assetId: assets[0]!.id } as const;
      const limits = { all: 9, campaign: 9 };
      expect(await claims.claim(channel, limits)).toMatchObject([{ messageId: id, attempt: 1 }]);
      expect(await claims.claim(channel, limits)).toEqual([]);
      expect(await claims.markAbandoned(new Date(Date.now() + 1_000))).toBe(1);
      expect(await message(me.client, id)).toMatchObject({
        status: 'unknown',
        error: { code: 'OUTCOME_UNKNOWN' },
      });
      expect(await claims.claim(channel, limits)).toEqual([]);
      expect(sandboxOf(app).sentMessages()).toHaveLength(0);
    } finally {
      await app.close();
    }
  });
});

describe('without Redis', () => {
  it('messages go out all the same, a little later', async () => {
    const app = await startTestApp({
      sandbox: true,
      env: { REDIS_URL: 'redis://127.0.0.1:9' },
    });
    try {
      const me = await aMessenger(app, app.api.as(await app.api.registerAdmin()));
      const id = await sent(me.client, helloWorld());
      await messageWhen(me.client, id, withStatus('accepted', 'sent', 'delivered', 'read'));
      expect(sandboxOf(app).sentMessages()).toHaveLength(1);
    } finally {
      await app.close();
    }
  });
});
