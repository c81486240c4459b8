import type { DomainEventMap } from '../../domain-events/domain-events';
import {
  type Finding,
  type Raised,
  type RuleTable,
  type Subject,
  capital,
  clear,
  inWords,
  raise,
} from './finding';

type Update = DomainEventMap['whatsapp.account.updated'];

const STATUS = 'waba.status';
const RESTRICTION = 'waba.restriction';
const ACCESS = 'waba.access';
const REVIEW = 'waba.review';

export const WABA_RULES: RuleTable = {
  'whatsapp.account.updated': (update) => {
    switch (update.field) {
      case 'account_update':
        return ofAccountUpdate(update);
      case 'account_review_update':
        return ofReview(update);
      case 'account_alerts':
        return ofAlert(update);
      case 'business_capability_update':
        return ofCapability(update);
      default:
        return [notice(update)];
    }
  },
};

type Told = Omit<Raised, 'effect' | 'subject' | 'payload'>;

function about({ wabaId, phoneNumberId, ...update }: Update, told: Told): Raised {
  const subject: Subject =
    phoneNumberId == null ? { type: 'waba', id: wabaId } : { type: 'phone_number', id: phoneNumberId };
  const { field, event, what, previous, current } = update;
  const { restrictions = [] } = update as Partial<Update>;
  return raise({
    group: subject.id,
    ...told,
    subject,
    payload: {
      wabaId,
      phoneNumberId: phoneNumberId ?? null,
      field,
      event,
      what,
      previous,
      current,
      restrictions,
    },
  });
}

function ofAccountUpdate(update: Update): Finding[] {
  const { event, current, severity, wabaId } = update;
  if (event === 'ACCOUNT_RESTRICTION') return [restricted(update)];
  if (event === 'ACCOUNT_VIOLATION') return [violation(update)];
  if (current === 'DISABLED' || current === 'SCHEDULED_FOR_DISABLE') return [disabled(update, current)];
  if (current === 'APPROVED') return [STATUS, RESTRICTION, ACCESS].map((topic) => clear(topic, wabaId));
  if (severity === 'critical') return [lost(update)];
  if (event === 'PARTNER_ADDED' || event === 'PARTNER_APP_INSTALLED') return [clear(ACCESS, wabaId)];
  return event === null || NO_NEWS.includes(event) ? [] : [notice(update)];
}

/** Of these nothing follows for whoever sends. What a partner loses or gains that is not us is none of ours. */
const NO_NEWS: readonly string[] = ['AD_ACCOUNT_LINKED', 'PARTNER_REMOVED', 'PARTNER_APP_UNINSTALLED'];

const FORBIDDEN: ReadonlyMap<string, string> = new Map([
  ['RESTRICTED_ADD_PHONE_NUMBER_ACTION', 'adding numbers'],
  ['RESTRICTED_BIZ_INITIATED_MESSAGING', 'writing to people first'],
  ['RESTRICTED_CUSTOMER_INITIATED_MESSAGING', 'answering people'],
]);

function restricted(update: Update): Finding {
  const { restrictions = [] } = update as Partial<Update>;
  const what = restrictions.map(({ type }) => FORBIDDEN.get(type) ?? inWords(type)).join(', ');
  const ends = restrictions.map(({ expiresAt }) => expiresAt);
  const last = ends.includes(null) ? null : (ends.at(0) ?? null);
  const until = last === null ? '' : ` until ${last.slice(0, 16).replace('T', ' ')} UTC`;
  return about(update, {
    kind: 'whatsapp.account_restricted',
    topic: RESTRICTION,
    severity: 'critical',
    isLasting: true,
    endsAt: last === null ? null : new Date(last),
    one: (name) => ({
      title: `Meta restricts ${name}`,
      message: `${what === '' ? 'Something is' : `Forbidden are: ${what}`}${what === '' ? ' forbidden' : ''}${until}. See WhatsApp Manager for the reason; a review can be asked for there. What is forbidden is not tried before.`,
    }),
  });
}

function violation(update: Update): Finding {
  return about(update, {
    kind: 'whatsapp.account_violation',
    topic: 'waba.violation',
    severity: 'warning',
    isLasting: false,
    one: (name) => ({
      title: `Meta saw a violation of its policies: ${name}`,
      message:
        'Repeated violations lead to restrictions and in the end to a ban. See in WhatsApp Manager what it is about, and stop it.',
    }),
  });
}

function disabled(update: Update, status: string): Finding {
  const isComing = status === 'SCHEDULED_FOR_DISABLE';
  return about(update, {
    kind: 'whatsapp.account_disabled',
    topic: STATUS,
    severity: 'critical',
    isLasting: true,
    one: (name) => ({
      title: isComing ? `Meta is going to disable ${name}` : `Meta disabled ${name}`,
      message: isComing
        ? 'From then on nothing can be sent or received. Appeal in WhatsApp Manager now.'
        : 'Nothing can be sent or received. See WhatsApp Manager for the reason, and appeal there.',
    }),
  });
}

const LOSSES: ReadonlyMap<string, string> = new Map([
  ['ACCOUNT_DELETED', 'It was deleted at Meta.'],
  ['ACCOUNT_OFFBOARDED', 'The business left the Cloud API; its number is on the phone app only.'],
  ['PARTNER_APP_UNINSTALLED', 'The app’s access to it was taken away.'],
  ['PARTNER_REMOVED', 'It is no longer shared with us.'],
]);

function lost(update: Update): Finding {
  const reason = LOSSES.get(update.event ?? '') ?? `Meta told ${update.event ?? 'nothing more'}.`;
  return about(update, {
    kind: 'whatsapp.account_lost',
    topic: ACCESS,
    severity: 'critical',
    isLasting: true,
    one: (name) => ({
      title: `${capital(name)} can no longer be reached`,
      message: `${reason} Nothing of it is sent or received here. If that is not wanted, connect it again.`,
    }),
  });
}

function ofReview(update: Update): Finding[] {
  const { severity, current } = update;
  if (severity === 'info') return current === 'APPROVED' ? [clear(REVIEW, update.wabaId)] : [];
  return [
    about(update, {
      kind: 'whatsapp.account_review',
      topic: REVIEW,
      severity,
      isLasting: true,
      one: (name) => ({
        title: `Meta’s review of ${name} ended: ${inWords(current ?? 'no decision')}`,
        message:
          severity === 'critical'
            ? 'Nothing can be sent with it. See WhatsApp Manager for the reason, and ask for another review.'
            : 'Meta wants to know more before it decides. See WhatsApp Manager.',
      }),
    }),
  ];
}

function ofAlert(update: Update): Finding[] {
  const { event, current, severity, wabaId, phoneNumberId } = update;
  const alert = event ?? 'UNKNOWN';
  const topic = `waba.alert:${alert}`;
  const id = phoneNumberId ?? wabaId;
  if (current === 'NONE') return [clear(topic, id)];
  return [
    about(update, {
      kind: 'whatsapp.account_alert',
      topic,
      group: `${id}:${alert}`,
      severity,
      isLasting: severity !== 'info',
      one: (name) => ({
        title: `Meta about ${name}: ${inWords(alert)}`,
        message:
          'The history of the WhatsApp account has Meta’s own words for it; see WhatsApp Manager, too.',
      }),
    }),
  ];
}

function ofCapability(update: Update): Finding[] {
  const { previous, current, severity } = update;
  if (previous === null || current === null || previous === current) return [];
  return [
    about(update, {
      kind: 'whatsapp.account_limit_changed',
      topic: 'waba.limit',
      severity,
      isLasting: false,
      one: (name) => ({
        title: `The messaging limit of ${name} was ${severity === 'info' ? 'raised' : 'lowered'}`,
        message: `${current} in place of ${previous}, for all numbers of the business together. ${severity === 'info' ? 'Nothing has to be done.' : 'Larger campaigns take longer or stop at the limit.'}`,
      }),
    }),
  ];
}

const NOTICES: ReadonlyMap<string, string> = new Map([
  ['AUTH_INTL_PRICE_ELIGIBILITY_UPDATE', 'Other prices hold for authentication messages to other countries.'],
  ['BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE', 'The primary country of the business is another one.'],
  ['MM_LITE_TERMS_SIGNED', 'The terms for marketing messages were accepted.'],
  ['PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE', 'The certification with the partner stands otherwise.'],
  ['VERIFIED_ACCOUNT', 'The business was verified.'],
  ['VOLUME_BASED_PRICING_TIER_UPDATE', 'Another price tier was reached.'],
]);

function notice(update: Update): Finding {
  const { field, event, current, severity } = update;
  const what = event ?? field;
  return about(update, {
    kind: 'whatsapp.account_notice',
    topic: `waba.notice:${field}:${what}`,
    group: `${update.wabaId}:${field}:${what}`,
    severity,
    isLasting: false,
    one: (name) => ({
      title: `${capital(name)}: ${inWords(what)}`,
      message:
        NOTICES.get(what) ??
        `Meta told it of the WhatsApp account${current === null ? '' : ` (${current})`}. Nothing has to be done here.`,
    }),
  });
}
