import { randomBytes } from 'node:crypto';

import { requireScope } from '../graph/access';
import type { SandboxContext } from '../context';
import { catalogueError } from '../graph/error-catalogue';
import { endpointIsHealthy } from './flow-endpoint';
import { changeFlowStatus } from './flow-events';
import { checkFlowJson } from './flow-rules';
import { invalidParameter, missingParameter } from '../graph/graph-error';
import { readNode, type NodeType } from '../graph/graph-nodes';
import { GraphReply } from '../graph/graph-request';
import { pathContext, type AuthenticatedRequest, type GraphRouter } from '../graph/graph-router';
import { graphTime } from '../graph/graph-time';
import { newObjectId } from '../ids';
import { flagOf, textListOf, textOf, type JsonObject } from '../json';
import { ownedHealth } from '../whatsapp-accounts/number-health';
import { listPage } from '../graph/paging';
import { DAY_MS } from '../login/tokens';
import type { FlowRecord } from '../whatsapp-accounts/whatsapp-records';
import type { WabaRecord } from '../world';

const CATEGORIES = new Set(
  'SIGN_UP SIGN_IN APPOINTMENT_BOOKING LEAD_GENERATION SHOPPING CONTACT_US CUSTOMER_SUPPORT SURVEY OTHER'.split(
    ' ',
  ),
);
const PREVIEW_LIFE_MS = 30 * DAY_MS;
const LARGEST_ASSET_BYTES = 10 * 1024 * 1024;
const LONGEST_NAME = 200;
const ASSET_PATH = 'whatsapp_business/flow-assets';

export function registerFlows(router: GraphRouter, context: SandboxContext): void {
  const type = flowType(context);
  router.type('flow', type);
  router.on('GET', 'waba', 'flows', (waba, request) => {
    const read = pathContext(request);
    const flows = context.world.all('flow').filter((flow) => flow.wabaId === waba.id);
    return listPage(flows, read, {
      path: `/${waba.id}/flows`,
      keyOf: (flow) => flow.id,
      render: (flow) => readNode(type, flow, read.children, request),
    });
  });
  router.on('POST', 'waba', 'flows', (waba, request) => create(context, waba, request));
  router.on('POST', 'flow', '', (flow, request) => update(context, flow, request));
  router.on('DELETE', 'flow', '', (flow, { token }) => {
    requireScope(token, 'whatsapp_business_management', flow.wabaId);
    if (flow.status !== 'DRAFT') throw catalogueError(139004);
    context.world.remove(flow.id);
    return { success: true };
  });
  router.on('POST', 'flow', 'assets', (flow, request) => upload(context, flow, request));
  router.on('POST', 'flow', 'publish', (flow, { token }) => {
    requireScope(token, 'whatsapp_business_management', flow.wabaId);
    return publish(context, flow);
  });
  router.on('POST', 'flow', 'deprecate', (flow, { token }) => {
    requireScope(token, 'whatsapp_business_management', flow.wabaId);
    if (!['PUBLISHED', 'THROTTLED', 'BLOCKED'].includes(flow.status)) throw catalogueError(139003);
    changeFlowStatus(context, flow, 'DEPRECATED');
    return { success: true };
  });
  router.root('GET', ASSET_PATH, ({ params }) => {
    const json = context.world.findKind('flow', textOf(params.flow) ?? '')?.json;
    if (json === undefined || json === null) return new GraphReply(404, '', { 'content-type': 'text/plain' });
    return new GraphReply(200, json, { 'content-type': 'application/json' });
  });
}

function flowType(context: SandboxContext): NodeType<FlowRecord> {
  const { world } = context;
  return {
    name: 'WhatsAppBusinessFlow',
    defaults: ['name', 'status', 'categories', 'validation_errors'],
    fields: {
      name: (flow) => flow.name,
      status: (flow) => flow.status,
      categories: (flow) => flow.categories,
      validation_errors: (flow) => flow.validationErrors,
      json_version: (flow) => flow.jsonVersion ?? undefined,
      data_api_version: (flow) => flow.dataApiVersion ?? undefined,
      endpoint_uri: (flow) => flow.endpointUri ?? undefined,
      data_channel_uri: (flow) => flow.endpointUri ?? undefined,
      updated_at: (flow) => graphTime(flow.updatedAt),
      preview: (flow, { args }) => previewOf(context, flow, args),
      whatsapp_business_account: (flow) => {
        const waba = world.get('waba', flow.wabaId);
        return {
          id: waba.id,
          name: waba.name,
          timezone_id: waba.timezoneId,
          message_template_namespace: `ns_${waba.id}`,
        };
      },
      application: (flow) => {
        const app = world.findKind('app', flow.applicationId ?? '');
        if (!app) return undefined;
        return { id: app.id, name: app.name, link: `https://www.facebook.com/games/?app_id=${app.id}` };
      },
      health_status: (flow, { request }) =>
        ownedHealth(context, world.get('waba', flow.wabaId), request.token?.appId, {
          type: 'FLOW',
          id: flow.id,
          isBlocked: flow.status === 'BLOCKED' || flow.status === 'DEPRECATED',
        }),
    },
    edges: {
      assets: (flow, { request }) => ({
        data:
          flow.json === null
            ? []
            : [
                {
                  name: 'flow.json',
                  asset_type: 'FLOW_JSON',
                  download_url: `${request.baseUrl}/${ASSET_PATH}?flow=${flow.id}`,
                },
              ],
      }),
    },
  };
}

/** `preview.invalidate(true)` makes a new address; an old one ends after 30 days. */
function previewOf(
  { clock }: SandboxContext,
  flow: FlowRecord,
  args: Readonly<Record<string, string | undefined>>,
): JsonObject {
  if (args.invalidate === 'true' || flow.previewExpiresAt <= clock.now()) {
    flow.previewToken = randomBytes(16).toString('hex');
    flow.previewExpiresAt = clock.now() + PREVIEW_LIFE_MS;
  }
  return {
    preview_url: `https://business.facebook.com/wa/manage/flows/${flow.id}/preview/?token=${flow.previewToken}`,
    expires_at: graphTime(flow.previewExpiresAt),
  };
}

async function create(
  context: SandboxContext,
  waba: WabaRecord,
  { params, token }: AuthenticatedRequest,
): Promise<JsonObject> {
  requireScope(token, 'whatsapp_business_management', waba.id);
  const flow = newFlow(context, waba);
  flow.applicationId = token.appId;
  const source = textOf(params.clone_flow_id);
  if (source !== undefined) cloneInto(context, flow, source);
  setName(context, flow, textOf(params.name));
  setCategories(flow, params);
  setEndpoint(flow, params);
  const json = textOf(params.flow_json);
  if (json !== undefined) setJson(flow, json);
  context.world.add(flow);
  if (flagOf(params.publish) === true && flow.json !== null && flow.validationErrors.length === 0) {
    try {
      await publish(context, flow);
    } catch (error) {
      context.world.remove(flow.id);
      throw error;
    }
  }
  return {
    id: flow.id,
    success: flow.validationErrors.length === 0,
    validation_errors: flow.validationErrors,
  };
}

function newFlow({ clock }: SandboxContext, waba: WabaRecord): FlowRecord {
  return {
    kind: 'flow',
    id: newObjectId(),
    wabaId: waba.id,
    name: '',
    status: 'DRAFT',
    categories: [],
    json: null,
    validationErrors: [],
    jsonVersion: null,
    dataApiVersion: null,
    endpointUri: null,
    applicationId: null,
    previewToken: '',
    previewExpiresAt: 0,
    updatedAt: clock.now(),
    throttledSends: [],
  };
}

function cloneInto({ world }: SandboxContext, flow: FlowRecord, sourceId: string): void {
  const source = world.findKind('flow', sourceId);
  if (!source) throw invalidParameter('Flow with the specified ID does not exist.');
  flow.endpointUri = source.endpointUri;
  if (source.json !== null) setJson(flow, source.json);
}

function setName({ world }: SandboxContext, flow: FlowRecord, name: string | undefined): void {
  if (name === undefined || name === '') throw missingParameter('name');
  if (name.length > LONGEST_NAME)
    throw invalidParameter(`Param name must be at most ${LONGEST_NAME} characters.`);
  const isTaken = world
    .all('flow')
    .some((other) => other.id !== flow.id && other.wabaId === flow.wabaId && other.name === name);
  if (isTaken) throw invalidParameter('Flow name is not unique.', { subcode: 4016019 });
  flow.name = name;
}

function setCategories(flow: FlowRecord, params: JsonObject): void {
  const categories = textListOf(params.categories);
  if (categories.length === 0) throw missingParameter('categories');
  if (categories.some((category) => !CATEGORIES.has(category))) {
    throw invalidParameter(`Param categories must be of {${[...CATEGORIES].join(', ')}}`);
  }
  flow.categories = categories;
}

function setEndpoint(flow: FlowRecord, params: JsonObject): void {
  const uri = textOf(params.endpoint_uri);
  if (uri === undefined) return;
  if (!/^https?:\/\/[^\s]+$/.test(uri)) throw invalidParameter('Param endpoint_uri must be a valid URL.');
  flow.endpointUri = uri;
}

function setJson(flow: FlowRecord, text: string): void {
  const { jsonVersion, dataApiVersion, errors } = checkFlowJson(text);
  flow.json = text;
  flow.jsonVersion = jsonVersion;
  flow.dataApiVersion = dataApiVersion;
  flow.validationErrors = errors;
}

/** Name and categories of a flow that is out can be changed no more; its endpoint can. */
function update(
  context: SandboxContext,
  flow: FlowRecord,
  { params, token }: AuthenticatedRequest,
): JsonObject {
  requireScope(token, 'whatsapp_business_management', flow.wabaId);
  if (flow.status === 'DEPRECATED') throw catalogueError(139001);
  if (params.name !== undefined) setName(context, flow, textOf(params.name));
  if (params.categories !== undefined) setCategories(flow, params);
  setEndpoint(flow, params);
  const applicationId = textOf(params.application_id);
  if (applicationId !== undefined) {
    if (!context.world.findKind('app', applicationId))
      throw invalidParameter('Param application_id is invalid.');
    flow.applicationId = applicationId;
  }
  flow.updatedAt = context.clock.now();
  return { success: true };
}

/** Faulty text is taken, too, and answered with what is wrong; a flow that is out keeps its text for good. */
function upload(context: SandboxContext, flow: FlowRecord, request: AuthenticatedRequest): JsonObject {
  const { params, files, token } = request;
  requireScope(token, 'whatsapp_business_management', flow.wabaId);
  if (textOf(params.asset_type) !== 'FLOW_JSON') throw invalidParameter('Param asset_type must be FLOW_JSON');
  if (textOf(params.name) !== 'flow.json') throw invalidParameter('Param name must be flow.json');
  const file = files.find(({ field }) => field === 'file');
  if (!file) throw missingParameter('file');
  if (file.bytes.length > LARGEST_ASSET_BYTES) throw invalidParameter('The file is larger than 10 MB.');
  if (flow.status !== 'DRAFT') throw catalogueError(139001);
  setJson(flow, file.bytes.toString('utf8'));
  flow.updatedAt = context.clock.now();
  return { success: flow.validationErrors.length === 0, validation_errors: flow.validationErrors };
}

async function publish(context: SandboxContext, flow: FlowRecord): Promise<JsonObject> {
  if (flow.status !== 'DRAFT') throw catalogueError(139001);
  if (flow.json === null || flow.validationErrors.length > 0) {
    throw catalogueError(139002, 'The flow JSON is missing, or has validation errors.');
  }
  if (flow.dataApiVersion !== null) await checkEndpoint(context, flow);
  changeFlowStatus(context, flow, 'PUBLISHED');
  return { success: true };
}

/** Meta asks the endpoint for a sign of life before it lets a flow out. */
async function checkEndpoint(context: SandboxContext, flow: FlowRecord): Promise<void> {
  if (flow.endpointUri === null) throw catalogueError(139002, 'The flow has no endpoint_uri.');
  const signed = context.world
    .phonesOf(flow.wabaId)
    .some((phone) => phone.encryptionKey !== null && phone.encryptionKeyIsSigned);
  if (!signed) throw catalogueError(139002, 'No phone number of the account has a signed public key.');
  if (!(await endpointIsHealthy(context, flow))) {
    throw catalogueError(139002, 'The endpoint did not answer the health check.');
  }
}
