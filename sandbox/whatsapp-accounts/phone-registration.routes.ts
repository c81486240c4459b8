import { requireScope } from '../graph/access';
import { tellSecurity } from './account-events';
import type { SandboxContext } from '../context';
import { catalogueError } from '../graph/error-catalogue';
import { invalidParameter, missingParameter } from '../graph/graph-error';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { textOf, type JsonObject } from '../json';
import { requireProduct } from '../graph/messaging-product';
import { HOUR_MS } from '../login/tokens';
import type { PhoneRecord } from '../world';

const REGISTRATION_PERIOD_MS = 72 * HOUR_MS;
const REGISTRATIONS = 10;
const CODES_PER_HOUR = 5;
/** The documents name the codes of wrong pins, not their numbers: these are the sandbox's own. */
const PINS_PER_HOUR = 6;
const FAST_PINS = 3;
const FAST_PIN_PERIOD_MS = 10_000;
const REGIONS = new Set('AU ID IN JP SG KR DE CH GB BR BH ZA AE CA'.split(' '));

/** The code that "arrives" on the phone. */
export const VERIFICATION_CODE = '123456';

export function registerPhoneRegistration(router: GraphRouter, context: SandboxContext): void {
  router.on('POST', 'phone', 'register', (phone, request) => register(context, phone, request));
  router.on('POST', 'phone', 'deregister', (phone, { token }) => {
    requireScope(token, 'whatsapp_business_management', phone.wabaId);
    return deregister(context, phone);
  });
  router.on('POST', 'phone', 'request_code', (phone, { params }) => requestCode(context, phone, params));
  router.on('POST', 'phone', 'verify_code', (phone, { params }) => verifyCode(context, phone, params));
}

export function checkedPin(pin: string): string {
  if (!/^\d{6}$/.test(pin)) throw invalidParameter('Param pin must be 6 digits.');
  return pin;
}

/** Ten tries in 72 hours; a number that has a pin accepts only that pin. */
function register(
  context: SandboxContext,
  phone: PhoneRecord,
  { params, token }: AuthenticatedRequest,
): JsonObject {
  requireScope(token, 'whatsapp_business_management', phone.wabaId);
  requireProduct(params);
  const pin = textOf(params.pin);
  if (pin === undefined) throw missingParameter('pin');
  countRegistration(context, phone);
  checkedPin(pin);
  const region = regionOf(params);
  if (phone.isOnBizApp) throw catalogueError(131031, 'The number is in use on the WhatsApp Business app.');
  if (phone.codeVerificationStatus !== 'VERIFIED') throw catalogueError(133006);
  checkPin(context, phone, pin);
  if (phone.registered && region !== null && phone.dataRegion !== region) {
    throw invalidParameter('Deregister the phone number before changing data_localization_region.');
  }
  phone.pin = pin;
  phone.dataRegion = region ?? (phone.registered ? phone.dataRegion : null);
  phone.registered = true;
  phone.status = 'CONNECTED';
  phone.lastOnboardedAt = context.clock.now();
  return { success: true };
}

function countRegistration({ clock }: SandboxContext, phone: PhoneRecord): void {
  const now = clock.now();
  phone.registrations = phone.registrations.filter((at) => now - at < REGISTRATION_PERIOD_MS);
  if (phone.registrations.length >= REGISTRATIONS) throw catalogueError(133016);
  phone.registrations.push(now);
}

function regionOf(params: JsonObject): string | null {
  const region = textOf(params.data_localization_region);
  if (region === undefined) return null;
  if (!REGIONS.has(region)) {
    throw invalidParameter('Param data_localization_region must be one of the supported countries.');
  }
  return region;
}

/** Wrong pins lock further tries, also the right one, for as long as they count. */
function checkPin({ clock }: SandboxContext, phone: PhoneRecord, pin: string): void {
  if (phone.pin === null) return;
  const now = clock.now();
  phone.wrongPins = phone.wrongPins.filter((at) => now - at < HOUR_MS);
  if (phone.wrongPins.length >= PINS_PER_HOUR) throw catalogueError(133008);
  const recent = phone.wrongPins.filter((at) => now - at < FAST_PIN_PERIOD_MS).length;
  if (phone.pin === pin && recent < FAST_PINS) {
    phone.wrongPins = [];
    return;
  }
  phone.wrongPins.push(now);
  throw catalogueError(recent >= FAST_PINS ? 133009 : 133005);
}

function deregister(context: SandboxContext, phone: PhoneRecord): JsonObject {
  if (phone.isOnBizApp) {
    throw invalidParameter('A number that is in use on the WhatsApp Business app cannot be deregistered.');
  }
  if (!phone.registered) throw catalogueError(133010);
  countRegistration(context, phone);
  phone.registered = false;
  phone.dataRegion = null;
  phone.status = 'DISCONNECTED';
  return { success: true };
}

function requestCode(context: SandboxContext, phone: PhoneRecord, params: JsonObject): JsonObject {
  const method = textOf(params.code_method);
  if (method === undefined) throw missingParameter('code_method');
  if (method !== 'SMS' && method !== 'VOICE')
    throw invalidParameter('Param code_method must be one of {SMS, VOICE}');
  if (textOf(params.language) === undefined) throw missingParameter('language');
  if (phone.codeVerificationStatus === 'VERIFIED' && phone.registered) {
    throw catalogueError(136024, 'The number is verified already.');
  }
  const now = context.clock.now();
  phone.codeRequests = phone.codeRequests.filter((at) => now - at < HOUR_MS);
  if (phone.codeRequests.length >= CODES_PER_HOUR) throw catalogueError(136024);
  phone.codeRequests.push(now);
  phone.verificationCode = VERIFICATION_CODE;
  phone.wrongCodes = [];
  return { success: true };
}

/** The code of the last request, written with or without dash; five wrong ones end it. */
function verifyCode(context: SandboxContext, phone: PhoneRecord, params: JsonObject): JsonObject {
  const code = textOf(params.code)?.replace(/-/g, '');
  if (code === undefined) throw missingParameter('code');
  if (phone.verificationCode === null || code !== phone.verificationCode) {
    phone.wrongCodes.push(context.clock.now());
    if (phone.wrongCodes.length >= CODES_PER_HOUR) phone.verificationCode = null;
    throw catalogueError(136025);
  }
  phone.codeVerificationStatus = 'VERIFIED';
  phone.verificationCode = null;
  return { success: true, id: phone.id };
}

/** Sets the pin of the two-step verification, whatever it was. */
export function setPin(context: SandboxContext, phone: PhoneRecord, pin: string): void {
  const before = phone.pin;
  phone.pin = checkedPin(pin);
  phone.wrongPins = [];
  if (before !== null && before !== pin) tellSecurity(context, phone, { event: 'PIN_CHANGED' });
}
