import { isRecord, textAt } from '../meta-values';
import { checkOtpButton } from './template-authentication.rules';
import type { BrokenRule, TemplateRuleId } from './template-rule-catalogue';
import { MARKUP } from './template-text.rules';
import { lengthOf, placeholdersOf } from './template-variables';

export const MOST_BUTTONS = 10;
const LONGEST_LABEL = 25;
const LONGEST_URL = 2000;
const LONGEST_PHONE_NUMBER = 20;
const LONGEST_CODE = { sure: 20, doubtful: 15 };

/** How many of a kind one template may have, where Meta gives a number. */
const MOST_OF_KIND: Readonly<Record<string, number>> = { URL: 2, PHONE_NUMBER: 1, COPY_CODE: 1 };
/** Kinds that Meta never shows twice, without saying that it would refuse that. */
const ONCE: readonly string[] = ['FLOW', 'CATALOG', 'MPM', 'SPM', 'VOICE_CALL', 'OTP'];

const KINDS: readonly string[] = [
  ...Object.keys(MOST_OF_KIND),
  ...ONCE,
  'QUICK_REPLY',
  'REQUEST_CONTACT_INFO',
  'APP',
  'ORDER_DETAILS',
];
/** Kinds that Meta shows alone. */
const ALONE: readonly string[] = ['CATALOG', 'MPM', 'SPM'];
/** Kinds whose label is Meta's own. */
const WITHOUT_LABEL: readonly string[] = ['OTP', 'COPY_CODE', 'SPM', 'APP', 'REQUEST_CONTACT_INFO'];

/** Meta's rules for a BUTTONS component. @param path of the component */
export function checkButtons(
  component: Record<string, unknown>,
  path: string,
  category: string | undefined,
): BrokenRule[] {
  const buttons = Array.isArray(component.buttons) ? component.buttons.filter(isRecord) : [];
  const at = `${path}.buttons`;
  if (buttons.length === 0)
    return [{ path: at, rule: 'buttons.missing', message: 'A BUTTONS component needs at least one button.' }];
  const problems: BrokenRule[] = [];
  if (buttons.length > MOST_BUTTONS)
    problems.push({
      path: at,
      rule: 'buttons.too_many',
      message: `Meta allows ${MOST_BUTTONS} buttons at most.`,
    });
  const kinds = buttons.map((button) => textAt(button, 'type') ?? '');
  for (const [kind, most] of Object.entries(MOST_OF_KIND)) {
    if (kinds.filter((other) => other === kind).length > most) {
      problems.push({
        path: at,
        rule: 'buttons.too_many_of_kind',
        message: `Meta allows ${most} ${kind} button(s) at most.`,
      });
    }
  }
  for (const kind of ONCE) {
    if (kinds.filter((other) => other === kind).length > 1)
      problems.push({
        path: at,
        rule: 'buttons.repeated_kind',
        message: `There are several ${kind} buttons.`,
      });
  }
  problems.push(...checkOrder(kinds, at));
  buttons.forEach((button, index) => problems.push(...checkButton(button, `${at}.${index}`, category)));
  return problems;
}

function checkOrder(kinds: readonly string[], at: string): BrokenRule[] {
  const problems: BrokenRule[] = [];
  const first = kinds.indexOf('QUICK_REPLY');
  const last = kinds.lastIndexOf('QUICK_REPLY');
  const isOneGroup = kinds.slice(Math.max(0, first), last + 1).every((kind) => kind === 'QUICK_REPLY');
  if (!isOneGroup) {
    problems.push({
      path: at,
      rule: 'buttons.not_grouped',
      message: 'Keep the QUICK_REPLY buttons together, before or after all others.',
    });
  } else if (first > 0 && last < kinds.length - 1) {
    problems.push({
      path: at,
      rule: 'buttons.between_others',
      message: 'The QUICK_REPLY buttons stand between others.',
    });
  }
  const alone = kinds.find((kind) => ALONE.includes(kind));
  if (alone !== undefined && kinds.length > 1) {
    problems.push({
      path: at,
      rule: 'buttons.not_alone',
      message: `A ${alone} button stands alone; there are ${kinds.length} buttons.`,
    });
  }
  return problems;
}

function checkButton(
  button: Record<string, unknown>,
  path: string,
  category: string | undefined,
): BrokenRule[] {
  const kind = textAt(button, 'type') ?? '';
  const problems = checkLabel(button, kind, path);
  const add = (key: string, rule: TemplateRuleId, message: string): void => {
    problems.push({ path: `${path}.${key}`, rule, message });
  };
  switch (kind) {
    case 'URL':
      return [...problems, ...checkUrl(button, path)];
    case 'PHONE_NUMBER':
      return [...problems, ...checkPhoneNumber(button, path)];
    case 'COPY_CODE':
      return [...problems, ...checkCode(button, path, category)];
    case 'FLOW': {
      const given = ['flow_id', 'flow_name', 'flow_json'].filter((key) => textAt(button, key) !== undefined);
      if (given.length === 0) add('flow_id', 'buttons.flow_missing', 'Say which flow the button opens.');
      if (given.length > 1)
        add(
          'flow_id',
          'buttons.flow_ambiguous',
          `The flow is named ${given.length} times: ${given.join(', ')}.`,
        );
      return problems;
    }
    case 'OTP':
      if (category !== undefined && category !== 'AUTHENTICATION')
        add('type', 'buttons.otp_elsewhere', `One-time passwords do not belong to ${category}.`);
      return [...problems, ...checkOtpButton(button, path)];
    default:
      if (!KINDS.includes(kind))
        add('type', 'buttons.type_unknown', `${kind || 'A missing type'} is no button that Meta documents.`);
      return problems;
  }
}

function checkLabel(button: Record<string, unknown>, kind: string, path: string): BrokenRule[] {
  const label = textAt(button, 'text');
  const at = `${path}.text`;
  if (label === undefined) {
    const isNeeded = KINDS.includes(kind) && !WITHOUT_LABEL.includes(kind);
    return isNeeded ? [{ path: at, rule: 'buttons.text_missing', message: 'Give the button a text.' }] : [];
  }
  const problems: BrokenRule[] = [];
  if (lengthOf(label) > LONGEST_LABEL)
    problems.push({
      path: at,
      rule: 'buttons.text_too_long',
      message: `A button's text has ${LONGEST_LABEL} characters at most.`,
    });
  if (placeholdersOf(label).names.length > 0)
    problems.push({
      path: at,
      rule: 'buttons.text_with_variable',
      message: "A button's text cannot hold variables.",
    });
  else if (MARKUP.test(label) || /[\r\n]/.test(label))
    problems.push({
      path: at,
      rule: 'buttons.text_markup',
      message: 'Meta refuses most button texts with line breaks, emojis or marks for bold and italic.',
    });
  return problems;
}

function checkPhoneNumber(button: Record<string, unknown>, path: string): BrokenRule[] {
  const number = textAt(button, 'phone_number');
  const at = `${path}.phone_number`;
  if (number === undefined)
    return [
      { path: at, rule: 'buttons.phone_number_missing', message: 'Give the number that is to be called.' },
    ];
  if (lengthOf(number) > LONGEST_PHONE_NUMBER) {
    const message = `A number has ${LONGEST_PHONE_NUMBER} characters at most.`;
    return [{ path: at, rule: 'buttons.phone_number_too_long', message }];
  }
  if (/^\+?\d{5,20}$/.test(number)) return [];
  return [
    {
      path: at,
      rule: 'buttons.phone_number_malformed',
      message: 'The number is not made of digits with an optional +.',
    },
  ];
}

function checkCode(
  button: Record<string, unknown>,
  path: string,
  category: string | undefined,
): BrokenRule[] {
  const problems: BrokenRule[] = [];
  if (category === 'UTILITY')
    problems.push({
      path: `${path}.type`,
      rule: 'buttons.copy_code_category',
      message: 'COPY_CODE buttons are for the codes of offers.',
    });
  const at = `${path}.example`;
  const example = exampleOf(button);
  if (example === undefined) {
    const message = 'Give an example of the code that is to be copied.';
    return [...problems, { path: at, rule: 'buttons.example_missing', message }];
  }
  const length = lengthOf(example);
  const message = `The code has ${length} characters.`;
  if (length > LONGEST_CODE.sure) problems.push({ path: at, rule: 'buttons.example_too_long', message });
  else if (length > LONGEST_CODE.doubtful) problems.push({ path: at, rule: 'buttons.example_long', message });
  return problems;
}

function checkUrl(button: Record<string, unknown>, path: string): BrokenRule[] {
  const url = textAt(button, 'url');
  if (url === undefined)
    return [
      {
        path: `${path}.url`,
        rule: 'buttons.url_missing',
        message: 'Give the address that the button opens.',
      },
    ];
  const problems: BrokenRule[] = [];
  if (lengthOf(url) > LONGEST_URL)
    problems.push({
      path: `${path}.url`,
      rule: 'buttons.url_too_long',
      message: `An address has ${LONGEST_URL} characters at most.`,
    });
  if (!/^https?:\/\//i.test(url))
    problems.push({
      path: `${path}.url`,
      rule: 'buttons.url_scheme',
      message: 'The address is not one of the web.',
    });
  const { names } = placeholdersOf(url);
  if (/^https?:\/\/[^/?#]*\{\{/i.test(url))
    problems.push({
      path: `${path}.url`,
      rule: 'buttons.url_variable_domain',
      message: 'The variable stands in place of the domain: people cannot see where the button leads.',
    });
  if (names.length > 1 || (names.length === 1 && !/\{\{[^{}]*\}\}$/.test(url))) {
    problems.push({
      path: `${path}.url`,
      rule: 'buttons.url_variable',
      message: 'An address may hold one variable, at its very end.',
    });
  }
  if (names.length > 0 && exampleOf(button) === undefined) {
    problems.push({
      path: `${path}.example`,
      rule: 'buttons.example_missing',
      message: 'Give a complete example of the address, with the variable filled in.',
    });
  }
  return problems;
}

/** Meta takes a text or an array of one. */
function exampleOf({ example }: Record<string, unknown>): string | undefined {
  const first: unknown = Array.isArray(example) ? example[0] : example;
  return typeof first === 'string' && first !== '' ? first : undefined;
}
