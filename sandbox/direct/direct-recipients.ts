import type { SandboxContext } from '../context';
import { noMatchingPerson, noPrivateReply } from './direct-errors';
import type { ScopedUserRecord } from './direct-records';
import { invalidParameter } from '../graph/graph-error';
import { isObject, textOf, type JsonObject } from '../json';
import { ownerOf, type DirectOwner } from './direct-owner';
import type { InstagramCommentRecord } from '../instagram/instagram-records';
import type { CommentRecord, PostRecord } from '../pages/post-records';
import { DAY_MS } from '../login/tokens';

const PRIVATE_REPLY_MS = 7 * DAY_MS;

export interface Recipient {
  owner: DirectOwner;
  user: ScopedUserRecord;
  /** What is answered in private; absent for a message to a PSID or IGSID. */
  answered?: CommentRecord | InstagramCommentRecord | PostRecord;
  /** The person has asked for messages: no window is needed. */
  hasOptedIn?: boolean;
  /** The answer does not say who it is. */
  hidesPerson?: boolean;
}

/** Whom `recipient` names. `owners`: the Page with its Instagram account, or the account alone. */
export function findRecipient(
  context: SandboxContext,
  ownerIds: readonly string[],
  params: JsonObject,
): Recipient {
  if (!isObject(params.recipient)) throw invalidParameter('The parameter recipient is required.');
  const { id, comment_id: commentId, post_id: postId } = params.recipient;
  const optIn = textOf(params.recipient.user_ref) ?? textOf(params.recipient.notification_messages_token);
  if (optIn !== undefined) return findOptedIn(context, ownerIds, optIn);
  const answeredId = textOf(commentId) ?? textOf(postId);
  if (answeredId !== undefined) return findAnswered(context, ownerIds, answeredId);
  const personId = textOf(id);
  if (personId === undefined) {
    throw invalidParameter(
      'Param recipient must have one of {id, comment_id, post_id, user_ref, notification_messages_token}.',
    );
  }
  const user = context.world.findKind('scoped-user', personId);
  if (!user || !ownerIds.includes(user.ownerId) || user.isGone) throw noMatchingPerson();
  return { owner: ownerOf(context, user.ownerId), user };
}

function findOptedIn(context: SandboxContext, ownerIds: readonly string[], given: string): Recipient {
  const optIn = context.direct.optIns.get(given);
  const user = optIn && context.world.findKind('scoped-user', optIn.userId);
  if (!user || !ownerIds.includes(user.ownerId) || user.isGone) throw noMatchingPerson();
  const hidesPerson = optIn.kind === 'user_ref';
  return { owner: ownerOf(context, user.ownerId), user, hasOptedIn: true, hidesPerson };
}

function findAnswered(context: SandboxContext, ownerIds: readonly string[], id: string): Recipient {
  const found = context.world.find(id);
  const isAnswerable =
    found?.kind === 'comment' || found?.kind === 'instagram-comment' || found?.kind === 'post';
  if (!isAnswerable) throw noMatchingPerson();
  const ownerId = found.kind === 'instagram-comment' ? found.instagramId : found.pageId;
  const user =
    found.authorId === undefined ? undefined : context.world.findKind('scoped-user', found.authorId);
  if (!ownerIds.includes(ownerId) || !user) throw noMatchingPerson();
  const isAnswered = found.kind === 'post' ? false : found.isPrivatelyAnswered;
  if (isAnswered || context.clock.now() - found.createdAt > PRIVATE_REPLY_MS) throw noPrivateReply();
  return { owner: ownerOf(context, ownerId), user, answered: found };
}
