import { requireScope } from './access';
import type { SandboxContext } from './context';
import { GraphError, invalidParameter } from './graph-error';
import type { NodeType } from './graph-nodes';
import type { AuthenticatedRequest, GraphRouter } from './graph-router';
import { textListOf } from './json';
import { WEBHOOK_FIELDS } from './webhook-fields';
import type { InstagramRecord, PageRecord } from './world';

export function pageType(context: SandboxContext): NodeType<PageRecord> {
  const { world, tokens } = context;
  return {
    name: 'Page',
    defaults: ['name'],
    fields: {
      name: (page) => page.name,
      category: (page) => page.category,
      category_list: (page) => [{ id: '2201', name: page.category }],
      tasks: (page) => page.tasks,
      username: (page) => page.name.toLowerCase().replace(/\W+/g, ''),
      about: () => undefined,
      link: (page) => `https://www.facebook.com/${page.id}`,
      fan_count: () => 120,
      followers_count: () => 125,
      is_published: () => true,
      verification_status: () => 'not_verified',
      has_transitioned_to_new_page_experience: () => true,
      picture: (page) => ({ data: { url: `https://scontent.example/${page.id}.jpg`, is_silhouette: false } }),
      // Only for those who manage the Page; others see it without.
      access_token: (page, { request: { token } }) => {
        if (!token || page.tasks.length === 0) return undefined;
        if (token.kind === 'PAGE') return token.token;
        return tokens.pageToken(token, page.id).token;
      },
      instagram_business_account: (page) => {
        const account =
          page.instagramId === undefined ? undefined : world.findKind('instagram', page.instagramId);
        return account && { id: account.id, username: account.username, name: account.name };
      },
      connected_instagram_account: (page) =>
        page.instagramId === undefined ? undefined : { id: page.instagramId },
    },
    edges: {},
  };
}

export function instagramType(): NodeType<InstagramRecord> {
  return {
    name: 'IGUser',
    // Instagram Login knows the account by an app-scoped id; webhooks and `user_id` carry the other one.
    idFor: (account, { token }) => (token?.kind === 'INSTAGRAM' ? account.appScopedId : account.id),
    defaults: [],
    fields: {
      user_id: (account) => account.id,
      username: (account) => account.username,
      name: (account) => account.name,
      account_type: () => 'BUSINESS',
      profile_picture_url: (account) => `https://scontent.example/${account.id}.jpg`,
      followers_count: () => 321,
      follows_count: () => 12,
      media_count: () => 0,
    },
    edges: {},
  };
}

export function registerPages(
  router: GraphRouter,
  context: SandboxContext,
  page: NodeType<PageRecord>,
): void {
  router.type('page', page);
  router.type('instagram', instagramType());
  router.on('POST', 'page', 'subscribed_apps', (node, request) => {
    requirePageToken(request);
    requireScope(request.token, 'pages_manage_metadata');
    const fields = checkFields('page', request);
    if (fields.some((field) => field.startsWith('messag'))) requireScope(request.token, 'pages_messaging');
    node.subscribedApps.set(request.token.appId, fields);
    return { success: true };
  });
  router.on('GET', 'page', 'subscribed_apps', (node, request) => {
    requirePageToken(request);
    return { data: describeApps(context, node.subscribedApps) };
  });
  router.on('DELETE', 'page', 'subscribed_apps', (node, request) => {
    requirePageToken(request);
    node.subscribedApps.delete(request.token.appId);
    return { success: true };
  });
  router.on('POST', 'instagram', 'subscribed_apps', (node, request) => {
    node.subscribedApps.set(request.token.appId, checkFields('instagram', request));
    return { success: true };
  });
  router.on('GET', 'instagram', 'subscribed_apps', (node) => ({
    data: describeApps(context, node.subscribedApps),
  }));
  router.on('DELETE', 'instagram', 'subscribed_apps', (node, { token }) => {
    node.subscribedApps.delete(token.appId);
    return { success: true };
  });
}

function requirePageToken({ token }: AuthenticatedRequest): void {
  if (token.kind === 'PAGE') return;
  throw new GraphError(210, '(#210) A page access token is required to request this resource.');
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

function describeApps(context: SandboxContext, apps: ReadonlyMap<string, string[]>) {
  return [...apps].map(([id, fields]) => ({
    id,
    name: context.world.findKind('app', id)?.name ?? 'App',
    link: `https://www.facebook.com/games/?app_id=${id}`,
    category: 'Business',
    subscribed_fields: fields,
  }));
}
