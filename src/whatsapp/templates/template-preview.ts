import type { SendTemplateComponentDto, SendTemplateParameterDto } from '../dto/send-template.dto';
import type { TemplateComponent } from '../entities/template.entity';
import { isRecord, textAt } from '../meta-values';
import { valuesFor } from './template-parameters';
import { fillIn, variablesOf } from './template-shape';
import { isPositional } from './template-variables';

export interface RenderedHeader {
  /** `TEXT`, `IMAGE`, … */
  format: string;
  text: string | null;
  /** What stands in the header of a message with these values: Meta's id or an address. */
  media: { id: string | null; link: string | null } | null;
}

export interface RenderedButton {
  type: string;
  text: string | null;
  /** Where it leads. */
  url: string | null;
  phoneNumber: string | null;
  /** What it copies. */
  code: string | null;
}

/** A template as the person will see it. Variables without a value stay as they are. */
export interface RenderedTemplate {
  header: RenderedHeader | null;
  /** null where Meta writes the body. */
  body: string | null;
  footer: string | null;
  offer: { text: string; endsAt: Date | null } | null;
  buttons: RenderedButton[];
  cards: RenderedTemplate[];
}

/** @param given values as for a send, or null: the template's own examples are filled in */
export function renderTemplate(
  components: readonly TemplateComponent[],
  given: readonly SendTemplateComponentDto[] | null,
): RenderedTemplate {
  const find = (type: string): TemplateComponent | undefined =>
    components.find((component) => textAt(component, 'type')?.toUpperCase() === type);
  const parametersOf = (type: string): SendTemplateParameterDto[] =>
    given?.find((component) => component.type === type)?.parameters ?? [];
  const header = find('HEADER');
  const body = find('BODY');
  const offer = find('LIMITED_TIME_OFFER')?.limited_time_offer;
  return {
    header:
      header === undefined ? null : renderHeader(header, given === null ? null : parametersOf('header')),
    body: textOf(body, 'body', given === null ? null : parametersOf('body')),
    footer: textAt(find('FOOTER'), 'text') ?? null,
    offer: isRecord(offer)
      ? { text: textAt(offer, 'text') ?? '', endsAt: endOf(parametersOf('limited_time_offer')) }
      : null,
    buttons: listAt(find('BUTTONS'), 'buttons').map((button, place) =>
      renderButton(button, given === null ? null : buttonParameters(given, place)),
    ),
    cards: listAt(find('CAROUSEL'), 'cards').map((card, index) =>
      renderTemplate(
        listAt(card, 'components'),
        given === null
          ? null
          : (given
              .find(({ type }) => type === 'carousel')
              ?.cards?.find(({ card_index: place }) => place === index)?.components ?? []),
      ),
    ),
  };
}

function renderHeader(
  header: TemplateComponent,
  given: readonly SendTemplateParameterDto[] | null,
): RenderedHeader {
  const format = (textAt(header, 'format') ?? 'TEXT').toUpperCase();
  if (format === 'TEXT') return { format, text: textOf(header, 'header', given), media: null };
  if (given === null) {
    const example: unknown = isRecord(header.example) ? header.example.header_handle : undefined;
    const sample: unknown = Array.isArray(example) ? example[0] : undefined;
    const link = typeof sample === 'string' && /^https?:/.test(sample) ? sample : null;
    return { format, text: null, media: { id: null, link } };
  }
  const [parameter] = given;
  const file = parameter?.image ?? parameter?.video ?? parameter?.gif ?? parameter?.document;
  return {
    format,
    text: parameter?.location?.name ?? null,
    media: file === undefined ? null : { id: textAt(file, 'id') ?? null, link: textAt(file, 'link') ?? null },
  };
}

function textOf(
  component: TemplateComponent | undefined,
  part: 'header' | 'body',
  given: readonly SendTemplateParameterDto[] | null,
): string | null {
  const text = textAt(component, 'text');
  if (text === undefined) return null;
  const variables = variablesOf(text);
  return fillIn(
    text,
    given === null ? examplesOf(component?.example, part, variables) : valuesFor(variables, given),
  );
}

function examplesOf(example: unknown, part: string, variables: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const item of listAt(example, `${part}_text_named_params`)) {
    const [name, value] = [textAt(item, 'param_name'), textAt(item, 'example')];
    if (name !== undefined && value !== undefined) values.set(name, value);
  }
  const list: unknown = isRecord(example) ? example[`${part}_text`] : undefined;
  const first: unknown = Array.isArray(list) && Array.isArray(list[0]) ? list[0] : list;
  if (Array.isArray(first) && variables.every(isPositional))
    first.forEach((value: unknown, index) => {
      const name = variables[index];
      if (name !== undefined && typeof value === 'string') values.set(name, value);
    });
  return values;
}

function renderButton(
  button: Record<string, unknown>,
  given: readonly SendTemplateParameterDto[] | null,
): RenderedButton {
  const url = textAt(button, 'url');
  const example: unknown = Array.isArray(button.example) ? button.example[0] : button.example;
  const sample = typeof example === 'string' ? example : null;
  return {
    type: (textAt(button, 'type') ?? '').toUpperCase(),
    text: textAt(button, 'text') ?? null,
    url: url === undefined ? null : urlOf(url, given, sample),
    phoneNumber: textAt(button, 'phone_number') ?? null,
    code: url !== undefined ? null : given === null ? sample : (codeOf(given) ?? null),
  };
}

function urlOf(
  url: string,
  given: readonly SendTemplateParameterDto[] | null,
  sample: string | null,
): string {
  const variables = variablesOf(url);
  if (given !== null) return fillIn(url, valuesFor(variables, given));
  if (sample === null || variables.length === 0) return url;
  // Examples are whole addresses, or only what takes the variable's place.
  if (/^https?:/.test(sample)) return sample;
  return fillIn(url, new Map(variables.map((name) => [name, sample])));
}

function codeOf(given: readonly SendTemplateParameterDto[]): string | undefined {
  const [parameter] = given;
  return parameter?.coupon_code ?? parameter?.text;
}

function buttonParameters(
  given: readonly SendTemplateComponentDto[],
  place: number,
): SendTemplateParameterDto[] {
  return given.find(({ type, index }) => type === 'button' && Number(index) === place)?.parameters ?? [];
}

function endOf([parameter]: readonly SendTemplateParameterDto[]): Date | null {
  const ms = parameter?.limited_time_offer?.expiration_time_ms;
  return ms === undefined || Math.abs(ms) > 8.64e15 ? null : new Date(ms);
}

function listAt(value: unknown, key: string): Record<string, unknown>[] {
  const list = isRecord(value) ? value[key] : undefined;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
