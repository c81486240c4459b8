import { invalidParameter, missingParameter } from '../graph/graph-error';
import { isObject, listOf, numberOf, objectOf, textOf, type JsonObject, type JsonValue } from '../json';
import { checkButtons } from './template-button-rules';
import { templateError } from './template-errors';
import { checkKeys } from './template-keys';
import {
  componentType,
  exampleCount,
  findComponent,
  normaliseComponents,
  VARIABLE,
  variablesIn,
} from './template-variables';

export const TEMPLATE_CATEGORIES = ['AUTHENTICATION', 'MARKETING', 'UTILITY'];
const COMPONENT_TYPES = new Set([
  'HEADER',
  'BODY',
  'FOOTER',
  'BUTTONS',
  'CAROUSEL',
  'LIMITED_TIME_OFFER',
  'CALL_PERMISSION_REQUEST',
]);
const HEADER_FORMATS = ['TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT', 'GIF', 'LOCATION', 'PRODUCT'];
const TTL_SECONDS: Readonly<Record<string, readonly [number, number]>> = {
  AUTHENTICATION: [30, 900],
  UTILITY: [30, 43_200],
  MARKETING: [43_200, 2_592_000],
};

export interface TemplateDraft {
  category: string;
  parameterFormat: 'POSITIONAL' | 'NAMED';
  components: JsonObject[];
  messageSendTtlSeconds: number | undefined;
}

export function checkTemplateName(value: JsonValue | undefined): string {
  const name = textOf(value);
  if (name === undefined) throw missingParameter('name');
  if (name.length > 512)
    throw templateError(2388040, 'Name too long', 'The template name has more than 512 characters.');
  if (!/^[a-z0-9_]+$/.test(name)) {
    throw invalidParameter(
      'Param name must only contain lowercase alphanumeric characters and underscores (_).',
    );
  }
  return name;
}

export function checkLanguage(value: JsonValue | undefined): string {
  const language = textOf(value);
  if (language === undefined) throw missingParameter('language');
  if (!/^[a-z]{2,3}(_[A-Z]{2,4})?$/.test(language)) {
    throw invalidParameter('Param language must be one of the supported languages.');
  }
  return language;
}

export function checkCategory(value: JsonValue | undefined): string {
  const category = textOf(value)?.toUpperCase();
  if (category === undefined) throw missingParameter('category');
  if (!TEMPLATE_CATEGORIES.includes(category)) {
    throw invalidParameter(
      `Param category must be one of {${TEMPLATE_CATEGORIES.join(', ')}} - got "${category}".`,
    );
  }
  return category;
}

/** Checks the contents of a template as Meta does when it is handed in, before any review. */
export function checkDraft(category: string, params: JsonObject): TemplateDraft {
  const given = params.components;
  if (given === undefined) throw missingParameter('components');
  if (!Array.isArray(given)) throw invalidParameter('Param components must be an array.');
  const components = normaliseComponents(given.filter(isObject));
  for (const component of components) {
    if (!COMPONENT_TYPES.has(componentType(component))) {
      throw invalidParameter(
        `Param components[]['type'] must be one of {${[...COMPONENT_TYPES].join(', ')}}.`,
      );
    }
  }
  checkKeys(components, 'components');
  checkComponents(category, components);
  const format = textOf(params.parameter_format)?.toUpperCase();
  if (format !== undefined && format !== 'NAMED' && format !== 'POSITIONAL') {
    throw invalidParameter('Param parameter_format must be one of {NAMED, POSITIONAL}.');
  }
  const parameterFormat = checkFormat(components, format);
  return { category, components, parameterFormat, messageSendTtlSeconds: checkTtl(category, params) };
}

function checkTtl(category: string, params: JsonObject): number | undefined {
  const ttl = numberOf(params.message_send_ttl_seconds);
  if (ttl === undefined) return undefined;
  const [least, most] = TTL_SECONDS[category] ?? [30, 2_592_000];
  if (ttl !== -1 && (ttl < least || ttl > most)) {
    throw invalidParameter(`Param message_send_ttl_seconds must be between ${least} and ${most}.`);
  }
  return ttl;
}

function checkComponents(category: string, components: JsonObject[]): void {
  const body = findComponent(components, 'BODY');
  if (category === 'AUTHENTICATION') {
    if (textOf(body?.text) !== undefined) {
      throw templateError(2388072, 'Body not allowed', 'Authentication templates have a fixed body text.');
    }
    const otp = listOf(findComponent(components, 'BUTTONS')?.buttons).filter(isObject);
    if (!otp.some((button) => ['OTP', 'URL', 'COPY_CODE'].includes(componentType(button)))) {
      throw templateError(2388043, 'Missing button', 'Authentication templates need an OTP button.');
    }
  } else {
    if (!body && !findComponent(components, 'CAROUSEL')) {
      throw templateError(2388043, 'Missing body', 'A template needs a BODY component.');
    }
    if (body) checkBody(body);
  }
  const header = findComponent(components, 'HEADER');
  if (header) checkHeader(header);
  const footer = findComponent(components, 'FOOTER');
  if (footer) checkFooter(footer, category);
  const buttons = findComponent(components, 'BUTTONS');
  if (buttons) checkButtons(buttons);
  const carousel = findComponent(components, 'CAROUSEL');
  if (carousel) checkCarousel(carousel);
  const offer = findComponent(components, 'LIMITED_TIME_OFFER')?.limited_time_offer;
  if (isObject(offer) && (textOf(offer.text) ?? '').length > 16) {
    throw templateError(2388040, 'Text too long', 'The limited-time offer text has more than 16 characters.');
  }
}

function checkBody(body: JsonObject): void {
  const text = textOf(body.text);
  if (text === undefined || text.trim() === '') {
    throw templateError(2388043, 'Missing text', 'The BODY component needs text.');
  }
  if (text.length > 1024)
    throw templateError(2388040, 'Body too long', 'The body has more than 1024 characters.');
  const variables = variablesIn(text);
  if (variables.length === 0) return;
  const trimmed = text.trim();
  if (/^\{\{[^}]*\}\}/.test(trimmed) || /\{\{[^}]*\}\}$/.test(trimmed)) {
    throw templateError(
      2388299,
      "Variables can't be at the start or end of the template",
      'The body may neither begin nor end with a variable.',
    );
  }
  if (/\}\}\s*\{\{/.test(text)) {
    throw templateError(2388072, 'Variables side by side', 'Variables must be separated by text.');
  }
  const words = text.replace(VARIABLE, ' ').match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  if (words < variables.length) {
    throw templateError(
      2388293,
      'This template has too many variables for its length',
      'Reduce the number of variables or increase the message length.',
    );
  }
  checkNumbering(variables);
  requireExamples(body, variables, 'body_text', 'body_text_named_params');
}

function checkNumbering(variables: string[]): void {
  const numbers = variables.filter((name) => /^\d+$/.test(name)).map(Number);
  if (numbers.length === 0) {
    const bad = variables.find((name) => !/^[a-z0-9_]+$/.test(name));
    if (bad !== undefined) {
      throw templateError(
        2388072,
        'Invalid variable name',
        `{{${bad}}} must be lower case letters and underscores.`,
      );
    }
    return;
  }
  const inOrder =
    numbers.length === variables.length && numbers.every((number, index) => number === index + 1);
  if (!inOrder)
    throw templateError(2388072, 'Invalid variables', 'Positional variables must be {{1}}, {{2}} and so on.');
}

function requireExamples(
  component: JsonObject,
  variables: string[],
  positional: string,
  named: string,
): void {
  const count = exampleCount(component, positional, named);
  if (count !== variables.length) {
    throw templateError(
      2388043,
      'Message template "components" param is missing expected field(s)',
      `component of type ${componentType(component)} is missing expected field(s) (example)`,
    );
  }
}

function checkHeader(header: JsonObject): void {
  const format = textOf(header.format);
  if (format === undefined || !HEADER_FORMATS.includes(format)) {
    throw templateError(
      2388047,
      'Header format is incorrect',
      `The format must be one of ${HEADER_FORMATS.join(', ')}.`,
    );
  }
  if (format === 'TEXT') checkTextHeader(header);
  else if (['IMAGE', 'VIDEO', 'DOCUMENT', 'GIF'].includes(format)) {
    if (exampleCount(header, 'header_handle', 'header_handle') === null) {
      throw templateError(2388273, 'Media sample missing', 'A media header needs example.header_handle.');
    }
  }
}

function checkTextHeader(header: JsonObject): void {
  const text = textOf(header.text) ?? '';
  if (text === '') throw templateError(2388047, 'Header format is incorrect', 'A text header needs text.');
  if (text.length > 60)
    throw templateError(2388040, 'Header too long', 'The header has more than 60 characters.');
  const variables = variablesIn(text);
  if (/\n|[*_~]{2}/.test(text) || variables.length > 1) {
    throw templateError(
      2388047,
      'Header format is incorrect',
      'A header takes one variable, no new lines, no markup.',
    );
  }
  if (variables.length === 1) requireExamples(header, variables, 'header_text', 'header_text_named_params');
}

function checkFooter(footer: JsonObject, category: string): void {
  if (category === 'AUTHENTICATION' && footer.code_expiration_minutes !== undefined) {
    const minutes = numberOf(footer.code_expiration_minutes) ?? 0;
    if (minutes < 1 || minutes > 90)
      throw invalidParameter('Param code_expiration_minutes must be between 1 and 90.');
    return;
  }
  const text = textOf(footer.text) ?? '';
  if (text.length > 60)
    throw templateError(2388040, 'Footer too long', 'The footer has more than 60 characters.');
  if (text === '' || variablesIn(text).length > 0) {
    throw templateError(
      2388073,
      'Footer format is incorrect',
      'The footer needs text and takes no variables.',
    );
  }
}

function checkCarousel(carousel: JsonObject): void {
  const cards = listOf(carousel.cards).filter(isObject);
  if (cards.length < 2 || cards.length > 10) throw invalidParameter('A carousel has 2 to 10 cards.');
  const shapes = new Set(
    cards.map((card) => {
      const parts = listOf(card.components).filter(isObject);
      const header = findComponent(parts, 'HEADER');
      const buttons = listOf(findComponent(parts, 'BUTTONS')?.buttons).filter(isObject);
      return [textOf(header?.format) ?? '', ...buttons.map(componentType)].join(' ');
    }),
  );
  if (shapes.size > 1) throw invalidParameter('All cards of a carousel must have the same components.');
}

function checkFormat(
  components: JsonObject[],
  given: 'POSITIONAL' | 'NAMED' | undefined,
): 'POSITIONAL' | 'NAMED' {
  const texts = components.map((component) => textOf(component.text) ?? '');
  const variables = texts.flatMap(variablesIn);
  const isNamed = variables.some((name) => !/^\d+$/.test(name));
  if (given === 'POSITIONAL' && isNamed) {
    throw templateError(2388072, 'Invalid variables', 'Named variables need parameter_format NAMED.');
  }
  if (given === 'NAMED' && variables.length > 0 && !isNamed) {
    throw templateError(2388072, 'Invalid variables', 'parameter_format NAMED needs named variables.');
  }
  return given ?? (isNamed ? 'NAMED' : 'POSITIONAL');
}

/** Media samples are handles that a resumable upload gave, and nothing else. */
export function checkHandles(components: readonly JsonObject[], known: ReadonlySet<string>): void {
  for (const component of components) {
    const given = objectOf(component.example).header_handle;
    const handles = Array.isArray(given) ? given : given === undefined ? [] : [given];
    if (handles.some((handle) => !known.has(textOf(handle) ?? '')))
      throw templateError(2388273, 'Media sample invalid', 'The header_handle is not of a finished upload.');
    for (const card of listOf(component.cards).filter(isObject))
      checkHandles(listOf(card.components).filter(isObject), known);
  }
}
