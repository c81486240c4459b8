import type { SandboxContext } from '../context';
import { catalogueError } from './error-catalogue';
import { parseFields, type SelectedField } from './field-selection';
import { GraphError, unknownField, unknownObject } from './graph-error';
import { readNode, type NodeType, type ReadContext } from './graph-nodes';
import type { GraphAnswer, GraphMethod, GraphRequest } from './graph-request';
import { countAccountCall } from '../direct/account-budget';
import { managementLimit } from './usage-headers';
import { textListOf, textOf, type JsonObject, type JsonValue } from '../json';
import type { TokenRecord } from '../login/tokens';
import { countPageCall } from '../pages/page-budget';
import { isKind, type RecordKind, type RecordOf, type WorldRecord } from '../world';

export type AuthenticatedRequest = GraphRequest & { token: TokenRecord };
type Answer = GraphAnswer | Promise<GraphAnswer>;
type RootHandler = (request: GraphRequest) => Answer;
type NodeHandler = (node: WorldRecord, request: AuthenticatedRequest, rest: string[]) => Answer | undefined;
type NodeReader = (
  node: WorldRecord,
  selected: SelectedField[] | undefined,
  request: GraphRequest,
) => JsonObject | undefined;
type EdgeReaderOfAny = (node: WorldRecord, edge: string, request: GraphRequest) => JsonObject | undefined;

const SENDING_EDGES = new Set(['messages', 'marketing_messages', 'media']);

interface KindReaders {
  typeName: string;
  node: NodeReader;
  edge: EdgeReaderOfAny;
}

/** Finds the node that a path names, checks who asks, and hands over to what was registered for it. */
export class GraphRouter {
  private readonly roots = new Map<string, RootHandler>();
  private readonly handlers = new Map<string, NodeHandler>();
  private readonly kinds = new Map<RecordKind, KindReaders>();

  constructor(private readonly context: SandboxContext) {}

  /** A path that is no node; it checks tokens itself. A last part `*` takes any text. */
  root(method: GraphMethod, path: string, handler: RootHandler): void {
    this.roots.set(`${method} ${path}`, handler);
  }

  type<K extends RecordKind>(kind: K, type: NodeType<RecordOf<K>>): void {
    this.kinds.set(kind, {
      typeName: type.name,
      node: (node, selected, request) =>
        isKind(node, kind) ? readNode(type, node, selected, request) : undefined,
      edge: (node, edge, request) => {
        const read = type.edges[edge];
        return read && isKind(node, kind) ? read(node, pathContext(request)) : undefined;
      },
    });
  }

  /** `edge` is empty for the node itself. A handler that gives undefined has only checked: the node is read then. */
  on<K extends RecordKind>(
    method: GraphMethod,
    kind: K,
    edge: string,
    handler: (node: RecordOf<K>, request: AuthenticatedRequest, rest: string[]) => Answer | undefined,
  ): void {
    this.handlers.set(`${method} ${kind} ${edge}`, (node, request, rest) =>
      isKind(node, kind) ? handler(node, request, rest) : undefined,
    );
  }

  async handle(request: GraphRequest): Promise<GraphAnswer> {
    const root = this.findRoot(request);
    if (root) return root(request);
    const authenticated = this.authenticate(request);
    if (request.method === 'GET' && request.params.ids !== undefined) return this.readMany(authenticated);
    return this.dispatch(authenticated);
  }

  private findRoot(request: GraphRequest): RootHandler | undefined {
    const path = request.segments.join('/');
    const first = request.segments[0] ?? '';
    const prefix = first.includes(':') ? `${first.slice(0, first.indexOf(':'))}:*` : '';
    return (
      this.roots.get(`${request.method} ${path}`) ??
      this.roots.get(`${request.method} ${prefix}`) ??
      this.roots.get(`${request.method} ${first}/*`)
    );
  }

  private authenticate(request: GraphRequest): AuthenticatedRequest {
    const { tokenText, params, segments } = request;
    if (tokenText === undefined || tokenText === '') {
      if (segments[0] === 'me') {
        throw new GraphError(
          2500,
          'An active access token must be used to query information about the current user.',
        );
      }
      throw new GraphError(104, 'An access token is required to request this resource.');
    }
    const token = this.context.tokens.authenticate(tokenText);
    this.context.tokens.checkProof(token, textOf(params.appsecret_proof));
    request.token = token;
    const { usage, settings, clock } = this.context;
    const calls = usage.add(`app ${token.appId}`, clock.now());
    if (calls > (settings.limits.appCallsPerHour || Infinity)) throw catalogueError(4);
    return Object.assign(request, { token });
  }

  private async readMany(request: AuthenticatedRequest): Promise<JsonObject> {
    const result: JsonObject = {};
    for (const id of textListOf(request.params.ids)) {
      const { ids: _ids, ...params } = request.params;
      const answer = await this.dispatch({ ...request, params, segments: [id, ...request.segments] });
      result[id] = answer as JsonValue;
    }
    return result;
  }

  private async dispatch(request: AuthenticatedRequest): Promise<GraphAnswer> {
    const [name, edge = '', ...rest] = request.segments;
    if (name === undefined || name === '') {
      throw new GraphError(
        100,
        'Unsupported get request. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api',
        {
          type: 'GraphMethodException',
        },
      );
    }
    const node = this.resolve(name, request);
    this.countManagement(node, edge, request);
    countPageCall(this.context, node, edge, request);
    countAccountCall(this.context, node, edge, request);
    const answer = this.handlers.get(`${request.method} ${node.kind} ${edge}`)?.(node, request, rest);
    if (answer !== undefined) return answer;
    return this.read(node, edge, rest, request);
  }

  private read(node: WorldRecord, edge: string, rest: string[], request: AuthenticatedRequest): GraphAnswer {
    const readers = this.kinds.get(node.kind);
    if (!readers || request.method !== 'GET')
      throw unknownObject(request.segments[0] ?? node.id, request.method);
    if (rest.length > 0) {
      throw new GraphError(2500, `Unknown path components: /${rest.join('/')}`);
    }
    const answer =
      edge === '' ? readers.node(node, selectionOf(request), request) : readers.edge(node, edge, request);
    if (!answer) throw unknownField(edge, readers.typeName);
    return answer;
  }

  private resolve(name: string, request: AuthenticatedRequest): WorldRecord {
    const { world, access } = this.context;
    const { token } = request;
    const own = { me: token.pageId ?? token.instagramId ?? token.personId ?? token.appId, app: token.appId };
    const id = name === 'me' ? own.me : name === 'app' ? own.app : name;
    const record = world.find(id) ?? world.all('instagram').find((account) => account.appScopedId === id);
    if (!record) {
      if (!/^[\w.-]+$/.test(name)) throw new GraphError(2500, `Unknown path components: /${name}`);
      throw unknownObject(name, request.method);
    }
    access.assertVisible(record, token, request.method);
    return record;
  }

  /** The hourly budget of management calls; sending and its files do not count into it. */
  private countManagement(node: WorldRecord, edge: string, request: AuthenticatedRequest): void {
    const wabaId = node.kind === 'waba' ? node.id : 'wabaId' in node ? node.wabaId : null;
    if (wabaId === null || SENDING_EDGES.has(edge)) return;
    const { usage, clock, settings } = this.context;
    request.wabaId = wabaId;
    const count = usage.add(`waba ${request.token.appId} ${wabaId}`, clock.now());
    if (count > managementLimit(this.context, wabaId)) throw catalogueError(settings.limits.managementCode);
  }
}

function selectionOf(request: GraphRequest): SelectedField[] | undefined {
  const fields = textListTextOf(request.params.fields);
  return fields === undefined ? undefined : parseFields(fields);
}

function textListTextOf(value: JsonValue | undefined): string | undefined {
  if (Array.isArray(value)) return value.map((item) => textOf(item) ?? '').join(',');
  return textOf(value);
}

/** The query of `/{node}/{edge}?…` stands for the arguments that a field expansion would give. */
export function pathContext(request: GraphRequest): ReadContext {
  const args: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.params)) {
    args[name] =
      typeof value === 'object' ? JSON.stringify(value) : value === undefined ? undefined : String(value);
  }
  return { request, args, children: selectionOf(request) };
}
