import type { TemplateComponent } from '../entities/template.entity';
import { isRecord, textAt } from '../meta-values';
import { isPositional, placeholdersOf } from './template-variables';

/** Media kinds and others that a header can be; `text` is the only one that may have a variable or none. */
export type HeaderFormat = string;

export interface TemplateButton {
  /** Meta's word: `QUICK_REPLY`, `URL`, … */
  type: string;
  /** Variables of the button's address. */
  variables: readonly string[];
  /** Hands the code of an authentication template over: takes the very code that the body shows. */
  takesCode: boolean;
}

/** What has to be filled in when a template is sent, read from the components that Meta has of it. */
export interface TemplateShape {
  header: { format: HeaderFormat; text: string; variables: readonly string[] } | null;
  /** null for the body of an authentication template whose text Meta writes itself and has not told yet. */
  body: { text: string; variables: readonly string[] } | null;
  buttons: readonly TemplateButton[];
  cards: readonly TemplateShape[];
  hasExpiringOffer: boolean;
}

const ONE_TIME_CODE = 'https://www.whatsapp.com/otp/';
const VARIABLE = /\{\{([^{}]*)\}\}/g;

/** Names or numbers of the variables, each once, in the order in which values are given for them. */
export function variablesOf(text: string): string[] {
  const { names } = placeholdersOf(text);
  return names.every(isPositional) ? names.sort((a, b) => Number(a) - Number(b)) : names;
}

/** The text with its variables replaced; one without a value stays as it is. */
export function fillIn(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(VARIABLE, (whole, name: string) => values.get(name.trim()) ?? whole);
}

export function shapeOf(components: readonly TemplateComponent[]): TemplateShape {
  const find = (type: string): TemplateComponent | undefined =>
    components.find((component) => textAt(component, 'type')?.toUpperCase() === type);
  const header = find('HEADER');
  const body = find('BODY');
  const offer = find('LIMITED_TIME_OFFER')?.limited_time_offer;
  return {
    header: header === undefined ? null : headerOf(header),
    body: body === undefined ? null : bodyOf(body),
    buttons: listAt(find('BUTTONS'), 'buttons').map(buttonOf),
    cards: listAt(find('CAROUSEL'), 'cards').map((card) => shapeOf(listAt(card, 'components'))),
    hasExpiringOffer: isRecord(offer) && offer.has_expiration === true,
  };
}

function headerOf(header: TemplateComponent): TemplateShape['header'] {
  const text = textAt(header, 'text') ?? '';
  return { format: (textAt(header, 'format') ?? 'TEXT').toLowerCase(), text, variables: variablesOf(text) };
}

function bodyOf(body: TemplateComponent): TemplateShape['body'] {
  const text = textAt(body, 'text');
  return text === undefined ? null : { text, variables: variablesOf(text) };
}

function buttonOf(button: Record<string, unknown>): TemplateButton {
  const type = (textAt(button, 'type') ?? '').toUpperCase();
  const url = textAt(button, 'url') ?? '';
  // Before Meta's review a one-time-password button has no address; with it, it is a URL button with one variable.
  const takesCode = type === 'OTP' || url.startsWith(ONE_TIME_CODE);
  return { type, variables: type === 'OTP' ? ['1'] : variablesOf(url), takesCode };
}

function listAt(value: unknown, key: string): Record<string, unknown>[] {
  const list = isRecord(value) ? value[key] : undefined;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
