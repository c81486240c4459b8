import { requireScope } from '../graph/access';
import { verifyCallback } from '../webhooks/callback-verification';
import type { SandboxContext } from '../context';
import { GraphError, invalidParameter, missingParameter } from '../graph/graph-error';
import { readNode, type NodeType } from '../graph/graph-nodes';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { flagOf, textOf, type JsonObject } from '../json';
import { newObjectId } from '../ids';
import { startNameReview } from './display-names';
import { accountHealth, assertCanAddNumbers } from './number-health';
import { listPage } from '../graph/paging';
import { analyticsFields, templateAnalytics } from './whatsapp-analytics';
import type { PhoneRecord, TemplateRecord, WabaRecord, WebhookOverride } from '../world';
import { newPhone } from '../world-seed';

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
      status: (waba) => (waba.standing.ban === 'DISABLE' ? 'DISABLED' : 'ACTIVE'),
      business_verification_status: (waba) => world.get('business', waba.ownerBusinessId).verificationStatus,
      ownership_type: (waba) => (waba.clientBusinessIds.length > 0 ? 'CLIENT_OWNED' : 'SELF'),
      owner_business: (waba) => ownerOf(context, waba),
      owner_business_info: (waba) => ownerOf(context, waba),
      on_behalf_of_business_info: (waba) => ({ ...ownerOf(context, waba), status: 'APPROVED', type: 'SELF' }),
      primary_funding_id: () => undefined,
      is_enabled_for_insights: (waba) => waba.isEnabledForInsights,
      health_status: (waba, { request }) => accountHealth(context, waba, request.token?.appId),
      marketing_messages_lite_api_status: () => 'ELIGIBLE',
      marketing_messages_onboarding_status: () => 'ELIGIBLE',
      creation_time: () => 1_700_000_000,
      whatsapp_business_manager_messaging_limit: (waba) =>
        world.get('business', waba.ownerBusinessId).messagingLimit,
      ...analyticsFields(context),
    },
    edges: {
      phone_numbers: (waba, read) =>
        listPage(world.phonesOf(waba.id), read, {
          path: `/${waba.id}/phone_numbers`,
          keyOf: (phone) => phone.id,
          render: (phone) => readNode(parts.phone, phone, read.children, read.request),
        }),
      message_templates: parts.listTemplates,
      template_analytics: templateAnalytics(context),
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
    const insights = flagOf(params.is_enabled_for_insights);
    if (insights === true) waba.isEnabledForInsights = true;
    if (insights === false && waba.isEnabledForInsights)
      throw new GraphError(200006, '(#200006) Template Insights cannot be switched off');
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

/** Until a business is verified it may have two numbers; then twenty, and more on asking. */
const PHONE_NUMBERS = { verified: 20, other: 2 };

function addPhone(
  context: SandboxContext,
  waba: WabaRecord,
  { params, token }: AuthenticatedRequest,
): JsonObject {
  requireScope(token, 'whatsapp_business_management', waba.id);
  assertCanAddNumbers(context, waba);
  const code = textOf(params.cc) ?? textOf(params.country_code);
  const number = textOf(params.phone_number);
  const name = textOf(params.verified_name);
  if (code === undefined) throw missingParameter('cc');
  if (number === undefined) throw missingParameter('phone_number');
  if (name === undefined) throw missingParameter('verified_name');
  const display = `+${code.replace(/\D/g, '')} ${number}`;
  const digits = display.replace(/\D/g, '');
  if (digits.length < 7 || digits.length > 15)
    throw invalidParameter('Param phone_number is not a valid phone number.');
  const { verificationStatus } = context.world.get('business', waba.ownerBusinessId);
  const limit = verificationStatus === 'verified' ? PHONE_NUMBERS.verified : PHONE_NUMBERS.other;
  if (context.world.phonesOf(waba.id).length >= limit) {
    throw invalidParameter('The account has as many phone numbers as it may have.', { subcode: 2388103 });
  }
  const taken = context.world
    .all('phone')
    .some((phone) => phone.displayPhoneNumber.replace(/\D/g, '') === digits);
  if (taken) throw invalidParameter('The phone number is already in use.', { subcode: 2388012 });
  const phone = newPhone(newObjectId(), waba.id, display, name, context.clock.now());
  phone.status = 'PENDING';
  phone.registered = false;
  phone.codeVerificationStatus = 'NOT_VERIFIED';
  phone.qualityRating = 'UNKNOWN';
  phone.pin = null;
  startNameReview(context, phone, name);
  context.world.add(phone);
  return { id: phone.id };
}
