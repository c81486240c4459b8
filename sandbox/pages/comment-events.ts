import type { SandboxContext } from '../context';
import type { DirectPersonReference } from '../direct/direct-inbox';
import {
  addInstagramComment,
  removeInstagramComment,
  tellInstagramComment,
} from '../instagram/instagram-media';
import { ownerOf } from '../direct/direct-owner';
import type { CommentRecord, PostRecord } from './post-records';
import { tellFeed } from './feed-webhooks';
import { addComment, removeComment } from './posts';
import { react } from './reactions';

/** A comment that a person writes. */
export interface CommentInput {
  /** A post, an Instagram media object, or the comment that is answered. */
  on: string;
  /** PSID or IGSID, or name. */
  from: string | DirectPersonReference;
  text?: string;
  /** Facebook only: address of a picture. */
  photoUrl?: string;
  id?: string;
  /** Unix ms. */
  createdAt?: number;
  /** Leaves out who wrote it, as Meta does for apps without Page Public Content Access. */
  hideFrom?: boolean;
  /** Stored, but told to nobody: its webhook was lost, or it is older than the connection. */
  silent?: boolean;
}

export interface CommentReceipt {
  commentId: string;
  userId: string;
  told: number;
}

export function playComment(context: SandboxContext, input: CommentInput): CommentReceipt {
  const { world } = context;
  const target = world.find(input.on);
  switch (target?.kind) {
    case 'post':
      return commentOnPost(context, target, input);
    case 'comment':
      return commentOnPost(context, world.get('post', target.postId), input, target.id);
    case 'instagram-media':
      return commentOnMedia(context, target.id, input);
    case 'instagram-comment':
      return commentOnMedia(context, target.mediaId, input, target.id);
    default:
      throw new Error(`There is no post, media or comment with id ${input.on}.`);
  }
}

function partsOf({ id, createdAt }: CommentInput, parentId: string | undefined) {
  return {
    ...(id !== undefined && { id }),
    ...(createdAt !== undefined && { createdAt }),
    ...(parentId !== undefined && { parentId }),
  };
}

function commentOnPost(
  context: SandboxContext,
  post: PostRecord,
  input: CommentInput,
  parentId?: string,
): CommentReceipt {
  const user = context.direct.person(ownerOf(context, post.pageId), input.from);
  const comment = addComment(context, post, {
    message: input.text ?? 'Nice!',
    authorId: user.id,
    ...partsOf(input, parentId),
    ...(input.photoUrl !== undefined && { photoUrl: input.photoUrl }),
  });
  const withoutAuthor = input.hideFrom === true;
  const told = input.silent === true ? 0 : tellFeed(context, comment, 'add', { withoutAuthor });
  return { commentId: comment.id, userId: user.id, told };
}

function commentOnMedia(
  context: SandboxContext,
  mediaId: string,
  input: CommentInput,
  parentId?: string,
): CommentReceipt {
  const media = context.world.get('instagram-media', mediaId);
  if (!media.commentsEnabled) throw new Error('Comments are turned off for this media.');
  const user = context.direct.person(ownerOf(context, media.instagramId), input.from);
  const comment = addInstagramComment(context, media, {
    text: input.text ?? 'Nice!',
    authorId: user.id,
    ...partsOf(input, parentId),
  });
  const withoutAuthor = input.hideFrom === true;
  const told = input.silent === true ? 0 : tellInstagramComment(context, comment, { withoutAuthor });
  return { commentId: comment.id, userId: user.id, told };
}

export function playCommentChange(
  context: SandboxContext,
  input: {
    commentId: string;
    verb: 'edited' | 'remove' | 'hide' | 'unhide';
    text?: string;
    silent?: boolean;
  },
): number {
  const found = context.world.find(input.commentId);
  if (found?.kind === 'instagram-comment') {
    if (input.verb === 'remove') removeInstagramComment(context, found);
    else if (input.verb === 'edited') found.text = input.text ?? found.text;
    else found.isHidden = input.verb === 'hide';
    return 0;
  }
  const comment = context.world.get('comment', input.commentId);
  if (input.verb === 'remove') return removeComment(context, comment, input.silent);
  if (input.verb === 'edited') comment.message = input.text ?? comment.message;
  else comment.isHidden = input.verb === 'hide';
  return input.silent === true ? 0 : tellFeed(context, comment, input.verb);
}

export function playPostReaction(
  context: SandboxContext,
  input: { on: string; from: string | DirectPersonReference; reaction?: string; silent?: boolean },
): number {
  const found = context.world.find(input.on);
  if (found?.kind !== 'post' && found?.kind !== 'comment') {
    throw new Error(`There is no post or comment with id ${input.on}.`);
  }
  const subject: PostRecord | CommentRecord = found;
  const user = context.direct.person(ownerOf(context, subject.pageId), input.from);
  return react(context, subject, user.id, input.reaction?.toUpperCase(), input.silent);
}
