import {
  AN_APP,
  aBody,
  aCard,
  aCarousel,
  aDraft,
  aLink,
  aLogin,
  aReply,
  anOffer,
  draftWithButtons,
} from '../../../test/factories/template.factory';
import type { TemplateRuleId } from './template-rule-catalogue';
import { type LintedTemplate, lintTemplate } from './template-rules';

type Prefix = 'buttons' | 'authentication' | 'carousel' | 'limited_time_offer';
/** A template that breaks the rule, and one like it that does not. */
type Case = [breaks: LintedTemplate, keeps: LintedTemplate];

const rulesOf = (template: LintedTemplate): TemplateRuleId[] =>
  lintTemplate(template).map(({ ruleId }) => ruleId);
const url = (address: string, example?: string) =>
  draftWithButtons(aLink({ url: address, ...(example === undefined ? {} : { example: [example] }) }));
const call = (number?: string) =>
  draftWithButtons({ type: 'PHONE_NUMBER', text: 'Call', phone_number: number });
const code = (example?: string) => anOffer({ type: 'BUTTONS', buttons: [{ type: 'COPY_CODE', example }] });
const flow = (more: object) => draftWithButtons({ type: 'FLOW', text: 'Begin', ...more });
const zeroTap = (more: object) =>
  aLogin({ otp_type: 'ZERO_TAP', zero_tap_terms_accepted: true, supported_apps: [AN_APP], ...more });
const limited = (text?: string) => ({ type: 'LIMITED_TIME_OFFER', limited_time_offer: { text } });
const withBodyOf = (length: number) =>
  aDraft({ category: 'MARKETING', components: [aBody('x'.repeat(length)), limited('Half off')] });

// Typed by the rules' ids: one without a case does not compile.
const CASES: Record<Extract<TemplateRuleId, `${Prefix}.${string}`>, Case> = {
  'buttons.missing': [draftWithButtons(), draftWithButtons(aReply())],
  'buttons.too_many': [
    draftWithButtons(...Array.from({ length: 11 }, () => aReply())),
    draftWithButtons(...Array.from({ length: 10 }, () => aReply())),
  ],
  'buttons.too_many_of_kind': [
    draftWithButtons(aLink(), aLink(), aLink()),
    draftWithButtons(aLink(), aLink()),
  ],
  'buttons.repeated_kind': [
    draftWithButtons({ type: 'FLOW', text: 'A', flow_id: '1' }, { type: 'FLOW', text: 'B', flow_id: '1' }),
    draftWithButtons({ type: 'FLOW', text: 'A', flow_id: '1' }),
  ],
  'buttons.not_grouped': [
    draftWithButtons(aReply(), aLink(), aReply()),
    draftWithButtons(aReply(), aReply(), aLink()),
  ],
  'buttons.between_others': [
    draftWithButtons(aLink(), aReply(), aLink()),
    draftWithButtons(aLink(), aLink(), aReply()),
  ],
  'buttons.type_unknown': [
    draftWithButtons({ type: 'HOLOGRAM', text: 'Look' }),
    draftWithButtons({ type: 'quick_reply', text: 'Look' }),
  ],
  'buttons.text_missing': [draftWithButtons({ type: 'QUICK_REPLY' }), draftWithButtons(aReply())],
  'buttons.text_too_long': [
    draftWithButtons(aReply('x'.repeat(26))),
    draftWithButtons(aReply('x'.repeat(25))),
  ],
  'buttons.text_with_variable': [draftWithButtons(aReply('Hi {{1}}')), draftWithButtons(aReply('Hi'))],
  'buttons.text_markup': [draftWithButtons(aReply('Yes 😀')), draftWithButtons(aReply('Yes'))],
  'buttons.url_missing': [draftWithButtons(aLink({ url: undefined })), draftWithButtons(aLink())],
  'buttons.url_scheme': [url('shop.example'), url('https://shop.example')],
  'buttons.url_too_long': [
    url(`https://shop.example/${'x'.repeat(2_000)}`),
    url(`https://shop.example/${'x'.repeat(1_900)}`),
  ],
  'buttons.url_variable': [url('https://a.example/{{1}}/x', 'x'), url('https://a.example/{{1}}', 'x')],
  'buttons.url_variable_domain': [url('https://{{1}}', 'x'), url('https://a.example/{{1}}', 'x')],
  'buttons.example_missing': [url('https://a.example/{{1}}'), url('https://a.example/{{1}}', 'x')],
  'buttons.example_too_long': [code('x'.repeat(21)), code('x'.repeat(20))],
  'buttons.example_long': [code('x'.repeat(16)), code('x'.repeat(15))],
  'buttons.phone_number_missing': [call(), call('+15550783881')],
  'buttons.phone_number_too_long': [call('1'.repeat(21)), call('1'.repeat(20))],
  'buttons.phone_number_malformed': [call('555-CALL'), call('16467043595')],
  'buttons.flow_missing': [flow({}), flow({ flow_id: '1' })],
  'buttons.flow_ambiguous': [flow({ flow_id: '1', flow_name: 'a' }), flow({ flow_name: 'a' })],
  'buttons.not_alone': [
    draftWithButtons({ type: 'CATALOG', text: 'View' }, aReply()),
    draftWithButtons({ type: 'CATALOG', text: 'View' }),
  ],
  'buttons.otp_elsewhere': [draftWithButtons({ type: 'OTP', otp_type: 'COPY_CODE' }), aLogin()],
  'buttons.copy_code_category': [draftWithButtons({ type: 'COPY_CODE', example: 'A' }), code('A')],

  'authentication.body_text': [
    aDraft({ category: 'AUTHENTICATION', components: [aBody('Your code is here.')] }),
    aLogin(),
  ],
  'authentication.button_missing': [
    aDraft({ category: 'AUTHENTICATION', components: [{ type: 'BODY' }] }),
    aLogin(),
  ],
  'authentication.header': [aLogin({}, [{ type: 'HEADER', text: 'Code' }]), aLogin()],
  'authentication.buttons': [
    aDraft({
      category: 'AUTHENTICATION',
      components: [
        { type: 'BODY' },
        { type: 'BUTTONS', buttons: [{ type: 'OTP', otp_type: 'COPY_CODE' }, aReply()] },
      ],
    }),
    aLogin(),
  ],
  'authentication.otp_type_missing': [aLogin({ otp_type: undefined }), aLogin()],
  'authentication.otp_type_unknown': [aLogin({ otp_type: 'SHOUT' }), aLogin({ otp_type: 'copy_code' })],
  'authentication.apps_missing': [
    aLogin({ otp_type: 'ONE_TAP' }),
    aLogin({ otp_type: 'ONE_TAP', supported_apps: [AN_APP] }),
  ],
  'authentication.apps_too_many': [
    zeroTap({ supported_apps: Array.from({ length: 6 }, () => AN_APP) }),
    zeroTap({ supported_apps: Array.from({ length: 5 }, () => AN_APP) }),
  ],
  'authentication.app_malformed': [
    zeroTap({ supported_apps: [{ package_name: 'shop', signature_hash: 'x' }] }),
    zeroTap({ supported_apps: undefined, ...AN_APP }),
  ],
  'authentication.zero_tap_terms': [zeroTap({ zero_tap_terms_accepted: false }), zeroTap({})],
  'authentication.expiration': [
    aLogin({}, [{ type: 'FOOTER', code_expiration_minutes: 91 }]),
    aLogin({}, [{ type: 'FOOTER', code_expiration_minutes: 90 }]),
  ],

  'carousel.cards': [anOffer(aCarousel(aCard())), anOffer(aCarousel(aCard(), aCard()))],
  'carousel.cards_differ': [
    anOffer(aCarousel(aCard(), aCard({ type: 'BUTTONS', buttons: [aLink()] }))),
    anOffer(aCarousel(aCard(), aCard({ type: 'BODY', text: 'Another.' }))),
  ],
  'carousel.header_missing': [
    anOffer(aCarousel({ components: [aBody('A.')] }, { components: [aBody('B.')] })),
    anOffer(aCarousel(aCard(), aCard())),
  ],
  'carousel.body_too_long': [
    anOffer(aCarousel(aCard(), aCard({ type: 'BODY', text: 'x'.repeat(161) }))),
    anOffer(aCarousel(aCard(), aCard({ type: 'BODY', text: 'x'.repeat(160) }))),
  ],
  'carousel.buttons': [
    anOffer(aCarousel(aCard(), aCard({ type: 'BUTTONS', buttons: [aReply(), aReply(), aReply()] }))),
    anOffer(aCarousel(aCard(), aCard())),
  ],
  'carousel.component': [
    anOffer(
      aCarousel(aCard(), aCard({ type: 'BODY', text: 'A.' }), {
        components: [{ type: 'FOOTER', text: 'B.' }],
      }),
    ),
    anOffer(aCarousel(aCard(), aCard())),
  ],
  'carousel.category': [
    { ...anOffer(aCarousel(aCard(), aCard())), category: 'UTILITY' },
    anOffer(aCarousel(aCard(), aCard())),
  ],

  'limited_time_offer.text_missing': [anOffer(limited()), anOffer(limited('Half off'))],
  'limited_time_offer.too_long': [anOffer(limited('x'.repeat(17))), anOffer(limited('x'.repeat(16)))],
  'limited_time_offer.category': [
    { ...anOffer(limited('Half off')), category: 'UTILITY' },
    anOffer(limited('Half off')),
  ],
  'limited_time_offer.footer': [
    anOffer(limited('Half off'), { type: 'FOOTER', text: 'Bye' }),
    anOffer(limited('Half off')),
  ],
  'limited_time_offer.body_too_long': [withBodyOf(601), withBodyOf(600)],
};

describe("Meta's rules for buttons, login codes, carousels and offers", () => {
  it.each(Object.entries(CASES))('%s', (rule, [breaks, keeps]) => {
    expect(rulesOf(breaks)).toContain(rule);
    expect(rulesOf(keeps)).not.toContain(rule);
  });

  it('say where in the request the trouble is', () => {
    const template = anOffer(
      aCarousel(aCard(), aCard({ type: 'BUTTONS', buttons: [aReply('A very long text on a button')] })),
    );
    expect(lintTemplate(template)).toMatchObject([
      { path: 'components.1.cards.1.components.2.buttons.0.text', ruleId: 'buttons.text_too_long' },
    ]);
  });
});
