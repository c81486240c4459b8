import { requireScope } from '../graph/access';
import type { SandboxContext } from '../context';
import { tooManyCalls } from './direct-errors';
import { conversationType } from './direct-nodes';
import type { DirectPlatform } from './direct-records';
import { GraphError, invalidParameter } from '../graph/graph-error';
import { readNode, type EdgeReader, type ReadContext } from '../graph/graph-nodes';
import type { JsonObject } from '../json';
import { requireInstagram } from '../instagram/instagram-access';
import { requirePageToken, requireTask, tokenOf } from '../pages/page-access';
import { listPage } from '../graph/paging';
import type { InstagramRecord, PageRecord } from '../world';

/** `/{page}/conversations`: also those of the Instagram account that is linked to the Page. */
export function pageConversations(context: SandboxContext): EdgeReader<PageRecord> {
  return (page, read) => {
    const token = tokenOf(read.request);
    requirePageToken(token);
    requireTask(page, 'MESSAGING', 'MODERATE');
    const platform = platformOf(read.args.platform ?? 'messenger');
    if (platform === 'messenger') {
      requireScope(token, 'pages_messaging', page.id);
      return listConversations(context, read, page.id, `/${page.id}/conversations`);
    }
    const account =
      page.instagramId === undefined ? undefined : context.world.findKind('instagram', page.instagramId);
    if (!account) return { data: [] };
    requireInstagram(token, 'messages', account);
    return listConversations(context, read, account.id, `/${page.id}/conversations`);
  };
}

/** The same by Instagram Login. Through a Page the account has no such edge: there the Page is asked. */
export function instagramConversations(context: SandboxContext): EdgeReader<InstagramRecord> {
  return (account, read) => {
    const token = tokenOf(read.request);
    if (token.kind !== 'INSTAGRAM') {
      throw new GraphError(3, '(#3) Application does not have the capability to make this API call.', {
        status: 500,
      });
    }
    requireInstagram(token, 'messages', account);
    const platform = platformOf(read.args.platform ?? 'instagram');
    if (platform !== 'instagram') throw invalidParameter('Param platform must be instagram.');
    return listConversations(context, read, account.id, `/${account.id}/conversations`);
  };
}

function platformOf(value: string): DirectPlatform {
  const platform = value.toLowerCase();
  if (platform === 'messenger' || platform === 'instagram') return platform;
  throw invalidParameter(`Param platform must be one of {MESSENGER, INSTAGRAM} - got "${value}".`);
}

function listConversations(
  context: SandboxContext,
  read: ReadContext,
  ownerId: string,
  path: string,
): JsonObject {
  const { buckets, clock, settings, direct } = context;
  const perSecond = settings.messaging.conversationCallsPerSecond;
  const isAllowed =
    perSecond <= 0 || buckets.take(`conversations ${ownerId}`, perSecond, 1000 / perSecond, clock.now());
  if (!isAllowed) throw tooManyCalls();
  const { user_id: userId } = read.args;
  const type = conversationType(context);
  return listPage(
    direct.conversationsOf(ownerId).filter((one) => userId === undefined || one.userId === userId),
    read,
    {
      path,
      keyOf: ({ id }) => id,
      render: (conversation) => readNode(type, conversation, read.children, read.request),
    },
  );
}
