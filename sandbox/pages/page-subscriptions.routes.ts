import { requireScope } from '../graph/access';
import type { SandboxContext } from '../context';
import { GraphError, invalidParameter } from '../graph/graph-error';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { textListOf, type JsonObject } from '../json';
import { requireInstagram } from '../instagram/instagram-access';
import { requirePageToken, requireTask } from './page-access';
import { WEBHOOK_FIELDS } from '../webhooks/webhook-fields';
import type { InstagramRecord, PageRecord } from '../world';

/** `subscribed_apps` of Pages, and of Instagram accounts that are connected by Instagram Login. */
export function registerPageSubscriptions(router: GraphRouter, context: SandboxContext): void {
  router.on('POST', 'page', 'subscribed_apps', (page, request) => {
    checkPage(page, request);
    const fields = checkFields('page', request);
    if (fields.some((field) => field.startsWith('messag'))) {
      requireScope(request.token, 'pages_messaging', page.id);
    }
    page.subscribedApps.set(request.token.appId, fields);
    return { success: true };
  });
  router.on('GET', 'page', 'subscribed_apps', (page, request) => {
    requirePageToken(request.token);
    return { data: describeApps(context, page.subscribedApps) };
  });
  router.on('DELETE', 'page', 'subscribed_apps', (page, request) => {
    checkPage(page, request);
    page.subscribedApps.delete(request.token.appId);
    return { success: true };
  });
  router.on('POST', 'instagram', 'subscribed_apps', (account, request) => {
    checkAccount(account, request);
    const fields = checkFields('instagram', request);
    if (fields.some((field) => field.startsWith('messag'))) {
      requireInstagram(request.token, 'messages', account);
    }
    if (fields.some((field) => field.endsWith('comments'))) {
      requireInstagram(request.token, 'comments', account);
    }
    account.subscribedApps.set(request.token.appId, fields);
    return { success: true };
  });
  router.on('GET', 'instagram', 'subscribed_apps', (account, request) => {
    checkAccount(account, request);
    return { data: describeApps(context, account.subscribedApps) };
  });
  router.on('DELETE', 'instagram', 'subscribed_apps', (account, request) => {
    checkAccount(account, request);
    account.subscribedApps.delete(request.token.appId);
    return { success: true };
  });
}

function checkPage(page: PageRecord, { token }: AuthenticatedRequest): void {
  requirePageToken(token);
  requireScope(token, 'pages_manage_metadata', page.id);
  requireTask(page, 'MANAGE', 'MODERATE');
}

/** Through a Page, the Page is subscribed instead. */
function checkAccount(account: InstagramRecord, { token }: AuthenticatedRequest): void {
  if (token.kind !== 'INSTAGRAM') {
    throw new GraphError(3, '(#3) Application does not have the capability to make this API call.', {
      status: 500,
    });
  }
  requireInstagram(token, 'basic', account);
}

function checkFields(object: 'page' | 'instagram', { params }: AuthenticatedRequest): string[] {
  const known = WEBHOOK_FIELDS[object] ?? [];
  const fields = textListOf(params.subscribed_fields);
  if (fields.length === 0) throw invalidParameter('The parameter subscribed_fields is required.');
  const unknown = fields.find((field) => !known.includes(field));
  if (unknown !== undefined) {
    throw invalidParameter(
      `Param subscribed_fields[${fields.indexOf(unknown)}] must be one of {${known.join(', ')}} - got "${unknown}".`,
    );
  }
  return fields;
}

function describeApps(context: SandboxContext, apps: ReadonlyMap<string, string[]>): JsonObject[] {
  return [...apps].map(([id, fields]) => ({
    id,
    name: context.world.findKind('app', id)?.name ?? 'App',
    link: `https://www.facebook.com/games/?app_id=${id}`,
    category: 'Business',
    subscribed_fields: fields,
  }));
}
