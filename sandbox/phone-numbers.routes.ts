import { requireScope } from './access';
import type { SandboxContext } from './context';
import { catalogueError } from './error-catalogue';
import { invalidParameter, missingParameter, unknownField } from './graph-error';
import { type NodeType } from './graph-nodes';
import type { AuthenticatedRequest, GraphRouter } from './graph-router';
import { isObject, textOf, type JsonObject } from './json';
import { HOUR_MS } from './tokens';
import { readOverride } from './whatsapp-accounts.routes';
import type { PhoneRecord } from './world';

const TYPE_NAME = 'WhatsAppBusinessPhoneNumber';

export function phoneType(context: SandboxContext): NodeType<PhoneRecord> {
  const { world } = context;
  const limitOf = (phone: PhoneRecord): string =>
    world.get('business', world.wabaOfPhone(phone).ownerBusinessId).messagingLimit;
  return {
    name: TYPE_NAME,
    defaults: [
      'verified_name',
      'code_verification_status',
      'display_phone_number',
      'quality_rating',
      'platform_type',
      'throughput',
      'last_onboarded_time',
      'webhook_configuration',
    ],
    fields: {
      display_phone_number: (phone) => phone.displayPhoneNumber,
      verified_name: (phone) => phone.verifiedName,
      quality_rating: (phone) => phone.qualityRating,
      quality_score: (phone) => ({
        score: phone.qualityRating,
        date: Math.floor(phone.lastOnboardedAt / 1000),
      }),
      code_verification_status: (phone) => phone.codeVerificationStatus,
      name_status: (phone) => phone.nameStatus,
      new_name_status: () => 'NONE',
      status: (phone) => phone.status,
      platform_type: (phone) => phone.platformType,
      host_platform: (phone) => phone.platformType,
      throughput: (phone) => ({ level: phone.throughputLevel }),
      messaging_limit_tier: limitOf,
      whatsapp_business_manager_messaging_limit: (phone, { request }) => {
        if (request.version < 24) throw unknownField('whatsapp_business_manager_messaging_limit', TYPE_NAME);
        return limitOf(phone);
      },
      account_mode: (phone) => phone.accountMode,
      is_official_business_account: (phone) => phone.isOfficialBusinessAccount,
      is_pin_enabled: (phone) => phone.pin !== null,
      is_on_biz_app: (phone) => phone.isOnBizApp,
      is_preverified_number: () => false,
      webhook_configuration: (phone, { request }) =>
        webhookConfiguration(context, phone, request.token?.appId),
      health_status: (phone) => healthOf(context, phone),
      username: (phone) => phone.username ?? undefined,
      last_onboarded_time: (phone) => graphDate(phone.lastOnboardedAt),
      certificate: () => 'CmYKIgii',
      search_visibility: () => 'NON_VISIBLE',
      country_code: (phone) => world.wabaOfPhone(phone).country,
      country_dial_code: (phone) => /^\+(\d+)/.exec(phone.displayPhoneNumber)?.[1] ?? '1',
      unified_cert_status: (phone) => phone.nameStatus,
      conversational_automation: (phone) => phone.conversationalAutomation ?? undefined,
      eligibility_for_api_business_global_search: () => 'NON_ELIGIBLE_NUMBER_OUTSIDE_ROLLOUT_COUNTRIES',
    },
    edges: {
      whatsapp_business_profile: (phone, read) =>
        readProfile(
          phone,
          read.children?.map((field) => field.name),
        ),
      settings: (phone) => phone.settings,
    },
  };
}

export function graphDate(unixMs: number): string {
  return `${new Date(unixMs).toISOString().slice(0, 19)}+0000`;
}

function webhookConfiguration(
  context: SandboxContext,
  phone: PhoneRecord,
  appId: string | undefined,
): JsonObject {
  const app = context.world.findKind('app', appId ?? '');
  const application = app?.subscriptions.get('whatsapp_business_account')?.callbackUrl;
  const account = context.world.wabaOfPhone(phone).subscribedApps.get(appId ?? '')?.callbackUri;
  const own = phone.webhookOverride?.callbackUri;
  return {
    ...(own !== undefined && { phone_number: own }),
    ...(account !== undefined && { whatsapp_business_account: account }),
    ...(application !== undefined && { application }),
  };
}

function healthOf(context: SandboxContext, phone: PhoneRecord): JsonObject {
  const verdict = phone.registered ? 'AVAILABLE' : 'BLOCKED';
  const waba = context.world.wabaOfPhone(phone);
  return {
    can_send_message: verdict,
    entities: [
      {
        entity_type: 'PHONE_NUMBER',
        id: phone.id,
        can_send_message: verdict,
        ...(!phone.registered && {
          errors: [
            {
              error_code: 141000,
              error_description: 'The phone number is not registered.',
              possible_solution: 'Register the phone number.',
            },
          ],
        }),
      },
      { entity_type: 'WABA', id: waba.id, can_send_message: 'AVAILABLE' },
      { entity_type: 'BUSINESS', id: waba.ownerBusinessId, can_send_message: 'AVAILABLE' },
    ],
  };
}

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
function readProfile(phone: PhoneRecord, fields: string[] | undefined): JsonObject {
  const profile: JsonObject = {};
  for (const name of fields ?? ['messaging_product']) {
    if (name === 'messaging_product' || name === 'id') continue;
    if (!PROFILE_FIELDS.includes(name)) throw unknownField(name, 'WhatsAppBusinessProfile');
    if (phone.profile[name] !== undefined) profile[name] = phone.profile[name];
  }
  return { data: [{ ...profile, messaging_product: 'whatsapp' }] };
}

export function requireProduct(params: JsonObject): void {
  if (params.messaging_product !== 'whatsapp') throw missingParameter('messaging_product');
}

export function registerPhones(
  router: GraphRouter,
  context: SandboxContext,
  type: NodeType<PhoneRecord>,
): void {
  router.type('phone', type);
  router.on('POST', 'phone', 'whatsapp_business_profile', (phone, { params }) =>
    updateProfile(phone, params),
  );
  router.on('POST', 'phone', 'register', (phone, request) => register(context, phone, request));
  router.on('POST', 'phone', 'deregister', (phone) => {
    if (!phone.registered) throw catalogueError(133010);
    phone.registered = false;
    phone.status = 'DISCONNECTED';
    return { success: true };
  });
  router.on('POST', 'phone', 'request_code', (phone, { params }) => requestCode(context, phone, params));
  router.on('POST', 'phone', 'verify_code', (phone, { params }) => {
    const code = textOf(params.code)?.replace(/-/g, '');
    if (code === undefined) throw missingParameter('code');
    if (phone.verificationCode === null || code !== phone.verificationCode) throw catalogueError(136025);
    phone.codeVerificationStatus = 'VERIFIED';
    phone.verificationCode = null;
    return { success: true, id: phone.id };
  });
  router.on('POST', 'phone', 'settings', (phone, { params }) => {
    const { access_token: _token, appsecret_proof: _proof, ...given } = params;
    Object.assign(phone.settings, given);
    return { success: true };
  });
  router.on('POST', 'phone', 'conversational_automation', (phone, { params }) => {
    const { enable_welcome_message, prompts, commands } = params;
    phone.conversationalAutomation = { enable_welcome_message, prompts, commands };
    return { success: true };
  });
  router.on('POST', 'phone', '', (phone, request) => updatePhone(context, phone, request));
}

async function updatePhone(
  context: SandboxContext,
  phone: PhoneRecord,
  request: AuthenticatedRequest,
): Promise<JsonObject> {
  requireScope(request.token, 'whatsapp_business_management', phone.wabaId);
  const pin = textOf(request.params.pin);
  if (pin !== undefined) phone.pin = checkedPin(pin);
  const { webhook_configuration: configuration } = request.params;
  if (isObject(configuration)) {
    const merged = { ...request, params: { ...request.params, verify_token: configuration.verify_token } };
    phone.webhookOverride = await readOverride(context, merged, textOf(configuration.override_callback_uri));
  }
  return { success: true };
}

function checkedPin(pin: string): string {
  if (!/^\d{6}$/.test(pin)) throw invalidParameter('Param pin must be 6 digits.');
  return pin;
}

/** Ten tries per 72 hours; a number that has a pin accepts only that pin. */
function register(
  context: SandboxContext,
  phone: PhoneRecord,
  { params, token }: AuthenticatedRequest,
): JsonObject {
  requireScope(token, 'whatsapp_business_management', phone.wabaId);
  requireProduct(params);
  const pin = textOf(params.pin);
  if (pin === undefined) throw missingParameter('pin');
  const now = context.clock.now();
  phone.registrations = phone.registrations.filter((at) => now - at < 72 * HOUR_MS);
  if (phone.registrations.length >= 10) throw catalogueError(133016);
  phone.registrations.push(now);
  checkedPin(pin);
  if (phone.isOnBizApp) throw catalogueError(131031, 'The number is in use on the WhatsApp Business app.');
  if (phone.codeVerificationStatus === 'NOT_VERIFIED') throw catalogueError(133006);
  if (phone.pin !== null && phone.pin !== pin) throw catalogueError(133005);
  phone.pin = pin;
  phone.registered = true;
  phone.status = 'CONNECTED';
  phone.nameStatus = 'APPROVED';
  phone.lastOnboardedAt = now;
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
  if (phone.codeRequests.length >= 5) throw catalogueError(136024);
  phone.codeRequests.push(now);
  phone.verificationCode = '123456';
  return { success: true };
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
    setOrClear(phone.profile, name, text);
  }
  const { websites } = params;
  if (Array.isArray(websites)) {
    const urls = websites.map((item) => textOf(item) ?? '');
    if (urls.length > 2 || urls.some((url) => url.length > 256)) {
      throw invalidParameter('Param websites must have at most 2 elements of at most 256 characters.');
    }
    phone.profile.websites = urls;
  }
  const vertical = textOf(params.vertical);
  if (vertical !== undefined) {
    if (!VERTICALS.has(vertical)) throw invalidParameter('Param vertical must be one of the allowed values.');
    phone.profile.vertical = vertical;
  }
  if (textOf(params.profile_picture_handle) !== undefined) {
    phone.profile.profile_picture_url = `https://pps.whatsapp.net/v/${phone.id}.jpg`;
  }
  return { success: true };
}

function setOrClear(profile: JsonObject, name: string, text: string): void {
  if (text === '') Reflect.deleteProperty(profile, name);
  else profile[name] = text;
}
