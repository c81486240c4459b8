import { requireScope } from './access';
import { verifyCallback } from './callback-verification';
import type { SandboxContext } from './context';
import { invalidParameter, missingParameter } from './graph-error';
import { readNode, type NodeType } from './graph-nodes';
import type { AuthenticatedRequest, GraphRouter } from './graph-router';
import { flagOf, textOf, type JsonObject } from './json';
import { newObjectId } from './ids';
import { listPage } from './paging';
import type { PhoneRecord, TemplateRecord, WabaRecord, WebhookOverride } from './world';
import { newPhone } from './world-seed';

export interface WabaParts {
  phone: NodeType<PhoneRecord>;
  template: NodeType<TemplateRecord>;
  listTemplates: NodeType<WabaRecord>['edges'][string];
}

/** The WhatsApp Business Account node, its numbers and its webhook subscription. */
export function wabaType(context: SandboxContext, parts: WabaParts): NodeType<WabaRecord> {
  const { world } = context;
  return {
    name: 'WhatsAppBusinessAccount',
    defaults: ['name', 'currency', 'timezone_id', 'message_template_namespace'],
    fields: {
      name: (waba) => waba.name,
      currency: (waba) => waba.currency,
      timezone_id: (waba) => waba.timezoneId,
      country: (waba) => waba.country,
      message_template_namespace: (waba) => `ns_${waba.id}`,
      account_review_status: (waba) => waba.reviewStatus,
      status: () => 'ACTIVE',
      business_verification_status: (waba) => world.get('business', waba.ownerBusinessId).verificationStatus,
      ownership_type: (waba) => (waba.clientBusinessIds.length > 0 ? 'CLIENT_OWNED' : 'SELF'),
      owner_business: (waba) => ownerOf(context, waba),
      owner_business_info: (waba) => ownerOf(context, waba),
      on_behalf_of_business_info: (waba) => ({ ...ownerOf(context, waba), status: 'APPROVED', type: 'SELF' }),
      primary_funding_id: () => undefined,
      is_enabled_for_insights: (waba) => waba.isEnabledForInsights,
      health_status: (waba) => ({
        can_send_message: 'AVAILABLE',
        entities: [
          { entity_type: 'WABA', id: waba.id, can_send_message: 'AVAILABLE' },
          { entity_type: 'BUSINESS', id: waba.ownerBusinessId, can_send_message: 'AVAILABLE' },
        ],
      }),
      marketing_messages_lite_api_status: () => 'ELIGIBLE',
      marketing_messages_onboarding_status: () => 'ELIGIBLE',
      creation_time: () => 1_700_000_000,
      whatsapp_business_manager_messaging_limit: (waba) =>
        world.get('business', waba.ownerBusinessId).messagingLimit,
    },
    edges: {
      phone_numbers: (waba, read) =>
        listPage(world.phonesOf(waba.id), read, {
          path: `/${waba.id}/phone_numbers`,
          keyOf: (phone) => phone.id,
          render: (phone) => readNode(parts.phone, phone, read.children, read.request),
        }),
      message_templates: parts.listTemplates,
      subscribed_apps: (waba) => ({
        data: [...waba.subscribedApps].map(([appId, override]) => ({
          whatsapp_business_api_data: {
            id: appId,
            name: world.findKind('app', appId)?.name ?? 'App',
            link: `https://www.facebook.com/games/?app_id=${appId}`,
          },
          ...(override && { override_callback_uri: override.callbackUri }),
        })),
      }),
    },
  };
}

function ownerOf(context: SandboxContext, waba: WabaRecord): JsonObject {
  const owner = context.world.get('business', waba.ownerBusinessId);
  return { name: owner.name, id: owner.id };
}

export function registerWabas(
  router: GraphRouter,
  context: SandboxContext,
  type: NodeType<WabaRecord>,
): void {
  router.type('waba', type);
  router.on('POST', 'waba', 'subscribed_apps', async (waba, request) => {
    requireScope(request.token, 'whatsapp_business_management', waba.id);
    const override = await readOverride(context, request, textOf(request.params.override_callback_uri));
    waba.subscribedApps.set(request.token.appId, override);
    return { success: true };
  });
  router.on('DELETE', 'waba', 'subscribed_apps', (waba, { token }) => {
    requireScope(token, 'whatsapp_business_management', waba.id);
    waba.subscribedApps.delete(token.appId);
    return { success: true };
  });
  router.on('POST', 'waba', '', (waba, { params }) => {
    if (flagOf(params.is_enabled_for_insights) === true) waba.isEnabledForInsights = true;
    const name = textOf(params.name);
    if (name !== undefined) waba.name = name;
    return { id: waba.id };
  });
  router.on('POST', 'waba', 'phone_numbers', (waba, request) => addPhone(context, waba, request));
}

/** Reads and verifies an alternate callback; null where none is given, which clears it. */
export async function readOverride(
  context: SandboxContext,
  { params }: AuthenticatedRequest,
  callbackUri: string | undefined,
): Promise<WebhookOverride | null> {
  if (callbackUri === undefined || callbackUri === '') return null;
  const verifyToken = textOf(params.verify_token);
  if (verifyToken === undefined) throw missingParameter('verify_token');
  if (callbackUri.length > 200)
    throw invalidParameter('Param override_callback_uri must be at most 200 characters.');
  await verifyCallback(context.http, context.settings.delivery, callbackUri, verifyToken);
  return { callbackUri, verifyToken };
}

function addPhone(context: SandboxContext, waba: WabaRecord, { params }: AuthenticatedRequest): JsonObject {
  const code = textOf(params.cc) ?? textOf(params.country_code);
  const number = textOf(params.phone_number);
  const name = textOf(params.verified_name);
  if (code === undefined) throw missingParameter('cc');
  if (number === undefined) throw missingParameter('phone_number');
  if (name === undefined) throw missingParameter('verified_name');
  const display = `+${code.replace(/\D/g, '')} ${number}`;
  const digits = display.replace(/\D/g, '');
  const taken = context.world
    .all('phone')
    .some((phone) => phone.displayPhoneNumber.replace(/\D/g, '') === digits);
  if (taken) throw invalidParameter('The phone number is already in use.', { subcode: 2388012 });
  const phone = newPhone(newObjectId(), waba.id, display, name, context.clock.now());
  phone.status = 'PENDING';
  phone.registered = false;
  phone.codeVerificationStatus = 'NOT_VERIFIED';
  phone.nameStatus = 'PENDING_REVIEW';
  phone.qualityRating = 'UNKNOWN';
  phone.pin = null;
  context.world.add(phone);
  return { id: phone.id };
}
