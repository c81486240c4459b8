import type { SandboxContext } from '../context';
import { unknownField } from '../graph/graph-error';
import { type NodeType } from '../graph/graph-nodes';
import { graphTime } from '../graph/graph-time';
import type { JsonObject } from '../json';
import { numberHealth } from './number-health';
import { settingsOf } from './number-settings';
import { readProfile } from './business-profile.routes';
import type { PhoneRecord } from '../world';

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
      new_name_status: (phone) => phone.newName?.status ?? 'NONE',
      new_display_name: (phone) => phone.newName?.name,
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
      health_status: (phone, { request }) => numberHealth(context, phone, request.token?.appId),
      username: (phone) => phone.username ?? undefined,
      last_onboarded_time: (phone) => graphTime(phone.lastOnboardedAt),
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
      settings: (phone) => settingsOf(phone),
    },
  };
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
