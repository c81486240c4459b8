import { catalogueError } from './error-catalogue';
import { isObject, listOf, numberOf, objectOf, textOf, type JsonObject } from './json';
import { missingPart } from './message-rules';
import { buttonsOf, componentType, findComponent, variablesIn } from './template-variables';
import type { TemplateRecord } from './world';

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
export function checkTemplateMessage(template: TemplateRecord, message: JsonObject): void {
  const given = listOf(message.components).filter(isObject);
  const ofType = (type: string): JsonObject[] =>
    listOf(given.find((component) => componentType(component) === type)?.parameters).filter(isObject);
  if (template.category === 'AUTHENTICATION') {
    checkAuthentication(ofType('BODY'), given);
    return;
  }
  const body = textOf(findComponent(template.components, 'BODY')?.text) ?? '';
  checkTextParameters(template, variablesIn(body), ofType('BODY'), 'body');
  checkHeaderParameters(template, ofType('HEADER'));
  checkButtonParameters(template, given);
}

function checkTextParameters(
  template: TemplateRecord,
  expected: string[],
  given: JsonObject[],
  where: string,
): void {
  if (given.length !== expected.length) {
    throw catalogueError(
      132000,
      `${where}: number of localizable_params (${given.length}) does not match the expected number of params (${expected.length})`,
    );
  }
  for (const parameter of given) {
    const type = textOf(parameter.type);
    if (type !== 'text' && type !== 'currency' && type !== 'date_time') {
      throw catalogueError(132012, `${where}: Format mismatch, expected TEXT, received ${type ?? 'UNKNOWN'}`);
    }
    if (type === 'text' && textOf(parameter.text) === undefined) throw missingPart(`${where} parameter text`);
    if (type === 'text' && /[\n\t]| {5,}/.test(textOf(parameter.text) ?? '')) {
      throw catalogueError(
        132012,
        `${where}: Param text cannot have new-line/tab characters or more than 4 spaces`,
      );
    }
  }
  if (template.parameterFormat === 'NAMED') {
    const names = given.map((parameter) => textOf(parameter.parameter_name));
    const missing = expected.find((name) => !names.includes(name));
    if (missing !== undefined)
      throw catalogueError(132012, `${where}: Parameter name is missing or wrong: ${missing}`);
  } else if (given.some((parameter) => parameter.parameter_name !== undefined)) {
    throw catalogueError(132012, `${where}: Positional templates take no parameter_name`);
  }
}

function checkHeaderParameters(template: TemplateRecord, given: JsonObject[]): void {
  const header = findComponent(template.components, 'HEADER');
  const format = textOf(header?.format) ?? 'TEXT';
  if (!header || format === 'TEXT') {
    checkTextParameters(template, variablesIn(textOf(header?.text) ?? ''), given, 'header');
    return;
  }
  const kind = format.toLowerCase();
  const [parameter] = given;
  if (!parameter || given.length !== 1) {
    throw catalogueError(132012, `header: Format mismatch, expected ${format}, received UNKNOWN`);
  }
  if (textOf(parameter.type)?.toLowerCase() !== kind) {
    throw catalogueError(
      132012,
      `header: Format mismatch, expected ${format}, received ${textOf(parameter.type) ?? ''}`,
    );
  }
  const content = objectOf(parameter[kind]);
  const isMedia = ['image', 'video', 'document', 'gif'].includes(kind);
  if (isMedia && textOf(content.id) === undefined && textOf(content.link) === undefined) {
    throw missingPart(`header ${kind} id or link`);
  }
}

function checkButtonParameters(template: TemplateRecord, given: JsonObject[]): void {
  const buttons = buttonsOf(template.components);
  const components = given.filter((component) => componentType(component) === 'BUTTON');
  const byIndex = new Map(components.map((component) => [numberOf(component.index) ?? 0, component]));
  buttons.forEach((button, index) => {
    const component = byIndex.get(index);
    const type = componentType(button);
    const needsUrl = type === 'URL' && variablesIn(textOf(button.url) ?? '').length > 0;
    const needsCode = type === 'COPY_CODE';
    if (!component) {
      if (needsUrl || needsCode) {
        throw catalogueError(
          131008,
          `buttons: Button at index ${index} of type ${type} requires a parameter`,
        );
      }
      return;
    }
    const expected = textOf(component.sub_type)?.toUpperCase();
    if (expected !== undefined && expected !== type && !(type === 'OTP' && expected === 'URL')) {
      throw catalogueError(132012, `buttons: Button at index ${index} is ${type}, not ${expected}`);
    }
    if (needsUrl && listOf(component.parameters).length !== 1) {
      throw catalogueError(132000, `buttons: Button at index ${index} needs one parameter`);
    }
  });
  for (const index of byIndex.keys()) {
    if (!buttons[index]) throw catalogueError(132012, `buttons: There is no button at index ${index}`);
  }
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
  if (code.length > 15) throw catalogueError(132005, 'The code has more than 15 characters.');
  const button = given.find((component) => componentType(component) === 'BUTTON');
  const inButton = textOf(objectOf(listOf(button?.parameters)[0]).text);
  if (inButton === undefined)
    throw catalogueError(131008, 'buttons: Button at index 0 of type Url requires a parameter');
  if (inButton !== code)
    throw catalogueError(132012, 'The code in the button differs from the code in the body.');
}

/** One-tap, zero-tap and copy-code templates reach only a phone number. */
export function needsPhoneNumber(template: TemplateRecord): boolean {
  return template.category === 'AUTHENTICATION';
}
