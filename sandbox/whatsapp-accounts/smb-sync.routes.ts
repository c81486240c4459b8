import { randomBytes } from 'node:crypto';

import { requireScope } from '../graph/access';
import type { SandboxContext } from '../context';
import { catalogueError } from '../graph/error-catalogue';
import { invalidParameter } from '../graph/graph-error';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { textOf, type JsonObject } from '../json';
import { requireProduct } from '../graph/messaging-product';
import { sendContacts, sendHistory } from '../messages/phone-app-events';
import { DAY_MS } from '../login/tokens';
import type { PhoneRecord } from '../world';

/** Coexistence: the phone's contacts and history, each to be had once, within a day of the onboarding. */
export function registerSmbSync(router: GraphRouter, context: SandboxContext): void {
  router.on('POST', 'phone', 'smb_app_data', (phone, request) => synchronise(context, phone, request));
}

function synchronise(
  context: SandboxContext,
  phone: PhoneRecord,
  { params, token }: AuthenticatedRequest,
): JsonObject {
  requireScope(token, 'whatsapp_business_management', phone.wabaId);
  requireProduct(params);
  const type = textOf(params.sync_type);
  if (type !== 'history' && type !== 'smb_app_state_sync') {
    throw invalidParameter('Param sync_type must be one of {smb_app_state_sync, history}');
  }
  const { coexistence } = phone;
  if (!phone.isOnBizApp || !coexistence) {
    throw invalidParameter('The phone number is not in use on the WhatsApp Business app.');
  }
  if (coexistence.requests.has(type)) throw catalogueError(2593107);
  if (context.clock.now() - coexistence.onboardedAt > DAY_MS) throw catalogueError(2593108);
  const requestId = randomBytes(16).toString('hex').toUpperCase();
  coexistence.requests.set(type, requestId);
  if (type === 'history') sendHistory(context, phone, coexistence.threads);
  else sendContacts(context, phone, coexistence.contacts);
  return { messaging_product: 'whatsapp', request_id: requestId };
}
