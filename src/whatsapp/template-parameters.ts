import type {
  SendTemplateComponentDto,
  SendTemplateDto,
  SendTemplateParameterDto,
} from './dto/send-template.dto';
import type { TemplateFault } from './messaging.errors';
import { type TemplateButton, type TemplateShape, fillIn } from './template-shape';

/** Meta's codes for the faults that are found here before Meta is asked. */
const WRONG_COUNT = 132000;
const TOO_LONG = 132005;
const WRONG_FORMAT = 132012;

const BODY_LENGTH = 1024;
const HEADER_LENGTH = 60;

export interface ParameterFault extends TemplateFault {
  metaCode: number;
}

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
export function findParameterFaults(shape: TemplateShape, template: SendTemplateDto): ParameterFault[] {
  return componentFaults(shape, template.components ?? [], 'template.components');
}

/** The template's body as the person will read it, or null where the body's text is not known. */
export function renderBody(shape: TemplateShape, template: SendTemplateDto): string | null {
  if (shape.body === null) return null;
  const body = template.components?.find(({ type }) => type === 'body');
  return fillIn(shape.body.text, valuesFor(shape.body.variables, body?.parameters ?? []));
}

function componentFaults(
  shape: TemplateShape,
  components: readonly SendTemplateComponentDto[],
  path: string,
): ParameterFault[] {
  const faults: ParameterFault[] = [];
  const seen = new Set<string>();
  components.forEach((component, index) => {
    const key = component.type === 'button' ? `button ${component.index ?? ''}` : component.type;
    if (seen.has(key)) faults.push(wrongFormat(`${path}[${index}]`, `${key} is given twice.`));
    seen.add(key);
  });
  const placeOf = (type: string): { component: SendTemplateComponentDto | undefined; at: string } => {
    const index = components.findIndex((component) => component.type === type);
    return { component: components[index], at: index === -1 ? path : `${path}[${index}]` };
  };

  const header = placeOf('header');
  faults.push(...headerFaults(shape.header, header.component?.parameters ?? [], header.at));
  const body = placeOf('body');
  if (shape.body !== null) {
    const { variables, text } = shape.body;
    const given = body.component?.parameters ?? [];
    faults.push(...textFaults('body', variables, given, body.at));
    faults.push(...lengthFaults('body', fillIn(text, valuesFor(variables, given)), BODY_LENGTH, body.at));
  }
  faults.push(...buttonFaults(shape.buttons, components, path));

  if (shape.hasExpiringOffer && placeOf('limited_time_offer').component === undefined) {
    faults.push(
      wrongCount(path, 'The template has an offer that ends: a component limited_time_offer is missing.'),
    );
  }
  faults.push(...carouselFaults(shape.cards, placeOf('carousel')));
  return faults;
}

function headerFaults(
  header: TemplateShape['header'],
  given: readonly SendTemplateParameterDto[],
  at: string,
): ParameterFault[] {
  if (header === null || header.format === 'text') {
    const { variables, text } = header ?? { variables: [], text: '' };
    return [
      ...textFaults('header', variables, given, at),
      ...lengthFaults('header', fillIn(text, valuesFor(variables, given)), HEADER_LENGTH, at),
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
          `${at}.parameters[0]`,
          `header takes type ${header.format}, not ${parameter?.type ?? ''}.`,
        ),
      ];
}

function textFaults(
  part: 'header' | 'body',
  variables: readonly string[],
  given: readonly SendTemplateParameterDto[],
  at: string,
): ParameterFault[] {
  const faults: ParameterFault[] = [];
  if (given.length !== variables.length) {
    const list = variables.length === 0 ? '' : ` (${variables.map((name) => `{{${name}}}`).join(', ')})`;
    faults.push(
      wrongCount(at, `${part} has ${variables.length} variables${list}; ${given.length} were given.`),
    );
  }
  const isNamed = variables.some((name) => !/^\d+$/.test(name));
  const names = new Set<string>();
  given.forEach((parameter, index) => {
    const place = `${at}.parameters[${index}]`;
    faults.push(...valueFaults(part, parameter, place));
    const { parameter_name: name } = parameter;
    if (isNamed && name === undefined) {
      faults.push(wrongFormat(place, `${part} has named variables: parameter_name is missing.`));
    } else if (isNamed && name !== undefined && !variables.includes(name)) {
      faults.push(wrongFormat(place, `${part} has no variable called ${name}.`));
    } else if (name !== undefined && names.has(name)) {
      faults.push(wrongFormat(place, `${name} is given twice.`));
    } else if (!isNamed && variables.length > 0 && name !== undefined) {
      faults.push(wrongFormat(place, `${part} has numbered variables: leave out parameter_name.`));
    }
    if (name !== undefined) names.add(name);
  });
  return faults;
}

function valueFaults(part: string, parameter: SendTemplateParameterDto, place: string): ParameterFault[] {
  if (!['text', 'currency', 'date_time'].includes(parameter.type)) {
    return [wrongFormat(place, `${part} takes text, currency or date_time, not ${parameter.type}.`)];
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

function buttonFaults(
  buttons: readonly TemplateButton[],
  components: readonly SendTemplateComponentDto[],
  path: string,
): ParameterFault[] {
  const faults: ParameterFault[] = [];
  const filled = new Set<number>();
  components.forEach((component, index) => {
    if (component.type !== 'button') return;
    const at = `${path}[${index}]`;
    const place = Number(component.index);
    const button = buttons[place];
    filled.add(place);
    if (button === undefined) {
      faults.push(
        wrongCount(`${at}.index`, `The template has ${buttons.length} buttons; there is none at ${place}.`),
      );
    } else {
      faults.push(...oneButtonFaults(button, component, place, at));
    }
  });
  buttons.forEach((button, place) => {
    const isNeeded = button.variables.length > 0 || button.type === 'COPY_CODE';
    if (isNeeded && !filled.has(place)) {
      faults.push(
        wrongCount(
          path,
          `The ${button.type} button at ${place} needs a value: a component button is missing.`,
        ),
      );
    }
  });
  return faults;
}

function oneButtonFaults(
  button: TemplateButton,
  component: SendTemplateComponentDto,
  place: number,
  at: string,
): ParameterFault[] {
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

function carouselFaults(
  cards: readonly TemplateShape[],
  { component, at }: { component: SendTemplateComponentDto | undefined; at: string },
): ParameterFault[] {
  const given = component?.cards ?? [];
  if (given.length !== cards.length) {
    return [wrongCount(at, `The template has ${cards.length} cards; ${given.length} were given.`)];
  }
  return given.flatMap((card, index) => {
    const shape = cards[card.card_index];
    const place = `${at}.cards[${index}]`;
    return shape === undefined
      ? [wrongFormat(`${place}.card_index`, `There is no card at ${card.card_index}.`)]
      : componentFaults(shape, card.components, `${place}.components`);
  });
}

function lengthFaults(part: string, text: string, most: number, at: string): ParameterFault[] {
  const length = [...text].length;
  if (length <= most) return [];
  return [
    {
      metaCode: TOO_LONG,
      path: at,
      message: `Filled in, the ${part} has ${length} characters; ${most} are allowed.`,
    },
  ];
}

/** By variable; positional values go to the variables in order. */
function valuesFor(
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

function wrongCount(path: string, message: string): ParameterFault {
  return { metaCode: WRONG_COUNT, path, message };
}

function wrongFormat(path: string, message: string): ParameterFault {
  return { metaCode: WRONG_FORMAT, path, message };
}
