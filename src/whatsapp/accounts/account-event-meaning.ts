import type { EventSeverity } from '../../domain-events/domain-events';
import type { WhatsAppAccountAlert, WhatsAppAccountUpdated } from '../../webhooks/whatsapp-account-events';
import { isRecord, textAt } from '../meta-values';

/** What an `account_update` does to a WABA. */
export interface AccountUpdateMeaning {
  /** How it stands afterwards; null: as before. */
  status: string | null;
  severity: EventSeverity;
  /** Meta has cut the app off: nothing of the WABA is delivered any more. */
  endsSubscription: boolean;
  /** For people. */
  summary: string;
}

const STATUS_AFTER: ReadonlyMap<string, string> = new Map([
  ['ACCOUNT_DELETED', 'DELETED'],
  ['ACCOUNT_OFFBOARDED', 'OFFBOARDED'],
  ['ACCOUNT_RECONNECTED', 'APPROVED'],
  ['ACCOUNT_RESTRICTION', 'RESTRICTED'],
]);

const STATUS_AFTER_BAN: ReadonlyMap<string, string> = new Map([
  ['DISABLE', 'DISABLED'],
  ['SCHEDULE_FOR_DISABLE', 'SCHEDULED_FOR_DISABLE'],
  ['REINSTATE', 'APPROVED'],
]);

const ENDS_SUBSCRIPTION: readonly string[] = [
  'PARTNER_REMOVED',
  'PARTNER_APP_UNINSTALLED',
  'ACCOUNT_DELETED',
  'ACCOUNT_OFFBOARDED',
];

const SUMMARIES: ReadonlyMap<string, string> = new Map([
  ['ACCOUNT_DELETED', 'The WhatsApp Business Account was deleted at Meta.'],
  ['ACCOUNT_OFFBOARDED', 'The business left the Cloud API; its number is on the phone app only.'],
  ['ACCOUNT_RECONNECTED', 'The business is connected to the Cloud API again.'],
  ['AD_ACCOUNT_LINKED', 'An ad account was linked.'],
  ['AUTH_INTL_PRICE_ELIGIBILITY_UPDATE', 'Other prices hold for authentication messages to other countries.'],
  ['BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE', 'The primary country of the business is another one.'],
  ['MM_LITE_TERMS_SIGNED', 'The terms for marketing messages were accepted.'],
  ['PARTNER_ADDED', 'The WhatsApp Business Account was shared with a partner.'],
  ['PARTNER_APP_INSTALLED', 'The app was given access to the WhatsApp Business Account.'],
  ['PARTNER_APP_UNINSTALLED', 'The app’s access to the WhatsApp Business Account was taken away.'],
  ['PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE', 'The certification with the partner stands otherwise.'],
  ['PARTNER_REMOVED', 'The WhatsApp Business Account is no longer shared with the partner.'],
  ['VERIFIED_ACCOUNT', 'The business was verified.'],
  ['VOLUME_BASED_PRICING_TIER_UPDATE', 'Another price tier was reached.'],
]);

/** @param appId of Meta's app that this service is: events about other apps change nothing here */
export function meaningOf(update: WhatsAppAccountUpdated, appId: string): AccountUpdateMeaning {
  const { event, ban } = update;
  const isOtherApp = isAboutAnotherApp(update, appId);
  const endsSubscription = !isOtherApp && ENDS_SUBSCRIPTION.includes(event);
  const status = isOtherApp
    ? null
    : ((ban?.state === undefined ? undefined : STATUS_AFTER_BAN.get(ban.state)) ??
      STATUS_AFTER.get(event) ??
      null);
  return { status, endsSubscription, severity: severityOf(update, isOtherApp), summary: summaryOf(update) };
}

/** An alert that is over, or only informs, is told all the same. */
export function alertSeverity({ severity, status }: WhatsAppAccountAlert): EventSeverity {
  if (status === 'NONE') return 'info';
  if (severity === 'CRITICAL') return 'critical';
  return severity === 'WARNING' ? 'warning' : 'info';
}

export function reviewSeverity(decision: string): EventSeverity {
  if (decision === 'REJECTED') return 'critical';
  return decision === 'DEFERRED' ? 'warning' : 'info';
}

function severityOf({ event, ban }: WhatsAppAccountUpdated, isOtherApp: boolean): EventSeverity {
  if (isOtherApp) return 'info';
  if (event === 'ACCOUNT_VIOLATION') return 'warning';
  if (ban?.state !== undefined) return ban.state === 'REINSTATE' ? 'info' : 'critical';
  return event === 'ACCOUNT_RESTRICTION' || ENDS_SUBSCRIPTION.includes(event) ? 'critical' : 'info';
}

function summaryOf({ event, ban, violationType, restrictions = [] }: WhatsAppAccountUpdated): string {
  if (event === 'ACCOUNT_VIOLATION')
    return `Meta saw a violation of its policies${violationType === undefined ? '' : ` (${violationType})`}.`;
  if (event === 'ACCOUNT_RESTRICTION') {
    const types = restrictions.flatMap(({ type, expiresAt }) =>
      type === undefined ? [] : [expiresAt === undefined ? type : `${type} until ${expiresAt.toISOString()}`],
    );
    return `Meta restricts the WhatsApp Business Account${types.length === 0 ? '' : `: ${types.join(', ')}`}.`;
  }
  const when = ban?.date === undefined ? '' : ` (${ban.date})`;
  if (ban?.state === 'DISABLE') return `Meta disabled the WhatsApp Business Account${when}.`;
  if (ban?.state === 'SCHEDULE_FOR_DISABLE')
    return `Meta is going to disable the WhatsApp Business Account${when}.`;
  if (ban?.state === 'REINSTATE') return `Meta reinstated the WhatsApp Business Account${when}.`;
  return SUMMARIES.get(event) ?? `Meta told ${event} of the WhatsApp Business Account.`;
}

/** Several partners may work for one business; what one of the others gains or loses is none of ours. */
function isAboutAnotherApp({ details }: WhatsAppAccountUpdated, appId: string): boolean {
  const info = isRecord(details) ? details.waba_info : undefined;
  const named = textAt(info, 'partner_app_id');
  return named !== undefined && named !== appId;
}
