import { aWhatsAppDelivery, WABA_ID } from '../../../test/factories/whatsapp-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const parse = (field: string, value: unknown) =>
  parseDelivery(aWhatsAppDelivery(field, value, { time: 1780000000 }), receivedAt);

describe('an update of an account', () => {
  it('belongs to the account of the entry, with all that it says', () => {
    const value = {
      event: 'DISABLED_UPDATE',
      ban_info: { waba_ban_state: 'DISABLE', waba_ban_date: 'May 4, 2026' },
    };
    expect(parse('account_update', value).events).toEqual([
      {
        kind: 'whatsapp.account.updated',
        occurredAt: new Date(1780000000_000),
        asset: { kind: 'waba', metaId: WABA_ID },
        parent: null,
        payload: {
          event: 'DISABLED_UPDATE',
          wabaId: WABA_ID,
          ban: { state: 'DISABLE', date: 'May 4, 2026' },
          details: value,
        },
      },
    ]);
  });

  it('belongs to the account that a partner event names: the entry is that of the partner', () => {
    expect(
      parse('account_update', { event: 'PARTNER_REMOVED', waba_info: { waba_id: 4242 } }).events,
    ).toMatchObject([{ asset: { kind: 'waba', metaId: '4242' }, payload: { wabaId: '4242' } }]);
  });

  it('tells of violations and restrictions', () => {
    expect(
      parse('account_update', {
        event: 'ACCOUNT_RESTRICTION',
        violation_info: { violation_type: 'SPAM' },
        restriction_info: [
          { restriction_type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiration: 1780086400 },
        ],
      }).events,
    ).toMatchObject([
      {
        payload: {
          violationType: 'SPAM',
          restrictions: [{ type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiresAt: new Date(1780086400_000) }],
        },
      },
    ]);
  });
});

it.each([
  [
    'account_alerts',
    {
      entity_type: 'BUSINESS',
      entity_id: 5,
      alert_info: { alert_type: 'X', alert_severity: 'WARNING', alert_status: 'ACTIVE' },
    },
    'whatsapp.account.alert',
    { entityType: 'BUSINESS', entityId: '5', alertType: 'X', severity: 'WARNING', status: 'ACTIVE' },
  ],
  [
    'account_alerts',
    { alert_type: 'X', alert_description: 'D' },
    'whatsapp.account.alert',
    { alertType: 'X', description: 'D' },
  ],
  ['account_review_update', { decision: 'APPROVED' }, 'whatsapp.account.reviewed', { decision: 'APPROVED' }],
  [
    'business_capability_update',
    { max_daily_conversations_per_business: 2000, max_phone_numbers_per_waba: '25' },
    'whatsapp.business.capability',
    { maxDailyConversationsPerBusiness: '2000', maxPhoneNumbersPerWaba: 25 },
  ],
  [
    'business_capability_update',
    { max_daily_conversations_per_business: 'TIER_2K' },
    'whatsapp.business.capability',
    { maxDailyConversationsPerBusiness: 'TIER_2K' },
  ],
  [
    'payment_configuration_update',
    {
      configuration_name: 'shop',
      provider_name: 'razorpay',
      status: 'Active',
      created_timestamp: 1780000000,
    },
    'whatsapp.payment_configuration.updated',
    {
      configurationName: 'shop',
      providerName: 'razorpay',
      status: 'Active',
      createdAt: new Date(1780000000_000),
    },
  ],
  [
    'partner_solutions',
    { event: 'SOLUTION_CREATED', solution_id: 12, solution_status: 'INITIATED' },
    'whatsapp.partner_solution',
    { event: 'SOLUTION_CREATED', solutionId: '12', status: 'INITIATED' },
  ],
  [
    'flows',
    { event: 'FLOW_STATUS_CHANGE', flow_id: 3, old_status: 'DRAFT', new_status: 'PUBLISHED' },
    'whatsapp.flow',
    { event: 'FLOW_STATUS_CHANGE', flowId: '3', oldStatus: 'DRAFT', newStatus: 'PUBLISHED' },
  ],
])('the field %s is read from %j', (field, value, kind, payload) => {
  expect(parse(field, value)).toMatchObject({
    events: [{ kind, asset: { metaId: WABA_ID }, payload }],
    unrecognized: [],
  });
});

it.each([
  ['account_update', 'event is missing'],
  ['account_alerts', 'alert_type is missing'],
  ['account_review_update', 'decision is missing'],
  ['payment_configuration_update', 'configuration_name is missing'],
  ['partner_solutions', 'event is missing'],
  ['flows', 'event is missing'],
])('the field %s is kept unrecognized when it says nothing', (field, reason) => {
  expect(parse(field, {})).toMatchObject({ events: [], unrecognized: [{ field, reason }] });
});
