import {
  aContact,
  aMessagingValue,
  aStatus,
  aWhatsAppDelivery,
  BUSINESS_NUMBER,
  CUSTOMER_BSUID,
  CUSTOMER_NUMBER,
} from '../../../test/factories/whatsapp-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const parse = (parts: Record<string, unknown>) =>
  parseDelivery(
    aWhatsAppDelivery('calls', aMessagingValue({ contacts: [aContact()], ...parts })),
    receivedAt,
  );

describe('a call', () => {
  it('comes from a person', () => {
    const call = {
      id: 'wacid.1',
      from: CUSTOMER_NUMBER,
      to: BUSINESS_NUMBER,
      event: 'connect',
      direction: 'USER_INITIATED',
      timestamp: '1780000000',
      session: { sdp_type: 'offer', sdp: 'v=0' },
    };
    expect(parse({ calls: [call] }).events).toMatchObject([
      {
        kind: 'whatsapp.call',
        occurredAt: new Date(1780000000_000),
        payload: {
          callId: 'wacid.1',
          event: 'connect',
          direction: 'USER_INITIATED',
          person: { waId: CUSTOMER_NUMBER, bsuid: CUSTOMER_BSUID, name: 'Nour Haddad' },
          session: { sdpType: 'offer', sdp: 'v=0' },
          errors: [],
        },
      },
    ]);
  });

  it('goes to a person and ends, perhaps with an error beside it', () => {
    const call = {
      id: 'wacid.1',
      from: '15550000000',
      to: CUSTOMER_NUMBER,
      event: 'terminate',
      direction: 'BUSINESS_INITIATED',
      status: 'COMPLETED',
      start_time: '1780000000',
      end_time: '1780000120',
      duration: 120,
      biz_opaque_callback_data: 'our-id',
    };
    expect(parse({ calls: [call], errors: [{ code: 138000 }] }).events).toMatchObject([
      {
        kind: 'whatsapp.call',
        payload: {
          person: { waId: CUSTOMER_NUMBER },
          status: 'COMPLETED',
          startedAt: new Date(1780000000_000),
          endedAt: new Date(1780000120_000),
          durationSeconds: 120,
          callbackData: 'our-id',
        },
      },
      { kind: 'whatsapp.account.error', payload: { field: 'calls', error: { code: 138000 } } },
    ]);
  });

  it('has statuses of its own, which are not those of messages', () => {
    expect(
      parse({ statuses: [aStatus({ id: 'wacid.1', type: 'call', status: 'RINGING' })] }).events,
    ).toMatchObject([
      {
        kind: 'whatsapp.call.status',
        payload: {
          callId: 'wacid.1',
          status: 'RINGING',
          recipient: { waId: CUSTOMER_NUMBER },
          at: new Date(1780000100_000),
        },
      },
    ]);
  });

  it('is kept unrecognized when it says nothing', () => {
    expect(parse({ calls: [{ id: 'wacid.1' }, { event: 'connect' }] }).unrecognized).toMatchObject([
      { reason: 'calls[0]: event is missing' },
      { reason: 'calls[1]: id is missing' },
    ]);
  });
});
