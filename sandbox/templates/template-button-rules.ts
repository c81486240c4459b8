import { invalidParameter } from '../graph/graph-error';
import { isObject, listOf, textOf, type JsonObject } from '../json';
import { templateError } from './template-errors';
import { componentType, variablesIn } from './template-variables';

const BUTTON_TYPES = new Set([
  'QUICK_REPLY',
  'URL',
  'PHONE_NUMBER',
  'COPY_CODE',
  'FLOW',
  'CATALOG',
  'MPM',
  'SPM',
  'VOICE_CALL',
  'REQUEST_CONTACT_INFO',
  'APP',
  'OTP',
]);
const MOST: Readonly<Record<string, number>> = { QUICK_REPLY: 10, URL: 2, PHONE_NUMBER: 1, COPY_CODE: 1 };
const NEEDS_TEXT = new Set(['QUICK_REPLY', 'URL', 'PHONE_NUMBER', 'FLOW']);

export function checkButtons(component: JsonObject): void {
  const buttons = listOf(component.buttons).filter(isObject);
  if (buttons.length === 0) throw invalidParameter('The BUTTONS component needs buttons.');
  if (buttons.length > 10) throw invalidParameter('A template has at most 10 buttons.');
  const types = buttons.map(componentType);
  for (const button of buttons) checkButton(button);
  for (const [type, most] of Object.entries(MOST)) {
    const count = types.filter((other) => other === type).length;
    if (count > most) throw invalidParameter(`A template has at most ${most} ${type} button(s).`);
  }
  const first = types.indexOf('QUICK_REPLY');
  const last = types.lastIndexOf('QUICK_REPLY');
  const areTogether = types.slice(Math.max(0, first), last + 1).every((type) => type === 'QUICK_REPLY');
  if (!areTogether)
    throw templateError(2388060, 'Invalid button order', 'Quick reply buttons must stand together.');
}

function checkButton(button: JsonObject): void {
  const type = componentType(button);
  if (!BUTTON_TYPES.has(type)) throw invalidParameter(`Unknown button type ${type}.`);
  const text = textOf(button.text);
  if (NEEDS_TEXT.has(type) && (text === undefined || text === '')) {
    throw invalidParameter(`A ${type} button needs text.`);
  }
  if (text !== undefined && text.length > 25) {
    throw templateError(2388040, 'Button text too long', 'A button text has more than 25 characters.');
  }
  if (type === 'URL') checkUrl(button);
  if (type === 'PHONE_NUMBER' && !/^\+?\d{5,20}$/.test(textOf(button.phone_number) ?? '')) {
    throw invalidParameter('A PHONE_NUMBER button needs phone_number.');
  }
  if (type === 'COPY_CODE') {
    const example = Array.isArray(button.example) ? textOf(button.example[0]) : textOf(button.example);
    if (example === undefined || example.length > 15) {
      throw invalidParameter('A COPY_CODE button needs an example of at most 15 characters.');
    }
  }
  if (
    type === 'FLOW' &&
    [button.flow_id, button.flow_name, button.flow_json].every((value) => value === undefined)
  ) {
    throw invalidParameter('A FLOW button needs flow_id, flow_name or flow_json.');
  }
  if (
    type === 'OTP' &&
    !['COPY_CODE', 'ONE_TAP', 'ZERO_TAP'].includes((textOf(button.otp_type) ?? '').toUpperCase())
  ) {
    throw invalidParameter('An OTP button needs otp_type COPY_CODE, ONE_TAP or ZERO_TAP.');
  }
}

function checkUrl(button: JsonObject): void {
  const url = textOf(button.url) ?? '';
  if (!/^https?:\/\//.test(url)) throw invalidParameter('A URL button needs url.');
  const variables = variablesIn(url);
  if (variables.length === 0) return;
  if (variables.length > 1 || !url.endsWith('}}')) {
    throw invalidParameter('A URL takes one variable, at its end.');
  }
  if (listOf(button.example).length === 0 && textOf(button.example) === undefined) {
    throw templateError(2388043, 'Missing example', 'A URL button with variable needs an example.');
  }
}
