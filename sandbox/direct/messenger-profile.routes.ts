import type { SandboxContext } from '../context';
import { tooManyCalls } from './direct-errors';
import { ownerOf, type DirectOwner } from './direct-owner';
import { requireMessaging } from './direct-permissions';
import { checkProfile, PROFILE_FIELDS } from './messenger-profile-rules';
import { invalidParameter, missingParameter, unknownObject } from '../graph/graph-error';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { textListOf, textOf, type JsonObject } from '../json';
import { requirePageToken, requireTask } from '../pages/page-access';
import type { PageRecord } from '../world';

const TEN_MINUTES_MS = 600_000;

/** What people see before they write: greeting, button, menu, questions. Of a Page, or of an Instagram account. */
export function registerMessengerProfile(router: GraphRouter, context: SandboxContext): void {
  const edge = 'messenger_profile';
  const runs = { GET: read, POST: write, DELETE: remove } as const;
  for (const method of ['GET', 'POST', 'DELETE'] as const) {
    router.on(method, 'page', edge, (page, request) =>
      runs[method](context, ownerAt(context, page, request), request),
    );
    router.on(method, 'instagram', edge, (account, request) => {
      if (request.token.kind !== 'INSTAGRAM') throw unknownObject(account.id, request.method);
      return runs[method](context, ownerOf(context, account.id), request);
    });
  }
}

function ownerAt(
  context: SandboxContext,
  page: PageRecord,
  { token, params }: AuthenticatedRequest,
): DirectOwner {
  requirePageToken(token);
  requireTask(page, 'MESSAGING', 'MANAGE');
  const platform = (textOf(params.platform) ?? 'messenger').toLowerCase();
  if (platform === 'messenger') return ownerOf(context, page.id);
  if (platform !== 'instagram')
    throw invalidParameter('Param platform must be one of {MESSENGER, INSTAGRAM}.');
  if (page.instagramId === undefined) throw invalidParameter('The Page has no Instagram account.');
  return ownerOf(context, page.instagramId);
}

function begin(context: SandboxContext, owner: DirectOwner, { token }: AuthenticatedRequest): JsonObject {
  requireMessaging(token, owner);
  const { buckets, settings, clock, direct } = context;
  const limit = settings.messaging.profileCallsPerTenMinutes;
  if (limit > 0 && !buckets.take(`profile ${owner.id}`, limit, TEN_MINUTES_MS / limit, clock.now())) {
    throw tooManyCalls();
  }
  return direct.profiles.get(owner.id) ?? {};
}

function fieldsOf({ params }: AuthenticatedRequest, owner: DirectOwner): string[] {
  const fields = textListOf(params.fields);
  if (fields.length === 0) throw missingParameter('fields');
  const allowed = PROFILE_FIELDS[owner.platform];
  const unknown = fields.find((field) => !allowed.includes(field));
  if (unknown !== undefined) {
    throw invalidParameter(
      `Param fields[${fields.indexOf(unknown)}] must be one of {${allowed.join(', ')}}.`,
    );
  }
  return fields;
}

function read(context: SandboxContext, owner: DirectOwner, request: AuthenticatedRequest): JsonObject {
  const profile = begin(context, owner, request);
  const chosen = fieldsOf(request, owner).flatMap((field) =>
    profile[field] === undefined ? [] : [[field, profile[field]] as const],
  );
  return { data: chosen.length === 0 ? [] : [Object.fromEntries(chosen)] };
}

function write(context: SandboxContext, owner: DirectOwner, request: AuthenticatedRequest): JsonObject {
  const before = begin(context, owner, request);
  const given = checkProfile(request.params, before, owner.platform);
  context.direct.profiles.set(owner.id, { ...before, ...given });
  return { result: 'success' };
}

function remove(context: SandboxContext, owner: DirectOwner, request: AuthenticatedRequest): JsonObject {
  const before = begin(context, owner, request);
  const fields = fieldsOf(request, owner);
  const left = Object.fromEntries(Object.entries(before).filter(([name]) => !fields.includes(name)));
  if (left.persistent_menu !== undefined && fields.includes('get_started')) {
    throw invalidParameter('You must set a Get Started button if you also wish to use persistent menu', {
      subcode: 2_018_145,
    });
  }
  context.direct.profiles.set(owner.id, left);
  return { result: 'success' };
}
