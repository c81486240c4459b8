import type { DirectPlatform } from './direct-records';
import { invalidParameter } from '../graph/graph-error';
import { isList, isObject, numberOf, objectOf, textOf, type JsonObject, type JsonValue } from '../json';

const TITLE = 80;
const BUTTON_TITLE = 20;
const BUTTON_TEXT = 640;
export const LONGEST_PAYLOAD = 1000;
const MOST_BUTTONS = 3;

type TemplateCheck = (payload: JsonObject, platform: DirectPlatform) => void;

const TEMPLATES: Readonly<Record<string, TemplateCheck>> = {
  generic: checkGeneric,
  button(payload, platform) {
    requireText(payload.text, 'text', BUTTON_TEXT);
    checkButtons(payload.buttons, platform);
  },
  media: checkMedia,
  receipt: checkReceipt,
  coupon(payload) {
    requireText(payload.title, 'title', TITLE);
    if (textOf(payload.coupon_code) === undefined && textOf(payload.coupon_url) === undefined) {
      throw invalidParameter('One of coupon_code and coupon_url is required.');
    }
  },
  customer_feedback: checkFeedback,
  product(payload) {
    for (const element of requireCount(payload.elements, 'elements', 1, 10)) {
      requireText(element.id, "elements['id']", 100);
    }
  },
  image_grid(payload) {
    for (const element of requireCount(payload.elements, 'elements', 2, 6)) {
      const given = element.image_url ?? element.url;
      if (!isWebAddress(textOf(given) ?? '') && textOf(element.attachment_id) === undefined) {
        throw invalidParameter("Param elements['image_url'] must be a valid URL.");
      }
    }
  },
};
const ON_INSTAGRAM = ['generic', 'button'];

const BUTTON_TYPES = ['web_url', 'postback', 'phone_number', 'account_link', 'account_unlink', 'game_play'];
const BUTTONS_ON_INSTAGRAM = ['web_url', 'postback'];

/** The payload of an attachment of the type `template`. */
export function checkTemplate(payload: JsonObject, platform: DirectPlatform): void {
  const type = textOf(payload.template_type) ?? '';
  const allowed = platform === 'instagram' ? ON_INSTAGRAM : Object.keys(TEMPLATES);
  const check = TEMPLATES[type];
  if (!check || !allowed.includes(type)) {
    throw invalidParameter(`Param template_type must be one of {${allowed.join(', ')}}.`);
  }
  check(payload, platform);
}

function checkGeneric(payload: JsonObject, platform: DirectPlatform): void {
  for (const element of requireCount(payload.elements, 'elements', 1, 10)) {
    requireText(element.title, "elements['title']", TITLE);
    checkLength(element.subtitle, "elements['subtitle']", TITLE);
    const { subtitle, image_url: image, default_action: action, buttons } = element;
    if (subtitle === undefined && image === undefined && action === undefined && buttons === undefined) {
      throw invalidParameter(
        'An element must have at least one of subtitle, image_url, default_action and buttons.',
      );
    }
    if (image !== undefined && !isWebAddress(textOf(image) ?? '')) {
      throw invalidParameter("Param elements['image_url'] must be a valid URL.");
    }
    if (action !== undefined) checkDefaultAction(action);
    if (buttons !== undefined) checkButtons(buttons, platform);
  }
}

/** A button of the type `web_url`, but without title. */
function checkDefaultAction(value: JsonValue): void {
  const action = objectOf(value);
  if (action.type !== 'web_url' || !isWebAddress(textOf(action.url) ?? '')) {
    throw invalidParameter("Param elements['default_action'] must be a web_url with a valid URL.");
  }
  if (action.title !== undefined) throw invalidParameter("Param elements['default_action'] takes no title.");
}

function checkMedia(payload: JsonObject, platform: DirectPlatform): void {
  for (const element of requireCount(payload.elements, 'elements', 1, 1)) {
    const type = textOf(element.media_type) ?? '';
    if (!['image', 'video'].includes(type)) {
      throw invalidParameter("Param elements['media_type'] must be one of {image, video}.");
    }
    const sources = [textOf(element.attachment_id), textOf(element.url)].filter((one) => one !== undefined);
    if (sources.length !== 1) throw invalidParameter('An element must have one of attachment_id and url.');
    if (element.buttons !== undefined) checkButtons(element.buttons, platform);
  }
}

function checkReceipt(payload: JsonObject): void {
  for (const name of ['recipient_name', 'order_number', 'currency', 'payment_method']) {
    requireText(payload[name], name, 200);
  }
  if (numberOf(objectOf(payload.summary).total_cost) === undefined) {
    throw invalidParameter("Param summary['total_cost'] is required.");
  }
  if (payload.elements === undefined) return;
  for (const element of requireCount(payload.elements, 'elements', 0, 100)) {
    requireText(element.title, "elements['title']", 200);
    if (numberOf(element.price) === undefined) throw invalidParameter("Param elements['price'] is required.");
  }
}

function checkFeedback(payload: JsonObject): void {
  requireText(payload.title, 'title', 75);
  requireText(payload.subtitle, 'subtitle', 75);
  requireText(payload.button_title, 'button_title', BUTTON_TITLE);
  for (const screen of requireCount(payload.feedback_screens, 'feedback_screens', 1, 1)) {
    for (const question of requireCount(screen.questions, 'questions', 1, 1)) {
      requireText(question.id, "questions['id']", 80);
      if (!['csat', 'nps', 'ces'].includes(textOf(question.type) ?? '')) {
        throw invalidParameter("Param questions['type'] must be one of {csat, nps, ces}.");
      }
    }
  }
  if (!isWebAddress(textOf(objectOf(payload.business_privacy).url) ?? '')) {
    throw invalidParameter("Param business_privacy['url'] must be a valid URL.");
  }
}

function checkButtons(value: JsonValue | undefined, platform: DirectPlatform): void {
  const allowed = platform === 'instagram' ? BUTTONS_ON_INSTAGRAM : BUTTON_TYPES;
  for (const button of requireCount(value, 'buttons', 1, MOST_BUTTONS)) checkButton(button, allowed);
}

function checkButton(button: JsonObject, allowed: readonly string[]): void {
  const type = textOf(button.type) ?? '';
  if (!allowed.includes(type)) {
    throw invalidParameter(`Param buttons['type'] must be one of {${allowed.join(', ')}}.`);
  }
  // Both buttons of account linking bring a text of their own.
  if (type !== 'account_link' && type !== 'account_unlink') {
    requireText(button.title, "buttons['title']", BUTTON_TITLE);
  }
  if (type === 'postback') requireText(button.payload, "buttons['payload']", LONGEST_PAYLOAD);
  if (type === 'phone_number' && !/^\+\d{6,15}$/.test(textOf(button.payload) ?? '')) {
    throw invalidParameter("Param buttons['payload'] must be a phone number that begins with +.");
  }
  if ((type === 'web_url' || type === 'account_link') && !isWebAddress(textOf(button.url) ?? '')) {
    throw invalidParameter("Param buttons['url'] must be a valid URL.");
  }
}

export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\//.test(text);
}

export function requireCount(
  value: JsonValue | undefined,
  name: string,
  least: number,
  most: number,
): JsonObject[] {
  const items = isList(value) ? value.filter(isObject) : [];
  if (items.length < least) throw invalidParameter(`Param ${name} has too few elements.`);
  if (items.length > most) throw invalidParameter(`Param ${name} has too many elements.`);
  return items;
}

export function requireText(value: JsonValue | undefined, name: string, limit: number): void {
  if (!textOf(value)) throw invalidParameter(`Param ${name} is required.`);
  checkLength(value, name, limit);
}

export function checkLength(value: JsonValue | undefined, name: string, limit: number): void {
  if ((textOf(value) ?? '').length > limit) {
    throw invalidParameter(`Length of param ${name} must be less than or equal to ${limit}`);
  }
}
