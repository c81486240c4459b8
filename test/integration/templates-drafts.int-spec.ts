import fc from 'fast-check';
import { checkDraft } from '../../sandbox/templates/template-rules';
import { type LintedTemplate, errorsOf, lintTemplate } from '../../src/whatsapp/templates/template-rules';
import { LIST_EDGE, TEMPLATES, aTemplate, problem, useTemplateWorld } from '../template-world';

const BAD = {
  name: 'Order Update',
  category: 'UTILITY',
  language: 'en_US',
  components: [{ type: 'body', text: '{{1}}, a discount for you!' }],
};

describe('drafts of templates', () => {
  const world = useTemplateWorld();

  it('are linted: what Meta would refuse, what reviewers would object to, and what to do', async () => {
    const answer = await world.client.post(`${TEMPLATES}/lint`, BAD);
    expect(answer).toMatchObject({ status: 200, body: { data: { valid: false, risk: 'high' } } });
    expect(answer.body.data.findings).toMatchObject([
      {
        ruleId: 'name.malformed',
        severity: 'error',
        path: 'name',
        fix: expect.stringMatching(/./) as unknown,
      },
      { ruleId: 'body.variable_first', severity: 'error', path: 'components.0.text' },
      { ruleId: 'body.example_missing', severity: 'error', path: 'components.0.example' },
      { ruleId: 'policy.promotional_words', severity: 'warning', path: 'components.0.text' },
    ]);
    expect(world.sandbox.calls({ path: LIST_EDGE })).toEqual([]);
  });

  it('are linted in any state of disorder', async () => {
    const draft = { components: [7, null, { type: 'BUTTONS', buttons: 'x' }, [{ type: 'BODY' }]] };
    const answer = await world.client.post(`${TEMPLATES}/lint`, draft);
    expect(answer).toMatchObject({ status: 200, body: { data: { valid: false } } });
  });

  it('are found good', async () => {
    const answer = await world.client.post(`${TEMPLATES}/lint`, aTemplate());
    expect(answer.body.data).toMatchObject({
      valid: true,
      risk: expect.stringMatching(/none|low|medium/) as unknown,
    });
    expect((await world.client.post(TEMPLATES, aTemplate())).status).toBe(201);
  });

  it.each([
    ['nothing', {}, 'components'],
    ['components that are no list', { components: {} }, 'components'],
    ['an unknown field', { ...BAD, colour: 'blue' }, 'colour'],
  ])('are refused with %s', async (_name, draft, path) => {
    expect(problem(await world.client.post(`${TEMPLATES}/lint`, draft))).toMatchObject({
      status: 400,
      details: { fields: expect.arrayContaining([expect.objectContaining({ path })]) as unknown },
    });
  });

  it('are shown as people will see them, with their examples', async () => {
    const answer = await world.client.post(`${TEMPLATES}/preview`, { template: aTemplate() });
    expect(answer.body.data).toMatchObject({
      filledFrom: 'examples',
      problems: [],
      preview: {
        header: { format: 'TEXT', text: 'Your order' },
        body: 'Hi Ana, your order 17 left.',
        buttons: [{ type: 'QUICK_REPLY', text: 'Thanks' }],
      },
    });
  });

  it('that are stored are shown with values as for a message, and every reason why Meta would refuse those', async () => {
    const template = await world.unreviewed();
    const parameters = [
      { type: 'text', text: 'Po' },
      { type: 'text', text: '860198' },
    ];
    const preview = (components: unknown) =>
      world.client.post(`${TEMPLATES}/${template.id}/preview`, { components });
    const good = await preview([{ type: 'body', parameters }]);
    expect(good.body.data).toMatchObject({
      filledFrom: 'parameters',
      problems: [],
      preview: { body: 'Hi Po, your order 860198 left.' },
    });
    const bad = await preview([{ type: 'body', parameters: parameters.slice(1) }]);
    expect(bad.body.data).toMatchObject({
      problems: [{ path: 'components.0', rule: 'template.parameter_count' }],
      preview: { body: 'Hi 860198, your order {{2}} left.' },
    });
    expect(problem(await preview([{ type: 'tail' }]))).toMatchObject({ status: 400 });
  });

  it('of others are not shown', async () => {
    const template = await world.unreviewed();
    const stranger = world.app.api.as(await world.admin.createUser('agent'));
    expect((await stranger.post(`${TEMPLATES}/${template.id}/preview`, {})).status).toBe(404);
  });
});

// Pieces of texts that matter to the rules, put together at random.
const text = fc
  .array(
    fc.constantFrom(
      '{{1}}',
      '{{2}}',
      '{{name}}',
      'Hello',
      ' ',
      ' your order is here',
      '.',
      '\n',
      '😀',
      '*',
      'x'.repeat(300),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));
// In one form each: of several the sandbox counts only one.
const example = fc.constantFrom<object | undefined>(
  undefined,
  { body_text: [['a']], header_text: ['a'] },
  { body_text: [['a', 'b']], header_text: ['a', 'b'] },
  {
    body_text_named_params: [{ param_name: 'name', example: 'Ana' }],
    header_text_named_params: [{ param_name: 'name', example: 'Ana' }],
  },
  { header_handle: ['4::a'] },
);
const label = fc.constantFrom('Yes', 'x'.repeat(25), 'x'.repeat(26), '', undefined);
const button = fc.oneof(
  fc.record({ type: fc.constantFrom('QUICK_REPLY', 'quick_reply'), text: label }),
  fc.record({
    type: fc.constant('URL'),
    text: label,
    url: fc.constantFrom(
      'https://a.example',
      'https://a.example/{{1}}',
      'https://a.example/{{1}}/x',
      'a.example',
      undefined,
    ),
    example: fc.constantFrom(undefined, ['https://a.example/1'], 'x'),
  }),
  fc.record({
    type: fc.constant('PHONE_NUMBER'),
    text: label,
    phone_number: fc.constantFrom('+15550783881', '1'.repeat(21), undefined),
  }),
  fc.record({
    type: fc.constant('COPY_CODE'),
    example: fc.constantFrom('SALE', 'x'.repeat(15), 'x'.repeat(21), undefined),
  }),
  fc.record({ type: fc.constant('FLOW'), text: label, flow_id: fc.constantFrom('1', undefined) }),
  fc.record({
    type: fc.constant('OTP'),
    otp_type: fc.constantFrom('COPY_CODE', 'copy_code', 'SHOUT', undefined),
  }),
);
const component = fc.oneof(
  fc.record({
    type: fc.constantFrom('HEADER', 'header'),
    format: fc.constantFrom('TEXT', 'IMAGE', 'LOCATION', 'text', undefined),
    text,
    example,
  }),
  fc.record({ type: fc.constantFrom('BODY', 'body'), text: fc.option(text, { nil: undefined }), example }),
  fc.record({ type: fc.constant('FOOTER'), text }),
  fc.record({ type: fc.constant('BUTTONS'), buttons: fc.array(button, { maxLength: 4 }) }),
);
const template = fc.record({
  name: fc.constant('order'),
  language: fc.constant('en_US'),
  category: fc.constantFrom('MARKETING', 'UTILITY', 'AUTHENTICATION'),
  // One of each type: the sandbox looks at the first only.
  components: fc.uniqueArray(component, {
    selector: ({ type }) => type.toUpperCase(),
    minLength: 1,
    maxLength: 4,
  }),
  parameterFormat: fc.constantFrom(undefined, 'NAMED', 'POSITIONAL'),
  messageSendTtlSeconds: fc.constantFrom(undefined, -1, 30, 900, 43_200, 2_592_000),
});

/** What was left out is no field at all in JSON. */
const asSent = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe('the linter', () => {
  it('throws nothing, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (components, part) => {
        const parts = [
          part,
          { type: 'BODY', text: part },
          { type: 'BUTTONS', buttons: [part, { type: 'URL', url: part, example: part }] },
          { type: 'CAROUSEL', cards: [part, { components: [part] }] },
        ];
        for (const given of [components, parts])
          lintTemplate({ category: 'UTILITY', language: 'en', components: given });
      }),
      { numRuns: 500 },
    );
  });

  it('sees no error in anything that the sandbox takes', () => {
    let taken = 0;
    fc.assert(
      fc.property(template, (given) => {
        const draft: LintedTemplate = asSent(given);
        try {
          checkDraft(given.category, {
            components: asSent(given.components) as never,
            ...(given.parameterFormat !== undefined && { parameter_format: given.parameterFormat }),
            ...(given.messageSendTtlSeconds !== undefined && {
              message_send_ttl_seconds: given.messageSendTtlSeconds,
            }),
          });
        } catch {
          return;
        }
        taken += 1;
        expect(errorsOf(lintTemplate(draft))).toEqual([]);
      }),
      { numRuns: 5_000 },
    );
    expect(taken).toBeGreaterThan(10); // of 5,000 that are drawn by lot
  });
});
