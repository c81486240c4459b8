import type { DirectPlatform } from './direct-records';
import { isWebAddress, LONGEST_PAYLOAD, requireCount, requireText } from './direct-template-rules';
import { invalidParameter } from '../graph/graph-error';
import { isList, objectOf, textOf, type JsonObject, type JsonValue } from '../json';

const MENU_ITEMS = 20;
const MENU_TITLE = 30;
const GREETING = 160;
const QUESTION = 80;

export const PROFILE_FIELDS: Readonly<Record<DirectPlatform, readonly string[]>> = {
  messenger: [
    'account_linking_url',
    'commands',
    'get_started',
    'greeting',
    'ice_breakers',
    'persistent_menu',
    'whitelisted_domains',
  ],
  instagram: ['ice_breakers', 'persistent_menu'],
};

const CHECKS: Readonly<Record<string, (value: JsonValue) => void>> = {
  get_started(value) {
    requireText(objectOf(value).payload, "get_started['payload']", LONGEST_PAYLOAD);
  },
  greeting(value) {
    const texts = requireCount(value, 'greeting', 1, 100);
    requireDefault(texts, 'greeting');
    for (const { text } of texts) requireText(text, "greeting['text']", GREETING);
  },
  persistent_menu: checkMenus,
  ice_breakers: checkQuestions,
  whitelisted_domains(value) {
    const domains = isList(value) ? value : [];
    if (domains.length === 0 || domains.length > 50) {
      throw invalidParameter('Param whitelisted_domains takes 1 to 50 domains.');
    }
    for (const domain of domains) {
      if (!/^https?:\/\//.test(textOf(domain) ?? '') || !isWebAddress(textOf(domain) ?? '')) {
        throw invalidParameter(`whitelisted_domains: ${String(textOf(domain))} is not a valid domain.`);
      }
    }
  },
  account_linking_url(value) {
    if (!isWebAddress(textOf(value) ?? ''))
      throw invalidParameter('Param account_linking_url must be a valid URL.');
  },
  commands(value) {
    requireCount(value, 'commands', 1, 100);
  },
};

/** The parts of the profile that a call sets, after they were checked. */
export function checkProfile(
  params: JsonObject,
  before: JsonObject,
  platform: DirectPlatform,
): Record<string, JsonValue> {
  const given: Record<string, JsonValue> = {};
  for (const field of PROFILE_FIELDS[platform]) {
    const value = params[field];
    if (value === undefined) continue;
    CHECKS[field]?.(value);
    given[field] = value;
  }
  if (Object.keys(given).length === 0) {
    throw invalidParameter(`One of {${PROFILE_FIELDS[platform].join(', ')}} is required.`);
  }
  const hasButton = (given.get_started ?? before.get_started) !== undefined;
  if (platform === 'messenger' && given.persistent_menu !== undefined && !hasButton) {
    throw invalidParameter('You must set a Get Started button if you also wish to use persistent menu', {
      subcode: 2_018_145,
    });
  }
  return given;
}

function requireDefault(items: readonly JsonObject[], name: string): void {
  if (!items.some(({ locale }) => locale === 'default')) {
    throw invalidParameter(`Param ${name} needs one with the locale default.`);
  }
}

function checkMenus(value: JsonValue): void {
  const menus = requireCount(value, 'persistent_menu', 1, 100);
  requireDefault(menus, 'persistent_menu');
  for (const { call_to_actions: actions, composer_input_disabled: isClosed } of menus) {
    if (actions === undefined && isClosed === true) {
      throw invalidParameter('A menu whose composer is disabled needs call_to_actions.');
    }
    for (const action of requireCount(actions, 'call_to_actions', 1, MENU_ITEMS)) {
      requireText(action.title, "call_to_actions['title']", MENU_TITLE);
      if (action.type === 'postback') {
        requireText(action.payload, "call_to_actions['payload']", LONGEST_PAYLOAD);
      } else if (action.type !== 'web_url' || !isWebAddress(textOf(action.url) ?? '')) {
        throw invalidParameter('Param call_to_actions must be a postback, or a web_url with a valid URL.');
      }
    }
  }
}

/** Up to four questions, either as they are or by locale. */
function checkQuestions(value: JsonValue): void {
  const items = requireCount(value, 'ice_breakers', 1, 100);
  const isByLocale = items.some(({ call_to_actions: actions }) => actions !== undefined);
  if (isByLocale) requireDefault(items, 'ice_breakers');
  const lists = isByLocale
    ? items.map((item) => requireCount(item.call_to_actions, 'call_to_actions', 1, 4))
    : [requireCount(value, 'ice_breakers', 1, 4)];
  for (const question of lists.flat()) {
    requireText(question.question, "ice_breakers['question']", QUESTION);
    requireText(question.payload, "ice_breakers['payload']", LONGEST_PAYLOAD);
  }
}
