import type { TemplateComponent } from '../entities/template.entity';
import { isRecord, textAt } from '../meta-values';
import type { BrokenRule } from './template-rule-catalogue';
import {
  type Placeholders,
  isGapless,
  isPositional,
  lengthOf,
  placeholdersOf,
  withoutPlaceholders,
} from './template-variables';

const LONGEST_HEADER = 60;
const LONGEST_BODY = 1024;
const LONGEST_FOOTER = 60;
export const MEDIA_FORMATS: readonly string[] = ['IMAGE', 'VIDEO', 'DOCUMENT', 'GIF'];
const OTHER_FORMATS: readonly string[] = ['LOCATION', 'PRODUCT'];
/** Emojis, and the marks of WhatsApp for bold, italic, struck-out and fixed-width text. */
export const MARKUP = /[*_~`]|\p{Extended_Pictographic}/u;

/** As announced with the template; without it the variables themselves decide. */
interface AnnouncedFormat {
  parameterFormat?: string | undefined;
}

/** Meta's rules for a HEADER component. @param path of the component */
export function checkHeader(
  component: TemplateComponent,
  path: string,
  template: AnnouncedFormat,
): BrokenRule[] {
  const format = textAt(component, 'format') ?? 'TEXT';
  if (MEDIA_FORMATS.includes(format)) {
    const handles: unknown = isRecord(component.example) ? component.example.header_handle : undefined;
    if (Array.isArray(handles) && handles.length > 0) return [];
    // An uploaded file of ours, which is handed to Meta before the template is.
    if (textAt(component, 'sampleMediaId') !== undefined) return [];
    return [
      {
        path: `${path}.example`,
        rule: 'header.example_missing',
        message: `A header with ${format} needs a sample: an uploaded file in sampleMediaId, or its handle at Meta in example.header_handle.`,
      },
    ];
  }
  if (OTHER_FORMATS.includes(format)) return [];
  if (format !== 'TEXT') {
    const message = `${format} is no format of a header that Meta documents.`;
    return [{ path: `${path}.format`, rule: 'header.format_unknown', message }];
  }
  const text = textAt(component, 'text') ?? '';
  if (text === '')
    return [{ path: `${path}.text`, rule: 'header.text_missing', message: 'A header of text needs a text.' }];
  const problems: BrokenRule[] = [];
  if (lengthOf(text) > LONGEST_HEADER) problems.push(tooLong(path, 'header', LONGEST_HEADER));
  if (/[\r\n]/.test(text))
    problems.push({
      path: `${path}.text`,
      rule: 'header.new_line',
      message: 'A header cannot hold line breaks.',
    });
  if (MARKUP.test(withoutPlaceholders(text)))
    problems.push({
      path: `${path}.text`,
      rule: 'header.markup',
      message: 'Meta refuses most headers with emojis or marks for bold and italic.',
    });
  const placeholders = placeholdersOf(text);
  if (placeholders.names.length > 1)
    problems.push({
      path: `${path}.text`,
      rule: 'header.too_many_variables',
      message: 'A header holds one variable at most.',
    });
  problems.push(...checkNames(placeholders, path, 'header', template));
  if (placeholders.names.length > 0) problems.push(...checkExamples(component, placeholders, path, 'header'));
  return problems;
}

/** Meta's rules for a BODY component. @param path of the component */
export function checkBody(
  component: TemplateComponent,
  path: string,
  template: AnnouncedFormat,
): BrokenRule[] {
  const text = textAt(component, 'text') ?? '';
  if (text.trim() === '')
    return [{ path: `${path}.text`, rule: 'body.text_missing', message: 'The body needs a text.' }];
  const problems: BrokenRule[] = [];
  if (lengthOf(text) > LONGEST_BODY) problems.push(tooLong(path, 'body', LONGEST_BODY));
  const placeholders = placeholdersOf(text);
  if (placeholders.isFirst) {
    problems.push({
      path: `${path}.text`,
      rule: 'body.variable_first',
      message: 'The body may not begin with a variable: put words before it.',
    });
  }
  // Meta's pages forbid it, and show approved templates that have it: that is Meta's to say.
  if (placeholders.isLast) {
    problems.push({
      path: `${path}.text`,
      rule: 'body.variable_last',
      message: 'Meta refuses most bodies that end with a variable.',
    });
  }
  if (placeholders.hasAdjacent) {
    problems.push({
      path: `${path}.text`,
      rule: 'body.variables_adjacent',
      message: 'Two variables may not stand side by side: put words between them.',
    });
  }
  problems.push(
    ...checkNames(placeholders, path, 'body', template),
    ...checkSpaces(text, placeholders, path),
  );
  if (placeholders.names.length > 0) problems.push(...checkExamples(component, placeholders, path, 'body'));
  return problems;
}

function checkSpaces(text: string, { names }: Placeholders, path: string): BrokenRule[] {
  const problems: BrokenRule[] = [];
  const words = withoutPlaceholders(text).match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  if (names.length > 0 && words < 2 * names.length + 1) {
    problems.push({
      path: `${path}.text`,
      rule: 'body.too_many_variables',
      message: `There are ${names.length} variables and only ${words} words.`,
    });
  }
  if (/\n[^\S\n]*\n[^\S\n]*\n| {5}|\t/.test(text)) {
    problems.push({
      path: `${path}.text`,
      rule: 'body.blank_run',
      message: 'There are several empty lines, tabs, or more than four spaces in a row.',
    });
  }
  return problems;
}

/** Meta's rules for a FOOTER component. @param path of the component */
export function checkFooter(
  component: TemplateComponent,
  path: string,
  isAuthentication: boolean,
): BrokenRule[] {
  const text = textAt(component, 'text');
  if (text === undefined) {
    const isExpiry = isAuthentication && component.code_expiration_minutes !== undefined;
    return isExpiry
      ? []
      : [
          {
            path: `${path}.text`,
            rule: 'footer.text_missing',
            message: 'The footer needs a text, or leave it out.',
          },
        ];
  }
  const problems: BrokenRule[] = [];
  if (lengthOf(text) > LONGEST_FOOTER) problems.push(tooLong(path, 'footer', LONGEST_FOOTER));
  if (placeholdersOf(text).names.length > 0)
    problems.push({
      path: `${path}.text`,
      rule: 'footer.variables',
      message: 'The footer cannot hold variables.',
    });
  return problems;
}

function checkNames(
  { names, malformed }: Placeholders,
  path: string,
  part: 'header' | 'body',
  { parameterFormat }: AnnouncedFormat,
): BrokenRule[] {
  const at = `${path}.text`;
  if (malformed.length > 0) {
    return [
      {
        path: at,
        rule: `${part}.variable_malformed`,
        message: 'Variables are numbers as {{1}}, or names in lower case as {{first_name}}.',
      },
    ];
  }
  const positional = names.filter(isPositional);
  if (positional.length > 0 && positional.length < names.length)
    return [
      {
        path: at,
        rule: `${part}.variables_mixed`,
        message: 'Use either numbers or names as variables, not both.',
      },
    ];
  if (positional.length > 0 && parameterFormat === 'NAMED')
    return [
      {
        path: at,
        rule: `${part}.variables_mixed`,
        message: 'parameterFormat NAMED needs names as variables.',
      },
    ];
  if (positional.length === 0 && names.length > 0 && parameterFormat === 'POSITIONAL')
    return [
      {
        path: at,
        rule: `${part}.variables_mixed`,
        message: 'parameterFormat POSITIONAL needs numbers as variables.',
      },
    ];
  if (positional.length > 0 && !isGapless(positional))
    return [
      {
        path: at,
        rule: `${part}.variables_not_sequential`,
        message: 'Number the variables 1, 2, 3 … without a gap.',
      },
    ];
  return [];
}

/** Reviewers read the text with the examples in it; without one for each variable Meta refuses at once. */
function checkExamples(
  { example }: TemplateComponent,
  { names }: Placeholders,
  path: string,
  part: 'header' | 'body',
): BrokenRule[] {
  const isNamed = names.some((name) => !isPositional(name));
  const [key, other] = isNamed
    ? [`${part}_text_named_params`, `${part}_text`]
    : [`${part}_text`, `${part}_text_named_params`];
  const given = examplesAt(example, key);
  const elsewhere = examplesAt(example, other);
  if (given.length === 0) {
    if (elsewhere.length === names.length) {
      const message = `The examples for these variables belong into example.${key}, not ${other}.`;
      return [{ path: `${path}.example.${other}`, rule: `${part}.example_form`, message }];
    }
    const message = `Give an example for each variable in example.${key}.`;
    return [{ path: `${path}.example`, rule: `${part}.example_missing`, message }];
  }
  const at = `${path}.example.${key}`;
  if (!isNamed && given.length !== names.length) {
    const message = `There are ${names.length} variables and ${given.length} examples.`;
    return [{ path: at, rule: `${part}.example_count`, message }];
  }
  const known = given.map((item) => textAt(item, 'param_name'));
  const missing = isNamed ? names.filter((name) => !known.includes(name)) : [];
  if (missing.length === 0) return [];
  const message = `There is no example for ${missing.join(', ')}.`;
  return [{ path: at, rule: `${part}.example_count`, message }];
}

/** The body's are an array in an array, the header's an array; Meta takes a text for a single one. */
function examplesAt(example: unknown, key: string): readonly unknown[] {
  const given: unknown = isRecord(example) ? example[key] : undefined;
  if (typeof given === 'string' && given !== '') return [given];
  if (!Array.isArray(given)) return [];
  const list: readonly unknown[] = given;
  const [first] = list;
  return Array.isArray(first) ? (first as unknown[]) : list;
}

function tooLong(path: string, part: 'header' | 'body' | 'footer', most: number): BrokenRule {
  return {
    path: `${path}.text`,
    rule: `${part}.too_long`,
    message: `The ${part} has ${most} characters at most.`,
  };
}
