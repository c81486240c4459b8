import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aBody, aDraft, draftWith } from '../../../test/factories/template.factory';
import type { TemplateRuleId } from './template-rule-catalogue';
import { type LintedTemplate, errorsOf, lintTemplate } from './template-rules';

const FIXTURES = join(__dirname, '../../../../shared/meta/fixtures/graph-whatsapp');
const rulesOf = (template: LintedTemplate): TemplateRuleId[] =>
  lintTemplate(template).map(({ ruleId }) => ruleId);

type Prefix =
  'name' | 'language' | 'category' | 'parameter_format' | 'components' | 'ttl' | 'header' | 'body' | 'footer';
/** A template that breaks the rule, and one like it that does not. */
type Case = [breaks: LintedTemplate, keeps: LintedTemplate];

const BODY = aBody('Thank you, your order is on its way to you.');
const header = (text: string, more: object = {}) => draftWith({ type: 'HEADER', text, ...more }, BODY);
const footer = (text: string) => draftWith(BODY, { type: 'FOOTER', text });
const headerNamed = (text: string, example: object) =>
  header(text, { example: { header_text_named_params: [example] } });
const bodyNamed = (text: string, ...names: string[]) =>
  draftWith({
    type: 'BODY',
    text,
    example: { body_text_named_params: names.map((name) => ({ param_name: name, example: 'x' })) },
  });

// Typed by the rules' ids: one without a case does not compile.
const CASES: Record<Extract<TemplateRuleId, `${Prefix}.${string}`>, Case> = {
  'name.malformed': [aDraft({ name: 'Order Update' }), aDraft({ name: 'order_update_2' })],
  'name.too_long': [aDraft({ name: 'x'.repeat(513) }), aDraft({ name: 'x'.repeat(512) })],
  'language.malformed': [aDraft({ language: 'English' }), aDraft({ language: 'en' })],
  'category.unknown': [aDraft({ category: 'FUN' }), aDraft({ category: 'utility' })],
  'parameter_format.unknown': [
    aDraft({ parameterFormat: 'BOTH' }),
    aDraft({ parameterFormat: 'positional' }),
  ],
  'components.missing': [aDraft({ components: 'BODY' }), aDraft()],
  'components.duplicate': [draftWith(BODY, BODY), draftWith(BODY)],
  'components.type_unknown': [draftWith(BODY, { type: 'TAIL' }), draftWith({ ...BODY, type: 'body' })],
  'ttl.out_of_range': [aDraft({ messageSendTtlSeconds: 10 }), aDraft({ messageSendTtlSeconds: -1 })],

  'header.text_missing': [header(''), header('Your order')],
  'header.too_long': [header('x'.repeat(61)), header('😀'.repeat(60))],
  'header.too_many_variables': [
    header('{{1}} and {{2}}', { example: { header_text: ['A', 'B'] } }),
    header('Order {{1}}', { example: { header_text: ['A'] } }),
  ],
  'header.variable_malformed': [
    headerNamed('Order {{Number}}', { param_name: 'Number', example: '1' }),
    headerNamed('Order {{number}}', { param_name: 'number', example: '1' }),
  ],
  'header.variables_mixed': [
    {
      ...headerNamed('Order {{number}}', { param_name: 'number', example: '1' }),
      parameterFormat: 'POSITIONAL',
    },
    { ...headerNamed('Order {{number}}', { param_name: 'number', example: '1' }), parameterFormat: 'NAMED' },
  ],
  'header.variables_not_sequential': [
    header('Order {{2}}', { example: { header_text: ['A'] } }),
    header('Order {{1}}', { example: { header_text: ['A'] } }),
  ],
  'header.example_missing': [
    header('', { format: 'IMAGE' }),
    header('', { format: 'IMAGE', example: { header_handle: ['4::a'] } }),
  ],
  'header.example_count': [
    header('Order {{1}}', { example: { header_text: ['A', 'B'] } }),
    header('Order {{1}}', { example: { header_text: ['A'] } }),
  ],
  'header.example_form': [
    headerNamed('Order {{1}}', { param_name: 'number', example: '1' }),
    header('Order {{1}}', { example: { header_text: ['1'] } }),
  ],
  'header.new_line': [header('Your\norder'), header('Your order')],
  'header.markup': [header('*Your order*'), header('Your order')],
  'header.format_unknown': [header('', { format: 'SOUND' }), header('', { format: 'location' })],

  'body.missing': [draftWith({ type: 'FOOTER', text: 'Bye' }), aDraft()],
  'body.text_missing': [draftWith(aBody('  ')), aDraft()],
  'body.too_long': [draftWith(aBody('x'.repeat(1025))), draftWith(aBody('😀'.repeat(1024)))],
  'body.variable_first': [
    draftWith(aBody('{{1}}, your order is here.', 'Ana')),
    draftWith(aBody('Dear {{1}}, your order is here.', 'Ana')),
  ],
  'body.variable_last': [
    draftWith(aBody('We have sent order {{1}}', '17')),
    draftWith(aBody('We have sent order {{1}}.', '17')),
  ],
  'body.variables_adjacent': [
    draftWith(aBody('Dear {{1}} {{2}}, your order is here.', 'Ana', 'Po')),
    draftWith(aBody('Dear {{1}} and {{2}}, your order is here.', 'Ana', 'Po')),
  ],
  'body.variable_malformed': [
    bodyNamed('Dear {{First Name}}, it is here.', 'First Name'),
    bodyNamed('Dear {{first_name}}, it is here.', 'first_name'),
  ],
  'body.variables_mixed': [
    draftWith(aBody('Dear {{1}} and {{name}}, it is here today.', 'A', 'B')),
    draftWith(aBody('Dear {{1}} and {{2}}, it is here today.', 'A', 'B')),
  ],
  'body.variables_not_sequential': [
    draftWith(aBody('Dear {{1}} and {{3}}, it is here today.', 'A', 'B')),
    draftWith(aBody('Dear {{2}} and {{1}}, it is here today.', 'A', 'B')),
  ],
  'body.example_missing': [
    draftWith(aBody('Dear {{1}}, it is here.')),
    draftWith(aBody('Dear {{1}}, it is here.', 'Ana')),
  ],
  'body.example_count': [
    bodyNamed('Dear {{name}}, it is here.', 'day'),
    bodyNamed('Dear {{name}}, it is here.', 'name'),
  ],
  'body.example_form': [
    bodyNamed('Dear {{1}}, it is here.', 'name'),
    bodyNamed('Dear {{name}}, it is here.', 'name'),
  ],
  'body.too_many_variables': [
    draftWith(aBody('Dear {{1}}, {{2}}!', 'Ana', 'x')),
    draftWith(aBody('Dear {{1}}, your order number {{2}} is here.', 'Ana', '17')),
  ],
  'body.blank_run': [draftWith(aBody('Hello.\n\n\nBye.')), draftWith(aBody('Hello.\n\nBye.'))],

  'footer.text_missing': [footer(''), footer('Lucky Shrub')],
  'footer.too_long': [footer('x'.repeat(61)), footer('x'.repeat(60))],
  'footer.variables': [footer('Bye {{1}}'), footer('Bye')],
};

describe("Meta's rules for texts", () => {
  it.each(Object.entries(CASES))('%s', (rule, [breaks, keeps]) => {
    expect(rulesOf(breaks)).toContain(rule);
    expect(rulesOf(keeps)).not.toContain(rule);
  });

  it.each<[string, LintedTemplate]>([
    ['a body alone', aDraft()],
    ['a variable that is used twice', draftWith(aBody('Hi {{1}}, yes {{1}}, it is here!', 'Ana'))],
    ['a kind of component that came later', draftWith(BODY, { type: 'HOLOGRAM' })],
    ['a sample that is still with us', header('', { format: 'IMAGE', sampleMediaId: 'x' })],
  ])('see no error in %s', (_name, template) => {
    expect(errorsOf(lintTemplate(template))).toEqual([]);
  });

  it('find nothing at all to say about a good template', () => {
    expect(lintTemplate(aDraft())).toEqual([]);
  });

  it('say where the trouble is, how bad, what to do, and who says so, the worst first', () => {
    const findings = lintTemplate(draftWith(aBody('Hello.\n\n\nBye {{1}}.', 'x', 'y')));
    expect(findings).toMatchObject([
      {
        ruleId: 'body.example_count',
        severity: 'error',
        path: 'components.0.example.body_text',
        message: 'There are 1 variables and 2 examples.',
        fix: expect.stringMatching(/\.$/) as unknown,
        source: expect.stringContaining('WhatsApp documentation') as unknown,
      },
      { severity: 'warning' },
      { severity: 'warning' },
    ]);
  });

  it.each([
    'message-template-create-request-auth-copy-code',
    'message-template-create-request-document-header',
  ])('see no error in the published example %s', (name) => {
    const file = join(FIXTURES, `${name}.json`);
    if (!existsSync(file)) {
      console.warn(`Not run: ${name} is not here. The published payloads are not part of this repository.`);
      return;
    }
    expect(errorsOf(lintTemplate(JSON.parse(readFileSync(file, 'utf8')) as LintedTemplate))).toEqual([]);
  });

  it('take no longer for hostile texts than for others of their length', () => {
    for (const text of [
      '{{'.repeat(50_000),
      `{{${' '.repeat(100_000)}`,
      '}} '.repeat(50_000),
      'a@'.repeat(50_000),
    ])
      expect(() => lintTemplate(draftWith({ type: 'BODY', text }))).not.toThrow();
  });
});
