import { ValidationFailedError, type FieldProblem } from '../../errors/app.error';
import { DtoValidationPipe } from '../../http/validation.pipe';
import { SendTemplateDto } from '../dto/send-template.dto';
import type { TemplateProblem } from '../templates/template-invalid.error';
import { findParameterProblems, renderBody } from '../templates/template-parameters';
import { type TemplateShape } from '../templates/template-shape';
import { columnKey } from './recipient-csv';

type Json = Record<string, unknown>;
export type Values = Readonly<Record<string, string>>;

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** A campaign's template: Meta's components, in whose texts `{{column}}` stands for a value of each recipient. */
export interface CampaignTemplate {
  name: string;
  language: string;
  components: readonly Json[];
  /** By column: what stands in for a missing value. */
  defaults: Values;
}

/** What one recipient gets. */
export interface FilledMessage {
  /** Meta's `template` object. */
  template: Json;
  /** The body as the person will read it; the template's name where its text is not known. */
  text: string;
}

/**
 * Components for a template that a caller gave none for: each variable takes the column of its own name, `{{1}}` the
 * column `1`. Variables of the header are `header_1` and so on unless they have names; those of a button's address are
 * called by the button's place, `button_0`; a header that is a file takes the address in `header_link`.
 */
export function automaticComponents(shape: TemplateShape): Json[] {
  const components: Json[] = [];
  if (shape.header !== null && shape.header.format !== 'text') {
    const { format } = shape.header;
    if (FILE_HEADERS.includes(format))
      components.push({
        type: 'header',
        parameters: [{ type: format, [format]: { link: '{{header_link}}' } }],
      });
  } else if (shape.header !== null && shape.header.variables.length > 0) {
    components.push({ type: 'header', parameters: textParameters(shape.header.variables, 'header_') });
  }
  if (shape.body !== null && shape.body.variables.length > 0)
    components.push({ type: 'body', parameters: textParameters(shape.body.variables, '') });
  shape.buttons.forEach(({ type, variables }, place) => {
    const column = `{{button_${place}}}`;
    if (type === 'COPY_CODE')
      components.push({
        type: 'button',
        sub_type: 'copy_code',
        index: String(place),
        parameters: [{ type: 'coupon_code', coupon_code: column }],
      });
    else if (variables.length > 0)
      components.push({
        type: 'button',
        sub_type: 'url',
        index: String(place),
        // The button of a one-time password holds the code that the body holds.
        parameters: [{ type: 'text', text: type === 'OTP' ? '{{1}}' : column }],
      });
  });
  return components;
}

const FILE_HEADERS: readonly string[] = ['image', 'video', 'gif', 'document'];

function textParameters(variables: readonly string[], prefix: string): Json[] {
  return variables.map((name) =>
    /^\d+$/.test(name)
      ? { type: 'text', text: `{{${prefix}${name}}}` }
      : { type: 'text', parameter_name: name, text: `{{${name}}}` },
  );
}

/** Fills a campaign's template in, and says what Meta would refuse. */
export class CampaignMessage {
  /** Every column that the components name, by its key. */
  readonly columns: readonly string[];
  private readonly defaults: Values;
  /** Placeholders stand where the text itself has rules: in an address, a code, a payload. */
  private readonly isParticular: boolean;
  private readonly strict = new DtoValidationPipe();

  /** @param shape null where the template is not known here: then nothing is checked against it */
  constructor(
    private readonly template: CampaignTemplate,
    private readonly shape: TemplateShape | null,
  ) {
    const found = new Set<string>();
    let isParticular = false;
    walk(template.components, '', (text, key) => {
      const names = [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => columnKey(name));
      for (const name of names) found.add(name);
      isParticular ||= names.length > 0 && key !== 'text';
      return text;
    });
    this.columns = [...found];
    this.isParticular = isParticular;
    this.defaults = Object.fromEntries(
      Object.entries(template.defaults).map(([name, value]) => [columnKey(name), value]),
    );
  }

  /** Only what the template uses: the other columns of a list are nobody's business here. */
  valuesOf(given: Values): Record<string, string> {
    return Object.fromEntries(
      this.columns.flatMap((name) => {
        const value = given[name];
        return value === undefined || value === '' ? [] : [[name, value]];
      }),
    );
  }

  fill(values: Values): FilledMessage {
    const template = this.templateFor(values);
    return {
      template,
      text: (this.shape === null ? null : renderBody(this.shape, asDto(template))) ?? this.template.name,
    };
  }

  /** Why this recipient's message would be refused; null if nothing is wrong. */
  async problemOf(values: Values): Promise<{ code: string; message: string } | null> {
    const missing = this.columns.filter((name) => this.valueOf(values, name) === undefined);
    if (missing.length > 0)
      return {
        code: 'parameter.missing',
        message: `There is no value for ${missing.join(', ')}, neither in this line nor in the campaign's defaults.`,
      };
    const template = this.templateFor(values);
    const [problem] = this.problemsWith(template);
    if (problem !== undefined) return { code: problem.rule, message: problem.message };
    if (!this.isParticular) return null;
    const [wrong] = await this.fieldProblems(template);
    return wrong === undefined ? null : { code: 'parameter.invalid', message: wrong.message };
  }

  /** Checks the components themselves, with a value made up for each column that has no default. */
  async problemsOfTemplate(): Promise<{ fields: FieldProblem[]; problems: TemplateProblem[] }> {
    const template = this.sample();
    const fields = await this.fieldProblems(template);
    return { fields, problems: fields.length > 0 ? [] : this.problemsWith(template) };
  }

  /** The template as somebody would get it who has a value for every column. */
  sample(): Json {
    return this.filledWith((name, key) => this.defaults[name] ?? sampleFor(key));
  }

  private templateFor(values: Values): Json {
    return this.filledWith((name) => this.valueOf(values, name) ?? '');
  }

  private valueOf(values: Values, name: string): string | undefined {
    const value = values[name];
    return value === undefined || value === '' ? this.defaults[name] : value;
  }

  private filledWith(valueOf: (name: string, key: string) => string): Json {
    const { name, language, components } = this.template;
    const filled = walk(components, '', (text, key) =>
      text.replace(PLACEHOLDER, (_, column: string) => valueOf(columnKey(column), key)),
    );
    return { name, language: { code: language }, ...(components.length === 0 ? {} : { components: filled }) };
  }

  private problemsWith(template: Json): TemplateProblem[] {
    return this.shape === null ? [] : findParameterProblems(this.shape, asDto(template));
  }

  private async fieldProblems(template: Json): Promise<FieldProblem[]> {
    try {
      await this.strict.transform(template, { type: 'body', metatype: SendTemplateDto });
      return [];
    } catch (error) {
      if (!(error instanceof ValidationFailedError)) throw error;
      return (error.details.fields as FieldProblem[]).map((problem) => ({
        ...problem,
        path: `template.${problem.path.replace(/^language\.code$/, 'language')}`,
      }));
    }
  }
}

/** It has the fields of one; nothing here looks at its class. */
function asDto(template: Json): SendTemplateDto {
  return template as unknown as SendTemplateDto;
}

function sampleFor(key: string): string {
  return key === 'link' ? 'https://example.com/file' : 'x';
}

/** The same structure with every text replaced. @param key the name of the field that the value stands in */
function walk(value: unknown, key: string, replace: (text: string, key: string) => string): unknown {
  if (typeof value === 'string') return replace(value, key);
  if (Array.isArray(value)) return value.map((item: unknown) => walk(item, key, replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]: [string, unknown]) => [name, walk(item, name, replace)]),
  );
}
