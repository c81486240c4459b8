import type { SandboxContext } from '../context';
import { catalogueError } from '../graph/error-catalogue';
import { invalidParameter } from '../graph/graph-error';
import { isList, isObject, textOf, type JsonObject, type JsonValue } from '../json';
import type { PhoneRecord } from '../world';

const DAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];
const SWITCHES: Readonly<Record<string, readonly string[]>> = {
  status: ['ENABLED', 'DISABLED'],
  call_icon_visibility: ['DEFAULT', 'DISABLE_ALL'],
  callback_permission_status: ['ENABLED', 'DISABLED'],
};
/** Calling needs a messaging limit of 2000; numbers of these tiers are refused. */
const TOO_SMALL = ['TIER_50', 'TIER_250'];
const HOLIDAYS = 20;

/** New calling settings of a number: what is given over what is there; hours are replaced whole. */
export function readCallingSettings(
  context: SandboxContext,
  phone: PhoneRecord,
  present: JsonObject,
  given: JsonObject,
): JsonObject {
  for (const [name, allowed] of Object.entries(SWITCHES)) {
    const value = given[name];
    if (value !== undefined && !allowed.includes(textOf(value) ?? '')) {
      throw invalidParameter(`Param calling['${name}'] must be one of {${allowed.join(', ')}}`);
    }
  }
  if (given.call_hours !== undefined) checkHours(context, given.call_hours);
  if (given.sip !== undefined) checkSip(given.sip);
  if (given.status === 'ENABLED') checkMayCall(context, phone, given);
  return { ...present, ...given };
}

export function callingIsEnabled(phone: PhoneRecord): boolean {
  const { calling } = phone.settings;
  return isObject(calling) && calling.status === 'ENABLED';
}

/** Numbers whose calls go by SIP have no calls in Graph, and no webhooks of them. */
export function usesSip(phone: PhoneRecord): boolean {
  const { calling } = phone.settings;
  return isObject(calling) && isObject(calling.sip) && calling.sip.status === 'ENABLED';
}

function checkMayCall(context: SandboxContext, phone: PhoneRecord, given: JsonObject): void {
  const { world } = context;
  const waba = world.wabaOfPhone(phone);
  if (TOO_SMALL.includes(world.get('business', waba.ownerBusinessId).messagingLimit)) {
    throw catalogueError(138015);
  }
  const hasListener = [...waba.subscribedApps.keys()].some((appId) =>
    world.findKind('app', appId)?.subscriptions.get('whatsapp_business_account')?.fields.includes('calls'),
  );
  const bySip = isObject(given.sip) && given.sip.status === 'ENABLED';
  if (!hasListener && !bySip) throw catalogueError(138018);
}

function checkSip(sip: JsonValue): void {
  if (!isObject(sip) || !['ENABLED', 'DISABLED'].includes(textOf(sip.status) ?? '')) {
    throw invalidParameter("Param calling['sip']['status'] must be one of {ENABLED, DISABLED}");
  }
  if (sip.status === 'ENABLED' && (!isList(sip.servers) || sip.servers.length === 0)) {
    throw invalidParameter("Param calling['sip']['servers'] must not be empty.");
  }
}

function checkHours({ clock }: SandboxContext, hours: JsonValue): void {
  if (!isObject(hours) || !['ENABLED', 'DISABLED'].includes(textOf(hours.status) ?? '')) {
    throw invalidParameter("Param calling['call_hours']['status'] must be one of {ENABLED, DISABLED}");
  }
  const { timezone_id: zone, weekly_operating_hours: weekly, holiday_schedule: holidays } = hours;
  if (!isTimeZone(textOf(zone))) throw invalidParameter('Timezone is invalid in call_hours.');
  if (!isList(weekly) || weekly.length === 0) {
    throw invalidParameter('weekly_operating_hours in call_hours cannot be empty.');
  }
  for (const day of DAYS) checkDay(weekly.filter(isObject).filter((entry) => entry.day_of_week === day));
  if (weekly.some((entry) => !isObject(entry) || !DAYS.includes(textOf(entry.day_of_week) ?? ''))) {
    throw invalidParameter('Invalid schedule in call_hours: day_of_week is not a day.');
  }
  if (holidays !== undefined) checkHolidays(holidays, clock.now());
}

function checkDay(entries: JsonObject[]): void {
  if (entries.length > 2) {
    throw invalidParameter('More than 2 entries of a day are not allowed in weekly_operating_hours.');
  }
  const spans = entries
    .map(({ open_time: open, close_time: close }) => [minuteOf(open), minuteOf(close)] as const)
    .sort(([first], [second]) => first - second);
  for (const [open, close] of spans) {
    if (!(open < close)) throw invalidParameter('Invalid schedule in call_hours: open_time must be earlier.');
  }
  const [first, second] = spans;
  if (first && second && second[0] < first[1]) {
    throw invalidParameter('Overlapping schedule is not allowed in call_hours.');
  }
}

function checkHolidays(holidays: JsonValue, now: number): void {
  if (!isList(holidays) || holidays.length > HOLIDAYS) {
    throw invalidParameter(`holiday_schedule in call_hours may have ${HOLIDAYS} entries.`);
  }
  for (const holiday of holidays) {
    const date = isObject(holiday) ? textOf(holiday.date) : undefined;
    if (date === undefined || !/^\d{4}-\d\d-\d\d$/.test(date) || Number.isNaN(Date.parse(date))) {
      throw invalidParameter('The date format in holiday_schedule of call_hours is invalid.');
    }
    if (date < new Date(now).toISOString().slice(0, 10)) {
      throw invalidParameter('The holiday in call_hours is a past date.');
    }
  }
}

/** `0930` and `09:30` both stand in Meta's pages. */
function minuteOf(value: JsonValue | undefined): number {
  const [, hour, minute] = /^([01]\d|2[0-3]):?([0-5]\d)$/.exec(textOf(value) ?? '') ?? [];
  if (hour === undefined || minute === undefined) {
    throw invalidParameter('Invalid schedule in call_hours: times are written as 0930.');
  }
  return Number(hour) * 60 + Number(minute);
}

function isTimeZone(zone: string | undefined): boolean {
  if (zone === undefined) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
