import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aBody, aDraft, aLink, draftWith, draftWithButtons } from '../../../test/factories/template.factory';
import { TEMPLATE_RULES, type TemplateRuleId } from './template-rule-catalogue';
import { type LintedTemplate, lintTemplate } from './template-rules';

/** A template that breaks the rule, and one like it that does not. */
type Case = [breaks: LintedTemplate, keeps: LintedTemplate];

const rulesOf = (template: LintedTemplate): TemplateRuleId[] =>
  lintTemplate(template).map(({ ruleId }) => ruleId);
const saying = (text: string) => draftWith(aBody(text));
const marketing = (text: string) => ({ ...saying(text), category: 'MARKETING' });
const inLanguage = (language: string, text: string) => ({ ...saying(text), language });

// Typed by the rules' ids: one without a case does not compile.
const CASES: Record<Extract<TemplateRuleId, `policy.${string}`>, Case> = {
  'policy.url_shortener': [
    saying('Look here: https://bit.ly/3xyz for more.'),
    saying('Look here: https://habit.lyon.example/3xyz for more.'),
  ],
  'policy.wa_me_link': [
    draftWithButtons(aLink({ url: 'https://wa.me/15550783881' })),
    draftWithButtons(aLink({ url: 'https://iowa.me.example/' })),
  ],
  'policy.url_host': [
    draftWithButtons(aLink({ url: 'http://192.168.0.7/x' })),
    draftWithButtons(aLink({ url: 'https://shop.example/192.168.0.7' })),
  ],
  'policy.promotional_words': [
    saying('Your order is on its way, and you save 20 next time: a special offer.'),
    marketing('Your order is on its way. Enjoy 20% off: a special offer. Reply STOP to end.'),
  ],
  'policy.language_mismatch': [
    inLanguage('ar', 'Your order is on its way to you.'),
    inLanguage('ar', 'طلبك في الطريق إليك الآن من Lucky Shrub.'),
  ],
  'policy.sensitive_data': [
    saying('Please send us your credit card number to go on.'),
    saying('Your new card is ready to be collected.'),
  ],
  'policy.placeholder_text': [saying('Lorem ipsum dolor sit amet.'), saying('Your order is here today.')],
  'policy.opt_out_missing': [
    marketing('Our spring collection has arrived.'),
    marketing('Our spring collection has arrived. Reply STOP to hear no more.'),
  ],
  'policy.contact_in_text': [
    saying('Write to help@shop.example when something is missing.'),
    saying('Write to us when something is missing.'),
  ],
  'policy.capitals': [saying('YOUR ORDER IS ON ITS WAY TO YOU'), saying('Your ORDER is on its way to you')],
  'policy.emojis': [
    saying(`Hurray ${'🎉'.repeat(11)} it is here.`),
    saying(`Hurray ${'🎉'.repeat(10)} it is here.`),
  ],
  'policy.variables_unexplained': [
    draftWith(aBody('Hi {{1}}: {{2}}, then {{3}} today.', 'a', 'b', 'c')),
    draftWith(
      aBody(
        'Dear {{1}}, your order with the number {{2}} leaves our shop at {{3}} o’clock sharp.',
        'a',
        'b',
        'c',
      ),
    ),
  ],
};

describe('predictions of what reviewers object to', () => {
  it.each(Object.entries(CASES))('%s', (rule, [breaks, keeps]) => {
    expect(rulesOf(breaks)).toContain(rule);
    expect(rulesOf(keeps)).not.toContain(rule);
  });

  it('are never errors: people decide about them', () => {
    const severities = Object.entries(TEMPLATE_RULES)
      .filter(([rule]) => rule.startsWith('policy.'))
      .map(([, { severity }]) => severity);
    expect(severities).not.toContain('error');
  });

  it.each(['UTILITY', 'utility'])('look for promotion in the category %s', (category) => {
    const template = aDraft({ category, components: [aBody('Your coupon is waiting for you today.')] });
    expect(lintTemplate(template)).toMatchObject([
      { ruleId: 'policy.promotional_words', path: 'components.0.text' },
    ]);
  });

  it.each(['حصلت على خصم خمسين بالمائة', 'Aproveite o desconto de hoje', 'आज ही छूट पाएं'])(
    'know promotion in other languages: %s',
    (text) => {
      expect(rulesOf(saying(text))).toContain('policy.promotional_words');
    },
  );

  it.each([
    ['en_US', 'OK'],
    ['xx', 'Вся посылка уже в пути'],
    ['ja', 'ご注文の品を発送しました。ありがとうございます。'],
    ['zh_CN', '您的订单已经发货,感谢您的购买和支持。'],
    ['ru', 'Ваш заказ iPhone 15 Pro Max уже в пути'],
  ])('take no offence at %s: %s', (language, text) => {
    expect(rulesOf(inLanguage(language, text))).not.toContain('policy.language_mismatch');
  });
});

it('every rule of the linter is listed in the documentation, with its severity', () => {
  const page = readFileSync(join(__dirname, '../../../docs/templates.md'), 'utf8');
  const listed = [...page.matchAll(/^\| `([a-z_.]+)`\s*\| (error|warning|advice)\s*\|/gm)];
  expect(Object.fromEntries(listed.map(([, rule, severity]) => [rule, severity]))).toEqual(
    Object.fromEntries(Object.entries(TEMPLATE_RULES).map(([rule, { severity }]) => [rule, severity])),
  );
});
