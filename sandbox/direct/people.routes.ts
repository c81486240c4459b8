import { personReaches, requireScope } from '../graph/access';
import type { SandboxContext } from '../context';
import { invalidParameter } from '../graph/graph-error';
import { readNode, type EdgeReader, type NodeType, type ReadContext } from '../graph/graph-nodes';
import type { GraphRouter } from '../graph/graph-router';
import { flagOf, textListOf } from '../json';
import { listPage } from '../graph/paging';
import { revokeEverything, revokeOne } from '../login/revocation';
import { LONG_LIVED_SECONDS } from '../login/tokens';
import type { BusinessRecord, PageRecord, PersonRecord, WabaRecord } from '../world';

export interface AccountTypes {
  waba: NodeType<WabaRecord>;
  page: NodeType<PageRecord>;
}

/** People and businesses: `/me`, its permissions, and the ways to the WhatsApp accounts and Pages. */
export function registerPeople(router: GraphRouter, context: SandboxContext, types: AccountTypes): void {
  const business = businessType(context, types);
  router.type('business', business);
  router.type('person', personType(context, business, types));
  router.on('POST', 'business', 'system_user_access_tokens', (_business, { token, params }) => {
    const scopes = params.scope === undefined ? token.scopes : textListOf(params.scope);
    const issued = context.tokens.issue({
      kind: 'SYSTEM_USER',
      appId: token.appId,
      scopes: scopes.filter((scope) => token.scopes.includes(scope)),
      targets: token.targets,
      expiresInSeconds: flagOf(params.set_token_expires_in_60_days) === true ? LONG_LIVED_SECONDS : 0,
      ...(token.personId !== undefined && { personId: token.personId }),
    });
    return { access_token: issued.token };
  });
  router.on('DELETE', 'person', 'permissions', (person, { token }, rest) => {
    const [permission] = rest;
    if (permission === undefined) revokeEverything(context, token.appId, person.id);
    else if (context.tokens.verdictsOf(token.appId, person.id).get(permission) === 'granted') {
      revokeOne(context, token.appId, person.id, permission);
    } else throw invalidParameter(`The user has not granted ${permission}.`);
    return { success: true };
  });
}

function tokenOf(context: ReadContext) {
  const { token } = context.request;
  if (!token) throw invalidParameter('An access token is required.');
  return token;
}

function personType(
  context: SandboxContext,
  business: NodeType<BusinessRecord>,
  types: AccountTypes,
): NodeType<PersonRecord> {
  const { world, tokens } = context;
  return {
    name: 'User',
    defaults: ['name'],
    fields: {
      name: (person) => person.name,
      first_name: (person) => person.name.split(' ')[0] ?? person.name,
      last_name: (person) => person.name.split(' ').slice(1).join(' '),
      email: (person, read) => (tokenOf(read).scopes.includes('email') ? person.email : undefined),
      picture: () => ({
        data: { height: 50, width: 50, is_silhouette: true, url: 'https://scontent.example/p.jpg' },
      }),
      client_business_id: (person, read) => tokenOf(read).clientBusinessId ?? person.businessIds[0],
    },
    edges: {
      permissions: (person, read) => ({
        data: [...tokens.verdictsOf(tokenOf(read).appId, person.id)].map(([permission, status]) => ({
          permission,
          status,
        })),
      }),
      businesses: (person, read) => {
        requireScope(tokenOf(read), 'business_management');
        const items = world.all('business').filter((item) => person.businessIds.includes(item.id));
        return listPage(items, read, {
          path: `/${person.id}/businesses`,
          keyOf: (item) => item.id,
          render: (item) => readNode(business, item, read.children, read.request),
        });
      },
      accounts: (person, read) => {
        requireScope(tokenOf(read), 'pages_show_list');
        return pagePage(context, types, `/${person.id}/accounts`, read, (page) =>
          person.pageIds.includes(page.id),
        );
      },
      assigned_whatsapp_business_accounts: (person, read) => {
        if (!person.isSystemUser && tokenOf(read).kind !== 'SYSTEM_USER') {
          throw invalidParameter(
            'Tried accessing nonexisting field (assigned_whatsapp_business_accounts) on node type (User)',
          );
        }
        return wabaPage(context, types, `/${person.id}/assigned_whatsapp_business_accounts`, read, (waba) =>
          personReaches(person, waba),
        );
      },
    },
  };
}

const PAGE_DEFAULTS = ['access_token', 'category', 'category_list', 'name', 'tasks'];

function pagePage(
  context: SandboxContext,
  types: AccountTypes,
  path: string,
  read: ReadContext,
  belongs: (page: PageRecord) => boolean,
) {
  const items = context.world
    .all('page')
    .filter((page) => belongs(page) && context.access.canSee(page, tokenOf(read)));
  const children = read.children ?? PAGE_DEFAULTS.map((name) => ({ name, as: name, args: {} }));
  return listPage(items, read, {
    path,
    keyOf: (page) => page.id,
    render: (page) => readNode(types.page, page, children, read.request),
  });
}

function wabaPage(
  context: SandboxContext,
  types: AccountTypes,
  path: string,
  read: ReadContext,
  belongs: (waba: WabaRecord) => boolean,
) {
  const items = context.world
    .all('waba')
    .filter((waba) => belongs(waba) && context.access.canSee(waba, tokenOf(read)));
  return listPage(items, read, {
    path,
    keyOf: (waba) => waba.id,
    render: (waba) => readNode(types.waba, waba, read.children, read.request),
  });
}

function businessType(context: SandboxContext, types: AccountTypes): NodeType<BusinessRecord> {
  const wabas =
    (
      edge: string,
      belongs: (waba: WabaRecord, business: BusinessRecord) => boolean,
    ): EdgeReader<BusinessRecord> =>
    (business, read) => {
      requireScope(tokenOf(read), 'business_management');
      return wabaPage(context, types, `/${business.id}/${edge}`, read, (waba) => belongs(waba, business));
    };
  const pages =
    (
      edge: string,
      belongs: (page: PageRecord, business: BusinessRecord) => boolean,
    ): EdgeReader<BusinessRecord> =>
    (business, read) => {
      requireScope(tokenOf(read), 'business_management');
      return pagePage(context, types, `/${business.id}/${edge}`, read, (page) => belongs(page, business));
    };
  return {
    name: 'Business',
    defaults: ['name'],
    fields: {
      name: (business) => business.name,
      verification_status: (business) => business.verificationStatus,
      whatsapp_business_manager_messaging_limit: (business) => business.messagingLimit,
      created_time: () => '2024-01-15T09:30:00+0000',
    },
    edges: {
      owned_whatsapp_business_accounts: wabas(
        'owned_whatsapp_business_accounts',
        (waba, business) => waba.ownerBusinessId === business.id,
      ),
      client_whatsapp_business_accounts: wabas('client_whatsapp_business_accounts', (waba, business) =>
        waba.clientBusinessIds.includes(business.id),
      ),
      owned_pages: pages('owned_pages', (page, business) => page.ownerBusinessId === business.id),
      client_pages: pages('client_pages', (page, business) => page.clientBusinessIds.includes(business.id)),
    },
  };
}
