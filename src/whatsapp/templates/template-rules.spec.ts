import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckedTemplate, checkTemplate } from './template-rules';

const FIXTURES = join(__dirname, '../../../shared/meta/fixtures/graph-whatsapp');

const BODY = { type: 'BODY', text: 'Your order is on its way.' };
const rulesOf = (components: Record<string, unknown>[], more: Partial<CheckedTemplate> = {}): string[] =>
  checkTemplate({ category: 'UTILITY', components, ...more }).map(({ rule }) => rule);
const withBody = (text: string, example?: Record<string, unknown>): Record<string, unknown>[] => [
  { type: 'BODY', text, ...(example === undefined ? {} : { example }) },
];
const withButtons = (...buttons: Record<string, unknown>[]): Record<string, unknown>[] => [
  BODY,
  { type: 'BUTTONS', buttons },
];
const reply = (text: string) => ({ type: 'QUICK_REPLY', text });
const link = (more: Record<string, unknown> = {}) => ({
  type: 'URL',
  text: 'Open',
  url: 'https://shop.example/',
  ...more,
});

describe("Meta's rules for templates", () => {
  it.each<[string, Record<string, unknown>[], Partial<CheckedTemplate>?]>([
    ['a body alone', [BODY]],
    ['numbered variables with examples', withBody('Hi {{1}}, {{2}} left.', { body_text: [['Ana', '17']] })],
    ['a variable that is used twice', withBody('Hi {{1}}, yes {{1}}!', { body_text: [['Ana']] })],
    [
      'named variables with examples',
      withBody('Hi {{first_name}}!', {
        body_text_named_params: [{ param_name: 'first_name', example: 'Ana' }],
      }),
    ],
    [
      'a header of text with a variable',
      [{ type: 'HEADER', text: 'Hi {{1}}', example: { header_text: ['Ana'] } }, BODY],
    ],
    [
      'a header with a picture',
      [{ type: 'HEADER', format: 'IMAGE', example: { header_handle: ['4::a'] } }, BODY],
    ],
    ['a header with a place', [{ type: 'HEADER', format: 'LOCATION' }, BODY]],
    ['a body of 1024 emoji', withBody('😀'.repeat(1024))],
    ['ten quick replies', withButtons(...Array.from({ length: 10 }, (_, index) => reply(`Reply ${index}`)))],
    ['replies before links', withButtons(reply('A'), reply('B'), link(), link())],
    [
      'a link with a variable at its end',
      withButtons(link({ url: 'https://a.b/{{1}}', example: ['https://a.b/8'] })),
    ],
    ['a kind of button that came later', withButtons({ type: 'HOLOGRAM', text: 'Look' })],
    ['a kind of component that came later', [BODY, { type: 'HOLOGRAM' }]],
    ['30 days to live', [BODY], { messageSendTtlSeconds: -1 }],
  ])('let %s pass', (_name, components, more = {}) => {
    expect(rulesOf(components, more)).toEqual([]);
  });

  it.each<[string, Record<string, unknown>[], string, Partial<CheckedTemplate>?]>([
    ['no body', [{ type: 'FOOTER', text: 'Bye' }], 'body.missing'],
    ['two bodies', [BODY, BODY], 'components.duplicate'],
    ['an empty body', withBody('  '), 'body.text_missing'],
    ['a long body', withBody('x'.repeat(1025)), 'body.too_long'],
    ['a variable in front', withBody('{{1}}, hello', { body_text: [['Ana']] }), 'body.variable_first'],
    [
      'variables side by side',
      withBody('Hi {{1}} {{2}}!', { body_text: [['A', 'B']] }),
      'body.variables_adjacent',
    ],
    [
      'a gap in the numbers',
      withBody('Hi {{1}} and {{3}}!', { body_text: [['A', 'B']] }),
      'body.variables_not_sequential',
    ],
    [
      'numbers and names',
      withBody('Hi {{1}} and {{name}}!', { body_text: [['A', 'B']] }),
      'body.variables_mixed',
    ],
    ['a name in capitals', withBody('Hi {{Name}}!', { body_text: [['A']] }), 'body.variable_malformed'],
    ['no example', withBody('Hi {{1}}!'), 'body.example_missing'],
    ['too few examples', withBody('Hi {{1}} and {{2}}!', { body_text: [['A']] }), 'body.example_count'],
    [
      'an example for another name',
      withBody('Hi {{a}}!', { body_text_named_params: [{ param_name: 'b', example: 'B' }] }),
      'body.example_count',
    ],
    [
      'names where numbers were announced',
      withBody('Hi {{a}}!', { body_text_named_params: [{ param_name: 'a', example: 'B' }] }),
      'body.variables_mixed',
      { parameterFormat: 'POSITIONAL' },
    ],
    ['a long header', [{ type: 'HEADER', text: 'x'.repeat(61) }, BODY], 'header.too_long'],
    ['an empty header', [{ type: 'HEADER', format: 'TEXT' }, BODY], 'header.text_missing'],
    [
      'a header with two variables',
      [{ type: 'HEADER', text: '{{1}} and {{2}}', example: { header_text: ['A', 'B'] } }, BODY],
      'header.too_many_variables',
    ],
    ['a picture without a sample', [{ type: 'HEADER', format: 'IMAGE' }, BODY], 'header.example_missing'],
    ['a long footer', [BODY, { type: 'FOOTER', text: 'x'.repeat(61) }], 'footer.too_long'],
    ['a footer with a variable', [BODY, { type: 'FOOTER', text: 'Bye {{1}}' }], 'footer.variables'],
    ['no buttons', withButtons(), 'buttons.missing'],
    ['eleven buttons', withButtons(...Array.from({ length: 11 }, () => reply('A'))), 'buttons.too_many'],
    ['three links', withButtons(link(), link(), link()), 'buttons.too_many_of_kind'],
    ['replies in two groups', withButtons(reply('A'), link(), reply('B')), 'buttons.not_grouped'],
    ['replies between others', withButtons(link(), reply('A'), link()), 'buttons.not_grouped'],
    ['a button without text', withButtons({ type: 'QUICK_REPLY' }), 'buttons.text_missing'],
    ['a long button', withButtons(reply('x'.repeat(26))), 'buttons.text_too_long'],
    ['a link without address', withButtons(link({ url: undefined })), 'buttons.url_missing'],
    [
      'a variable within an address',
      withButtons(link({ url: 'https://a.b/{{1}}/x', example: ['x'] })),
      'buttons.url_variable',
    ],
    [
      'an address without example',
      withButtons(link({ url: 'https://a.b/{{1}}' })),
      'buttons.example_missing',
    ],
    [
      'a call without number',
      withButtons({ type: 'PHONE_NUMBER', text: 'Call' }),
      'buttons.phone_number_missing',
    ],
    ['a code without example', withButtons({ type: 'COPY_CODE' }), 'buttons.example_missing'],
    ['one card', [BODY, { type: 'CAROUSEL', cards: [{ components: [BODY] }] }], 'carousel.cards'],
    [
      'cards of two shapes',
      [BODY, { type: 'CAROUSEL', cards: [{ components: [BODY] }, { components: [BODY, BODY] }] }],
      'carousel.cards_differ',
    ],
    [
      'a long offer',
      [BODY, { type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: 'x'.repeat(17) } }],
      'limited_time_offer.too_long',
    ],
    ['own words for a login code', [BODY], 'authentication.body_text', { category: 'AUTHENTICATION' }],
    [
      'a login code without button',
      [{ type: 'BODY' }],
      'authentication.button_missing',
      { category: 'AUTHENTICATION' },
    ],
    ['a short life', [BODY], 'ttl.out_of_range', { messageSendTtlSeconds: 10 }],
  ])('refuse %s', (_name, components, rule, more = {}) => {
    expect(rulesOf(components, more)).toContain(rule);
  });

  it('say where in the request the trouble is', () => {
    const [problem] = checkTemplate({
      category: 'UTILITY',
      components: [BODY, { type: 'BUTTONS', buttons: [reply('A'), reply('x'.repeat(30))] }],
    });
    expect(problem).toMatchObject({ path: 'components.1.buttons.1.text', rule: 'buttons.text_too_long' });
  });

  it.each([
    'message-template-create-request-auth-copy-code',
    'message-template-create-request-document-header',
  ])('let the published example %s pass', (name) => {
    const file = join(FIXTURES, `${name}.json`);
    if (!existsSync(file)) {
      console.warn(`Not run: ${name} is not here. The published payloads are not part of this repository.`);
      return;
    }
    expect(checkTemplate(JSON.parse(readFileSync(file, 'utf8')) as CheckedTemplate)).toEqual([]);
  });
});
