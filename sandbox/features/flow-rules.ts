import {
  isList,
  isObject,
  listOf,
  objectOf,
  parseJson,
  textOf,
  type JsonObject,
  type JsonValue,
} from '../json';
import { positionsOf, spanAt, type JsonPositions, type TextSpan } from '../json-positions';

/** What a flow's text says of itself, and what is wrong with it. */
export interface CheckedFlow {
  jsonVersion: string | null;
  dataApiVersion: string | null;
  errors: JsonObject[];
}

const VERSIONS = [
  '2.1',
  '3.0',
  '3.1',
  '4.0',
  '5.0',
  '5.1',
  '6.0',
  '6.1',
  '6.2',
  '6.3',
  '7.0',
  '7.1',
  '7.2',
  '7.3',
];
const DATA_API_VERSIONS = ['3.0', '4.0'];
const ROOT_NAMES = ['version', 'screens', 'data_api_version', 'routing_model', 'data_channel_uri'];
const SCREEN_NAMES = ['id', 'layout', 'title', 'terminal', 'success', 'data', 'refresh_on_back', 'sensitive'];
/** Components and what each cannot be without. */
const COMPONENTS: Readonly<Record<string, readonly string[]>> = {
  TextHeading: ['text'],
  TextSubheading: ['text'],
  TextBody: ['text'],
  TextCaption: ['text'],
  RichText: ['text'],
  TextInput: ['label', 'name'],
  TextArea: ['label', 'name'],
  CheckboxGroup: ['data-source', 'name'],
  RadioButtonsGroup: ['data-source', 'name'],
  Dropdown: ['label', 'data-source', 'name'],
  ChipsSelector: ['label', 'data-source', 'name'],
  DatePicker: ['label', 'name'],
  CalendarPicker: ['label', 'name'],
  OptIn: ['label', 'name'],
  EmbeddedLink: ['text', 'on-click-action'],
  Footer: ['label', 'on-click-action'],
  Image: ['src'],
  ImageCarousel: ['images'],
  PhotoPicker: ['label', 'name'],
  DocumentPicker: ['label', 'name'],
  NavigationList: ['list-items', 'name'],
  Form: ['children', 'name'],
  If: ['condition', 'then'],
  Switch: ['value', 'cases'],
};
const ACTIONS = ['navigate', 'complete', 'data_exchange', 'open_url', 'update_data'];

/** Checks a flow's text as far as the rules are public: the compiler at Meta knows more. */
export function checkFlowJson(text: string): CheckedFlow {
  const flow = parseJson(text);
  if (!isObject(flow)) {
    return { jsonVersion: null, dataApiVersion: null, errors: [notJson(text)] };
  }
  const check = new FlowCheck(flow, positionsOf(text));
  check.run();
  return {
    jsonVersion: textOf(flow.version) ?? null,
    dataApiVersion: textOf(flow.data_api_version) ?? null,
    errors: check.errors,
  };
}

function notJson(text: string): JsonObject {
  let offset = 0;
  try {
    JSON.parse(text);
  } catch (error) {
    offset = Number(/position (\d+)/.exec(String(error))?.[1] ?? text.length);
  }
  return describe('INVALID_JSON', 'The flow JSON could not be parsed.', spanAt(text, offset), '');
}

function describe(error: string, message: string, span: TextSpan, path: string): JsonObject {
  return {
    error,
    error_type: error === 'INVALID_JSON' ? 'JSON_PARSE_ERROR' : 'FLOW_JSON_ERROR',
    message,
    ...span,
    pointers: [{ ...span, path }],
  };
}

const NOWHERE: TextSpan = { line_start: 1, line_end: 1, column_start: 1, column_end: 1 };

class FlowCheck {
  readonly errors: JsonObject[] = [];
  private readonly screenIds: string[];

  constructor(
    private readonly flow: JsonObject,
    private readonly positions: JsonPositions,
  ) {
    this.screenIds = listOf(flow.screens).map((screen) => textOf(objectOf(screen).id) ?? '');
  }

  run(): void {
    this.checkNames(this.flow, '', ROOT_NAMES);
    this.checkChoice('version', this.flow.version, VERSIONS, true);
    this.checkChoice('data_api_version', this.flow.data_api_version, DATA_API_VERSIONS, false);
    const { screens } = this.flow;
    if (!isList(screens) || screens.length === 0) {
      this.report('MISSING_REQUIRED_PROPERTY', "Property 'screens' is required and must not be empty.", '');
      return;
    }
    screens.forEach((screen, index) => {
      this.checkScreen(screen, `screens[${index}]`, index);
    });
    if (!screens.some((screen) => objectOf(screen).terminal === true)) {
      this.report('MISSING_TERMINAL_SCREEN', 'At least one screen must be terminal.', 'screens');
    }
    if (this.flow.data_api_version !== undefined && !isObject(this.flow.routing_model)) {
      this.report('MISSING_REQUIRED_PROPERTY', "Property 'routing_model' is required with an endpoint.", '');
    }
  }

  private checkScreen(screen: JsonValue, path: string, index: number): void {
    if (!isObject(screen)) {
      this.report('INVALID_PROPERTY_TYPE', 'A screen must be an object.', path);
      return;
    }
    this.checkNames(screen, path, SCREEN_NAMES);
    const id = textOf(screen.id) ?? '';
    if (!/^[A-Za-z_]+$/.test(id) || id === 'SUCCESS') {
      this.report('INVALID_PROPERTY_VALUE', `Invalid value found for property 'id'.`, `${path}.id`);
    } else if (this.screenIds.indexOf(id) !== index) {
      this.report('DUPLICATE_SCREEN_ID', `The screen id '${id}' occurs twice.`, `${path}.id`);
    }
    const layout = objectOf(screen.layout);
    if (layout.type !== 'SingleColumnLayout') {
      this.report(
        'INVALID_PROPERTY_VALUE',
        `Invalid value found for property 'type'.`,
        `${path}.layout.type`,
      );
    }
    const footers = this.checkChildren(layout.children, `${path}.layout.children`);
    if (footers > 1) {
      this.report('INVALID_COMPONENT_COUNT', 'A screen may have one Footer.', `${path}.layout`);
    }
    if (screen.terminal === true && footers === 0) {
      this.report('MISSING_FOOTER', 'A terminal screen needs a Footer.', `${path}.layout`);
    }
  }

  /** Gives back how many footers stand in it. */
  private checkChildren(children: JsonValue | undefined, path: string): number {
    if (!isList(children)) {
      this.report('MISSING_REQUIRED_PROPERTY', "Property 'children' is required.", path);
      return 0;
    }
    let footers = 0;
    children.forEach((child, index) => {
      footers += this.checkComponent(objectOf(child), `${path}[${index}]`);
    });
    return footers;
  }

  private checkComponent(component: JsonObject, path: string): number {
    const type = textOf(component.type) ?? '';
    const required = COMPONENTS[type];
    if (!required) {
      this.report('INVALID_PROPERTY_VALUE', `Invalid value found for property 'type'.`, `${path}.type`);
      return 0;
    }
    for (const name of required.filter((wanted) => component[wanted] === undefined)) {
      this.report('MISSING_REQUIRED_PROPERTY', `Property '${name}' is required for ${type}.`, path);
    }
    if (component['on-click-action'] !== undefined) {
      this.checkAction(component['on-click-action'], `${path}.on-click-action`);
    }
    const inner = isList(component.children) ? this.checkChildren(component.children, `${path}.children`) : 0;
    return inner + (type === 'Footer' ? 1 : 0);
  }

  private checkAction(action: JsonValue, path: string): void {
    const { name, next } = objectOf(action);
    if (!ACTIONS.includes(textOf(name) ?? '')) {
      this.report('INVALID_PROPERTY_VALUE', `Invalid value found for property 'name'.`, `${path}.name`);
    }
    if (name === 'navigate' && !this.screenIds.includes(textOf(objectOf(next).name) ?? '')) {
      const message = 'Missing screen with the name that the navigate action leads to.';
      this.report('INVALID_NAVIGATE_ACTION_NEXT_SCREEN_NAME', message, `${path}.next.name`);
    }
    if (name === 'data_exchange' && this.flow.data_api_version === undefined) {
      const message = "Property 'data_api_version' is required where data_exchange is used.";
      this.report('MISSING_REQUIRED_PROPERTY', message, path);
    }
  }

  private checkNames(item: JsonObject, path: string, known: readonly string[]): void {
    for (const name of Object.keys(item).filter((key) => !known.includes(key))) {
      const inner = path === '' ? name : `${path}.${name}`;
      this.report('INVALID_PROPERTY', `The property "${name}" cannot be specified here.`, inner, true);
    }
  }

  private checkChoice(
    name: string,
    value: JsonValue | undefined,
    allowed: readonly string[],
    isRequired: boolean,
  ): void {
    if (value === undefined) {
      if (isRequired) this.report('MISSING_REQUIRED_PROPERTY', `Property '${name}' is required.`, '');
      return;
    }
    if (!allowed.includes(textOf(value) ?? '')) {
      this.report('INVALID_PROPERTY_VALUE', `Invalid value found for property '${name}'.`, name);
    }
  }

  private report(error: string, message: string, path: string, atName = false): void {
    const span = (atName ? this.positions.names.get(path) : undefined) ?? this.spanOf(path);
    this.errors.push(describe(error, message, span, path));
  }

  /** Of what is missing, the nearest thing around it that is there. */
  private spanOf(path: string): TextSpan {
    for (let inner = path; ; inner = inner.replace(/(\.[^.[\]]+|\[\d+\]|^[^.[\]]+)$/, '')) {
      const span = this.positions.values.get(inner);
      if (span) return span;
      if (inner === '') return NOWHERE;
    }
  }
}
