import { verifyCallback } from './callback-verification';
import type { SandboxContext } from '../context';
import { GraphError, invalidParameter, missingParameter } from '../graph/graph-error';
import type { NodeType } from '../graph/graph-nodes';
import type { GraphRequest } from '../graph/graph-request';
import type { GraphRouter } from '../graph/graph-router';
import { flagOf, textListOf, textOf, type JsonObject } from '../json';
import { requireAppToken } from '../login/tokens';
import { WEBHOOK_FIELDS } from './webhook-fields';
import type { AppRecord } from '../world';

/** Webhook subscriptions of the app; only the app's own token may see or change them. */
export function registerSubscriptions(router: GraphRouter, context: SandboxContext): void {
  router.type('app', appType());
  router.on('GET', 'app', 'subscriptions', (app, { token }) => {
    requireAppToken(token, app.id);
    return { data: [...app.subscriptions.values()].map(describe) };
  });
  router.on('POST', 'app', 'subscriptions', async (app, request) => {
    requireAppToken(request.token, app.id);
    await subscribe(context, app, request);
    return { success: true };
  });
  router.on('DELETE', 'app', 'subscriptions', (app, { token, params }) => {
    requireAppToken(token, app.id);
    unsubscribe(app, params);
    return { success: true };
  });
}

function appType(): NodeType<AppRecord> {
  return {
    name: 'Application',
    defaults: ['category', 'link', 'name'],
    fields: {
      name: (app) => app.name,
      category: () => 'Business',
      link: (app) => `https://www.facebook.com/games/?app_id=${app.id}`,
      namespace: () => undefined,
    },
    edges: {},
  };
}

function describe(subscription: {
  object: string;
  callbackUrl: string;
  fields: string[];
  version: number;
}): JsonObject {
  return {
    object: subscription.object,
    callback_url: subscription.callbackUrl,
    active: true,
    fields: subscription.fields.map((name) => ({ name, version: `v${subscription.version}.0` })),
  };
}

function requireObject(value: string | undefined): string {
  if (value === undefined) throw missingParameter('object');
  const objects = Object.keys(WEBHOOK_FIELDS);
  if (!objects.includes(value)) {
    throw invalidParameter(`Param object must be one of {${objects.join(', ')}} - got "${value}".`);
  }
  return value;
}

async function subscribe(context: SandboxContext, app: AppRecord, request: GraphRequest): Promise<void> {
  const { params, version } = request;
  const object = requireObject(textOf(params.object));
  const callbackUrl = textOf(params.callback_url);
  const verifyToken = textOf(params.verify_token);
  const existing = app.subscriptions.get(object);
  const fields = textListOf(params.fields).map((field) => field.trim());
  const known = WEBHOOK_FIELDS[object] ?? [];
  const unknown = fields.find((field) => !known.includes(field));
  if (unknown !== undefined) {
    throw invalidParameter(
      `Param fields[${fields.indexOf(unknown)}] must be one of {${known.join(', ')}} - got "${unknown}".`,
    );
  }
  if (callbackUrl === undefined) throw missingParameter('callback_url');
  if (verifyToken === undefined) throw new GraphError(100, '(#100) Param verify_token is required.');
  await verifyCallback(context.http, context.settings.delivery, callbackUrl, verifyToken);
  app.subscriptions.set(object, {
    object,
    callbackUrl,
    verifyToken,
    fields: params.fields === undefined ? (existing?.fields ?? []) : fields,
    includeValues: flagOf(params.include_values) ?? true,
    version,
  });
}

function unsubscribe(app: AppRecord, params: JsonObject): void {
  const given = textOf(params.object);
  if (given === undefined) {
    app.subscriptions.clear();
    return;
  }
  const object = requireObject(given);
  const fields = textListOf(params.fields);
  const subscription = app.subscriptions.get(object);
  if (!subscription) return;
  subscription.fields = subscription.fields.filter((field) => !fields.includes(field));
  if (fields.length === 0 || subscription.fields.length === 0) app.subscriptions.delete(object);
}
