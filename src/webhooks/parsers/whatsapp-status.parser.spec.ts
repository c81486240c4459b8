import {
  aContact,
  aMessagingValue,
  aStatus,
  aWhatsAppDelivery,
  CUSTOMER_BSUID,
  CUSTOMER_NUMBER,
  PHONE_NUMBER_ID,
  WABA_ID,
} from '../../../test/factories/whatsapp-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const parse = (status: unknown, contacts?: unknown[]) =>
  parseDelivery(
    aWhatsAppDelivery('messages', aMessagingValue({ statuses: [status], ...(contacts && { contacts }) })),
    receivedAt,
  );

describe('a status of a message', () => {
  it('says who got what, at which price and in which conversation', () => {
    const { events } = parse(
      aStatus({
        status: 'sent',
        recipient_user_id: CUSTOMER_BSUID,
        biz_opaque_callback_data: 'our-id',
        recipient_identity_key_hash: 'key',
        conversation: { id: 'c1', expiration_timestamp: '1780086400', origin: { type: 'marketing' } },
        pricing: { billable: true, pricing_model: 'PMP', type: 'regular', category: 'marketing' },
      }),
      [aContact()],
    );
    expect(events).toEqual([
      {
        kind: 'whatsapp.message.status',
        occurredAt: new Date(1780000100_000),
        asset: { kind: 'phone_number', metaId: PHONE_NUMBER_ID },
        parent: { kind: 'waba', metaId: WABA_ID },
        payload: {
          wamid: 'wamid.out.1',
          status: 'sent',
          at: new Date(1780000100_000),
          recipient: {
            waId: CUSTOMER_NUMBER,
            bsuid: CUSTOMER_BSUID,
            name: 'Nour Haddad',
            identityKeyHash: 'key',
          },
          participant: '',
          callbackData: 'our-id',
          pricing: { billable: true, model: 'PMP', type: 'regular', category: 'marketing' },
          conversation: { id: 'c1', expiresAt: new Date(1780086400_000), origin: 'marketing' },
          errors: [],
        },
      },
    ]);
  });

  it.each(['parent_recipient_user_id', 'recipient_parent_user_id', 'parent_user_id'])(
    'reads the parent id under the name %s, and needs no number',
    (key) => {
      const status = aStatus({
        recipient_id: undefined,
        recipient_user_id: CUSTOMER_BSUID,
        [key]: 'GB.ENT.9',
      });
      expect(parse(status).events).toMatchObject([
        { payload: { recipient: { bsuid: CUSTOMER_BSUID, parentBsuid: 'GB.ENT.9' } } },
      ]);
    },
  );

  it('is about one participant where the message went to a group', () => {
    const status = aStatus({
      status: 'read',
      recipient_id: 'group-1',
      recipient_type: 'group',
      recipient_participant_id: CUSTOMER_NUMBER,
      recipient_participant_user_id: CUSTOMER_BSUID,
    });
    expect(parse(status).events).toMatchObject([
      {
        payload: {
          groupId: 'group-1',
          participant: CUSTOMER_NUMBER,
          recipient: { waId: CUSTOMER_NUMBER, bsuid: CUSTOMER_BSUID },
        },
      },
    ]);
    expect(parse({ ...status, recipient_participant_id: undefined }).events).toMatchObject([
      { payload: { groupId: 'group-1', participant: CUSTOMER_BSUID } },
    ]);
  });

  it('carries the reasons of a failure, in new and old forms', () => {
    const errors = [
      { code: 131049, title: 'T', message: 'M', error_data: { details: 'D' }, href: 'https://example.com' },
      { code: '470', title: 'Only a title' },
      { title: 'No code', details: 'Old place' },
    ];
    expect(parse(aStatus({ status: 'failed', errors })).events).toMatchObject([
      {
        payload: {
          status: 'failed',
          errors: [
            { code: 131049, title: 'T', message: 'M', details: 'D', href: 'https://example.com' },
            { code: 470, title: 'Only a title' },
            { code: null, title: 'No code', details: 'Old place' },
          ],
        },
      },
    ]);
  });

  it('may be one that is not known yet', () => {
    expect(parse(aStatus({ status: 'warehoused' })).events).toMatchObject([
      { payload: { status: 'warehoused' } },
    ]);
  });

  it.each([
    [aStatus({ id: undefined }), 'statuses[0]: id is missing'],
    [aStatus({ status: undefined }), 'statuses[0]: status is missing'],
    [aStatus({ status: 's'.repeat(10_000) }), 'statuses[0]: status is too long'],
    ['sent', 'statuses[0]: is not an object'],
  ])('is kept unrecognized: %#', (status, reason) => {
    expect(parse(status)).toMatchObject({ events: [], unrecognized: [{ reason }] });
  });
});
