import { KNOWN_FIELDS, fieldsByObject } from './webhook-fields';

describe('the fields of a subscription', () => {
  it('say on each object what the specification’s names mean there', () => {
    const fields = fieldsByObject(
      ['messages', 'message_deliveries', 'messaging_postbacks'],
      ['pages_messaging'],
    );
    expect(fields.get('page')).toEqual([
      'messages',
      'message_echoes',
      'message_edits',
      'message_reactions',
      'message_deliveries',
      'message_reads',
      'messaging_postbacks',
      'messaging_referrals',
      'messaging_optins',
      'messaging_handovers',
      'standby',
      'messaging_policy_enforcement',
    ]);
    expect(fields.get('instagram')).toEqual([
      'messages',
      'message_reactions',
      'message_edit',
      'messaging_seen',
      'messaging_postbacks',
      'messaging_referral',
      'messaging_optins',
      'messaging_handover',
      'standby',
      'story_insights',
    ]);
    expect(fields.get('permissions')).toEqual(['connected', 'pages_messaging']);
  });

  it('never ask WhatsApp for deliveries: its statuses come in messages', () => {
    const whatsapp = fieldsByObject(['message_deliveries'], []).get('whatsapp_business_account');
    expect(whatsapp).toContain('messages');
    expect(whatsapp).not.toContain('message_deliveries');
  });

  it('add what keeps conversations right to messages, and to nothing else', () => {
    expect(fieldsByObject(['message_deliveries'], []).get('page')).toEqual([
      'message_deliveries',
      'message_reads',
    ]);
    expect(fieldsByObject(['messages'], []).get('page')).not.toContain('messaging_postbacks');
  });

  it('keep the state of templates, numbers and accounts with whatever is wanted of WhatsApp', () => {
    expect(fieldsByObject(['messages'], []).get('whatsapp_business_account')).toEqual(
      expect.arrayContaining([
        'message_template_status_update',
        'phone_number_quality_update',
        'account_update',
      ]),
    );
  });

  it('leave out an object that none of them concerns', () => {
    expect([...fieldsByObject(['feed'], []).keys()]).toEqual(['page', 'permissions']);
    expect(fieldsByObject([], ['pages_messaging']).size).toBe(0);
  });

  it('are all known by name to who configures', () => {
    for (const name of ['messages', 'message_deliveries', 'messaging_postbacks', 'comments', 'calls'])
      expect(KNOWN_FIELDS).toContain(name);
    expect(KNOWN_FIELDS).not.toContain('connected');
  });
});
