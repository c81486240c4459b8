import { invalidParameter, unknownField } from '../graph/graph-error';
import type { GraphRouter } from '../graph/graph-router';
import { textOf, type JsonObject } from '../json';
import { requireProduct } from '../graph/messaging-product';
import type { PhoneRecord } from '../world';

const PROFILE_LIMITS: Readonly<Record<string, number>> = {
  about: 139,
  address: 256,
  description: 512,
  email: 128,
};
const PROFILE_FIELDS = [
  'about',
  'address',
  'description',
  'email',
  'profile_picture_url',
  'websites',
  'vertical',
];
const VERTICALS = new Set(
  (
    'UNDEFINED OTHER AUTO BEAUTY APPAREL EDU ENTERTAIN EVENT_PLAN FINANCE GROCERY GOVT HOTEL HEALTH NONPROFIT ' +
    'PROF_SERVICES RETAIL TRAVEL RESTAURANT NOT_A_BIZ ALCOHOL ONLINE_GAMBLING PHYSICAL_GAMBLING OTC_DRUGS ' +
    'MATRIMONY_SERVICE'
  ).split(' '),
);

/** Without `fields` only the product comes back, as with any node's defaults; empty fields are left out. */
export function readProfile(phone: PhoneRecord, fields: string[] | undefined): JsonObject {
  const profile: JsonObject = {};
  for (const name of fields ?? ['messaging_product']) {
    if (name === 'messaging_product' || name === 'id') continue;
    if (!PROFILE_FIELDS.includes(name)) throw unknownField(name, 'WhatsAppBusinessProfile');
    if (phone.profile[name] !== undefined) profile[name] = phone.profile[name];
  }
  return { data: [{ ...profile, messaging_product: 'whatsapp' }] };
}

export function registerBusinessProfile(router: GraphRouter): void {
  router.on('POST', 'phone', 'whatsapp_business_profile', (phone, { params }) =>
    updateProfile(phone, params),
  );
}

function updateProfile(phone: PhoneRecord, params: JsonObject): JsonObject {
  requireProduct(params);
  for (const [name, limit] of Object.entries(PROFILE_LIMITS)) {
    const text = textOf(params[name]);
    if (text === undefined) continue;
    if (text.length > limit)
      throw invalidParameter(`Param ${name} must be at most ${limit} characters long.`);
    if (name === 'about' && text === '')
      throw invalidParameter('Param about must be at least 1 characters long.');
    if (name === 'email' && text !== '' && !/^[^\s@]+@[^\s@]+$/.test(text))
      throw invalidParameter('Param email must be a valid email address.');
    setOrClear(phone.profile, name, text);
  }
  const { websites } = params;
  if (Array.isArray(websites)) {
    const urls = websites.map((item) => textOf(item) ?? '');
    if (urls.length > 2 || urls.some((url) => url.length > 256)) {
      throw invalidParameter('Param websites must have at most 2 elements of at most 256 characters.');
    }
    if (urls.some((url) => !/^https?:\/\//i.test(url))) {
      throw invalidParameter('Param websites must hold addresses that begin with http:// or https://.');
    }
    if (urls.length === 0) Reflect.deleteProperty(phone.profile, 'websites');
    else phone.profile.websites = urls;
  }
  const vertical = textOf(params.vertical);
  if (vertical !== undefined) {
    if (!VERTICALS.has(vertical)) throw invalidParameter('Param vertical must be one of the allowed values.');
    phone.profile.vertical = vertical;
  }
  const handle = textOf(params.profile_picture_handle);
  if (handle !== undefined) {
    if (!handle.startsWith('4::'))
      throw invalidParameter('Param profile_picture_handle is not an upload handle.');
    phone.profile.profile_picture_url = `https://pps.whatsapp.net/v/${phone.id}.jpg`;
  }
  return { success: true };
}

function setOrClear(profile: JsonObject, name: string, text: string): void {
  if (text === '') Reflect.deleteProperty(profile, name);
  else profile[name] = text;
}
