import { checkCarousel } from '../templates/carousel-rules';
import {
  checkCtaUrl,
  checkHeader,
  checkReplyButtons,
  invalid,
  missing,
  requireDistinct,
  requireText,
  type MediaExists,
} from './interactive-parts';
import { isObject, listOf, numberOf, objectOf, textOf, type JsonObject } from '../json';
import { checkOrderDetails, checkOrderStatus } from './order-rules';

interface Kind {
  check?: (interactive: JsonObject, action: JsonObject, mediaExists: MediaExists) => void;
  /** `action.name` that must stand there. */
  action?: string;
  /** Header types it takes; none where left out. */
  headers?: readonly string[];
  body: 'required' | 'optional';
  bodyLimit?: number;
}

const MEDIA_HEADERS = ['image', 'video', 'document'];
const ANY_HEADER = ['text', ...MEDIA_HEADERS];
const ADDRESS_COUNTRIES = ['IN', 'SG'];

const KINDS: Readonly<Record<string, Kind>> = {
  button: {
    headers: [...ANY_HEADER, 'gif'],
    body: 'required',
    check: (_interactive, action) => {
      checkReplyButtons(listOf(action.buttons).filter(isObject), 3);
    },
  },
  list: { headers: ['text'], body: 'required', bodyLimit: 4096, check: checkList },
  cta_url: {
    headers: ANY_HEADER,
    body: 'required',
    action: 'cta_url',
    check: (_interactive, action) => {
      checkCtaUrl(action);
    },
  },
  flow: { headers: ANY_HEADER, body: 'required', action: 'flow', check: checkFlow },
  product: { body: 'optional', check: checkProduct },
  product_list: { headers: ['text'], body: 'required', check: checkProductList },
  catalog_message: { body: 'required', action: 'catalog_message' },
  location_request_message: { body: 'required', action: 'send_location' },
  address_message: { headers: ['text'], body: 'required', action: 'address_message', check: checkAddress },
  carousel: { body: 'optional', check: checkCarousel },
  order_details: {
    headers: MEDIA_HEADERS,
    body: 'required',
    action: 'review_and_pay',
    check: checkOrderDetails,
  },
  order_status: { body: 'required', action: 'review_order', check: checkOrderStatus },
  call_permission_request: { body: 'optional', action: 'call_permission_request' },
  voice_call: { headers: ANY_HEADER, body: 'required', action: 'voice_call', check: checkVoiceCall },
  request_contact_info: { body: 'required', action: 'request_contact_info' },
};

export function checkInteractive(interactive: JsonObject, mediaExists: MediaExists): void {
  const type = textOf(interactive.type);
  if (type === undefined) throw missing("['type']");
  if (!isObject(interactive.action)) throw missing("['action']");
  const kind = KINDS[type];
  if (!kind) throw invalid(`interactive['type'] ${type} is not known.`);
  if (kind.body === 'required' || interactive.body !== undefined) {
    requireText(objectOf(interactive.body).text, "['body']['text']", kind.bodyLimit ?? 1024);
  }
  if (isObject(interactive.footer)) requireText(interactive.footer.text, "['footer']['text']", 60);
  if (interactive.header !== undefined) {
    checkHeader(objectOf(interactive.header), kind.headers ?? [], mediaExists);
  }
  if (kind.action !== undefined && textOf(interactive.action.name) !== kind.action) {
    throw invalid(`interactive['action']['name'] must be ${kind.action}.`);
  }
  kind.check?.(interactive, interactive.action, mediaExists);
}

function checkList(_interactive: JsonObject, action: JsonObject): void {
  requireText(action.button, "['action']['button']", 20);
  const sections = listOf(action.sections).filter(isObject);
  if (sections.length < 1 || sections.length > 10) throw invalid('A list has 1 to 10 sections.');
  for (const section of sections) {
    if (sections.length > 1 || section.title !== undefined)
      requireText(section.title, "['action']['sections']['title']", 24);
    if (listOf(section.rows).length === 0) throw missing("['action']['sections']['rows']");
  }
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
}

function checkFlow(_interactive: JsonObject, action: JsonObject): void {
  const at = "['action']['parameters']";
  const parameters = objectOf(action.parameters);
  requireText(parameters.flow_message_version, `${at}['flow_message_version']`, 10);
  requireText(parameters.flow_cta, `${at}['flow_cta']`, 30);
  if (parameters.flow_id === undefined && parameters.flow_name === undefined)
    throw missing(`${at}['flow_id']`);
  if (parameters.flow_id !== undefined && parameters.flow_name !== undefined)
    throw invalid('A flow message takes flow_id or flow_name, not both.');
  requireOneOf(parameters.mode, ['draft', 'published'], `${at}['mode']`);
  requireOneOf(parameters.flow_action, ['navigate', 'data_exchange'], `${at}['flow_action']`);
  const payload = parameters.flow_action_payload;
  if (payload === undefined) return;
  if (!isObject(payload)) throw invalid(`interactive${at}['flow_action_payload'] must be an object.`);
  if (parameters.flow_action !== 'data_exchange')
    requireText(payload.screen, `${at}['flow_action_payload']['screen']`, 200);
  if (payload.data !== undefined && Object.keys(objectOf(payload.data)).length === 0)
    throw invalid('The data of flow_action_payload must not be empty.');
}

function requireOneOf(value: JsonObject[string], allowed: readonly string[], name: string): void {
  if (value === undefined) return;
  if (!allowed.includes((textOf(value) ?? '').toLowerCase()))
    throw invalid(`interactive${name} must be one of ${allowed.join(', ')}.`);
}

function checkProduct(_interactive: JsonObject, action: JsonObject): void {
  requireText(action.catalog_id, "['action']['catalog_id']", 200);
  requireText(action.product_retailer_id, "['action']['product_retailer_id']", 200);
}

function checkProductList(interactive: JsonObject, action: JsonObject): void {
  requireText(action.catalog_id, "['action']['catalog_id']", 200);
  if (!isObject(interactive.header)) throw missing("['header']");
  const sections = listOf(action.sections).filter(isObject);
  const products = sections.flatMap((section) => listOf(section.product_items).filter(isObject));
  if (sections.length < 1 || sections.length > 10) throw invalid('A product list has 1 to 10 sections.');
  if (products.length < 1 || products.length > 30) throw invalid('A product list has 1 to 30 products.');
  if (sections.length > 1)
    for (const section of sections) requireText(section.title, "['action']['sections']['title']", 24);
  for (const product of products) {
    requireText(
      product.product_retailer_id,
      "['action']['sections']['product_items']['product_retailer_id']",
      200,
    );
  }
}

function checkAddress(_interactive: JsonObject, action: JsonObject): void {
  const country = requireText(
    objectOf(action.parameters).country,
    "['action']['parameters']['country']",
    100,
  );
  if (!ADDRESS_COUNTRIES.includes(country))
    throw invalid(`Address messages are not available in ${country}.`);
}

function checkVoiceCall(_interactive: JsonObject, action: JsonObject): void {
  const parameters = objectOf(action.parameters);
  if (parameters.display_text !== undefined)
    requireText(parameters.display_text, "['action']['parameters']['display_text']", 20);
  if (parameters.ttl_minutes === undefined) return;
  const minutes = numberOf(parameters.ttl_minutes) ?? 0;
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > 43_200)
    throw invalid('ttl_minutes must be a number from 1 to 43200.');
}
