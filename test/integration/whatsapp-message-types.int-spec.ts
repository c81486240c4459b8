import { SEND_MESSAGE_EXAMPLES } from '../../src/whatsapp/sending/send-message.examples';
import {
  CUSTOMER,
  type MessageView,
  type Messenger,
  aMessenger,
  customerWrites,
  message,
  messageWhen,
  sent,
} from '../factories/messaging.factory';
import { sandboxOf } from '../factories/meta-login';
import { type TestApp, startTestApp } from '../test-app';

/** Of the examples in the API document those that need nothing elsewhere: no upload, file, flow, template, group or message. */
const SENDABLE = Object.entries(SEND_MESSAGE_EXAMPLES).filter(
  ([name, { value }]) =>
    value.to === CUSTOMER &&
    value.type !== 'template' &&
    !JSON.stringify(value).includes('"link":') &&
    !['upload', 'video', 'voice', 'sticker', 'scheduled', 'reaction', 'flow'].includes(name),
);

describe('messages of every type', () => {
  let app: TestApp;
  let me: Messenger;
  beforeAll(async () => {
    app = await startTestApp({ sandbox: true });
    me = await aMessenger(app, app.api.as(await app.api.registerAdmin()));
  });
  afterAll(() => app.close());

  const hasLeft = ({ status }: MessageView): boolean => status !== 'queued';

  it('that the API document has as examples are taken, sent to Meta as they are, and shown again', async () => {
    await customerWrites(app);
    expect(SENDABLE.length).toBeGreaterThan(14);
    const ordered: { name: string; value: Record<string, unknown>; id: string }[] = [];
    for (const [name, { value }] of SENDABLE) ordered.push({ name, value, id: await sent(me.client, value) });
    const failures: unknown[] = [];
    for (const { name, value, id } of ordered) {
      const { status, error, content } = await messageWhen(me.client, id, hasLeft, 60_000);
      const atMeta = sandboxOf(app)
        .sentMessages({ to: CUSTOMER })
        .find(({ body }) => body.biz_opaque_callback_data === id);
      const type = String(value.type);
      const isWhole = JSON.stringify(sorted(atMeta?.body[type])) === JSON.stringify(sorted(value[type]));
      if (status === 'failed' || !isWhole || content.kind !== type)
        failures.push([name, { status, error, content }]);
    }
    expect(failures).toEqual([]);
  });

  it.each([
    ['text', { type: 'text' }, { kind: 'text', body: 'Hello' }],
    ['image', { type: 'image' }, { kind: 'image', mime_type: 'image/jpeg', caption: 'Look at this' }],
    ['voice note', { type: 'audio' }, { kind: 'audio', voice: true }],
    ['document', { type: 'document' }, { kind: 'document', filename: 'invoice.pdf' }],
    ['sticker', { type: 'sticker' }, { kind: 'sticker', animated: false }],
    ['location', { type: 'location' }, { kind: 'location', latitude: 37.4847, longitude: -122.1473 }],
    ['contacts', { type: 'contacts' }, { kind: 'contacts' }],
    ['button', { type: 'button' }, { kind: 'button', payload: 'STOP', text: 'Stop' }],
    ['order', { type: 'order' }, { kind: 'order' }],
    ['unsupported', { type: 'unsupported' }, { kind: 'unsupported', type: 'poll' }],
    ['button reply', { type: 'interactive' }, { kind: 'button_reply', button_reply: { id: 'yes' } }],
    [
      'flow reply',
      {
        type: 'interactive',
        content: {
          type: 'nfm_reply',
          nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"flow_token":"t","day":"Monday"}' },
        },
      },
      { kind: 'nfm_reply', nfm_reply: { response: { flow_token: 't', day: 'Monday' } } },
    ],
    [
      'type that Meta has added',
      { type: 'hologram', content: { depth: 3 } },
      { kind: 'unknown', type: 'hologram', raw: { hologram: { depth: 3 } } },
    ],
  ])('that arrive as %s are shown in a form of their own', async (_, input, content) => {
    const id = await customerWrites(app, { from: CUSTOMER, ...input });
    expect(await message(me.client, id)).toMatchObject({ direction: 'inbound', content });
    const { conversationId } = await message(me.client, id);
    // WhatsApp tells whole seconds: everything that was sent within the same one stands above it.
    const thread = await me.client.get<{ messages: MessageView[] }>(
      `/api/meta/conversations/${conversationId}/messages?limit=100`,
    );
    expect(thread.body.data.messages.find((shown) => shown.id === id)).toMatchObject({ content });
  });

  it('show what came along: the advertisement that led here, and the price of an answer', async () => {
    const referral = {
      source_url: 'https://fb.me/1',
      source_id: '120',
      source_type: 'ad',
      headline: 'Plants',
      ctwa_clid: 'clid',
    };
    const id = await customerWrites(app, { from: CUSTOMER, type: 'text', extra: { referral } });
    expect(await message(me.client, id)).toMatchObject({ referral });

    const answer = await sent(me.client, { to: CUSTOMER, type: 'text', text: { body: 'Welcome' } });
    const { statuses } = await messageWhen(
      me.client,
      answer,
      // What comes before Meta's answer is written down may be applied a moment after what comes later.
      ({ statuses: told }) =>
        told.some(({ status }) => status === 'sent') && told.some(({ status }) => status === 'delivered'),
      60_000,
    );
    expect(statuses.find(({ status }) => status === 'sent')).toMatchObject({
      pricing: { pricing_model: 'PMP', category: expect.any(String) as unknown },
    });
  });
});

/** Objects with their keys in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
