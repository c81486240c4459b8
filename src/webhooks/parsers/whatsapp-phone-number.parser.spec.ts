import { aWhatsAppDelivery, BUSINESS_NUMBER, WABA_ID } from '../../../test/factories/whatsapp-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const parse = (field: string, value: unknown) =>
  parseDelivery(aWhatsAppDelivery(field, value, { time: 1780000000 }), receivedAt);

it.each([
  [
    'phone_number_quality_update',
    {
      display_phone_number: 15559876543,
      event: 'UPGRADE',
      current_limit: 'TIER_10K',
      max_daily_conversations_per_business: -1,
    },
    'whatsapp.phone_number.quality',
    {
      displayPhoneNumber: BUSINESS_NUMBER,
      event: 'UPGRADE',
      currentLimit: 'TIER_10K',
      maxDailyConversationsPerBusiness: '-1',
    },
  ],
  [
    'phone_number_name_update',
    {
      display_phone_number: BUSINESS_NUMBER,
      decision: 'APPROVED',
      requested_verified_name: 'The Shop',
      rejection_reason: null,
    },
    'whatsapp.phone_number.name',
    {
      displayPhoneNumber: BUSINESS_NUMBER,
      decision: 'APPROVED',
      requestedName: 'The Shop',
      rejectionReason: null,
    },
  ],
  [
    'business_username_update',
    { display_phone_number: BUSINESS_NUMBER, username: 'the_shop', status: 'approved' },
    'whatsapp.business_username.updated',
    { displayPhoneNumber: BUSINESS_NUMBER, username: 'the_shop', status: 'approved' },
  ],
  [
    'security',
    { display_phone_number: BUSINESS_NUMBER, event: 'PIN_CHANGED', requester: 61555 },
    'whatsapp.security',
    { displayPhoneNumber: BUSINESS_NUMBER, event: 'PIN_CHANGED', requester: '61555' },
  ],
])('the field %s is routed by the account', (field, value, kind, payload) => {
  expect(parse(field, value)).toEqual({
    object: 'whatsapp_business_account',
    events: [
      {
        kind,
        occurredAt: new Date(1780000000_000),
        asset: { kind: 'waba', metaId: WABA_ID },
        parent: null,
        payload,
      },
    ],
    unrecognized: [],
  });
});

it.each([
  ['phone_number_quality_update', { event: 'UPGRADE' }, 'display_phone_number is missing'],
  ['phone_number_name_update', { display_phone_number: '1' }, 'decision is missing'],
  ['business_username_update', {}, 'status is missing'],
  ['security', {}, 'event is missing'],
])('the field %s is kept unrecognized: %j', (field, value, reason) => {
  expect(parse(field, value)).toMatchObject({ events: [], unrecognized: [{ field, reason }] });
});
