import { shapeOf } from '../templates/template-shape';
import { CampaignMessage, automaticComponents } from './campaign-message';
import { RecipientLines } from './recipient-lines';

const SHAPE = shapeOf([
  { type: 'HEADER', format: 'IMAGE' },
  { type: 'BODY', text: 'Hi {{first_name}}, {{product}} is back.' },
  { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'See', url: 'https://a.example/{{1}}' }] },
]);

const message = (defaults: Record<string, string> = {}, components = automaticComponents(SHAPE)) =>
  new CampaignMessage({ name: 'back', language: 'en_US', components, defaults }, SHAPE);

const VALUES = {
  first_name: 'Ana',
  product: 'Tea',
  header_link: 'https://a.example/tea.png',
  button_0: 'tea',
};

describe('the message of a campaign', () => {
  it('takes the columns of the variables’ own names where no components are given', () => {
    expect([...message().columns].sort()).toEqual(['button_0', 'first_name', 'header_link', 'product']);
    expect(message().fill(VALUES)).toEqual({
      text: 'Hi Ana, Tea is back.',
      template: {
        name: 'back',
        language: { code: 'en_US' },
        components: [
          { type: 'header', parameters: [{ type: 'image', image: { link: 'https://a.example/tea.png' } }] },
          {
            type: 'body',
            parameters: [
              { type: 'text', parameter_name: 'first_name', text: 'Ana' },
              { type: 'text', parameter_name: 'product', text: 'Tea' },
            ],
          },
          { type: 'button', sub_type: 'url', index: '0', parameters: [{ type: 'text', text: 'tea' }] },
        ],
      },
    });
  });

  it('is whole with every value, or with a default in its place', async () => {
    expect(await message().problemOf(VALUES)).toBeNull();
    const { product, ...rest } = VALUES;
    expect(await message().problemOf(rest)).toMatchObject({ code: 'parameter.missing' });
    expect(await message({ Product: 'Coffee' }).problemOf(rest)).toBeNull();
    expect(message({ Product: product }).fill(rest).text).toBe('Hi Ana, Tea is back.');
  });

  it('is refused with values that Meta would refuse', async () => {
    expect(await message().problemOf({ ...VALUES, product: 'x'.repeat(1_024) })).toMatchObject({
      code: 'template.too_long',
    });
    expect(await message().problemOf({ ...VALUES, product: 'two\nlines' })).toMatchObject({
      code: expect.stringContaining('template.') as unknown,
    });
    expect(await message().problemOf({ ...VALUES, header_link: 'http://a.example/tea.png' })).toMatchObject({
      code: 'parameter.invalid',
    });
  });

  it('keeps values as they are, also those that look like placeholders', () => {
    expect(message().fill({ ...VALUES, first_name: '{{product}}' }).text).toBe(
      'Hi {{product}}, Tea is back.',
    );
  });

  it('does not fit a template with other variables', async () => {
    const other = message({}, [{ type: 'body', parameters: [{ type: 'text', text: '{{a}}' }] }]);
    const { fields, problems } = await other.problemsOfTemplate();
    expect(fields).toEqual([]);
    expect(problems.map(({ rule }) => rule)).toContain('template.parameter_count');
    const none = message({}, [{ type: 'bodies', parameters: [] }]);
    expect((await none.problemsOfTemplate()).fields[0]?.path).toBe('template.components.0.type');
  });
});

describe('a line of recipients', () => {
  const plain = new CampaignMessage({ name: 'plain', language: 'en_US', components: [], defaults: {} }, null);

  it.each([
    ['+1 (650) 555-1234', '16505551234', '16505551234'],
    ["'+16505551234", '16505551234', '16505551234'],
    ['+5511987654321', '5511987654321', '551187654321'],
    ['US.13491208655302741918', 'US.13491208655302741918', 'US.13491208655302741918'],
  ])('%s is sent to %s and is the person %s', async (to, recipient, personKey) => {
    const checked = await new RecipientLines(plain, false).check({ line: 2, to, parameters: { x: 'y' } });
    expect(checked).toEqual({ line: 2, recipient, personKey, parameters: {} });
  });

  it('needs a number for one-time passwords', async () => {
    const checked = await new RecipientLines(plain, true).check({
      line: 2,
      to: 'US.13491208655302741918',
      parameters: {},
    });
    expect(checked).toMatchObject({ code: 'recipient.needs_phone_number' });
  });
});
