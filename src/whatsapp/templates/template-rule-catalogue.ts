/**
 * - `error`: Meta's documentation says that it is refused; nothing that breaks such a rule is submitted.
 * - `warning`: Meta's reviewers often reject it, or move the template to another category.
 * - `advice`: accepted, but people or prices suffer.
 */
export type FindingSeverity = 'error' | 'warning' | 'advice';

interface TemplateRule {
  severity: FindingSeverity;
  /** What to write instead. */
  fix: string;
  /** Where Meta says so, or why we think so. */
  source: string;
}

const COMPONENTS = 'WhatsApp documentation, "Template components"';
const AUTHENTICATION = 'WhatsApp documentation, "Authentication templates"';
const CAROUSEL = 'WhatsApp documentation, "Media card carousel templates"';
const OFFER = 'WhatsApp documentation, "Limited-time offer templates"';
const REVIEW = 'WhatsApp documentation, "Template review", common rejection reasons';
const CATEGORIES = 'WhatsApp documentation, "Template categorization"';
const TTL = 'WhatsApp documentation, "Time-to-live"';
const HABIT = 'Experience of senders; Meta documents no such rule';

const error = (source: string, fix: string): TemplateRule => ({ severity: 'error', fix, source });
const warning = (source: string, fix: string): TemplateRule => ({ severity: 'warning', fix, source });
const advice = (source: string, fix: string): TemplateRule => ({ severity: 'advice', fix, source });

const VARIABLE_FIX = 'Write {{1}}, {{2}} …, or names of lower-case letters, digits and underscores.';
const ONE_KIND_FIX = 'Use numbers throughout, or names throughout.';

/** Every rule of the linter. Ids are stable: interfaces branch on them. docs/templates.md lists them. */
export const TEMPLATE_RULES = {
  'name.malformed': error(COMPONENTS, 'Use lower-case letters, digits and underscores only.'),
  'name.too_long': error(`${COMPONENTS}; error 2388040`, 'Shorten the name to 512 characters.'),
  'language.malformed': error(COMPONENTS, 'Use a code of Meta, as en_US or ar.'),
  'category.unknown': error(CATEGORIES, 'Choose MARKETING, UTILITY or AUTHENTICATION.'),
  'parameter_format.unknown': error(COMPONENTS, 'Use POSITIONAL or NAMED, or leave it out.'),
  'components.missing': error(COMPONENTS, 'Give a list of components, with a BODY at least.'),
  'components.duplicate': error(COMPONENTS, 'Keep one component of each type.'),
  'components.type_unknown': warning(COMPONENTS, 'Check the spelling of the type.'),
  'ttl.out_of_range': error(TTL, 'Choose a time in the range of the category, or leave it out.'),

  'header.text_missing': error(`${COMPONENTS}; error 2388047`, 'Write a text, or leave the header out.'),
  'header.too_long': error(`${COMPONENTS}; error 2388040`, 'Shorten the header to 60 characters.'),
  'header.too_many_variables': error(COMPONENTS, 'Keep one variable at most.'),
  'header.variable_malformed': error(REVIEW, VARIABLE_FIX),
  'header.variables_mixed': error(COMPONENTS, ONE_KIND_FIX),
  'header.variables_not_sequential': warning(REVIEW, 'Number the variables from 1 without a gap.'),
  'header.example_missing': error(COMPONENTS, 'Give the sample that reviewers see.'),
  'header.example_count': error(COMPONENTS, 'Give one example for each variable.'),
  'header.example_form': warning(
    COMPONENTS,
    'Give examples in the form that belongs to the kind of variable.',
  ),
  'header.new_line': error(`${COMPONENTS}; error 2388047`, 'Write the header on one line.'),
  'header.markup': warning(`${COMPONENTS}; error 2388047`, 'Leave out emojis and the marks * _ ~ `.'),
  'header.format_unknown': warning(COMPONENTS, 'Use TEXT, IMAGE, VIDEO, DOCUMENT, GIF, LOCATION or PRODUCT.'),

  'body.missing': error(COMPONENTS, 'Add a BODY component.'),
  'body.text_missing': error(`${COMPONENTS}; error 2388072`, 'Write the text of the message.'),
  'body.too_long': error(`${COMPONENTS}; error 2388040`, 'Shorten the body to 1024 characters.'),
  'body.variable_first': error(`${REVIEW}; error 2388299`, 'Put words before the first variable.'),
  'body.variable_last': warning(
    `${REVIEW}; error 2388299, though examples of Meta end with a variable`,
    'Put words or a full stop behind the last variable.',
  ),
  'body.variables_adjacent': error(REVIEW, 'Put words between the two variables.'),
  'body.variable_malformed': error(REVIEW, VARIABLE_FIX),
  'body.variables_mixed': error(COMPONENTS, ONE_KIND_FIX),
  'body.variables_not_sequential': error(REVIEW, 'Number the variables from 1 without a gap.'),
  'body.example_missing': error(COMPONENTS, 'Give an example for each variable.'),
  'body.example_count': error(COMPONENTS, 'Give exactly one example for each variable.'),
  'body.example_form': warning(COMPONENTS, 'Give examples in the form that belongs to the kind of variable.'),
  'body.too_many_variables': warning(
    'Error 2388293; Meta does not publish the ratio, twice as many words as variables and one more is a rule of other senders',
    'Write more words around the variables, or use fewer of them.',
  ),
  'body.blank_run': warning(REVIEW, 'Leave one empty line at most, and no long runs of spaces.'),

  'footer.text_missing': error(`${COMPONENTS}; error 2388073`, 'Write a text, or leave the footer out.'),
  'footer.too_long': error(`${COMPONENTS}; error 2388040`, 'Shorten the footer to 60 characters.'),
  'footer.variables': error(`${COMPONENTS}; error 2388073`, 'Write the footer without variables.'),

  'buttons.missing': error(COMPONENTS, 'Add a button, or leave the BUTTONS component out.'),
  'buttons.too_many': error(COMPONENTS, 'Keep ten buttons at most.'),
  'buttons.too_many_of_kind': error(COMPONENTS, 'Remove the buttons of this kind that are too many.'),
  'buttons.repeated_kind': warning(COMPONENTS, 'Keep one button of this kind.'),
  'buttons.not_grouped': error(COMPONENTS, 'Put all QUICK_REPLY buttons together.'),
  'buttons.between_others': warning(COMPONENTS, 'Put the QUICK_REPLY buttons first or last.'),
  'buttons.type_unknown': warning(COMPONENTS, 'Check the spelling of the type.'),
  'buttons.text_missing': error(COMPONENTS, 'Give the button a text.'),
  'buttons.text_too_long': error(`${COMPONENTS}; error 2388040`, 'Shorten the text to 25 characters.'),
  'buttons.text_with_variable': error(COMPONENTS, 'Write the text without variables.'),
  'buttons.text_markup': warning(COMPONENTS, 'Leave out line breaks, emojis and the marks * _ ~ `.'),
  'buttons.url_missing': error(COMPONENTS, 'Give the address.'),
  'buttons.url_scheme': error(COMPONENTS, 'Begin the address with https:// or http://.'),
  'buttons.url_too_long': error(COMPONENTS, 'Shorten the address to 2000 characters.'),
  'buttons.url_variable': error(COMPONENTS, 'Keep one variable, at the very end of the address.'),
  'buttons.url_variable_domain': warning(
    REVIEW,
    'Write the domain out; let the variable be part of the path.',
  ),
  'buttons.example_missing': error(COMPONENTS, 'Give an example.'),
  'buttons.example_too_long': error(COMPONENTS, 'Shorten the code to 20 characters, better to 15.'),
  'buttons.example_long': warning(
    `${COMPONENTS}; pages of Meta differ between 15 and 20`,
    'Shorten the code to 15 characters.',
  ),
  'buttons.phone_number_missing': error(COMPONENTS, 'Give the number with its country code.'),
  'buttons.phone_number_too_long': error(COMPONENTS, 'Shorten the number to 20 characters.'),
  'buttons.phone_number_malformed': warning(
    COMPONENTS,
    'Write digits with the country code, as +15550783881.',
  ),
  'buttons.flow_missing': error(COMPONENTS, 'Give flow_id, flow_name or flow_json.'),
  'buttons.flow_ambiguous': warning(COMPONENTS, 'Give one of flow_id, flow_name and flow_json.'),
  'buttons.not_alone': warning(COMPONENTS, 'Let it be the only button.'),
  'buttons.otp_elsewhere': warning(AUTHENTICATION, 'Use the category AUTHENTICATION for one-time passwords.'),
  'buttons.copy_code_category': warning(COMPONENTS, 'Use the category MARKETING for codes of offers.'),

  'authentication.body_text': error(AUTHENTICATION, 'Leave the text out: Meta writes it.'),
  'authentication.button_missing': error(AUTHENTICATION, 'Add a BUTTONS component with one OTP button.'),
  'authentication.header': warning(AUTHENTICATION, 'Remove the header.'),
  'authentication.buttons': warning(AUTHENTICATION, 'Keep the OTP button only.'),
  'authentication.otp_type_missing': error(AUTHENTICATION, 'Choose COPY_CODE, ONE_TAP or ZERO_TAP.'),
  'authentication.otp_type_unknown': error(AUTHENTICATION, 'Choose COPY_CODE, ONE_TAP or ZERO_TAP.'),
  'authentication.apps_missing': error(AUTHENTICATION, 'Name the apps in supported_apps.'),
  'authentication.apps_too_many': error(AUTHENTICATION, 'Name five apps at most.'),
  'authentication.app_malformed': warning(
    AUTHENTICATION,
    'Give package_name with two parts at least and a signature_hash of 11 characters.',
  ),
  'authentication.zero_tap_terms': error(AUTHENTICATION, 'Set zero_tap_terms_accepted to true.'),
  'authentication.expiration': error(AUTHENTICATION, 'Choose 1 to 90 minutes.'),

  'carousel.cards': error(CAROUSEL, 'Give 2 to 10 cards.'),
  'carousel.cards_differ': error(
    CAROUSEL,
    'Give all cards the same components, header formats and button kinds.',
  ),
  'carousel.header_missing': error(CAROUSEL, 'Give each card a header with a picture, a video or a product.'),
  'carousel.body_too_long': error(CAROUSEL, 'Shorten the text of the card to 160 characters.'),
  'carousel.buttons': error(CAROUSEL, 'Give each card one or two buttons.'),
  'carousel.component': warning(CAROUSEL, 'Keep to HEADER, BODY and BUTTONS in a card.'),
  'carousel.category': warning(CAROUSEL, 'Use the category MARKETING.'),

  'limited_time_offer.text_missing': error(OFFER, 'Name the offer in limited_time_offer.text.'),
  'limited_time_offer.too_long': error(`${OFFER}; error 2388040`, 'Shorten the offer to 16 characters.'),
  'limited_time_offer.category': warning(OFFER, 'Use the category MARKETING.'),
  'limited_time_offer.footer': warning(OFFER, 'Remove the footer.'),
  'limited_time_offer.body_too_long': warning(OFFER, 'Shorten the body to 600 characters.'),

  'policy.url_shortener': warning(REVIEW, 'Write the address out, with your own domain.'),
  'policy.wa_me_link': warning(REVIEW, 'Remove the link: people are in the chat already.'),
  'policy.url_host': warning(REVIEW, 'Use an address that everybody can open, by name.'),
  'policy.promotional_words': warning(CATEGORIES, 'Use the category MARKETING, or take the promotion out.'),
  'policy.language_mismatch': warning(REVIEW, 'Write the text in the language of the template.'),
  'policy.sensitive_data': warning(REVIEW, 'Do not ask for card, account or identity numbers.'),
  'policy.placeholder_text': warning(REVIEW, 'Write the real text.'),
  'policy.opt_out_missing': advice(
    'WhatsApp Business Messaging Policy: people must be able to opt out',
    'Add a quick reply such as "Stop promotions", or a footer that says how to stop.',
  ),
  'policy.contact_in_text': advice(HABIT, 'Use a PHONE_NUMBER or URL button in place of the text.'),
  'policy.capitals': advice(HABIT, 'Write in ordinary upper and lower case.'),
  'policy.emojis': advice(HABIT, 'Use fewer emojis.'),
  'policy.variables_unexplained': advice(
    REVIEW,
    'Say in the text what each variable stands for, or use names for variables.',
  ),
} as const satisfies Record<string, TemplateRule>;

export type TemplateRuleId = keyof typeof TEMPLATE_RULES;

/** A rule that a template breaks, and where. */
export interface BrokenRule {
  /** Where in the template, as `components.1.buttons.0.text`. */
  path: string;
  rule: TemplateRuleId;
  message: string;
}

/** What the linter has to say about one place of a template. */
export interface TemplateFinding {
  ruleId: TemplateRuleId;
  severity: FindingSeverity;
  path: string;
  message: string;
  fix: string;
  source: string;
}

export function findingOf({ path, rule, message }: BrokenRule): TemplateFinding {
  const { severity, fix, source } = TEMPLATE_RULES[rule];
  return { ruleId: rule, severity, path, message, fix, source };
}
