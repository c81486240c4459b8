import type { SandboxContext } from '../context';
import { controlledElsewhere, noMatchingPerson } from './direct-errors';
import { ownerOf, type DirectOwner } from './direct-owner';
import { requireMessaging } from './direct-permissions';
import type { ConversationRecord } from './direct-records';
import { tellHandover } from './direct-webhooks';
import { GraphError, invalidParameter, missingParameter, unknownObject } from '../graph/graph-error';
import type { AuthenticatedRequest, GraphRouter } from '../graph/graph-router';
import { objectOf, textOf, type JsonObject } from '../json';
import { requirePageToken, requireTask } from '../pages/page-access';
import type { InstagramRecord, PageRecord } from '../world';

/** Meta's own inboxes, which take part in handovers as if they were apps. */
export const INBOX_APPS = { messenger: '263902037430900', instagram: '1217981644879628' } as const;
const LONGEST_METADATA = 1000;

interface Handover {
  owner: DirectOwner;
  conversation: ConversationRecord;
  appId: string;
  params: JsonObject;
  metadata: string | undefined;
}

/** Several apps on one Page: who may write to a person, and how that passes from one to the other. */
export function registerThreadControl(router: GraphRouter, context: SandboxContext): void {
  const actions: Record<string, (handover: Handover) => void> = {
    pass_thread_control: (handover) => {
      pass(context, handover);
    },
    take_thread_control: (handover) => {
      take(context, handover);
    },
    request_thread_control: (handover) => {
      request(context, handover);
    },
    release_thread_control: ({ conversation, appId }) => {
      requireControl(conversation, appId);
      conversation.ownerAppId = null;
    },
  };
  for (const [edge, run] of Object.entries(actions)) {
    router.on('POST', 'page', edge, (page, call) => {
      run(readHandover(context, ownersOf(page, call), call));
      return { success: true };
    });
    router.on('POST', 'instagram', edge, (account, call) => {
      run(readHandover(context, ownersOfAccount(account, call), call));
      return { success: true };
    });
  }
  router.on('GET', 'page', 'thread_owner', (page, call) => threadOwner(context, ownersOf(page, call), call));
  router.on('GET', 'page', 'secondary_receivers', (page, call) => {
    ownersOf(page, call);
    const primary = context.direct.primaryApps.get(page.id);
    const apps = [...page.subscribedApps.keys()].filter((id) => id !== primary);
    return { data: apps.map((id) => ({ id, name: context.world.findKind('app', id)?.name ?? 'App' })) };
  });
}

function ownersOf(page: PageRecord, { token }: AuthenticatedRequest): string[] {
  requirePageToken(token);
  requireTask(page, 'MESSAGING');
  return page.instagramId === undefined ? [page.id] : [page.id, page.instagramId];
}

function ownersOfAccount(account: InstagramRecord, { token, method }: AuthenticatedRequest): string[] {
  if (token.kind !== 'INSTAGRAM') throw unknownObject(account.id, method);
  return [account.id];
}

function readHandover(
  context: SandboxContext,
  ownerIds: readonly string[],
  { params, token }: AuthenticatedRequest,
): Handover {
  const personId = textOf(objectOf(params.recipient).id);
  if (personId === undefined) throw missingParameter('recipient');
  const metadata = textOf(params.metadata);
  if ((metadata ?? '').length > LONGEST_METADATA) {
    throw invalidParameter(`Length of param metadata must be less than or equal to ${LONGEST_METADATA}`);
  }
  const { owner, conversation } = threadOf(context, ownerIds, personId);
  requireMessaging(token, owner);
  return { owner, conversation, appId: token.appId, params, metadata };
}

function threadOf(
  context: SandboxContext,
  ownerIds: readonly string[],
  personId: string,
): { owner: DirectOwner; conversation: ConversationRecord } {
  const user = context.world.findKind('scoped-user', personId);
  if (!user || user.isGone || !ownerIds.includes(user.ownerId)) throw noMatchingPerson();
  const conversation = context.direct.findConversation(user.ownerId, user.id);
  if (!conversation) throw noMatchingPerson();
  return { owner: ownerOf(context, user.ownerId), conversation };
}

function requireControl({ ownerAppId }: ConversationRecord, appId: string): void {
  if (ownerAppId !== null && ownerAppId !== appId) throw controlledElsewhere();
}

function pass(context: SandboxContext, handover: Handover): void {
  const { owner, conversation, appId, params } = handover;
  const target = textOf(params.target_app_id);
  if (target === undefined) throw missingParameter('target_app_id');
  requireControl(conversation, appId);
  if (!context.world.findKind('app', target) && target !== INBOX_APPS[owner.platform]) {
    throw invalidParameter(`Param target_app_id: ${target} is not an app of this Page.`);
  }
  conversation.ownerAppId = target;
  tellHandover(context, owner, conversation.userId, target, {
    pass_thread_control: {
      previous_owner_app_id: appId,
      new_owner_app_id: target,
      metadata: handover.metadata ?? null,
    },
  });
}

/** Only the primary receiver may; where none is set, everybody is. */
function take(context: SandboxContext, { owner, conversation, appId, metadata }: Handover): void {
  const primary = context.direct.primaryApps.get(owner.page?.id ?? owner.id);
  if (primary !== undefined && primary !== appId) {
    throw new GraphError(10, '(#10) Only the primary receiver can take thread control.', { status: 403 });
  }
  const before = conversation.ownerAppId;
  conversation.ownerAppId = appId;
  if (before === null || before === appId) return;
  tellHandover(context, owner, conversation.userId, before, {
    take_thread_control: {
      previous_owner_app_id: before,
      new_owner_app_id: appId,
      metadata: metadata ?? null,
    },
  });
}

function request(context: SandboxContext, { owner, conversation, appId, metadata }: Handover): void {
  const asked = conversation.ownerAppId ?? context.direct.primaryApps.get(owner.page?.id ?? owner.id);
  if (asked === undefined || asked === appId) return;
  tellHandover(context, owner, conversation.userId, asked, {
    request_thread_control: { requested_owner_app_id: appId, metadata: metadata ?? null },
  });
}

function threadOwner(
  context: SandboxContext,
  ownerIds: readonly string[],
  { params }: AuthenticatedRequest,
): JsonObject {
  const { conversation } = threadOf(context, ownerIds, textOf(params.recipient) ?? '');
  const { ownerAppId } = conversation;
  return { data: ownerAppId === null ? [] : [{ thread_owner: { app_id: ownerAppId } }] };
}
