import type { SandboxContext } from '../context';
import type { JsonObject } from '../json';
import { accountEvent } from '../webhooks/webhook-hub';
import type { PhoneRecord, WabaRecord } from '../world';

/** Webhooks about accounts and numbers: each gives back how many apps were told. */

/** Numbers have no plus, blanks or dashes in webhooks. */
function digitsOf(phone: PhoneRecord): string {
  return phone.displayPhoneNumber.replace(/\D/g, '');
}

function tellOfPhone(context: SandboxContext, phone: PhoneRecord, field: string, value: JsonObject): number {
  return tellOfAccount(context, context.world.wabaOfPhone(phone), field, {
    display_phone_number: digitsOf(phone),
    ...value,
  });
}

export function tellOfAccount(
  context: SandboxContext,
  waba: WabaRecord,
  field: string,
  value: JsonObject,
): number {
  return context.webhooks.emitChange(accountEvent(context.clock, waba, field, value));
}

export function tellSecurity(
  context: SandboxContext,
  phone: PhoneRecord,
  event: { event: string; requester?: string },
): number {
  return tellOfPhone(context, phone, 'security', event);
}

export function tellUsername(
  context: SandboxContext,
  phone: PhoneRecord,
  username: string,
  status: string,
): number {
  return tellOfPhone(context, phone, 'business_username_update', { username, status });
}

export function tellNameDecision(
  context: SandboxContext,
  phone: PhoneRecord,
  name: string,
  decision: string,
  reason: string | null,
): number {
  return tellOfPhone(context, phone, 'phone_number_name_update', {
    decision,
    requested_verified_name: name,
    rejection_reason: reason,
  });
}

/** `old_limit` and `current_limit` were to vanish in 2026-02, and still occur. */
export function tellPhoneQuality(
  context: SandboxContext,
  phone: PhoneRecord,
  event: string,
  limits: { current?: string; old?: string } = {},
): number {
  return tellOfPhone(context, phone, 'phone_number_quality_update', {
    event,
    ...(limits.old !== undefined && { old_limit: limits.old }),
    ...(limits.current !== undefined && { current_limit: limits.current }),
  });
}
