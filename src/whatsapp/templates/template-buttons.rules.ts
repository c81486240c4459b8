import { isRecord, textAt } from '../meta-values';
import type { TemplateProblem } from './template-invalid.error';
import { lengthOf, placeholdersOf } from './template-variables';

export const MOST_BUTTONS = 10;
const LONGEST_LABEL = 25;
const LONGEST_URL = 2000;
const LONGEST_PHONE_NUMBER = 20;

/** How many of a kind one template may have; kinds that are missing here are bound only by the whole number. */
const MOST_OF_KIND: Readonly<Record<string, number>> = {
  URL: 2,
  PHONE_NUMBER: 1,
  COPY_CODE: 1,
  FLOW: 1,
  CATALOG: 1,
  MPM: 1,
  SPM: 1,
  VOICE_CALL: 1,
  OTP: 1,
};

/** Kinds whose label is Meta's own. */
const WITHOUT_LABEL: readonly string[] = ['OTP', 'COPY_CODE', 'SPM', 'APP', 'REQUEST_CONTACT_INFO'];

/** Meta's rules for a BUTTONS component. @param path of the component */
export function checkButtons(component: Record<string, unknown>, path: string): TemplateProblem[] {
  const buttons = Array.isArray(component.buttons) ? component.buttons.filter(isRecord) : [];
  const at = `${path}.buttons`;
  if (buttons.length === 0)
    return [{ path: at, rule: 'buttons.missing', message: 'A BUTTONS component needs at least one button.' }];
  const problems: TemplateProblem[] = [];
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
  if (areSplit(kinds.map((kind) => kind === 'QUICK_REPLY'))) {
    problems.push({
      path: at,
      rule: 'buttons.not_grouped',
      message: 'Keep the QUICK_REPLY buttons together, before or after all others.',
    });
  }
  buttons.forEach((button, index) => problems.push(...checkButton(button, `${at}.${index}`)));
  return problems;
}

function checkButton(button: Record<string, unknown>, path: string): TemplateProblem[] {
  const kind = textAt(button, 'type') ?? '';
  const label = textAt(button, 'text');
  const problems: TemplateProblem[] = [];
  const add = (key: string, rule: string, message: string): void => {
    problems.push({ path: `${path}.${key}`, rule: `buttons.${rule}`, message });
  };
  if (label === undefined && !WITHOUT_LABEL.includes(kind))
    add('text', 'text_missing', 'Give the button a text.');
  if (label !== undefined && lengthOf(label) > LONGEST_LABEL)
    add('text', 'text_too_long', `A button's text has ${LONGEST_LABEL} characters at most.`);
  if (label !== undefined && placeholdersOf(label).names.length > 0)
    add('text', 'text_with_variable', "A button's text cannot hold variables.");
  if (kind === 'URL') problems.push(...checkUrl(button, path));
  if (kind === 'PHONE_NUMBER') {
    const number = textAt(button, 'phone_number');
    if (number === undefined)
      add('phone_number', 'phone_number_missing', 'Give the number that is to be called.');
    else if (lengthOf(number) > LONGEST_PHONE_NUMBER)
      add(
        'phone_number',
        'phone_number_too_long',
        `A number has ${LONGEST_PHONE_NUMBER} characters at most.`,
      );
  }
  if (kind === 'COPY_CODE' && exampleOf(button) === undefined)
    add('example', 'example_missing', 'Give an example of the code that is to be copied.');
  if (kind === 'OTP' && textAt(button, 'otp_type') === undefined)
    add(
      'otp_type',
      'otp_type_missing',
      'Say how the code gets into the app: COPY_CODE, ONE_TAP or ZERO_TAP.',
    );
  return problems;
}

function checkUrl(button: Record<string, unknown>, path: string): TemplateProblem[] {
  const url = textAt(button, 'url');
  if (url === undefined)
    return [
      {
        path: `${path}.url`,
        rule: 'buttons.url_missing',
        message: 'Give the address that the button opens.',
      },
    ];
  const problems: TemplateProblem[] = [];
  if (lengthOf(url) > LONGEST_URL)
    problems.push({
      path: `${path}.url`,
      rule: 'buttons.url_too_long',
      message: `An address has ${LONGEST_URL} characters at most.`,
    });
  const { names } = placeholdersOf(url);
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

/** Whether the `true`s stand in more than one group, or between others. */
function areSplit(marks: readonly boolean[]): boolean {
  const first = marks.indexOf(true);
  if (first === -1) return false;
  const last = marks.lastIndexOf(true);
  const isOneGroup = marks.slice(first, last + 1).every(Boolean);
  return !isOneGroup || (first > 0 && last < marks.length - 1);
}
