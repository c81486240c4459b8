import { randomBytes } from 'node:crypto';

import { requireMessaging } from '../graph/access';
import type { SandboxContext } from '../context';
import type { Customer } from '../messages/customers';
import { catalogueError, webhookError } from '../graph/error-catalogue';
import type { AuthenticatedRequest } from '../graph/graph-router';
import { textOf, type JsonObject } from '../json';
import { requireProduct } from '../graph/messaging-product';
import { whatsAppValue } from '../webhooks/webhook-hub';
import type { GroupRecord } from '../whatsapp-accounts/whatsapp-records';

export type GroupField =
  'group_lifecycle_update' | 'group_participants_update' | 'group_settings_update' | 'group_status_update';

export function newRequestId(): string {
  return randomBytes(16).toString('hex').toUpperCase();
}

/** Group ids are base64 over the business's number and the group's own. */
export function newGroupId(businessDigits: string): string {
  const own = BigInt(`0x${randomBytes(7).toString('hex')}`).toString();
  return Buffer.from(`capi_group:${businessDigits}:${own}`).toString('base64').replace(/=/g, 'Z');
}

export function newInviteLink(): string {
  return `https://chat.whatsapp.com/${randomBytes(16).toString('base64url')}`;
}

/** One entry of `groups[]`. Gives back how many apps were told. */
export function tellOfGroup(
  context: SandboxContext,
  group: GroupRecord,
  field: GroupField,
  item: JsonObject,
): number {
  const phone = context.world.get('phone', group.phoneId);
  return context.webhooks.emitChange({
    object: 'whatsapp_business_account',
    ownerId: group.wabaId,
    field,
    value: whatsAppValue(phone, {
      groups: [{ timestamp: String(context.clock.seconds()), group_id: group.id, ...item }],
    }),
  });
}

export function participantOf(customer: Customer): JsonObject {
  return {
    ...(customer.waId !== undefined && { wa_id: customer.waId }),
    user_id: customer.userId,
    ...(customer.parentUserId !== undefined && { parent_user_id: customer.parentUserId }),
    ...(customer.username !== undefined && { username: customer.username }),
  };
}

/** An error as it stands inside answers and webhooks of groups. */
export function groupError(code: number): JsonObject {
  const error = webhookError(code);
  return {
    code,
    message: `(#${code}) ${textOf(error.title) ?? ''}`,
    title: error.title,
    error_data: error.error_data,
  };
}

/** Groups are made and changed at once here; only the webhook takes its time. */
const TOLD_AFTER_MS = 20;

export function later({ clock }: SandboxContext, tell: () => number): void {
  clock.schedule(TOLD_AFTER_MS, () => {
    tell();
  });
}

export function checkWrite(group: GroupRecord, { params, token }: AuthenticatedRequest): void {
  requireMessaging(token, group.wabaId);
  requireProduct(params);
  if (group.isSuspended) throw catalogueError(131207);
}
