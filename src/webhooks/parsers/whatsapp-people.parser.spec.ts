import {
  aContact,
  aMessagingValue,
  aWhatsAppDelivery,
  CUSTOMER_BSUID,
  CUSTOMER_NUMBER,
} from '../../../test/factories/whatsapp-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const parse = (field: string, parts: Record<string, unknown>) =>
  parseDelivery(aWhatsAppDelivery(field, aMessagingValue(parts)), receivedAt);

describe('the address book of the app', () => {
  it('gains a person', () => {
    const contact = { full_name: 'Nour Haddad', first_name: 'Nour', phone_number: `+${CUSTOMER_NUMBER}` };
    const sync = { type: 'contact', action: 'add', contact, metadata: { timestamp: '1780000000' } };
    expect(parse('smb_app_state_sync', { state_sync: [sync] }).events).toMatchObject([
      {
        kind: 'whatsapp.contact.synced',
        occurredAt: new Date(1780000000_000),
        payload: {
          action: 'add',
          type: 'contact',
          person: { waId: CUSTOMER_NUMBER, name: 'Nour Haddad' },
          firstName: 'Nour',
        },
      },
    ]);
  });

  it('loses a person', () => {
    const sync = { action: 'remove', contact: { phone_number: 447700900123 } };
    expect(parse('smb_app_state_sync', { state_sync: [sync] }).events).toMatchObject([
      { payload: { action: 'remove', person: { waId: CUSTOMER_NUMBER } } },
    ]);
  });

  it('has nobody without a number', () => {
    expect(
      parse('smb_app_state_sync', { state_sync: [{ action: 'add', contact: {} }] }).unrecognized,
    ).toMatchObject([{ reason: 'state_sync[0]: phone_number of the contact is missing' }]);
  });
});

describe('a wish about marketing messages', () => {
  const preference = { category: 'marketing_messages', value: 'stop', detail: 'Stop', timestamp: 1780000000 };

  it('belongs to a person', () => {
    const user_preferences = [{ ...preference, wa_id: CUSTOMER_NUMBER, signup_id: 5 }];
    expect(parse('user_preferences', { contacts: [aContact()], user_preferences }).events).toMatchObject([
      {
        kind: 'whatsapp.user.preference',
        payload: {
          person: { waId: CUSTOMER_NUMBER, bsuid: CUSTOMER_BSUID, name: 'Nour Haddad' },
          category: 'marketing_messages',
          value: 'stop',
          detail: 'Stop',
          signupId: '5',
          at: new Date(1780000000_000),
        },
      },
    ]);
  });

  it('is kept unrecognized without one', () => {
    expect(parse('user_preferences', { user_preferences: [preference] }).unrecognized).toMatchObject([
      { reason: 'user_preferences[0]: wa_id and user_id are missing' },
    ]);
  });
});

describe('a change of a group', () => {
  it('names who was added, who was removed and who asks to join', () => {
    const groups = [
      {
        type: 'group_create',
        group_id: 'g1',
        request_id: 'r1',
        subject: 'Regulars',
        added_participants: [{ input: 447700900123, wa_id: 447700900123 }],
      },
      {
        type: 'group_participants_remove',
        group_id: 'g1',
        initiated_by: 'participant',
        removed_participants: [{ user_id: CUSTOMER_BSUID, username: '@nour' }],
      },
      { type: 'group_join_request_created', group_id: 'g1', join_request_id: 'j1', wa_id: CUSTOMER_NUMBER },
    ];
    expect(parse('group_participants_update', { groups }).events).toMatchObject([
      {
        kind: 'whatsapp.group.updated',
        payload: {
          field: 'group_participants_update',
          groupId: 'g1',
          type: 'group_create',
          requestId: 'r1',
          subject: 'Regulars',
          added: [{ input: CUSTOMER_NUMBER, waId: CUSTOMER_NUMBER }],
          removed: [],
        },
      },
      { payload: { initiatedBy: 'participant', removed: [{ bsuid: CUSTOMER_BSUID, username: '@nour' }] } },
      { payload: { joinRequestId: 'j1', requester: { waId: CUSTOMER_NUMBER } } },
    ]);
  });

  it.each(['group_lifecycle_update', 'group_settings_update', 'group_status_update'])(
    'comes in the field %s, too',
    (field) => {
      expect(parse(field, { groups: [{ group_id: 'g1', type: 'group_suspend' }] }).events).toMatchObject([
        { payload: { field } },
      ]);
    },
  );
});
