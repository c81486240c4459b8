import type { SandboxContext } from '../context';
import { plainError } from '../graph/error-catalogue';
import type { GraphRequest } from '../graph/graph-request';
import type { JsonObject } from '../json';
import type { TokenRecord } from '../login/tokens';
import type { PageUsage } from './page-book';
import type { RecordKind, WorldRecord } from '../world';

const KINDS: readonly RecordKind[] = ['page', 'post', 'comment', 'photo', 'video', 'lead'];
/** These count into Messenger's budget. */
const MESSENGER_EDGES: readonly string[] = [
  'conversations',
  'message_attachments',
  'messages',
  'messenger_profile',
];

/** Counts a call about a Page, and refuses it beyond the Page's budget. */
export function countPageCall(
  context: SandboxContext,
  node: WorldRecord,
  edge: string,
  request: GraphRequest & { token: TokenRecord },
): void {
  if (!KINDS.includes(node.kind) || MESSENGER_EDGES.includes(edge)) return;
  const pageId = node.kind === 'page' ? node.id : 'pageId' in node ? node.pageId : undefined;
  if (pageId === undefined) return;
  request.pageId = pageId;
  const { pages, clock, settings } = context;
  pages.calls.add(keyOf(request.token.appId, pageId), clock.now());
  if (usageOf(context, request.token.appId, pageId).callCount >= 100) {
    throw plainError(settings.pages.limitCode);
  }
}

/** What was set by the control API, or what was counted; a call beyond the limit makes 100. */
function usageOf(
  { pages, settings, clock }: SandboxContext,
  appId: string,
  pageId: string,
): Required<PageUsage> {
  const set = pages.usage.get(pageId);
  const key = keyOf(appId, pageId);
  const limit = settings.pages.callsPerDay || Infinity;
  const count = pages.calls.count(key);
  const counted = count > limit ? 100 : Math.min(99, Math.floor((count * 100) / limit));
  const callCount = set?.callCount ?? counted;
  return {
    callCount,
    totalTime: set?.totalTime ?? 0,
    totalCputime: set?.totalCputime ?? 0,
    minutesToRegain:
      set?.minutesToRegain ?? (callCount >= 100 ? pages.calls.minutesLeft(key, clock.now()) : 0),
  };
}

/** `X-Page-Usage`, and the Page's part of `X-Business-Use-Case-Usage`. */
export function pageUsage(
  context: SandboxContext,
  appId: string,
  pageId: string,
): { page: JsonObject; business: JsonObject } {
  const { callCount, totalTime, totalCputime, minutesToRegain } = usageOf(context, appId, pageId);
  const page = { call_count: callCount, total_time: totalTime, total_cputime: totalCputime };
  return {
    page,
    business: {
      [pageId]: [{ type: 'pages', ...page, estimated_time_to_regain_access: minutesToRegain }],
    },
  };
}

function keyOf(appId: string, pageId: string): string {
  return `page ${appId} ${pageId}`;
}
