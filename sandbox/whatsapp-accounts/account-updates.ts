import type { SandboxContext } from '../context';
import type { JsonObject } from '../json';
import type { PhoneRecord, WabaRecord } from '../world';

export interface AccountUpdate {
  wabaId?: string;
  /** Any of Meta's, or one that does not exist yet. */
  event: string;
  /** Stands in the value beside the event, over what the sandbox would write there. */
  details?: JsonObject;
  /** `DISABLED_UPDATE`. */
  banState?: 'DISABLE' | 'REINSTATE' | 'SCHEDULE_FOR_DISABLE';
  /** `ACCOUNT_RESTRICTION`; `expiresInSeconds` is counted from now. */
  restrictions?: { type: string; expiresInSeconds: number }[];
  /** `ACCOUNT_VIOLATION`. */
  violationType?: string;
  /** `PARTNER_REMOVED` of a number that was in use on the phone app. */
  disconnection?: { reason: string; initiatedBy: string };
  /** The business whose webhook partner events are; the first that does not own the account where left out. */
  partnerBusinessId?: string;
}

const PARTNER_EVENTS = new Set([
  'PARTNER_ADDED',
  'PARTNER_REMOVED',
  'PARTNER_APP_INSTALLED',
  'PARTNER_APP_UNINSTALLED',
  'AD_ACCOUNT_LINKED',
  'MM_LITE_TERMS_SIGNED',
]);

/** Lets an account event happen and tells it. Partner events come under the partner's business, whoever is subscribed. */
export function playAccountUpdate(context: SandboxContext, input: AccountUpdate): number {
  const { world, clock, webhooks } = context;
  const waba = input.wabaId === undefined ? world.first('waba') : world.get('waba', input.wabaId);
  const value = { ...valueOf(context, waba, input), ...input.details };
  const isPartnerEvent = PARTNER_EVENTS.has(input.event);
  const told = webhooks.emitChange({
    object: 'whatsapp_business_account',
    ownerId: waba.id,
    field: 'account_update',
    value,
    entryTime: clock.seconds(),
    ...(isPartnerEvent && { entryId: partnerOf(context, waba, input), withoutAccount: true }),
  });
  takeEffect(context, waba, input);
  return told;
}

function partnerOf({ world }: SandboxContext, waba: WabaRecord, input: AccountUpdate): string {
  const other = world.all('business').find(({ id }) => id !== waba.ownerBusinessId);
  return input.partnerBusinessId ?? other?.id ?? waba.ownerBusinessId;
}

function valueOf(context: SandboxContext, waba: WabaRecord, input: AccountUpdate): JsonObject {
  const { event } = input;
  const seconds = context.clock.seconds();
  const info: JsonObject = { waba_id: waba.id, owner_business_id: waba.ownerBusinessId };
  switch (event) {
    case 'DISABLED_UPDATE':
      return {
        event,
        ban_info: {
          waba_ban_state: input.banState ?? 'DISABLE',
          waba_ban_date: inWords(context.clock.now()),
        },
      };
    case 'ACCOUNT_RESTRICTION':
      return {
        event,
        restriction_info: restrictionsOf(input).map(({ type, expiresInSeconds }) => ({
          restriction_type: type,
          expiration: seconds + expiresInSeconds,
        })),
      };
    case 'ACCOUNT_VIOLATION':
      return { event, violation_info: { violation_type: input.violationType ?? 'SCAM' } };
    case 'PARTNER_ADDED':
    case 'MM_LITE_TERMS_SIGNED':
      return { event, waba_info: info };
    case 'PARTNER_REMOVED':
      return {
        event,
        waba_info: info,
        ...(input.disconnection && {
          disconnection_info: {
            reason: input.disconnection.reason,
            initiated_by: input.disconnection.initiatedBy,
          },
        }),
      };
    case 'PARTNER_APP_INSTALLED':
    case 'PARTNER_APP_UNINSTALLED':
      return { event, waba_info: { ...info, partner_app_id: context.world.first('app').id } };
    case 'AD_ACCOUNT_LINKED':
      return { event, waba_info: { ...info, ad_account_linked: '980198427534243' } };
    case 'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE':
      return {
        event,
        auth_international_rate_eligibility: {
          start_time: seconds,
          exception_countries: [{ country_code: 'ID', start_time: seconds + 30 * 86_400 }],
        },
      };
    case 'BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE':
      return { event, country: waba.country };
    case 'PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE':
      return {
        event,
        partner_client_certification_info: {
          client_business_id: waba.ownerBusinessId,
          status: 'APPROVED',
          rejection_reasons: ['NONE'],
        },
      };
    case 'VOLUME_BASED_PRICING_TIER_UPDATE':
      return {
        event,
        volume_tier_info: {
          tier_update_time: seconds,
          pricing_category: 'UTILITY',
          tier: '25000001:50000000',
          effective_month: new Date(context.clock.now()).toISOString().slice(0, 7),
          region: 'India',
        },
      };
    case 'VERIFIED_ACCOUNT':
      return { event, phone_number: firstNumber(context, waba) };
    default:
      return { event };
  }
}

function firstNumber({ world }: SandboxContext, waba: WabaRecord): string {
  return world.phonesOf(waba.id)[0]?.displayPhoneNumber.replace(/\D/g, '') ?? '';
}

function restrictionsOf({ restrictions }: AccountUpdate): { type: string; expiresInSeconds: number }[] {
  return restrictions ?? [{ type: 'RESTRICTED_BIZ_INITIATED_MESSAGING', expiresInSeconds: 7 * 86_400 }];
}

function takeEffect(context: SandboxContext, waba: WabaRecord, input: AccountUpdate): void {
  const now = context.clock.now();
  switch (input.event) {
    case 'DISABLED_UPDATE':
      waba.standing.ban = input.banState === 'REINSTATE' ? null : (input.banState ?? 'DISABLE');
      break;
    case 'ACCOUNT_RESTRICTION':
      for (const { type, expiresInSeconds } of restrictionsOf(input)) {
        waba.standing.restrictions.push({ type, until: now + expiresInSeconds * 1000 });
      }
      break;
    case 'ACCOUNT_DELETED':
      for (const phone of context.world.phonesOf(waba.id)) context.world.remove(phone.id);
      context.world.remove(waba.id);
      break;
    case 'PARTNER_REMOVED':
      removePartner(context, waba);
      break;
    case 'PARTNER_APP_UNINSTALLED':
      waba.subscribedApps.delete(context.world.first('app').id);
      break;
    case 'ACCOUNT_OFFBOARDED':
      for (const phone of coexisting(context, waba)) phone.status = 'DISCONNECTED';
      break;
    case 'ACCOUNT_RECONNECTED':
      for (const phone of coexisting(context, waba)) phone.status = 'CONNECTED';
      break;
  }
}

/** Who was only let in sees the account no more; a business keeps its own. */
function removePartner({ world }: SandboxContext, waba: WabaRecord): void {
  waba.subscribedApps.clear();
  waba.clientBusinessIds = [];
  for (const person of world.all('person')) {
    person.wabaIds = person.wabaIds.filter((id) => id !== waba.id);
  }
}

function coexisting({ world }: SandboxContext, waba: WabaRecord): PhoneRecord[] {
  return world.phonesOf(waba.id).filter((phone) => phone.isOnBizApp);
}

/** `April 17, 2025`: the only date that Meta writes in words. */
function inWords(unixMs: number): string {
  return new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' }).format(unixMs);
}
