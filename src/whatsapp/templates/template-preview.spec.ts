import type { SendTemplateComponentDto } from '../dto/send-template.dto';
import { renderTemplate } from './template-preview';

const text = (value: string) => ({ type: 'text' as const, text: value });
const DEFINITION = [
  { type: 'HEADER', format: 'TEXT', text: 'Order {{1}}', example: { header_text: ['17'] } },
  { type: 'BODY', text: 'Hi {{1}}, {{2}} has left, {{1}}.', example: { body_text: [['Ana', 'it']] } },
  { type: 'FOOTER', text: 'Lucky Shrub' },
  { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'Half off', has_expiration: true } },
  {
    type: 'BUTTONS',
    buttons: [
      { type: 'URL', text: 'Track', url: 'https://a.example/{{1}}', example: ['https://a.example/17'] },
      { type: 'COPY_CODE', example: 'SALE' },
      { type: 'PHONE_NUMBER', text: 'Call', phone_number: '+15550783881' },
    ],
  },
];

describe('the preview of a template', () => {
  it('has the values in their places', () => {
    const given: SendTemplateComponentDto[] = [
      { type: 'header', parameters: [text('860198')] },
      { type: 'body', parameters: [text('Po'), text('a plant')] },
      {
        type: 'limited_time_offer',
        parameters: [
          { type: 'limited_time_offer', limited_time_offer: { expiration_time_ms: 1_800_000_000_000 } },
        ],
      },
      { type: 'button', sub_type: 'url', index: '0', parameters: [text('860198')] },
      {
        type: 'button',
        sub_type: 'copy_code',
        index: 1,
        parameters: [{ type: 'coupon_code', coupon_code: 'SPRING' }],
      },
    ];
    expect(renderTemplate(DEFINITION, given)).toEqual({
      header: { format: 'TEXT', text: 'Order 860198', media: null },
      body: 'Hi Po, a plant has left, Po.',
      footer: 'Lucky Shrub',
      offer: { text: 'Half off', endsAt: new Date(1_800_000_000_000) },
      buttons: [
        { type: 'URL', text: 'Track', url: 'https://a.example/860198', phoneNumber: null, code: null },
        { type: 'COPY_CODE', text: null, url: null, phoneNumber: null, code: 'SPRING' },
        { type: 'PHONE_NUMBER', text: 'Call', url: null, phoneNumber: '+15550783881', code: null },
      ],
      cards: [],
    });
  });

  it('has the examples of the template in their places when no values are given', () => {
    expect(renderTemplate(DEFINITION, null)).toMatchObject({
      header: { text: 'Order 17' },
      body: 'Hi Ana, it has left, Ana.',
      buttons: [{ url: 'https://a.example/17' }, { code: 'SALE' }, {}],
    });
  });

  it('leaves variables without a value as they are', () => {
    expect(renderTemplate(DEFINITION, [])).toMatchObject({
      header: { text: 'Order {{1}}' },
      body: 'Hi {{1}}, {{2}} has left, {{1}}.',
      buttons: [{ url: 'https://a.example/{{1}}' }, { code: null }, {}],
    });
  });

  it('knows named variables', () => {
    const body = {
      type: 'BODY',
      text: 'Hi {{first_name}}.',
      example: { body_text_named_params: [{ param_name: 'first_name', example: 'Ana' }] },
    };
    const given = [{ type: 'body' as const, parameters: [{ ...text('Po'), parameter_name: 'first_name' }] }];
    expect(renderTemplate([body], null).body).toBe('Hi Ana.');
    expect(renderTemplate([body], given).body).toBe('Hi Po.');
  });

  it('tells what stands in a media header: the sample, or what is to be sent', () => {
    const header = {
      type: 'HEADER',
      format: 'IMAGE',
      example: { header_handle: ['https://scontent.example/a.png'] },
    };
    const image = { type: 'image' as const, image: { link: 'https://shop.example/b.png' } };
    expect(renderTemplate([header], null).header?.media).toEqual({
      id: null,
      link: 'https://scontent.example/a.png',
    });
    expect(renderTemplate([header], [{ type: 'header', parameters: [image] }]).header?.media).toEqual({
      id: null,
      link: 'https://shop.example/b.png',
    });
    expect(renderTemplate([header], []).header?.media).toBeNull();
  });

  it('shows cards one by one, each with its own values', () => {
    const card = { components: [{ type: 'BODY', text: 'Card {{1}}.' }] };
    const given: SendTemplateComponentDto[] = [
      {
        type: 'carousel',
        cards: [{ card_index: 1, components: [{ type: 'body', parameters: [text('two')] }] }],
      },
    ];
    const { cards } = renderTemplate([{ type: 'CAROUSEL', cards: [card, card] }], given);
    expect(cards.map(({ body }) => body)).toEqual(['Card {{1}}.', 'Card two.']);
  });

  it('gets along with anything in place of a definition', () => {
    for (const nonsense of [
      [],
      [{}],
      [{ type: 'BUTTONS', buttons: 7 }],
      [{ type: 'CAROUSEL', cards: [null] }],
    ])
      expect(renderTemplate(nonsense, null).body).toBeNull();
  });
});
