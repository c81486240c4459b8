import type { PlantedTenant } from './tenant-world';

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
  oneOf?: Schema[];
  allOf?: Schema[];
}
interface Content {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface Operation {
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: { content?: Record<string, Content> };
}
export interface ServedDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

export interface ServedRoute {
  /** As `GET /api/meta/contacts/{id}`. */
  name: string;
  method: string;
  path: string;
  isPublic: boolean;
  pathParameters: string[];
  queryParameters: { name: string; isRequired: boolean }[];
  /** A JSON body that the document shows, and the names of all fields that it may have; null where there is none. */
  body: { example: Record<string, unknown>; fields: Set<string> } | null;
}

export function routesOf(document: ServedDocument): ServedRoute[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): ServedRoute => {
      const parameters = operation.parameters ?? [];
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        isPublic: (operation.security ?? []).length === 0,
        pathParameters: parameters.filter((each) => each.in === 'path').map(({ name }) => name),
        queryParameters: parameters
          .filter((each) => each.in === 'query')
          .map(({ name, required }) => ({ name, isRequired: required === true })),
        body: bodyOf(document, operation.requestBody?.content?.['application/json']),
      };
    }),
  );
}

function bodyOf(document: ServedDocument, content: Content | undefined): ServedRoute['body'] {
  if (content === undefined) return null;
  const shown = content.example ?? Object.values(content.examples ?? {})[0]?.value ?? {};
  return { example: shown as Record<string, unknown>, fields: fieldsOf(document, content.schema) };
}

function fieldsOf(document: ServedDocument, schema: Schema | undefined): Set<string> {
  const name = schema?.$ref?.replace('#/components/schemas/', '');
  const resolved = name === undefined ? schema : document.components.schemas[name];
  return new Set([
    ...Object.keys(resolved?.properties ?? {}),
    ...[...(resolved?.oneOf ?? []), ...(resolved?.allOf ?? [])].flatMap((part) => [
      ...fieldsOf(document, part),
    ]),
  ]);
}

type Value = (tenant: PlantedTenant) => string;
const row =
  (table: string, column = 'id'): Value =>
  ({ rows }) =>
    String(rows[table]?.[column]);

/**
 * What stands for a parameter in a path: the beginnings of paths, the longest of which counts, and of each the names of its
 * parameters. A route that finds nothing here has to be told of.
 */
const IN_PATHS: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  '/api/auth/api-keys/': { id: row('api_keys') },
  '/api/meta/audit-events/': { id: row('audit_events') },
  '/api/meta/auth/accounts/': { id: ({ accountId }) => accountId, userId: row('users') },
  '/api/meta/contacts/': { id: row('contacts'), mergeId: row('contact_merges') },
  '/api/meta/contacts/erasures/': { id: row('contact_erasures') },
  '/api/meta/conversations/': {
    id: row('conversations'),
    noteId: row('conversation_notes'),
    messageId: ({ messages }) => messages.whatsapp,
  },
  '/api/meta/conversations/labels/': { labelId: row('labels') },
  '/api/meta/facebook/comment-answers/': { id: ({ comments }) => comments.facebook.answerId },
  '/api/meta/facebook/comments/': { id: ({ comments }) => comments.facebook.id },
  '/api/meta/facebook/messages/': { id: ({ messages }) => messages.messenger },
  '/api/meta/facebook/pages/': { pageId: ({ assets }) => assets.page.metaId },
  '/api/meta/facebook/posts/': { id: row('facebook_publications') },
  '/api/meta/facebook/posts/{id}/comments': { id: ({ comments }) => comments.facebook.postExternalId },
  '/api/meta/facebook/publications/': { id: row('facebook_publications') },
  '/api/meta/instagram/accounts/': { accountId: ({ assets }) => assets.instagram.metaId },
  '/api/meta/instagram/comment-answers/': { id: ({ comments }) => comments.instagram.answerId },
  '/api/meta/instagram/comments/': { id: ({ comments }) => comments.instagram.id },
  '/api/meta/instagram/media/': { id: row('instagram_publications', 'media_id') },
  '/api/meta/instagram/messages/': { id: ({ messages }) => messages.instagram },
  '/api/meta/instagram/publications/': { id: row('instagram_publications') },
  '/api/meta/media/': { id: row('message_media') },
  '/api/meta/notifications/': { id: row('notifications') },
  '/api/meta/notifications/endpoints/': {
    id: row('notification_endpoints'),
    endpointId: row('notification_endpoints'),
    deliveryId: row('notification_deliveries'),
  },
  '/api/meta/analytics/reports/': { id: row('reports') },
  '/api/meta/analytics/report-schedules/': { id: row('report_schedules') },
  '/api/meta/sentiment/batches/': { id: row('sentiment_batches') },
  '/api/meta/sentiment/messages/': { id: ({ messages }) => messages.whatsapp },
  '/api/meta/sentiment/reanalyses/': { id: row('sentiment_scans') },
  '/api/meta/webhook/gaps/': { id: row('webhook_gaps') },
  '/api/meta/whatsapp/account/onboardings/': { onboardingId: row('whatsapp_onboardings') },
  '/api/meta/whatsapp/calls/': { id: row('whatsapp_calls') },
  '/api/meta/whatsapp/campaigns/': { id: row('campaigns'), importId: row('campaign_imports') },
  '/api/meta/whatsapp/flows/': { id: row('whatsapp_flows') },
  '/api/meta/whatsapp/groups/': { id: row('whatsapp_groups') },
  '/api/meta/whatsapp/media/': { id: row('media_uploads') },
  '/api/meta/whatsapp/messages/': { id: ({ messages }) => messages.whatsapp },
  '/api/meta/whatsapp/phone-numbers/': {
    id: ({ assets }) => assets.phone_number.metaId,
    code: () => 'ABCDEFGHIJKLMN',
  },
  '/api/meta/whatsapp/templates/': { id: row('whatsapp_templates') },
};

/** Names in queries and bodies that stand for something of a tenant's, wherever they occur. */
export const NAMED: Readonly<Record<string, Value>> = {
  accountId: ({ accountId }) => accountId,
  wabaId: ({ assets }) => assets.waba.metaId,
  sourceWabaId: ({ assets }) => assets.waba.metaId,
  phoneNumberId: ({ assets }) => assets.phone_number.metaId,
  pageId: ({ assets }) => assets.page.metaId,
  igAccountId: ({ assets }) => assets.instagram.metaId,
  channelId: ({ assets }) => assets.phone_number.id,
  contactId: row('contacts'),
  conversationId: row('conversations'),
  label: row('labels'),
  scheduleId: row('report_schedules'),
  postId: ({ comments }) => comments.facebook.postExternalId,
  mediaId: row('media_uploads'),
  with: row('whatsapp_templates'),
};
/** The same where a list of them is asked for. */
export const NAMED_LISTS: Readonly<Record<string, Value>> = {
  ids: row('conversations'),
  labelIds: row('labels'),
  addLabelIds: row('labels'),
  removeLabelIds: row('labels'),
  contactIds: row('contacts'),
  channelIds: ({ assets }) => assets.phone_number.id,
  templateIds: row('whatsapp_templates', 'template_id'),
  joinRequestIds: row('whatsapp_group_join_requests', 'join_request_id'),
};

/** @returns the path with the tenant's ids; undefined where nothing is known of one of its parameters */
export function addressOf({ path, pathParameters }: ServedRoute, tenant: PlantedTenant): string | undefined {
  const known = Object.keys(IN_PATHS)
    .filter((beginning) => path.startsWith(beginning))
    .sort((a, b) => b.length - a.length);
  let address = path;
  for (const name of pathParameters) {
    const value = known.map((beginning) => IN_PATHS[beginning]?.[name]).find((each) => each !== undefined);
    const text = value?.(tenant);
    if (text === undefined || text === 'undefined' || text === 'null') return undefined;
    address = address.replace(`{${name}}`, encodeURIComponent(text));
  }
  return address;
}
