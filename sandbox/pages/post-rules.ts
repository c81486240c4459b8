import type { SandboxContext } from '../context';
import { requireFlag } from './comment-views';
import { GraphError, invalidParameter } from '../graph/graph-error';
import { isList, isObject, numberOf, objectOf, parseJson, textListOf, textOf } from '../json';
import type { JsonObject, JsonValue } from '../json';

const LONGEST_MESSAGE = 63_206;
const LARGEST_TARGETED_AGE = 65;
const UNITS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};
const BUTTONS = [
  'BOOK_TRAVEL',
  'BUY_NOW',
  'CALL_NOW',
  'CONTACT_US',
  'DOWNLOAD',
  'GET_DIRECTIONS',
  'INSTALL_APP',
  'LEARN_MORE',
  'LIKE_PAGE',
  'MESSAGE_PAGE',
  'OPEN_LINK',
  'SHOP_NOW',
  'SIGN_UP',
  'WATCH_MORE',
  'WHATSAPP_MESSAGE',
];

export interface Publication {
  isPublished: boolean;
  /** Unix ms. */
  scheduledFor?: number;
}

/** `published` and `scheduled_publish_time`, which only make sense together. */
export function publicationOf(
  context: SandboxContext,
  { published, scheduled_publish_time: scheduled }: JsonObject,
  latestMs = context.settings.pages.scheduleUntilMs,
): Publication {
  const isPublished = published === undefined ? true : requireFlag(published, 'published');
  if (scheduled === undefined) return { isPublished };
  if (isPublished) {
    throw invalidParameter('You cannot specify a scheduled publish time on a published post');
  }
  return { isPublished: false, scheduledFor: scheduleOf(context, scheduled, latestMs) };
}

/** Unix seconds, a date in ISO 8601, or a few of the texts that PHP's strtotime takes. Gives Unix ms. */
export function scheduleOf(
  context: SandboxContext,
  value: JsonValue,
  latestMs = context.settings.pages.scheduleUntilMs,
): number {
  const { clock, settings } = context;
  const { scheduleFromMs, scheduleSubcode } = settings.pages;
  const at = instantOf(textOf(value) ?? '', clock.now());
  const ahead = at - clock.now();
  // A second counts for nothing: whole seconds are all that can be said.
  if (!Number.isNaN(at) && ahead > scheduleFromMs - 1000 && ahead <= latestMs) return at;
  throw new GraphError(100, 'Invalid parameter', {
    subcode: scheduleSubcode,
    isTransient: false,
    userTitle: 'Scheduled time is not valid',
    userMessage:
      'The specified scheduled publish time is invalid. It must be between ' +
      `${scheduleFromMs / 60_000} minutes and ${Math.round(latestMs / 86_400_000)} days from now.`,
  });
}

function instantOf(text: string, now: number): number {
  const seconds = numberOf(text);
  if (seconds !== undefined) return Math.floor(seconds) * 1000;
  const relative = /^\+\s*(\d+)\s+(minute|hour|day|week)s?$/i.exec(text.trim());
  if (relative) return now + Number(relative[1]) * (UNITS[relative[2]?.toLowerCase() ?? ''] ?? NaN);
  return Date.parse(text);
}

export function messageOf(value: JsonValue | undefined): string {
  const text = textOf(value) ?? '';
  if (text.length > LONGEST_MESSAGE) {
    throw invalidParameter(`Param message must be at most ${LONGEST_MESSAGE} characters long.`);
  }
  return text;
}

/** `targeting`, `call_to_action`, `place` and `tags`, checked. */
export function extrasOf(params: JsonObject): JsonObject {
  const place = textOf(params.place);
  const tags = textListOf(params.tags);
  if (place !== undefined && !/^\d+$/.test(place)) {
    throw invalidParameter('Param place must be a valid place tag ID');
  }
  if (tags.some((tag) => !/^\d+$/.test(tag)))
    throw invalidParameter('Param tags must be a list of user ids.');
  if (tags.length > 0 && place === undefined) {
    throw invalidParameter('You cannot specify tags without also specifying a place.');
  }
  return {
    ...(params.targeting !== undefined && { targeting: targetingOf(params.targeting) }),
    ...(params.call_to_action !== undefined && { call_to_action: buttonOf(params.call_to_action) }),
    ...(place !== undefined && { place }),
    ...(tags.length > 0 && { tags }),
  };
}

function targetingOf(value: JsonValue): JsonObject {
  const targeting = objectIn(value, 'targeting');
  const { geo_locations: places, age_min: age } = targeting;
  if (places !== undefined && !isObject(places)) {
    throw invalidParameter('Param targeting[geo_locations] must be an object.');
  }
  const { countries } = objectOf(places);
  if (countries !== undefined) {
    const isGood = isList(countries) && countries.every((code) => /^[A-Z]{2}$/.test(textOf(code) ?? ''));
    if (!isGood) throw invalidParameter('Param targeting[geo_locations][countries] must be country codes.');
  }
  const years = age === undefined ? 13 : (numberOf(age) ?? NaN);
  if (!(years >= 13 && years <= LARGEST_TARGETED_AGE)) {
    throw invalidParameter(`Param targeting[age_min] must be between 13 and ${LARGEST_TARGETED_AGE}.`);
  }
  return targeting;
}

function buttonOf(value: JsonValue): JsonObject {
  const button = objectIn(value, 'call_to_action');
  const type = textOf(button.type) ?? '';
  if (!BUTTONS.includes(type)) {
    throw invalidParameter(`Param call_to_action[type] must be one of {${BUTTONS.join(', ')}}`);
  }
  return button;
}

function objectIn(value: JsonValue, name: string): JsonObject {
  const parsed = typeof value === 'string' ? parseJson(value) : value;
  if (!isObject(parsed)) throw invalidParameter(`Param ${name} must be an object.`);
  return parsed;
}

/** Ids of `attached_media`, given as a list, as JSON text, or as one form field for each (`attached_media[0]`). */
export function attachedMediaOf(value: JsonValue | undefined): string[] {
  if (value === undefined) return [];
  const parsed = typeof value === 'string' ? parseJson(value) : value;
  const items = isList(parsed) ? parsed : isObject(parsed) ? Object.values(parsed) : undefined;
  if (!items) throw invalidParameter('Param attached_media must be an array.');
  return items.map((item, index) => {
    const entry = typeof item === 'string' ? parseJson(item) : item;
    const id = isObject(entry) ? textOf(entry.media_fbid) : undefined;
    if (id === undefined) throw invalidParameter(`Param attached_media[${index}] must have a media_fbid.`);
    return id;
  });
}
