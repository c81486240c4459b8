import type { TemplateComponent } from './entities/template.entity';
import { isRecord, textAt } from './meta-values';
import { checkButtons } from './template-buttons.rules';
import type { TemplateProblem } from './template-invalid.error';
import { type Placeholders, isGapless, isPositional, lengthOf, placeholdersOf } from './template-variables';

const LONGEST_HEADER = 60;
const LONGEST_BODY = 1024;
const LONGEST_FOOTER = 60;
const LONGEST_OFFER = 16;
const CARDS = { fewest: 2, most: 10 };
const MEDIA_FORMATS: readonly string[] = ['IMAGE', 'VIDEO', 'DOCUMENT', 'GIF'];
/** May stand once; everything that Meta invents next to them is left to Meta. */
const SINGLE_TYPES = ['HEADER', 'BODY', 'FOOTER', 'BUTTONS', 'CAROUSEL', 'LIMITED_TIME_OFFER'];
/** Seconds, and -1 for 30 days. */
const TTL_SECONDS: Readonly<Record<string, readonly [number, number]>> = {
  AUTHENTICATION: [30, 900],
  UTILITY: [30, 43_200],
  MARKETING: [43_200, 2_592_000],
};

/** What the rules look at. `category` is missing from edits that leave it as it is. */
export interface CheckedTemplate {
  category: string;
  components: readonly TemplateComponent[];
  parameterFormat?: string;
  messageSendTtlSeconds?: number;
}

/**
 * The rules of Meta's review that a machine can check for certain, so that a template that cannot pass costs neither a
 * call nor one of the few daily edits. What is a matter of judgement is left to Meta.
 * Source: WhatsApp documentation, "Template components" and "Template review".
 */
export function checkTemplate(template: CheckedTemplate): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const types = template.components.map((component) => textAt(component, 'type') ?? '');
  for (const type of SINGLE_TYPES) {
    if (types.filter((other) => other === type).length > 1)
      problems.push({
        path: 'components',
        rule: 'components.duplicate',
        message: `Only one ${type} component is possible.`,
      });
  }
  if (!types.includes('BODY') && !types.includes('CAROUSEL'))
    problems.push({
      path: 'components',
      rule: 'body.missing',
      message: 'A template needs a BODY component.',
    });
  const isAuthentication = template.category === 'AUTHENTICATION';
  template.components.forEach((component, index) => {
    problems.push(...checkComponent(component, `components.${index}`, template, isAuthentication));
  });
  if (isAuthentication && !types.includes('BUTTONS')) {
    problems.push({
      path: 'components',
      rule: 'authentication.button_missing',
      message: 'An AUTHENTICATION template needs a BUTTONS component with an OTP button.',
    });
  }
  return [...problems, ...checkTtl(template)];
}

function checkComponent(
  component: TemplateComponent,
  path: string,
  template: CheckedTemplate,
  isAuthentication: boolean,
): TemplateProblem[] {
  switch (component.type) {
    case 'HEADER':
      return checkHeader(component, path, template);
    case 'BODY':
      return isAuthentication
        ? checkAuthenticationBody(component, path)
        : checkBody(component, path, template);
    case 'FOOTER':
      return checkFooter(component, path, isAuthentication);
    case 'BUTTONS':
      return checkButtons(component, path);
    case 'CAROUSEL':
      return checkCarousel(component, path, template);
    case 'LIMITED_TIME_OFFER':
      return checkOffer(component, path);
    default:
      return [];
  }
}

function checkHeader(
  component: TemplateComponent,
  path: string,
  template: CheckedTemplate,
): TemplateProblem[] {
  const format = textAt(component, 'format') ?? 'TEXT';
  if (MEDIA_FORMATS.includes(format)) {
    const handles: unknown = isRecord(component.example) ? component.example.header_handle : undefined;
    if (Array.isArray(handles) && handles.length > 0) return [];
    return [
      {
        path: `${path}.example`,
        rule: 'header.example_missing',
        message: `A header with ${format} needs example.header_handle: the handle of a sample uploaded to Meta.`,
      },
    ];
  }
  if (format !== 'TEXT') return [];
  const text = textAt(component, 'text') ?? '';
  if (text === '')
    return [{ path: `${path}.text`, rule: 'header.text_missing', message: 'A header of text needs a text.' }];
  const problems: TemplateProblem[] = [];
  if (lengthOf(text) > LONGEST_HEADER) problems.push(tooLong(path, 'header', LONGEST_HEADER));
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

function checkBody(component: TemplateComponent, path: string, template: CheckedTemplate): TemplateProblem[] {
  const text = textAt(component, 'text') ?? '';
  if (text.trim() === '')
    return [{ path: `${path}.text`, rule: 'body.text_missing', message: 'The body needs a text.' }];
  const problems: TemplateProblem[] = [];
  if (lengthOf(text) > LONGEST_BODY) problems.push(tooLong(path, 'body', LONGEST_BODY));
  const placeholders = placeholdersOf(text);
  if (placeholders.isAtEdge) {
    problems.push({
      path: `${path}.text`,
      rule: 'body.variable_at_edge',
      message: 'The body may neither begin nor end with a variable: put words around it.',
    });
  }
  if (placeholders.hasAdjacent) {
    problems.push({
      path: `${path}.text`,
      rule: 'body.variables_adjacent',
      message: 'Two variables may not stand side by side: put words between them.',
    });
  }
  problems.push(...checkNames(placeholders, path, 'body', template));
  if (placeholders.names.length > 0) problems.push(...checkExamples(component, placeholders, path, 'body'));
  return problems;
}

function checkAuthenticationBody(component: TemplateComponent, path: string): TemplateProblem[] {
  if (component.text === undefined) return [];
  return [
    {
      path: `${path}.text`,
      rule: 'authentication.body_text',
      message: 'The body of an AUTHENTICATION template is written by Meta: leave the text out.',
    },
  ];
}

function checkFooter(
  component: TemplateComponent,
  path: string,
  isAuthentication: boolean,
): TemplateProblem[] {
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
  const problems: TemplateProblem[] = [];
  if (lengthOf(text) > LONGEST_FOOTER) problems.push(tooLong(path, 'footer', LONGEST_FOOTER));
  if (placeholdersOf(text).names.length > 0)
    problems.push({
      path: `${path}.text`,
      rule: 'footer.variables',
      message: 'The footer cannot hold variables.',
    });
  return problems;
}

function checkCarousel(
  component: TemplateComponent,
  path: string,
  template: CheckedTemplate,
): TemplateProblem[] {
  const cards = Array.isArray(component.cards) ? component.cards.filter(isRecord) : [];
  if (cards.length < CARDS.fewest || cards.length > CARDS.most) {
    return [
      {
        path: `${path}.cards`,
        rule: 'carousel.cards',
        message: `A carousel has ${CARDS.fewest} to ${CARDS.most} cards.`,
      },
    ];
  }
  const shapes = cards.map((card) =>
    componentsOf(card)
      .map((part) => `${textAt(part, 'type')}:${textAt(part, 'format')}`)
      .join(),
  );
  const problems: TemplateProblem[] = [];
  if (new Set(shapes).size > 1) {
    problems.push({
      path: `${path}.cards`,
      rule: 'carousel.cards_differ',
      message: 'All cards need the same components in the same order.',
    });
  }
  cards.forEach((card, cardIndex) => {
    componentsOf(card).forEach((part, index) => {
      problems.push(
        ...checkComponent(part, `${path}.cards.${cardIndex}.components.${index}`, template, false),
      );
    });
  });
  return problems;
}

function checkOffer(component: TemplateComponent, path: string): TemplateProblem[] {
  const text = textAt(component.limited_time_offer, 'text') ?? '';
  if (lengthOf(text) <= LONGEST_OFFER) return [];
  return [
    {
      path: `${path}.limited_time_offer.text`,
      rule: 'limited_time_offer.too_long',
      message: `The text of the offer has ${LONGEST_OFFER} characters at most.`,
    },
  ];
}

function checkNames(
  { names, malformed }: Placeholders,
  path: string,
  part: 'header' | 'body',
  { parameterFormat }: CheckedTemplate,
): TemplateProblem[] {
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
): TemplateProblem[] {
  const isNamed = names.some((name) => !isPositional(name));
  const key = isNamed ? `${part}_text_named_params` : `${part}_text`;
  const given: unknown = isRecord(example) ? example[key] : undefined;
  if (!Array.isArray(given) || given.length === 0)
    return [
      {
        path: `${path}.example`,
        rule: `${part}.example_missing`,
        message: `Give an example for each variable in example.${key}.`,
      },
    ];
  if (isNamed) {
    const known = given.map((item) => textAt(item, 'param_name'));
    const missing = names.filter((name) => !known.includes(name));
    if (missing.length === 0) return [];
    return [
      {
        path: `${path}.example.${key}`,
        rule: `${part}.example_count`,
        message: `There is no example for ${missing.join(', ')}.`,
      },
    ];
  }
  // The body's are an array in an array; the header's one array.
  const values: unknown = part === 'body' ? given[0] : given;
  const count = Array.isArray(values) ? values.length : 1;
  if (count === names.length) return [];
  return [
    {
      path: `${path}.example.${key}`,
      rule: `${part}.example_count`,
      message: `There are ${names.length} variables and ${count} examples.`,
    },
  ];
}

function checkTtl({ category, messageSendTtlSeconds: ttl }: CheckedTemplate): TemplateProblem[] {
  const range = TTL_SECONDS[category];
  if (ttl === undefined || ttl === -1 || range === undefined) return [];
  const [shortest, longest] = range;
  if (ttl >= shortest && ttl <= longest) return [];
  return [
    {
      path: 'messageSendTtlSeconds',
      rule: 'ttl.out_of_range',
      message: `For ${category} it is ${shortest} to ${longest} seconds, or -1 for 30 days.`,
    },
  ];
}

function componentsOf(card: Record<string, unknown>): TemplateComponent[] {
  return Array.isArray(card.components) ? card.components.filter(isRecord) : [];
}

function tooLong(path: string, part: string, most: number): TemplateProblem {
  return {
    path: `${path}.text`,
    rule: `${part}.too_long`,
    message: `The ${part} has ${most} characters at most.`,
  };
}
