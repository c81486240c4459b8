import type {
  SendTemplateComponentDto,
  SendTemplateDto,
  SendTemplateParameterDto,
} from '../dto/send-template.dto';
import type { TemplateProblem } from './template-invalid.error';
import { type TemplateButton, type TemplateShape, fillIn } from './template-shape';
import { isPositional, lengthOf } from './template-variables';

const BODY_LENGTH = 1024;
const HEADER_LENGTH = 60;
const CODE_LENGTH = 15;

/** By the button's type in the template: the `sub_type` it is filled in with. Buttons not named take nothing. */
const SUB_TYPES: Readonly<Record<string, readonly string[]>> = {
  QUICK_REPLY: ['quick_reply'],
  URL: ['url'],
  OTP: ['url', 'copy_code'],
  COPY_CODE: ['copy_code'],
  FLOW: ['flow'],
  CATALOG: ['catalog'],
  MPM: ['mpm'],
  SPM: ['mpm', 'catalog'],
  ORDER_DETAILS: ['order_details'],
  VOICE_CALL: ['voice_call'],
};

/** Every reason why Meta would refuse these parameters for this template; none if they fit. */
export function findParameterProblems(shape: TemplateShape, template: SendTemplateDto): TemplateProblem[] {
  return componentProblems(shape, template.components ?? [], 'template.components');
}

/** The template's body as the person will read it, or null where the body's text is not known. */
export function renderBody(shape: TemplateShape, template: SendTemplateDto): string | null {
  if (shape.body === null) return null;
  const body = template.components?.find(({ type }) => type === 'body');
  return fillIn(shape.body.text, valuesFor(shape.body.variables, body?.parameters ?? []));
}

function componentProblems(
  shape: TemplateShape,
  components: readonly SendTemplateComponentDto[],
  path: string,
): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const seen = new Set<string>();
  components.forEach((component, index) => {
    const key = component.type === 'button' ? `button ${component.index ?? ''}` : component.type;
    if (seen.has(key)) problems.push(wrongFormat(`${path}.${index}`, `${key} is given twice.`));
    seen.add(key);
  });
  const placeOf = (type: string): { component: SendTemplateComponentDto | undefined; at: string } => {
    const index = components.findIndex((component) => component.type === type);
    return { component: components[index], at: index === -1 ? path : `${path}.${index}` };
  };

  const header = placeOf('header');
  problems.push(...headerProblems(shape.header, header.component?.parameters ?? [], header.at));
  const body = placeOf('body');
  if (shape.body !== null) {
    const { variables, text } = shape.body;
    const given = body.component?.parameters ?? [];
    problems.push(...textProblems('body', variables, given, body.at));
    problems.push(...lengthProblems('body', fillIn(text, valuesFor(variables, given)), BODY_LENGTH, body.at));
  }
  problems.push(...buttonProblems(shape.buttons, components, path));
  problems.push(...codeProblems(shape.buttons, components, path));

  if (shape.hasExpiringOffer && placeOf('limited_time_offer').component === undefined) {
    problems.push(
      wrongCount(path, 'The template has an offer that ends: a component limited_time_offer is missing.'),
    );
  }
  problems.push(...carouselProblems(shape.cards, placeOf('carousel')));
  return problems;
}

function headerProblems(
  header: TemplateShape['header'],
  given: readonly SendTemplateParameterDto[],
  at: string,
): TemplateProblem[] {
  if (header === null || header.format === 'text') {
    const { variables, text } = header ?? { variables: [], text: '' };
    return [
      ...textProblems('header', variables, given, at),
      ...lengthProblems('header', fillIn(text, valuesFor(variables, given)), HEADER_LENGTH, at),
    ];
  }
  if (given.length !== 1) {
    return [
      wrongCount(
        at,
        `header takes exactly one parameter of type ${header.format}; ${given.length} were given.`,
      ),
    ];
  }
  const [parameter] = given;
  return parameter?.type === header.format
    ? []
    : [
        wrongFormat(
          `${at}.parameters.0`,
          `header takes type ${header.format}, not ${parameter?.type ?? ''}.`,
        ),
      ];
}

function textProblems(
  part: 'header' | 'body',
  variables: readonly string[],
  given: readonly SendTemplateParameterDto[],
  at: string,
): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  if (given.length !== variables.length) {
    const list = variables.length === 0 ? '' : ` (${variables.map((name) => `{{${name}}}`).join(', ')})`;
    problems.push(
      wrongCount(at, `${part} has ${variables.length} variables${list}; ${given.length} were given.`),
    );
  }
  const isNamed = variables.some((name) => !isPositional(name));
  const names = new Set<string>();
  given.forEach((parameter, index) => {
    const place = `${at}.parameters.${index}`;
    problems.push(...valueProblems(part, parameter, place));
    const { parameter_name: name } = parameter;
    if (isNamed && name === undefined) {
      problems.push(wrongFormat(place, `${part} has named variables: parameter_name is missing.`));
    } else if (isNamed && name !== undefined && !variables.includes(name)) {
      problems.push(wrongFormat(place, `${part} has no variable called ${name}.`));
    } else if (name !== undefined && names.has(name)) {
      problems.push(wrongFormat(place, `${name} is given twice.`));
    } else if (!isNamed && variables.length > 0 && name !== undefined) {
      problems.push(wrongFormat(place, `${part} has numbered variables: leave out parameter_name.`));
    }
    if (name !== undefined) names.add(name);
  });
  return problems;
}

function valueProblems(part: string, parameter: SendTemplateParameterDto, place: string): TemplateProblem[] {
  if (!['text', 'currency', 'date_time'].includes(parameter.type)) {
    return [wrongFormat(place, `${part} takes text, currency or date_time, not ${parameter.type}.`)];
  }
  if (parameter.type === 'text' && (parameter.text ?? '').trim() === '') {
    const message = "A value must not be empty: give the text that stands in its place. Meta's code: 131008.";
    return [{ path: `${place}.text`, rule: 'template.parameter_empty', message }];
  }
  return /[\n\t]| {5}/.test(parameter.text ?? '')
    ? [
        wrongFormat(
          `${place}.text`,
          'A value must not hold line breaks, tabs or more than four spaces in a row.',
        ),
      ]
    : [];
}

function buttonProblems(
  buttons: readonly TemplateButton[],
  components: readonly SendTemplateComponentDto[],
  path: string,
): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const filled = new Set<number>();
  components.forEach((component, index) => {
    if (component.type !== 'button') return;
    const at = `${path}.${index}`;
    const place = Number(component.index);
    const button = buttons[place];
    filled.add(place);
    if (button === undefined) {
      problems.push(
        wrongCount(`${at}.index`, `The template has ${buttons.length} buttons; there is none at ${place}.`),
      );
    } else {
      problems.push(...oneButtonProblems(button, component, place, at));
    }
  });
  buttons.forEach((button, place) => {
    const isNeeded = button.variables.length > 0 || button.type === 'COPY_CODE';
    if (isNeeded && !filled.has(place)) {
      problems.push(
        wrongCount(
          path,
          `The ${button.type} button at ${place} needs a value: a component button is missing.`,
        ),
      );
    }
  });
  return problems;
}

/** The code of an authentication template comes twice: in the body to be read, in the button to be copied. */
function codeProblems(
  buttons: readonly TemplateButton[],
  components: readonly SendTemplateComponentDto[],
  path: string,
): TemplateProblem[] {
  const codeOf = (component: SendTemplateComponentDto | undefined): string | undefined =>
    component?.parameters?.[0]?.text ?? component?.parameters?.[0]?.coupon_code;
  const inBody = codeOf(components.find(({ type }) => type === 'body'));
  return components.flatMap((component, index) => {
    const code = codeOf(component);
    const isCode = component.type === 'button' && buttons[Number(component.index)]?.takesCode === true;
    if (!isCode || code === undefined) return [];
    const at = `${path}.${index}.parameters.0`;
    const problems: TemplateProblem[] = [];
    const length = lengthOf(code);
    if (length > CODE_LENGTH) {
      const message = `The code has ${length} characters; ${CODE_LENGTH} are allowed. Meta's code: 132005.`;
      problems.push({ path: at, rule: 'template.too_long', message });
    }
    if (inBody !== undefined && inBody !== code) {
      problems.push(wrongFormat(at, 'The button must hand over the same code as the body shows.'));
    }
    return problems;
  });
}

function oneButtonProblems(
  button: TemplateButton,
  component: SendTemplateComponentDto,
  place: number,
  at: string,
): TemplateProblem[] {
  const allowed = SUB_TYPES[button.type];
  // A kind of button that Meta has introduced since: Meta knows what it takes.
  if (allowed === undefined && button.type !== 'PHONE_NUMBER') return [];
  if (allowed?.includes(component.sub_type ?? '') !== true) {
    return [wrongFormat(`${at}.sub_type`, `The button at ${place} is of type ${button.type}.`)];
  }
  const count = component.parameters?.length ?? 0;
  if (button.type === 'URL' && count !== button.variables.length) {
    return [
      wrongCount(
        at,
        `The address of the button at ${place} has ${button.variables.length} variables; ${count} were given.`,
      ),
    ];
  }
  return [];
}

function carouselProblems(
  cards: readonly TemplateShape[],
  { component, at }: { component: SendTemplateComponentDto | undefined; at: string },
): TemplateProblem[] {
  const given = component?.cards ?? [];
  if (given.length !== cards.length) {
    return [wrongCount(at, `The template has ${cards.length} cards; ${given.length} were given.`)];
  }
  return given.flatMap((card, index) => {
    const shape = cards[card.card_index];
    const place = `${at}.cards.${index}`;
    return shape === undefined
      ? [wrongFormat(`${place}.card_index`, `There is no card at ${card.card_index}.`)]
      : componentProblems(shape, card.components, `${place}.components`);
  });
}

function lengthProblems(part: string, text: string, most: number, at: string): TemplateProblem[] {
  const length = lengthOf(text);
  if (length <= most) return [];
  const message = `Filled in, the ${part} has ${length} characters; ${most} are allowed. Meta's code: 132005.`;
  return [{ path: at, rule: 'template.too_long', message }];
}

/** By variable; positional values go to the variables in order. */
export function valuesFor(
  variables: readonly string[],
  parameters: readonly SendTemplateParameterDto[],
): ReadonlyMap<string, string> {
  return new Map(
    parameters.flatMap((parameter, index) => {
      const name = parameter.parameter_name ?? variables[index];
      const value =
        parameter.text ?? parameter.currency?.fallback_value ?? parameter.date_time?.fallback_value;
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function wrongCount(path: string, message: string): TemplateProblem {
  return { path, rule: 'template.parameter_count', message: `${message} Meta's code: 132000.` };
}

function wrongFormat(path: string, message: string): TemplateProblem {
  return { path, rule: 'template.parameter_format', message: `${message} Meta's code: 132012.` };
}
