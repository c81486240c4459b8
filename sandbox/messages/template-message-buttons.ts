import { catalogueError } from '../graph/error-catalogue';
import { isObject, listOf, numberOf, objectOf, textOf, type JsonObject } from '../json';
import { missingPart } from './message-rules';
import { buttonsOf, componentType, variablesIn } from '../templates/template-variables';

const PAYLOAD_LIMIT = 256;
const COUPON_LIMIT = 15;

type Check = (parameter: JsonObject | undefined, where: string, button: JsonObject) => void;

/** What each kind of button wants of a message; kinds that are not here take nothing. */
const CHECKS: Readonly<Record<string, Check>> = {
  URL: (parameter, where, button) => {
    if (variablesIn(textOf(button.url) ?? '').length === 0) {
      if (parameter) throw catalogueError(132000, `${where} takes no parameter`);
      return;
    }
    requireType(parameter, where, 'text');
    const suffix = textOf(parameter?.text);
    if (suffix === undefined || suffix === '') throw missingPart(`${where} parameter text`);
  },
  COPY_CODE: (parameter, where) => {
    requireType(parameter, where, 'coupon_code');
    const code = textOf(parameter?.coupon_code) ?? '';
    if (code === '') throw missingPart(`${where} coupon_code`);
    if (code.length > COUPON_LIMIT)
      throw catalogueError(132005, `${where}: The coupon code has more than ${COUPON_LIMIT} characters`);
  },
  QUICK_REPLY: (parameter, where) => {
    if (!parameter) return;
    requireType(parameter, where, 'payload');
    const payload = textOf(parameter.payload) ?? '';
    if (payload === '') throw missingPart(`${where} payload`);
    if (payload.length > PAYLOAD_LIMIT)
      throw catalogueError(132005, `${where}: The payload has more than ${PAYLOAD_LIMIT} characters`);
  },
  FLOW: (parameter, where) => {
    if (!parameter) return;
    requireType(parameter, where, 'action');
    if (!isObject(parameter.action)) throw missingPart(`${where} action`);
  },
  MPM: (parameter, where) => {
    requireType(parameter, where, 'action');
    const sections = listOf(objectOf(parameter?.action).sections).filter(isObject);
    const products = sections.flatMap((section) => listOf(section.product_items));
    if (sections.length < 1 || sections.length > 10 || products.length < 1 || products.length > 30)
      throw catalogueError(132012, `${where} needs 1 to 10 sections with 1 to 30 products`);
  },
  CATALOG: (parameter, where) => {
    if (parameter) requireType(parameter, where, 'action');
  },
  ORDER_DETAILS: (parameter, where) => {
    requireType(parameter, where, 'action');
    if (!isObject(objectOf(parameter?.action).order_details)) throw missingPart(`${where} order_details`);
  },
};
/** Buttons that a message must fill in. */
const WANT_PARAMETER = new Set(['COPY_CODE', 'MPM', 'ORDER_DETAILS']);

function requireType(parameter: JsonObject | undefined, where: string, type: string): void {
  const received = textOf(parameter?.type)?.toLowerCase();
  if (received !== type)
    throw catalogueError(
      132012,
      `${where}: expected a parameter of type ${type}, received ${received ?? 'none'}`,
    );
}

/** Compares the button components of a message, found by their index, with the buttons that are declared. */
export function checkButtonParameters(declared: JsonObject[], given: JsonObject[], prefix: string): void {
  const buttons = buttonsOf(declared);
  const components = given.filter((component) => componentType(component) === 'BUTTON');
  const byIndex = new Map(components.map((component) => [numberOf(component.index) ?? 0, component]));
  if (byIndex.size !== components.length)
    throw catalogueError(132012, `${prefix}buttons: Two components have the same index`);
  buttons.forEach((button, index) => {
    checkButton(button, index, byIndex.get(index), prefix);
  });
  for (const index of byIndex.keys()) {
    if (!buttons[index])
      throw catalogueError(132012, `${prefix}buttons: There is no button at index ${index}`);
  }
}

function checkButton(
  button: JsonObject,
  index: number,
  component: JsonObject | undefined,
  prefix: string,
): void {
  const type = componentType(button);
  const where = `${prefix}buttons: Button at index ${index} of type ${type}`;
  const isDynamicUrl = type === 'URL' && variablesIn(textOf(button.url) ?? '').length > 0;
  if (!component) {
    if (isDynamicUrl || WANT_PARAMETER.has(type))
      throw catalogueError(131008, `${where} requires a parameter`);
    return;
  }
  const subType = textOf(component.sub_type)?.toUpperCase();
  if (subType === undefined) throw missingPart(`${where} sub_type`);
  if (subType !== type && !(type === 'OTP' && subType === 'URL'))
    throw catalogueError(132012, `${where}: sub_type is ${subType}`);
  const parameters = listOf(component.parameters).filter(isObject);
  if (parameters.length > 1) throw catalogueError(132000, `${where} takes one parameter`);
  CHECKS[type]?.(parameters[0], where, button);
}
