import { catalogueError } from '../graph/error-catalogue';
import { isObject, listOf, numberOf, objectOf, textOf, type JsonObject } from '../json';
import { checkMedia, missingPart } from './message-rules';
import { checkButtonParameters } from './template-message-buttons';
import { componentType, findComponent, VARIABLE, variablesIn } from '../templates/template-variables';
import type { TemplateRecord } from '../world';

type Format = TemplateRecord['parameterFormat'];

/** What a message is checked against, apart from the template itself. */
export interface FillingContext {
  mediaExists: (id: string) => boolean;
  now: number;
}

const GIVEN_TYPES = ['HEADER', 'BODY', 'FOOTER', 'BUTTON', 'CAROUSEL', 'LIMITED_TIME_OFFER', 'ORDER_STATUS'];
const BODY_LIMIT = 1024;

/** The approved template that a message names, or the error that says why there is none. */
export function findSendable(templates: readonly TemplateRecord[], message: JsonObject): TemplateRecord {
  const name = textOf(message.name);
  if (name === undefined) throw missingPart("template['name']");
  const language = textOf(objectOf(message.language).code) ?? textOf(message.language);
  if (language === undefined) throw missingPart("template['language']['code']");
  const template = templates.find((item) => item.name === name && item.language === language);
  const absent = catalogueError(132001, `template name (${name}) does not exist in ${language}`);
  if (!template) throw absent;
  if (template.status === 'PAUSED') throw catalogueError(132015);
  if (template.status === 'DISABLED') throw catalogueError(132016);
  if (template.status !== 'APPROVED') throw absent;
  return template;
}

/** Compares what a message fills in with what the template declares. */
export function checkTemplateMessage(
  template: TemplateRecord,
  message: JsonObject,
  filling: FillingContext = { mediaExists: () => true, now: 0 },
): void {
  if (message.components !== undefined && !Array.isArray(message.components))
    throw catalogueError(132012, "template['components'] must be an array");
  const given = listOf(message.components).filter(isObject);
  const odd = given.find((component) => !GIVEN_TYPES.includes(componentType(component)));
  if (odd) throw catalogueError(132012, `components: Unknown component type ${componentType(odd)}`);
  if (template.category === 'AUTHENTICATION') {
    checkAuthentication(parametersOf(given, 'BODY'), given);
    return;
  }
  checkFilled(template.components, given, template.parameterFormat, filling, '');
  checkCards(template, given, filling);
  checkOffer(template, given, filling.now);
}

function parametersOf(given: JsonObject[], type: string): JsonObject[] {
  return listOf(given.find((component) => componentType(component) === type)?.parameters).filter(isObject);
}

/** Header, body and buttons: of the template, or of one card of it. */
function checkFilled(
  declared: JsonObject[],
  given: JsonObject[],
  format: Format,
  filling: FillingContext,
  prefix: string,
): void {
  const body = textOf(findComponent(declared, 'BODY')?.text) ?? '';
  const values = parametersOf(given, 'BODY');
  checkTextParameters(format, variablesIn(body), values, `${prefix}body`);
  const lengthOfValues = values.reduce((sum, value) => sum + textLength(value), 0);
  if (body.replace(VARIABLE, '').length + lengthOfValues > BODY_LIMIT)
    throw catalogueError(132005, `${prefix}body: Translated text too long`);
  checkHeader(findComponent(declared, 'HEADER'), parametersOf(given, 'HEADER'), format, filling, prefix);
  checkButtonParameters(declared, given, prefix);
}

function textLength(parameter: JsonObject): number {
  const content = objectOf(parameter[textOf(parameter.type) ?? '']);
  return (textOf(parameter.text) ?? textOf(content.fallback_value) ?? '').length;
}

function checkTextParameters(format: Format, expected: string[], given: JsonObject[], where: string): void {
  if (given.length !== expected.length) {
    throw catalogueError(
      132000,
      `${where}: number of localizable_params (${given.length}) does not match the expected number of params (${expected.length})`,
    );
  }
  for (const parameter of given) checkTextParameter(parameter, where);
  if (format === 'NAMED') {
    const names = given.map((parameter) => textOf(parameter.parameter_name));
    const missing = expected.find((name) => !names.includes(name));
    if (missing !== undefined)
      throw catalogueError(132012, `${where}: Parameter name is missing or wrong: ${missing}`);
  } else if (given.some((parameter) => parameter.parameter_name !== undefined)) {
    throw catalogueError(132012, `${where}: Positional templates take no parameter_name`);
  }
}

function checkTextParameter(parameter: JsonObject, where: string): void {
  const type = textOf(parameter.type)?.toLowerCase();
  if (type === 'currency' || type === 'date_time') {
    const content = objectOf(parameter[type]);
    if (textOf(content.fallback_value) === undefined) throw missingPart(`${where} ${type} fallback_value`);
    const isWhole = textOf(content.code) !== undefined && numberOf(content.amount_1000) !== undefined;
    if (type === 'currency' && !isWhole) throw missingPart(`${where} currency code and amount_1000`);
    return;
  }
  if (type !== 'text') {
    throw catalogueError(132012, `${where}: Format mismatch, expected TEXT, received ${type ?? 'UNKNOWN'}`);
  }
  const text = textOf(parameter.text);
  if (text === undefined || text === '') throw missingPart(`${where} parameter text`);
  if (/[\n\t]| {5,}/.test(text)) {
    throw catalogueError(
      132012,
      `${where}: Param text cannot have new-line/tab characters or more than 4 spaces`,
    );
  }
}

function checkHeader(
  header: JsonObject | undefined,
  given: JsonObject[],
  format: Format,
  { mediaExists }: FillingContext,
  prefix: string,
): void {
  const kind = (textOf(header?.format) ?? 'TEXT').toLowerCase();
  const where = `${prefix}header`;
  if (!header || kind === 'text') {
    checkTextParameters(format, variablesIn(textOf(header?.text) ?? ''), given, where);
    return;
  }
  const [parameter] = given;
  const received = textOf(parameter?.type)?.toLowerCase();
  if (!parameter || given.length !== 1 || received !== kind) {
    throw catalogueError(
      132012,
      `${where}: Format mismatch, expected ${kind.toUpperCase()}, received ${(received ?? 'unknown').toUpperCase()}`,
    );
  }
  const content = objectOf(parameter[kind]);
  if (['image', 'video', 'document', 'gif'].includes(kind)) checkMedia(kind, content, mediaExists);
  if (kind === 'location') {
    const missing = ['latitude', 'longitude', 'name', 'address'].find((name) => content[name] === undefined);
    if (missing !== undefined) throw missingPart(`${where} location ${missing}`);
  }
  if (kind === 'product' && textOf(content.product_retailer_id) === undefined)
    throw missingPart(`${where} product product_retailer_id`);
}

function checkCards(template: TemplateRecord, given: JsonObject[], filling: FillingContext): void {
  const declared = cardsOf(findComponent(template.components, 'CAROUSEL'));
  const filled = cardsOf(given.find((component) => componentType(component) === 'CAROUSEL'));
  if (filled.length !== declared.length) {
    throw catalogueError(
      132000,
      `carousel: number of cards (${filled.length}) does not match the expected number (${declared.length})`,
    );
  }
  declared.forEach((card, index) => {
    const own = filled.find((item) => numberOf(item.card_index) === index);
    if (!own) throw catalogueError(132012, `carousel: There is no card with card_index ${index}`);
    const parts = listOf(own.components).filter(isObject);
    const declaredParts = listOf(card.components).filter(isObject);
    checkFilled(declaredParts, parts, template.parameterFormat, filling, `carousel card ${index} `);
  });
}

function cardsOf(component: JsonObject | undefined): JsonObject[] {
  return listOf(component?.cards).filter(isObject);
}

/** An offer that counts down wants to know until when. */
function checkOffer(template: TemplateRecord, given: JsonObject[], now: number): void {
  const offer = objectOf(findComponent(template.components, 'LIMITED_TIME_OFFER')?.limited_time_offer);
  const parameters = parametersOf(given, 'LIMITED_TIME_OFFER');
  if (offer.has_expiration !== true) {
    if (parameters.length > 0) throw catalogueError(132000, 'limited_time_offer: No parameter is expected');
    return;
  }
  const until = numberOf(objectOf(parameters[0]?.limited_time_offer).expiration_time_ms);
  if (until === undefined) throw missingPart('limited_time_offer expiration_time_ms');
  if (until <= now) throw catalogueError(132012, 'limited_time_offer: The expiration time has passed');
}

/** The code stands in the body and, the same, in the button. */
function checkAuthentication(body: JsonObject[], given: JsonObject[]): void {
  if (body.length !== 1) {
    throw catalogueError(
      132000,
      `body: number of localizable_params (${body.length}) does not match the expected (1)`,
    );
  }
  const code = textOf(body[0]?.text) ?? '';
  if (code === '') throw missingPart('body parameter text');
  if (code.length > 15) throw catalogueError(132005, 'The code has more than 15 characters.');
  const button = given.find((component) => componentType(component) === 'BUTTON');
  const parameter = objectOf(listOf(button?.parameters)[0]);
  const inButton = textOf(parameter.text) ?? textOf(parameter.coupon_code);
  if (inButton === undefined)
    throw catalogueError(131008, 'buttons: Button at index 0 of type Url requires a parameter');
  if (inButton !== code)
    throw catalogueError(132012, 'The code in the button differs from the code in the body.');
}

/** One-tap, zero-tap and copy-code templates reach only a phone number. */
export function needsPhoneNumber(template: TemplateRecord): boolean {
  return template.category === 'AUTHENTICATION';
}
