import type { SendTemplateComponentDto, SendTemplateDto } from '../dto/send-template.dto';
import { findParameterProblems, renderBody } from './template-parameters';
import { shapeOf } from './template-shape';

const text = (value: string, name?: string) => ({
  type: 'text' as const,
  text: value,
  ...(name === undefined ? {} : { parameter_name: name }),
});
const sending = (...components: SendTemplateComponentDto[]): SendTemplateDto => ({
  name: 'order_update',
  language: { code: 'en_US' },
  components,
});
const BODY = { type: 'BODY', text: 'Hi {{1}}, order {{2}} is on its way, {{1}}!' };

const problems = (components: Record<string, unknown>[], given: SendTemplateDto) =>
  findParameterProblems(shapeOf(components), given).map(({ path, rule }) => `${path} ${rule}`);
const COUNT = 'template.parameter_count';
const FORMAT = 'template.parameter_format';

describe('the parameters of a template', () => {
  it('fit when there is one for each variable, however often it occurs', () => {
    const given = sending({ type: 'body', parameters: [text('Ana'), text('77')] });
    expect(problems([BODY], given)).toEqual([]);
    expect(renderBody(shapeOf([BODY]), given)).toBe('Hi Ana, order 77 is on its way, Ana!');
  });

  it('are none for a template without variables', () => {
    expect(problems([{ type: 'BODY', text: 'Hello' }], { name: 'a', language: { code: 'en' } })).toEqual([]);
  });

  it.each([
    ['too few', [text('Ana')]],
    ['too many', [text('Ana'), text('77'), text('more')]],
  ])('%s are found, and where', (_, parameters) => {
    expect(problems([BODY], sending({ type: 'body', parameters }))).toEqual([
      `template.components.0 ${COUNT}`,
    ]);
  });

  it('are missed altogether', () => {
    expect(problems([BODY], sending())).toEqual([`template.components ${COUNT}`]);
  });

  it('say how many and which variables there are', () => {
    const [problem] = findParameterProblems(shapeOf([BODY]), sending());
    expect(problem?.message).toBe("body has 2 variables ({{1}}, {{2}}); 0 were given. Meta's code: 132000.");
  });

  const NAMED = { type: 'BODY', text: 'Hi {{first_name}}, see you on {{day}}.' };

  it('fit by name, in any order', () => {
    const given = sending({ type: 'body', parameters: [text('Monday', 'day'), text('Ana', 'first_name')] });
    expect(problems([NAMED], given)).toEqual([]);
    expect(renderBody(shapeOf([NAMED]), given)).toBe('Hi Ana, see you on Monday.');
  });

  it.each([
    ['a name is missing', [text('Ana'), text('Monday', 'day')], 0],
    ['a name is wrong', [text('Ana', 'name'), text('Monday', 'day')], 0],
    ['a name comes twice', [text('Ana', 'day'), text('Monday', 'day')], 1],
  ])('by name do not fit when %s', (_, parameters, index) => {
    expect(problems([NAMED], sending({ type: 'body', parameters }))).toEqual([
      `template.components.0.parameters.${index} ${FORMAT}`,
    ]);
  });

  it('have no name when the variables are numbered', () => {
    const parameters = [text('Ana', 'first_name'), text('77')];
    expect(problems([BODY], sending({ type: 'body', parameters }))).toEqual([
      `template.components.0.parameters.0 ${FORMAT}`,
    ]);
  });

  it.each(['two\nlines', 'a\ttab', 'five     spaces'])('must not hold %j', (value) => {
    const parameters = [text(value), text('77')];
    expect(problems([BODY], sending({ type: 'body', parameters }))).toEqual([
      `template.components.0.parameters.0.text ${FORMAT}`,
    ]);
  });

  it('must not make the body longer than it may be', () => {
    const parameters = [text('x'.repeat(1_100)), text('77')];
    expect(problems([BODY], sending({ type: 'body', parameters }))).toEqual([
      'template.components.0 template.too_long',
    ]);
  });

  const IMAGE = { type: 'HEADER', format: 'IMAGE' };
  const PLAIN = { type: 'BODY', text: 'Hello' };

  it('of a media header are one of its kind', () => {
    const image = { type: 'image' as const, image: { id: '1' } };
    expect(problems([IMAGE, PLAIN], sending({ type: 'header', parameters: [image] }))).toEqual([]);
    expect(problems([IMAGE, PLAIN], sending())).toEqual([`template.components ${COUNT}`]);
    expect(
      problems(
        [IMAGE, PLAIN],
        sending({ type: 'header', parameters: [{ type: 'video', video: { id: '1' } }] }),
      ),
    ).toEqual([`template.components.0.parameters.0 ${FORMAT}`]);
  });

  it('are refused for a header that has no variable', () => {
    const given = sending({ type: 'header', parameters: [text('Sale')] });
    expect(problems([PLAIN], given)).toEqual([`template.components.0 ${COUNT}`]);
  });

  const BUTTONS = {
    type: 'BUTTONS',
    buttons: [
      { type: 'QUICK_REPLY', text: 'Stop' },
      { type: 'URL', text: 'Track', url: 'https://example.com/{{1}}' },
      { type: 'PHONE_NUMBER', text: 'Call', phone_number: '+16505551234' },
      { type: 'COPY_CODE', example: 'SALE25' },
    ],
  };
  const url = { type: 'button' as const, sub_type: 'url' as const, index: '1', parameters: [text('77')] };
  const code = {
    type: 'button' as const,
    sub_type: 'copy_code' as const,
    index: 3,
    parameters: [{ type: 'coupon_code' as const, coupon_code: 'SALE25' }],
  };

  it('of buttons go to their places', () => {
    expect(problems([PLAIN, BUTTONS], sending(url, code))).toEqual([]);
  });

  it('of buttons that need one are missed', () => {
    expect(problems([PLAIN, BUTTONS], sending(url))).toEqual([`template.components ${COUNT}`]);
  });

  it.each([
    [
      'another kind of button',
      { ...url, sub_type: 'quick_reply' as const },
      'template.components.0.sub_type',
      FORMAT,
    ],
    ['a button without variables', { ...url, index: '2' }, 'template.components.0.sub_type', FORMAT],
    ['a button that is not there', { ...url, index: '7' }, 'template.components.0.index', COUNT],
  ])('are refused for %s', (_, button, path, rule) => {
    expect(problems([PLAIN, BUTTONS], sending(button, code, url))).toContain(`${path} ${rule}`);
  });

  it('may not be given twice for the same place', () => {
    expect(problems([PLAIN, BUTTONS], sending(url, url, code))).toEqual([`template.components.1 ${FORMAT}`]);
  });

  it('of an authentication template are the code, in the body and in the button', () => {
    const stored = [
      { type: 'BODY', text: '*{{1}}* is your verification code.' },
      { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE' }] },
    ];
    const body = { type: 'body' as const, parameters: [text('123456')] };
    const button = { ...url, index: '0', parameters: [text('123456')] };
    expect(problems(stored, sending(body, button))).toEqual([]);
    expect(problems(stored, sending(body))).toEqual([`template.components ${COUNT}`]);
  });

  it('of a carousel fit card by card', () => {
    const card = { components: [{ type: 'BODY', text: 'Card {{1}}' }] };
    const stored = [PLAIN, { type: 'CAROUSEL', cards: [card, card] }];
    const fill = (index: number, ...values: string[]) => ({
      card_index: index,
      components: [{ type: 'body' as const, parameters: values.map((value) => text(value)) }],
    });
    const carousel = (...cards: ReturnType<typeof fill>[]) => sending({ type: 'carousel', cards });
    expect(problems(stored, carousel(fill(0, 'a'), fill(1, 'b')))).toEqual([]);
    expect(problems(stored, carousel(fill(0, 'a')))).toEqual([`template.components.0 ${COUNT}`]);
    expect(problems(stored, carousel(fill(0, 'a'), fill(1, 'b', 'c')))).toEqual([
      `template.components.0.cards.1.components.0 ${COUNT}`,
    ]);
  });

  it('are left to Meta for buttons of a kind that is new', () => {
    const stored = [PLAIN, { type: 'BUTTONS', buttons: [{ type: 'HOLOGRAM' }] }];
    expect(problems(stored, sending({ ...url, index: '0' }))).toEqual([]);
  });

  it.each(['', '  '])('must not be %j, which Meta takes for missing', (value) => {
    expect(problems([BODY], sending({ type: 'body', parameters: [text(value), text('77')] }))).toEqual([
      'template.components.0.parameters.0.text template.parameter_empty',
    ]);
  });

  describe('of a one-time code', () => {
    const CODE_BODY = { type: 'BODY', text: '*{{1}}* is your verification code.' };
    const url = 'https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}';
    const reviewed = { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Copy code', url }] };
    const written = { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE' }] };
    const codes = (inBody: string, inButton: string) =>
      sending(
        { type: 'body', parameters: [text(inBody)] },
        { type: 'button', sub_type: 'url', index: '0', parameters: [text(inButton)] },
      );

    it.each([
      ['as Meta lists the button', reviewed],
      ['as the button was written', written],
    ])('must be the same twice, and short: %s', (_, buttons) => {
      const at = 'template.components.1.parameters.0';
      const components = [CODE_BODY, buttons];
      expect(problems(components, codes('123456', '123456'))).toEqual([]);
      expect(problems(components, codes('123456', '654321'))).toEqual([`${at} ${FORMAT}`]);
      const long = '1'.repeat(16);
      expect(problems(components, codes(long, long))).toEqual([`${at} template.too_long`]);
    });

    it('may differ from the address of any other button', () => {
      const shop = { type: 'BUTTONS', buttons: [{ type: 'URL', url: 'https://shop.example/{{1}}' }] };
      expect(problems([CODE_BODY, shop], codes('123456', 'orders/2026/11/21/4711'))).toEqual([]);
    });
  });
});
