import type { SandboxContext } from '../context';
import { readPhoneNumber, type Customer } from '../messages/customers';
import { catalogueError } from '../graph/error-catalogue';
import { missingParameter } from '../graph/graph-error';
import { checkWrite, groupError, later, newRequestId, participantOf, tellOfGroup } from './group-events';
import { pathContext, type AuthenticatedRequest, type GraphRouter } from '../graph/graph-router';
import { isObject, listOf, textListOf, textOf, type JsonObject } from '../json';
import { listPage } from '../graph/paging';
import type { GroupRecord } from '../whatsapp-accounts/whatsapp-records';

const LARGEST_REMOVAL = 8;

/** Who is in a group, and who asks to be. */
export function registerGroupMembers(router: GraphRouter, context: SandboxContext): void {
  router.on('DELETE', 'group', 'participants', (group, request) =>
    removeParticipants(context, group, request),
  );
  router.on('GET', 'group', 'join_requests', (group, request) => listJoinRequests(context, group, request));
  router.on('POST', 'group', 'join_requests', (group, request) =>
    settleRequests(context, group, request, 'approved_join_requests'),
  );
  router.on('DELETE', 'group', 'join_requests', (group, request) =>
    settleRequests(context, group, request, 'rejected_join_requests'),
  );
}

function removeParticipants(
  context: SandboxContext,
  group: GroupRecord,
  request: AuthenticatedRequest,
): JsonObject {
  checkWrite(group, request);
  const inputs = listOf(request.params.participants)
    .filter(isObject)
    .map((item) => textOf(item.user) ?? textOf(item.user_id) ?? '');
  if (inputs.length === 0) throw missingParameter('participants');
  if (inputs.length > LARGEST_REMOVAL) throw catalogueError(131204);
  const found = inputs.map((input) => ({ input, customer: findCustomer(context, group, input) }));
  const named = found.flatMap(({ customer }) => (customer ? [customer.userId] : []));
  if (new Set(named).size !== named.length) throw catalogueError(131202);
  const isMember = (customer: Customer | undefined): customer is Customer =>
    customer !== undefined && group.participants.includes(customer.userId);
  const gone = found.filter(({ customer }) => isMember(customer));
  const failed = found.filter(({ customer }) => !isMember(customer));
  for (const { customer } of gone) if (customer) group.removed.add(customer.userId);
  group.participants = group.participants.filter((userId) => !group.removed.has(userId));
  const requestId = newRequestId();
  later(context, () =>
    tellOfGroup(context, group, 'group_participants_update', {
      type: 'group_participants_remove',
      request_id: requestId,
      initiated_by: 'business',
      removed_participants: gone.map(({ input }) => ({ input })),
      ...(failed.length > 0 && {
        failed_participants: failed.map(({ input }) => ({ input, errors: [groupError(131212)] })),
        errors: [groupError(131201)],
      }),
    }),
  );
  return { messaging_product: 'whatsapp', request_id: requestId };
}

function findCustomer(context: SandboxContext, group: GroupRecord, input: string): Customer | undefined {
  const number = readPhoneNumber(input, context.world.get('waba', group.wabaId).country);
  if (number) return context.customers.withNumber(number.digits, number.country);
  return context.customers.withUserId(input);
}

function listJoinRequests(
  context: SandboxContext,
  group: GroupRecord,
  request: AuthenticatedRequest,
): JsonObject {
  return listPage(group.joinRequests, pathContext(request), {
    path: `/${group.id}/join_requests`,
    keyOf: ({ id }) => id,
    render: ({ id, userId, createdAt }) => {
      const customer = context.customers.withUserId(userId);
      return {
        join_request_id: id,
        ...(customer ? participantOf(customer) : { user_id: userId }),
        creation_timestamp: Math.floor(createdAt / 1000),
      };
    },
    badCursor: () => catalogueError(131059),
  });
}

function settleRequests(
  context: SandboxContext,
  group: GroupRecord,
  request: AuthenticatedRequest,
  verdict: 'approved_join_requests' | 'rejected_join_requests',
): JsonObject {
  checkWrite(group, request);
  const ids = textListOf(request.params.join_requests);
  if (ids.length === 0) throw missingParameter('join_requests');
  const known = group.joinRequests.filter(({ id }) => ids.includes(id));
  const unknown = ids.filter((id) => !known.some((item) => item.id === id));
  group.joinRequests = group.joinRequests.filter((item) => !known.includes(item));
  if (verdict === 'approved_join_requests' && known.length > 0) {
    const added = known.flatMap(({ userId }) => context.customers.withUserId(userId) ?? []);
    group.participants.push(...added.map(({ userId }) => userId));
    later(context, () =>
      tellOfGroup(context, group, 'group_participants_update', {
        type: 'group_participants_add',
        reason: 'invite_link',
        added_participants: added.map((customer) => ({
          input: customer.waId ?? customer.userId,
          ...participantOf(customer),
        })),
      }),
    );
  }
  return {
    messaging_product: 'whatsapp',
    [verdict]: known.map(({ id }) => id),
    ...(unknown.length > 0 && {
      failed_join_requests: unknown.map((id) => ({ join_request_id: id, errors: [groupError(131213)] })),
      errors: [groupError(131213)],
    }),
  };
}
