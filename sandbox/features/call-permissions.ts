import type { SandboxContext } from '../context';
import type { Customer } from '../messages/customers';
import { catalogueError } from '../graph/error-catalogue';
import type { JsonObject } from '../json';
import { isObject } from '../json';
import { DAY_MS } from '../login/tokens';
import type { PhoneRecord } from '../world';

/** Meta's own numbers; they begin anew with every call that is picked up. */
const REQUESTS_PER_DAY = 1;
const REQUESTS_PER_WEEK = 2;
const CALLS_PER_DAY = 10;

/** Whether the person may be called and asked, with the limits that decide it. */
export function permissionsOf(
  context: SandboxContext,
  phone: PhoneRecord,
  customer: Customer | undefined,
): JsonObject {
  const { clock, voiceCalls } = context;
  const now = clock.now();
  const permission = customer && voiceCalls.permissionOf(phone.id, customer.userId, now);
  const isPermanent = permission?.until === null;
  const requests = customer ? requestTimes(context, phone, customer) : [];
  const calls = customer ? connectedCalls(context, phone, customer) : [];
  const perDay = limitOf('PT24H', REQUESTS_PER_DAY, requests, DAY_MS, now);
  const perWeek = limitOf('P7D', REQUESTS_PER_WEEK, requests, 7 * DAY_MS, now);
  const connected = limitOf('PT24H', CALLS_PER_DAY, calls, DAY_MS, now);
  return {
    messaging_product: 'whatsapp',
    permission: {
      status: isPermanent ? 'permanent' : permission ? 'temporary' : 'no_permission',
      ...(permission?.until != null && { expiration_time: Math.floor(permission.until / 1000) }),
    },
    actions: [
      {
        action_name: 'send_call_permission_request',
        can_perform_action: !isPermanent && hasRoom(perDay) && hasRoom(perWeek),
        limits: [perDay, perWeek],
      },
      {
        action_name: 'start_call',
        can_perform_action: permission !== undefined && hasRoom(connected),
        limits: [connected],
      },
    ],
  };
}

interface Limit extends JsonObject {
  max_allowed: number;
  current_usage: number;
}

function limitOf(period: string, max: number, times: number[], periodMs: number, now: number): Limit {
  const recent = times.filter((at) => now - at < periodMs);
  const oldest = Math.min(...recent);
  return {
    time_period: period,
    max_allowed: max,
    current_usage: recent.length,
    ...(recent.length >= max && { limit_expiration_time: Math.floor((oldest + periodMs) / 1000) }),
  };
}

function hasRoom(limit: Limit): boolean {
  return limit.current_usage < limit.max_allowed;
}

function connectedCalls(context: SandboxContext, phone: PhoneRecord, { userId }: Customer): number[] {
  return context.voiceCalls
    .between(phone.id, userId)
    .filter((call) => call.direction === 'BUSINESS_INITIATED')
    .flatMap(({ pickedUpAt }) => pickedUpAt ?? []);
}

/** Permission requests that were sent since the last call that was picked up. */
function requestTimes(context: SandboxContext, phone: PhoneRecord, { userId }: Customer): number[] {
  const pickedUp = context.voiceCalls.between(phone.id, userId).flatMap((call) => call.pickedUpAt ?? []);
  const since = Math.max(0, ...pickedUp);
  return context.messages.sent
    .filter((message) => message.phoneNumberId === phone.id && message.userId === userId)
    .filter(({ body }) => isPermissionRequest(body))
    .map(({ acceptedAt }) => acceptedAt)
    .filter((at) => at > since);
}

function isPermissionRequest(body: JsonObject): boolean {
  return isObject(body.interactive) && body.interactive.type === 'call_permission_request';
}

/** Refuses a permission request where Meta would: too many of them, or one that is of no use. */
export function checkPermissionRequest(
  context: SandboxContext,
  phone: PhoneRecord,
  customer: Customer,
  body: JsonObject,
): void {
  if (!isPermissionRequest(body)) return;
  const now = context.clock.now();
  if (context.voiceCalls.permissionOf(phone.id, customer.userId, now)?.until === null) {
    throw catalogueError(138017);
  }
  const times = requestTimes(context, phone, customer);
  const inDay = times.filter((at) => now - at < DAY_MS).length;
  const inWeek = times.filter((at) => now - at < 7 * DAY_MS).length;
  if (inDay >= REQUESTS_PER_DAY || inWeek >= REQUESTS_PER_WEEK) throw catalogueError(138009);
}

export function checkCallLimits(context: SandboxContext, phone: PhoneRecord, customer: Customer): void {
  const now = context.clock.now();
  const recent = connectedCalls(context, phone, customer).filter((at) => now - at < DAY_MS);
  if (recent.length >= CALLS_PER_DAY) throw catalogueError(138012);
}
