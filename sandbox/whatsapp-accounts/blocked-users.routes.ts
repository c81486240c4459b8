import type { SandboxContext } from '../context';
import { readPhoneNumber, type Customer } from '../messages/customers';
import { catalogueError, webhookError } from '../graph/error-catalogue';
import { missingParameter } from '../graph/graph-error';
import { GraphReply, type GraphAnswer } from '../graph/graph-request';
import { pathContext, type GraphRouter } from '../graph/graph-router';
import { isObject, listOf, textOf, type JsonObject } from '../json';
import { listPage } from '../graph/paging';
import { requireProduct } from '../graph/messaging-product';
import type { PhoneRecord } from '../world';

const LARGEST_LIST = 64_000;

/** Blocking works for people who wrote in the last 24 hours; what failed is told beside what worked. */
export function registerBlockedUsers(router: GraphRouter, context: SandboxContext): void {
  router.on('POST', 'phone', 'block_users', (phone, { params }) => change(context, phone, params, true));
  router.on('DELETE', 'phone', 'block_users', (phone, { params }) => change(context, phone, params, false));
  router.on('GET', 'phone', 'block_users', (phone, request) =>
    listPage([...phone.blockedUsers], pathContext(request), {
      path: `/${phone.id}/block_users`,
      keyOf: (userId) => userId,
      render: (userId) => ({
        block_users: [
          { messaging_product: 'whatsapp', ...describe(context.customers.withUserId(userId), userId) },
        ],
      }),
    }),
  );
}

function describe(customer: Customer | undefined, userId: string): JsonObject {
  return customer?.waId === undefined ? { user_id: userId } : { wa_id: customer.waId };
}

function change(
  context: SandboxContext,
  phone: PhoneRecord,
  params: JsonObject,
  block: boolean,
): GraphAnswer {
  requireProduct(params);
  const users = listOf(params.block_users).filter(isObject);
  if (users.length === 0) throw missingParameter('block_users');
  const done: JsonObject[] = [];
  const failed: JsonObject[] = [];
  for (const user of users) {
    const input = textOf(user.user) ?? textOf(user.user_id) ?? '';
    const customer = find(context, phone, input);
    const problem = problemOf(context, phone, customer, input, block);
    if (problem !== undefined || !customer) {
      const error = webhookError(problem ?? 131047);
      const who = customer ? describe(customer, customer.userId) : {};
      failed.push({
        input,
        ...who,
        errors: [{ ...error, message: `(#${error.code as number}) ${error.title as string}` }],
      });
      continue;
    }
    if (block) phone.blockedUsers.add(customer.userId);
    else phone.blockedUsers.delete(customer.userId);
    done.push({ input, ...describe(customer, customer.userId) });
  }
  const result: JsonObject = {
    messaging_product: 'whatsapp',
    block_users: {
      [block ? 'added_users' : 'removed_users']: done,
      ...(failed.length > 0 && { failed_users: failed }),
    },
  };
  return failed.length === 0
    ? result
    : new GraphReply(400, { ...result, ...catalogueError(139100).toJson() });
}

/** The code of what forbids it. Only people who wrote in the last 24 hours can be blocked; anybody can be let in again. */
function problemOf(
  context: SandboxContext,
  phone: PhoneRecord,
  customer: Customer | undefined,
  input: string,
  block: boolean,
): number | undefined {
  if (input.replace(/\D/g, '') === phone.displayPhoneNumber.replace(/\D/g, '')) return 131021;
  if (!customer) return 131047;
  if (!block || phone.blockedUsers.has(customer.userId)) return undefined;
  if (phone.blockedUsers.size >= LARGEST_LIST) return 139101;
  const wrote = context.messages.windowIsOpen(phone.id, customer.userId, context.clock.now());
  return wrote ? undefined : 131047;
}

function find(context: SandboxContext, phone: PhoneRecord, input: string): Customer | undefined {
  const number = readPhoneNumber(input, context.world.wabaOfPhone(phone).country);
  if (number) return context.customers.withNumber(number.digits, number.country);
  return context.customers.withUserId(input);
}
