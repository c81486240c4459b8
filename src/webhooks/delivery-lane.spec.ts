import {
  aContact,
  aMessage,
  aMessagesDelivery,
  aMessagingValue,
  aStatus,
  aWhatsAppDelivery,
} from '../../test/factories/whatsapp-delivery';
import { laneOf } from './delivery-lane';

const lane = (delivery: unknown): string => laneOf(Buffer.from(JSON.stringify(delivery)));
const page = (messaging: Record<string, unknown>): unknown => ({
  object: 'page',
  entry: [{ id: '1', time: 1, messaging: [{ sender: { id: '2' }, recipient: { id: '1' }, ...messaging }] }],
});

describe('the lane of a delivery', () => {
  it.each([
    ['a WhatsApp message', aMessagesDelivery(aMessage()), 'message'],
    [
      'a WhatsApp status',
      aWhatsAppDelivery('messages', aMessagingValue({ statuses: [aStatus()] })),
      'status',
    ],
    [
      'both in one',
      aWhatsAppDelivery('messages', aMessagingValue({ statuses: [aStatus()], messages: [aMessage()] })),
      'message',
    ],
    ['an echo', aWhatsAppDelivery('smb_message_echoes', aMessagingValue({ message_echoes: [] })), 'status'],
    ['imported history', aWhatsAppDelivery('history', aMessagingValue({ messages: [aMessage()] })), 'bulk'],
    ['an address book', aWhatsAppDelivery('smb_app_state_sync', { state_sync: [aContact()] }), 'bulk'],
    ['a template', aWhatsAppDelivery('message_template_status_update', { event: 'APPROVED' }), 'account'],
    ['permissions', { object: 'permissions', entry: [] }, 'account'],
    ['a Messenger message', page({ message: { mid: 'm', text: 'hi' } }), 'message'],
    ['a Messenger echo', page({ message: { is_echo: true, mid: 'm', text: 'hi' } }), 'status'],
    ['a Messenger postback', page({ postback: { payload: 'x' } }), 'message'],
    ['a Messenger delivery', page({ delivery: { mids: ['m'], watermark: 1 } }), 'status'],
    ['a Messenger read', page({ read: { watermark: 1 } }), 'status'],
    [
      'a comment',
      { object: 'page', entry: [{ id: '1', changes: [{ field: 'feed', value: {} }] }] },
      'message',
    ],
    ['no JSON at all', 'hello', 'account'],
  ])('of %s', (_, delivery, expected) => {
    expect(lane(delivery)).toBe(expected);
  });

  it('is not to be chosen by the sender of a text', () => {
    expect(lane(aMessagesDelivery(aMessage({ type: 'text', text: { body: '"field":"history"' } })))).toBe(
      'message',
    );
  });
});
