import type { SandboxContext } from '../context';
import { catalogueError } from '../graph/error-catalogue';
import type { AccountBudget, GraphRequest } from '../graph/graph-request';
import type { JsonObject } from '../json';
import type { TokenRecord } from '../login/tokens';
import type { WorldRecord } from '../world';

const MESSENGER_EDGES: readonly string[] = [
  'conversations',
  'message_attachments',
  'messages',
  'messenger_profile',
  'pass_thread_control',
  'release_thread_control',
  'request_thread_control',
  'take_thread_control',
  'thread_owner',
  'secondary_receivers',
];
/** Code of the refusal beyond the budget. */
const CODES = { instagram: 80002, messenger: 80006 } as const;

/** Counts a call about Instagram, or about messages of a Page, and refuses it beyond the account's budget of a day. */
export function countAccountCall(
  context: SandboxContext,
  node: WorldRecord,
  edge: string,
  request: GraphRequest & { token: TokenRecord },
): void {
  const budget = budgetOf(context, node, edge);
  if (!budget) return;
  request.budget = budget;
  context.direct.calls.add(keyOf(request.token.appId, budget), context.clock.now());
  if (usageOf(context, request.token.appId, budget).callCount >= 100)
    throw catalogueError(CODES[budget.type]);
}

function budgetOf({ world }: SandboxContext, node: WorldRecord, edge: string): AccountBudget | undefined {
  switch (node.kind) {
    case 'page':
      return MESSENGER_EDGES.includes(edge) ? { type: 'messenger', id: node.id } : undefined;
    case 'instagram':
      return { type: 'instagram', id: node.id };
    case 'instagram-media':
    case 'instagram-comment':
    case 'instagram-container':
      return { type: 'instagram', id: node.instagramId };
    case 'scoped-user':
    case 'conversation':
    case 'direct-message':
      return { type: world.findKind('page', node.ownerId) ? 'messenger' : 'instagram', id: node.ownerId };
    default:
      return undefined;
  }
}

function usageOf(
  { direct, settings, clock }: SandboxContext,
  appId: string,
  budget: AccountBudget,
): { callCount: number; minutes: number } {
  const given = direct.usage.get(budget.id);
  const key = keyOf(appId, budget);
  const part = budget.type === 'instagram' ? settings.instagram : settings.messaging;
  const limit = part.callsPerDay || Infinity;
  const count = direct.calls.count(key);
  const counted = count > limit ? 100 : Math.min(99, Math.floor((count * 100) / limit));
  const callCount = given?.callCount ?? counted;
  const regained = callCount >= 100 ? direct.calls.minutesLeft(key, clock.now()) : 0;
  return { callCount, minutes: given?.minutesToRegain ?? regained };
}

/** The account's part of `X-Business-Use-Case-Usage`. */
export function accountUsage(context: SandboxContext, appId: string, budget: AccountBudget): JsonObject {
  const { callCount, minutes } = usageOf(context, appId, budget);
  return {
    [budget.id]: [
      {
        type: budget.type,
        call_count: callCount,
        total_cputime: 0,
        total_time: 0,
        estimated_time_to_regain_access: minutes,
      },
    ],
  };
}

function keyOf(appId: string, { type, id }: AccountBudget): string {
  return `${type} ${appId} ${id}`;
}
