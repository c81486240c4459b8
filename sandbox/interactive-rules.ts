import { catalogueError } from './error-catalogue';
import { isObject, listOf, objectOf, textOf, type JsonObject } from './json';

type Check = (interactive: JsonObject, action: JsonObject) => void;

function missing(name: string): Error {
  return catalogueError(131008, `The parameter interactive${name} is required.`);
}

function invalid(details: string): Error {
  return catalogueError(131009, details);
}

function requireText(value: JsonObject[string], name: string, limit: number): string {
  const text = textOf(value);
  if (text === undefined || text === '') throw missing(name);
  if (text.length > limit) throw invalid(`interactive${name} has more than ${limit} characters.`);
  return text;
}

function requireDistinct(values: string[], what: string): void {
  if (new Set(values).size !== values.length) throw invalid(`${what} must be unique.`);
}

const CHECKS: Readonly<Record<string, Check>> = {
  button: (_interactive, action) => {
    const buttons = listOf(action.buttons).filter(isObject);
    if (buttons.length < 1 || buttons.length > 3) throw invalid('interactive needs 1 to 3 buttons.');
    const replies = buttons.map((button) => objectOf(button.reply));
    requireDistinct(
      replies.map((reply) => requireText(reply.id, "['action']['buttons']['reply']['id']", 256)),
      'Button ids',
    );
    requireDistinct(
      replies.map((reply) => requireText(reply.title, "['action']['buttons']['reply']['title']", 20)),
      'Button titles',
    );
  },
  list: (interactive, action) => {
    requireText(action.button, "['action']['button']", 20);
    const sections = listOf(action.sections).filter(isObject);
    if (sections.length < 1 || sections.length > 10) throw invalid('A list has 1 to 10 sections.');
    if (sections.length > 1)
      for (const section of sections) requireText(section.title, "['action']['sections']['title']", 24);
    const rows = sections.flatMap((section) => listOf(section.rows).filter(isObject));
    if (rows.length < 1 || rows.length > 10) throw invalid('A list has 1 to 10 rows in total.');
    requireDistinct(
      rows.map((row) => requireText(row.id, "['action']['sections']['rows']['id']", 200)),
      'Row ids',
    );
    for (const row of rows) {
      requireText(row.title, "['action']['sections']['rows']['title']", 24);
      if ((textOf(row.description) ?? '').length > 72)
        throw invalid('A row description has more than 72 characters.');
    }
    const format = textOf(objectOf(interactive.header).type);
    if (format !== undefined && format !== 'text') throw invalid('A list takes a text header only.');
  },
  cta_url: (_interactive, action) => {
    const parameters = objectOf(action.parameters);
    requireText(parameters.display_text, "['action']['parameters']['display_text']", 20);
    const url = requireText(parameters.url, "['action']['parameters']['url']", 2000);
    if (!/^https?:\/\//.test(url)) throw invalid('The url of cta_url is not valid.');
  },
  flow: (_interactive, action) => {
    const parameters = objectOf(action.parameters);
    requireText(parameters.flow_message_version, "['action']['parameters']['flow_message_version']", 10);
    requireText(parameters.flow_cta, "['action']['parameters']['flow_cta']", 30);
    if (parameters.flow_id === undefined && parameters.flow_name === undefined) {
      throw missing("['action']['parameters']['flow_id']");
    }
  },
  product: (_interactive, action) => {
    requireText(action.catalog_id, "['action']['catalog_id']", 200);
    requireText(action.product_retailer_id, "['action']['product_retailer_id']", 200);
  },
  product_list: (interactive, action) => {
    requireText(action.catalog_id, "['action']['catalog_id']", 200);
    if (!isObject(interactive.header)) throw missing("['header']");
    const sections = listOf(action.sections).filter(isObject);
    const products = sections.flatMap((section) => listOf(section.product_items));
    if (sections.length < 1 || sections.length > 10) throw invalid('A product list has 1 to 10 sections.');
    if (products.length < 1 || products.length > 30) throw invalid('A product list has 1 to 30 products.');
  },
  carousel: (_interactive, action) => {
    const cards = listOf(action.cards);
    if (cards.length < 2 || cards.length > 10) throw invalid('A carousel has 2 to 10 cards.');
  },
};

const NAMED_ACTIONS: Readonly<Record<string, string>> = {
  catalog_message: 'catalog_message',
  location_request_message: 'send_location',
  address_message: 'address_message',
  order_details: 'review_and_pay',
  order_status: 'review_order',
  call_permission_request: 'call_permission_request',
  voice_call: 'voice_call',
  request_contact_info: 'request_contact_info',
};
const WITHOUT_BODY = new Set(['product', 'carousel']);

export function checkInteractive(interactive: JsonObject, mediaExists: (id: string) => boolean): void {
  const type = textOf(interactive.type);
  if (type === undefined) throw missing("['type']");
  if (!isObject(interactive.action)) throw missing("['action']");
  const name = NAMED_ACTIONS[type];
  const check = CHECKS[type];
  if (!check && name === undefined) throw invalid(`interactive['type'] ${type} is not known.`);
  if (!WITHOUT_BODY.has(type) || interactive.body !== undefined) {
    requireText(objectOf(interactive.body).text, "['body']['text']", type === 'list' ? 4096 : 1024);
  }
  if (isObject(interactive.footer)) requireText(interactive.footer.text, "['footer']['text']", 60);
  if (isObject(interactive.header)) checkHeader(interactive.header, mediaExists);
  check?.(interactive, interactive.action);
  if (name !== undefined && textOf(interactive.action.name) !== name) {
    throw invalid(`interactive['action']['name'] must be ${name}.`);
  }
}

function checkHeader(header: JsonObject, mediaExists: (id: string) => boolean): void {
  const type = textOf(header.type) ?? '';
  if (type === 'text') {
    requireText(header.text, "['header']['text']", 60);
    return;
  }
  if (!['image', 'video', 'document', 'gif'].includes(type))
    throw invalid(`Header type ${type} is not known.`);
  const media = objectOf(header[type]);
  const id = textOf(media.id);
  if (id === undefined && textOf(media.link) === undefined) throw missing(`['header']['${type}']`);
  if (id !== undefined && !mediaExists(id))
    throw invalid(`There is no media with id ${id} for this phone number.`);
}
