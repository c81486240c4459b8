import { aWhatsAppDelivery, WABA_ID } from '../../../test/factories/whatsapp-delivery';
import { parseDelivery } from './delivery.parser';

const receivedAt = new Date('2026-11-21T12:00:00Z');
const template = {
  message_template_id: 998877,
  message_template_name: 'parcel_ready',
  message_template_language: 'en_GB',
};
const parse = (field: string, value: unknown) =>
  parseDelivery(aWhatsAppDelivery(field, value, { time: 1780000000 }), receivedAt);

describe('a verdict on a template', () => {
  it('is routed by the account and dated by the entry', () => {
    expect(
      parse('message_template_status_update', {
        ...template,
        event: 'REJECTED',
        reason: 'INVALID_FORMAT',
        message_template_category: 'UTILITY',
        rejection_info: { reason: 'Two parameters in a row', recommendation: 'Put text between' },
      }).events,
    ).toEqual([
      {
        kind: 'whatsapp.template.status',
        occurredAt: new Date(1780000000_000),
        asset: { kind: 'waba', metaId: WABA_ID },
        parent: null,
        payload: {
          templateId: '998877',
          name: 'parcel_ready',
          language: 'en_GB',
          status: 'REJECTED',
          reason: 'INVALID_FORMAT',
          category: 'UTILITY',
          rejection: { reason: 'Two parameters in a row', recommendation: 'Put text between' },
        },
      },
    ]);
  });

  it.each([{ reason: 'NONE' }, { reason: null }, {}])('has no reason: %j', (parts) => {
    expect(
      parse('message_template_status_update', { ...template, event: 'APPROVED', ...parts }).events,
    ).toMatchObject([{ payload: { status: 'APPROVED', reason: null } }]);
  });

  it('tells of pauses and of disabling', () => {
    expect(
      parse('message_template_status_update', {
        ...template,
        event: 'PAUSED',
        disable_info: { disable_date: 1780000000 },
        other_info: { title: 'FIRST_PAUSE', description: 'Low quality' },
      }).events,
    ).toMatchObject([
      {
        payload: {
          disableDate: '1780000000',
          otherInfo: { title: 'FIRST_PAUSE', description: 'Low quality' },
        },
      },
    ]);
  });

  it.each([
    [{ event: 'APPROVED' }, 'message_template_id is missing'],
    [{ ...template }, 'event is missing'],
  ])('is kept unrecognized: %j', (value, reason) => {
    expect(parse('message_template_status_update', value)).toMatchObject({
      events: [],
      unrecognized: [{ field: 'message_template_status_update', reason, raw: value }],
    });
  });

  it('is kept unrecognized when the entry does not say whose it is', () => {
    const body = aWhatsAppDelivery(
      'message_template_status_update',
      { ...template, event: 'APPROVED' },
      { id: undefined },
    );
    expect(parseDelivery(body, receivedAt).unrecognized).toMatchObject([
      { reason: 'id of the entry is missing' },
    ]);
  });
});

it.each(['message_template_quality_update', 'message_template_status_update'])(
  'a score of quality is known by its value, also in the field %s',
  (field) => {
    expect(
      parse(field, { ...template, previous_quality_score: 'GREEN', new_quality_score: 'YELLOW' }).events,
    ).toMatchObject([
      {
        kind: 'whatsapp.template.quality',
        payload: { templateId: '998877', previousScore: 'GREEN', score: 'YELLOW' },
      },
    ]);
  },
);

describe('a category', () => {
  it('has changed', () => {
    const value = { ...template, previous_category: 'UTILITY', new_category: 'MARKETING' };
    expect(parse('template_category_update', value).events).toMatchObject([
      {
        kind: 'whatsapp.template.category',
        payload: { phase: 'done', previousCategory: 'UTILITY', category: 'MARKETING' },
      },
    ]);
  });

  it('is going to change, and new_category is the one that still holds', () => {
    const value = {
      ...template,
      new_category: 'UTILITY',
      correct_category: 'MARKETING',
      category_update_timestamp: 1780086400,
    };
    expect(parse('template_category_update', value).events).toMatchObject([
      {
        payload: {
          phase: 'announced',
          category: 'UTILITY',
          nextCategory: 'MARKETING',
          effectiveAt: new Date(1780086400_000),
        },
      },
    ]);
  });
});

it('the components of a template come with its new texts', () => {
  const value = {
    ...template,
    message_template_title: 'Ready',
    message_template_element: 'Hi {{1}}',
    message_template_footer: 'The shop',
    message_template_buttons: [
      {
        message_template_button_type: 'URL',
        message_template_button_text: 'Track',
        message_template_button_url: 'https://example.com',
      },
      { message_template_button_type: 'PHONE_NUMBER', message_template_button_phone_number: '+447700900123' },
    ],
  };
  expect(parse('message_template_components_update', value).events).toMatchObject([
    {
      kind: 'whatsapp.template.components',
      payload: {
        header: 'Ready',
        body: 'Hi {{1}}',
        footer: 'The shop',
        buttons: [
          { type: 'URL', text: 'Track', url: 'https://example.com' },
          { type: 'PHONE_NUMBER', phoneNumber: '+447700900123' },
        ],
      },
    },
  ]);
});
