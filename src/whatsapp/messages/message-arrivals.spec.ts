import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ArrivedMessage } from '../../conversations/conversation-types';
import type { AccountId, AssetId, DeliveryId } from '../../database/ids';
import { parseDelivery } from '../../webhooks/parsers/delivery.parser';
import type { WebhookEventKind } from '../../webhooks/webhook-events';
import type { RoutedEvent } from '../../webhooks/webhook-handler.registry';
import {
  aContact,
  aMessage,
  aMessagesDelivery,
  aMessagingValue,
  aStatus,
  aWhatsAppDelivery,
  CUSTOMER_BSUID,
  CUSTOMER_NUMBER,
  BUSINESS_NUMBER,
} from '../../../test/factories/whatsapp-delivery';
import {
  echoedMessage,
  editOf,
  historyMessage,
  receivedMessage,
  revocationOf,
  statusOf,
  systemMessage,
} from './message-arrivals';

const home = { accountId: 'account' as AccountId, assetId: 'asset' as AssetId };
const receivedAt = new Date('2026-11-21T12:00:00Z');

/** The events of a delivery as the processor hands them on. */
function eventsOf<K extends WebhookEventKind>(kind: K, body: unknown): RoutedEvent<K>[] {
  const { events } = parseDelivery(body, receivedAt);
  return events
    .filter((event) => event.kind === kind)
    .map((event) => ({ ...event, deliveryId: 'd' as DeliveryId, owner: home }) as unknown as RoutedEvent<K>);
}

function received(message: Record<string, unknown>): ArrivedMessage {
  const [event] = eventsOf('whatsapp.message.received', aMessagesDelivery(aMessage(message)));
  const arrived = event === undefined ? null : receivedMessage(home, event);
  if (arrived === null) throw new Error('Nothing arrived.');
  return arrived;
}

const file = { id: '98', mime_type: 'image/jpeg', sha256: 'abc' };

describe('a message of a customer', () => {
  it('is stored with its person, text and time', () => {
    expect(received({})).toEqual({
      ...home,
      platform: 'whatsapp',
      externalId: 'wamid.in.1',
      person: {
        identities: [
          { kind: 'bsuid', value: CUSTOMER_BSUID },
          { kind: 'wa_id', value: CUSTOMER_NUMBER },
        ],
        name: 'Nour Haddad',
        profile: {},
      },
      groupId: '',
      direction: 'inbound',
      senderType: 'customer',
      senderId: CUSTOMER_BSUID,
      type: 'text',
      text: 'Is the shop open today?',
      content: { body: 'Is the shop open today?' },
      context: null,
      metadata: {},
      at: new Date(1_780_000_000_000),
      status: 'received',
      live: true,
    });
  });

  it.each<[string, Record<string, unknown>, string | null]>([
    ['image', { image: { ...file, caption: 'The invoice' } }, 'The invoice'],
    ['image', { image: file }, null],
    ['video', { video: { ...file, caption: 'Look' } }, 'Look'],
    ['audio', { audio: { ...file, voice: true } }, null],
    ['document', { document: { ...file, filename: 'invoice.pdf' } }, 'invoice.pdf'],
    ['sticker', { sticker: { ...file, animated: false } }, null],
    [
      'location',
      { location: { latitude: 1.5, longitude: 2.5, name: 'Shop', address: 'High St 1' } },
      'Shop, High St 1',
    ],
    ['location', { location: { latitude: 1.5, longitude: 2.5 } }, null],
    ['button', { button: { payload: 'STOP', text: 'Stop it' } }, 'Stop it'],
    [
      'interactive',
      { interactive: { type: 'button_reply', button_reply: { id: 'a', title: 'Yes' } } },
      'Yes',
    ],
    [
      'interactive',
      { interactive: { type: 'list_reply', list_reply: { id: 'a', title: 'Monday' } } },
      'Monday',
    ],
    [
      'interactive',
      { interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json: '{}' } } },
      'Sent',
    ],
    ['order', { order: { catalog_id: '1', text: 'Please quickly', product_items: [] } }, 'Please quickly'],
    [
      'unsupported',
      { unsupported: { type: 'poll' }, errors: [{ code: 131051, title: 'Unsupported' }] },
      null,
    ],
    ['request_welcome', {}, null],
    ['hologram', { hologram: { depth: 3 } }, null],
  ])('of type %s keeps its content and gives its words', (type, content, text) => {
    const arrived = received({ type, ...content });
    expect(arrived).toMatchObject({ type, text, content: content[type] ?? {} });
  });

  it('with contact cards keeps the list and shows the names', () => {
    const contacts = [{ name: { formatted_name: 'Ana Silva' } }, { name: { formatted_name: 'Ben Okri' } }];
    expect(received({ type: 'contacts', contacts })).toMatchObject({
      text: 'Ana Silva, Ben Okri',
      content: { contacts },
    });
  });

  it.each([
    [{ message_id: 'wamid.1', emoji: '👍' }, '👍'],
    [{ message_id: 'wamid.1', emoji: '' }, null],
    [{ message_id: 'wamid.1' }, null],
  ])('that is a reaction %j points at its message', (reaction, text) => {
    expect(received({ type: 'reaction', reaction })).toMatchObject({
      type: 'reaction',
      text,
      context: { message_id: 'wamid.1' },
    });
  });

  it('that answers another names it as a message to send does', () => {
    const context = { from: BUSINESS_NUMBER, id: 'wamid.0' };
    expect(received({ context }).context).toEqual({ message_id: 'wamid.0', from: BUSINESS_NUMBER });
  });

  it('that was forwarded says so', () => {
    expect(received({ context: { frequently_forwarded: true } }).context).toEqual({
      frequently_forwarded: true,
    });
  });

  it('that asks about a product names it', () => {
    const product = { catalog_id: '7', product_retailer_id: 'shirt' };
    expect(received({ context: { from: '1', id: 'w', referred_product: product } }).context).toMatchObject({
      referred_product: product,
    });
  });

  it('that came by an advertisement keeps it', () => {
    const referral = { source_url: 'https://fb.me/1', source_id: '120', source_type: 'ad', ctwa_clid: 'abc' };
    expect(received({ referral }).metadata).toEqual({ referral });
  });

  it('keeps fields that nobody knows yet', () => {
    expect(received({ mood: { level: 3 } }).metadata).toEqual({ raw: { mood: { level: 3 } } });
  });

  it('without its body is kept with what is left of it', () => {
    expect(received({ type: 'interactive' })).toMatchObject({ type: 'interactive', text: null, content: {} });
  });

  it('of somebody whose number is hidden is known by the user id', () => {
    const value = aMessagingValue({
      contacts: [{ profile: { name: 'Sheena', username: '@sheena' }, user_id: 'US.1' }],
      messages: [
        { from_user_id: 'US.1', id: 'wamid.9', timestamp: '1780000000', type: 'text', text: { body: 'Hi' } },
      ],
    });
    const [event] = eventsOf('whatsapp.message.received', aWhatsAppDelivery('messages', value));
    expect(receivedMessage(home, event!)?.person).toEqual({
      identities: [{ kind: 'bsuid', value: 'US.1' }],
      name: 'Sheena',
      profile: { username: '@sheena' },
    });
  });

  it('in a group belongs to the group', () => {
    expect(received({ group_id: 'G1' })).toMatchObject({ groupId: 'G1', person: { name: 'Nour Haddad' } });
  });
});

describe('what happens to messages', () => {
  it('an edit brings the new content', () => {
    const edit = {
      original_message_id: 'wamid.0',
      message: { type: 'image', image: { ...file, caption: 'New' } },
    };
    const [event] = eventsOf('whatsapp.message.edited', aMessagesDelivery(aMessage({ type: 'edit', edit })));
    const { payload, occurredAt } = event!;
    expect(editOf(home, payload.originalWamid, payload.content, payload.raw, occurredAt)).toEqual({
      ...home,
      externalId: 'wamid.0',
      text: 'New',
      content: { ...file, caption: 'New' },
      at: new Date(1_780_000_000_000),
    });
  });

  it('a revocation names the message', () => {
    const revoke = { original_message_id: 'wamid.0' };
    const [event] = eventsOf(
      'whatsapp.message.revoked',
      aMessagesDelivery(aMessage({ type: 'revoke', revoke })),
    );
    expect(revocationOf(home, event!.payload.originalWamid, event!.occurredAt)).toMatchObject({
      externalId: 'wamid.0',
    });
  });

  it('a changed number is told in the conversation', () => {
    const system = { body: 'User A changed', wa_id: '447700900999', type: 'user_changed_number' };
    const [event] = eventsOf(
      'whatsapp.message.system',
      aMessagesDelivery(aMessage({ type: 'system', system })),
    );
    expect(systemMessage(home, event!)).toMatchObject({
      type: 'system',
      senderType: 'system',
      text: 'User A changed',
      content: system,
      person: { identities: expect.arrayContaining([{ kind: 'wa_id', value: CUSTOMER_NUMBER }]) as unknown },
    });
  });

  it('a message from the business’s phone is an outgoing one', () => {
    const value = aMessagingValue({
      message_echoes: [
        {
          from: BUSINESS_NUMBER,
          to: CUSTOMER_NUMBER,
          id: 'wamid.e',
          timestamp: '1780000000',
          type: 'text',
          text: { body: 'Yes' },
        },
      ],
    });
    const [event] = eventsOf('whatsapp.message.echoed', aWhatsAppDelivery('smb_message_echoes', value));
    expect(echoedMessage(home, event!)).toMatchObject({
      direction: 'outbound',
      senderType: 'app',
      status: 'sent',
      text: 'Yes',
      person: { identities: [{ kind: 'wa_id', value: CUSTOMER_NUMBER }] },
    });
  });

  it('past chats are imported with their statuses, without being news', () => {
    const past = (from: string, status: string) => ({
      from,
      id: `wamid.${status}`,
      timestamp: '1739230955',
      type: 'text',
      text: { body: status },
      history_context: { status },
    });
    const value = aMessagingValue({
      history: [
        {
          metadata: { phase: 0, chunk_order: 1, progress: 55 },
          threads: [
            {
              id: CUSTOMER_NUMBER,
              messages: [
                past(BUSINESS_NUMBER, 'READ'),
                past(BUSINESS_NUMBER, 'ERROR'),
                past(CUSTOMER_NUMBER, 'DELIVERED'),
              ],
            },
          ],
        },
      ],
    });
    const [event] = eventsOf('whatsapp.history', aWhatsAppDelivery('history', value));
    if (event?.payload.type !== 'chunk') throw new Error('Not a chunk.');
    const [thread] = event.payload.threads;
    const messages = thread!.messages.map((message) => historyMessage(home, thread!.person, message));
    expect(messages).toMatchObject([
      { direction: 'outbound', status: 'read', live: false },
      { direction: 'outbound', status: 'failed', live: false },
      { direction: 'inbound', status: 'received', live: false },
    ]);
  });
});

describe('a status', () => {
  const OURS = '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10';
  const arrived = (parts: Record<string, unknown>) => {
    const value = aMessagingValue({ contacts: [aContact()], statuses: [aStatus(parts)] });
    const [event] = eventsOf('whatsapp.message.status', aWhatsAppDelivery('messages', value));
    return statusOf(home, event!.payload);
  };

  it('carries our own message id back, and what it costs', () => {
    expect(
      arrived({
        biz_opaque_callback_data: OURS.toUpperCase(),
        pricing: { billable: true, pricing_model: 'PMP', type: 'regular', category: 'marketing' },
      }),
    ).toEqual({
      ...home,
      externalId: 'wamid.out.1',
      status: 'delivered',
      participant: '',
      at: new Date(1_780_000_100_000),
      error: null,
      details: { pricing: { billable: true, pricing_model: 'PMP', type: 'regular', category: 'marketing' } },
      messageId: OURS,
      identities: expect.arrayContaining([{ kind: 'wa_id', value: CUSTOMER_NUMBER }]) as unknown,
    });
  });

  it('keeps the correlation data of another tool apart from ours', () => {
    expect(arrived({ biz_opaque_callback_data: 'crm:77' })).toMatchObject({
      messageId: null,
      details: { biz_opaque_callback_data: 'crm:77' },
    });
  });

  it.each([
    [
      { code: 131049, title: 'T', message: 'M', error_data: { details: 'D' } },
      { code: 131049, title: 'T', message: 'M', details: 'D' },
    ],
    [
      { code: 131051, title: 'T' },
      { code: 131051, title: 'T', message: null, details: null },
    ],
  ])('failed says why: %j', (error, expected) => {
    expect(arrived({ status: 'failed', errors: [error] })?.error).toEqual(expected);
  });

  it('of a group message is about one participant, whose ids are not the group’s', () => {
    expect(
      arrived({ recipient_type: 'group', recipient_id: 'G1', recipient_participant_id: CUSTOMER_NUMBER }),
    ).toMatchObject({ participant: CUSTOMER_NUMBER, identities: [] });
  });

  it.each(['deleted', 'warning', 'pondered'])('called %s has no place in the order of statuses', (status) => {
    expect(arrived({ status })).toBeNull();
  });
});

const fixtures = resolve(__dirname, '../../../../shared/meta/fixtures/whatsapp');
const present = existsSync(fixtures);
if (!present) console.warn(`Published payloads were not mapped: there is no ${fixtures}.`);

(present ? describe : describe.skip)('published messages (skipped where their folder is absent)', () => {
  const names = present ? readdirSync(fixtures).filter((name) => name.endsWith('.json')) : [];
  it.each(names)('%s can be stored', (name) => {
    const body: unknown = JSON.parse(readFileSync(join(fixtures, name), 'utf8'));
    for (const event of eventsOf('whatsapp.message.received', body)) {
      const message = receivedMessage(home, event);
      expect(message).not.toBeNull();
      expect(JSON.parse(JSON.stringify(message?.content))).toEqual(message?.content);
    }
    for (const event of eventsOf('whatsapp.message.system', body))
      expect(systemMessage(home, event)).not.toBeNull();
    for (const event of eventsOf('whatsapp.message.status', body)) {
      expect(statusOf(home, event.payload)).not.toBeNull();
    }
    for (const event of eventsOf('whatsapp.message.echoed', body)) {
      if (event.payload.action === 'sent') expect(echoedMessage(home, event)).not.toBeNull();
    }
  });
});
