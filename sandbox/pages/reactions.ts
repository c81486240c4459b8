import type { SandboxContext } from '../context';
import { tellReaction } from './feed-webhooks';
import { invalidParameter } from '../graph/graph-error';
import type { ReadContext } from '../graph/graph-nodes';
import { listPage } from '../graph/paging';
import type { JsonObject } from '../json';
import type { CommentRecord, PostRecord, ReactionMark } from './post-records';

export const REACTION_TYPES = [
  'LIKE',
  'LOVE',
  'WOW',
  'HAHA',
  'SAD',
  'ANGRY',
  'CARE',
  'THANKFUL',
  'PRIDE',
] as const;

/** `reactions` and `likes` of a post or comment. */
export function listReactions(
  context: SandboxContext,
  { id, pageId, reactions }: PostRecord | CommentRecord,
  read: ReadContext,
  edge: 'reactions' | 'likes',
): JsonObject {
  const wanted = edge === 'likes' ? 'LIKE' : read.args.type?.toUpperCase();
  if (wanted !== undefined && !['NONE', ...REACTION_TYPES].includes(wanted)) {
    throw invalidParameter(`Param type must be one of {NONE, ${REACTION_TYPES.join(', ')}}`);
  }
  const marks = reactions.filter(({ type }) => wanted === undefined || wanted === 'NONE' || type === wanted);
  const own = reactions.find(({ userId }) => userId === pageId)?.type ?? 'NONE';
  return listPage<ReactionMark>(marks, read, {
    path: `/${id}/${edge}`,
    keyOf: ({ userId }) => userId,
    render: ({ userId, type }) => ({
      id: userId,
      name: nameOf(context, userId),
      ...(edge === 'reactions' && { type }),
    }),
    summary: (total) =>
      edge === 'likes'
        ? { total_count: total, can_like: true, has_liked: own === 'LIKE' }
        : { total_count: total, viewer_reaction: own },
  });
}

function nameOf({ world }: SandboxContext, userId: string): string {
  return (
    world.findKind('page', userId)?.name ?? world.findKind('scoped-user', userId)?.name ?? 'Facebook user'
  );
}

/** Without `type` the reaction is taken away. Returns how many apps are told. */
export function react(
  context: SandboxContext,
  subject: PostRecord | CommentRecord,
  userId: string,
  type: string | undefined,
  silent = false,
): number {
  const before = subject.reactions.find((mark) => mark.userId === userId);
  subject.reactions = subject.reactions.filter((mark) => mark.userId !== userId);
  if (type !== undefined) subject.reactions.push({ userId, type, at: context.clock.now() });
  if (silent) return 0;
  if (type === undefined) {
    return tellReaction(context, subject, userId, before?.type ?? 'LIKE', 'remove');
  }
  return tellReaction(context, subject, userId, type, before ? 'edit' : 'add');
}
