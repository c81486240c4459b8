import type { SandboxContext } from '../context';
import type { DirectPersonReference } from '../direct/direct-inbox';
import { ownerOf } from '../direct/direct-owner';
import { tellFeed, tellPageLike } from './feed-webhooks';
import { newObjectId } from '../ids';
import type { JsonObject } from '../json';
import { addComment, addPost, removePost } from './posts';

/** Somebody: PSID, name, or both. */
type Somebody = string | DirectPersonReference;

/** A person names the Page in a post or comment that stands somewhere else. */
export function playMention(
  context: SandboxContext,
  input: {
    pageId?: string;
    from: Somebody;
    message?: string;
    /** The mention is in a comment. */
    inComment?: boolean;
    /** Leaves out who it was. */
    hideFrom?: boolean;
    silent?: boolean;
  },
): { postId: string; commentId: string | null; told: number } {
  const { world, clock, webhooks } = context;
  const page = world.get('page', input.pageId ?? world.first('page').id);
  const user = context.direct.person(ownerOf(context, page.id), input.from);
  const message = input.message ?? `Look at ${page.name}`;
  const post = addPost(context, {
    id: `${newObjectId()}_${newObjectId()}`,
    pageId: page.id,
    authorId: user.id,
    message: input.inComment === true ? 'A post' : message,
    isElsewhere: true,
    taggedPageIds: [page.id],
  });
  const comment =
    input.inComment === true ? addComment(context, post, { message, authorId: user.id }) : undefined;
  const value: JsonObject = {
    item: comment ? 'comment' : 'post',
    verb: 'add',
    post_id: post.id,
    ...(comment && { comment_id: comment.id }),
    message,
    created_time: clock.seconds(),
    ...(input.hideFrom !== true && { sender_id: user.id, sender_name: user.name }),
  };
  const event = { object: 'page', ownerId: page.id, field: 'mention', entryTime: clock.seconds(), value };
  return {
    postId: post.id,
    commentId: comment?.id ?? null,
    told: input.silent === true ? 0 : webhooks.emitChange(event),
  };
}

/** A person recommends the Page or not; the same person's next one is an edit, without `recommendation` it is gone. */
export function playRating(
  context: SandboxContext,
  input: {
    pageId?: string;
    from: Somebody;
    recommendation?: 'positive' | 'negative';
    text?: string;
    silent?: boolean;
  },
): { ratingId: string; told: number } {
  const { world, clock, webhooks, pages } = context;
  const pageId = world.get('page', input.pageId ?? world.first('page').id).id;
  const user = context.direct.person(ownerOf(context, pageId), input.from);
  const at = pages.ratings.findIndex((rating) => rating.pageId === pageId && rating.userId === user.id);
  const before = pages.ratings[at];
  const id = before?.id ?? newObjectId();
  if (at >= 0) pages.ratings.splice(at, 1);
  const { recommendation, text = '' } = input;
  if (recommendation !== undefined) {
    const createdAt = before?.createdAt ?? clock.now();
    pages.ratings.push({ id, pageId, userId: user.id, recommendation, text, createdAt });
  }
  const verb = recommendation === undefined ? 'remove' : before ? 'edit' : 'add';
  const value: JsonObject = {
    item: 'rating',
    verb,
    open_graph_story_id: id,
    reviewer_id: user.id,
    ...(recommendation !== undefined && {
      reviewer_name: user.name,
      ...(text !== '' && { review_text: text }),
      recommendation_type: recommendation.toUpperCase(),
      comment_id: null,
      created_time: clock.seconds(),
    }),
  };
  const event = { object: 'page', ownerId: pageId, field: 'ratings', entryTime: clock.seconds(), value };
  return { ratingId: id, told: input.silent === true ? 0 : webhooks.emitChange(event) };
}

/** A person sends a lead form. The webhook has ids only: the answers are read by `GET /{lead}`. */
export function playLead(
  context: SandboxContext,
  input: {
    pageId?: string;
    formId?: string;
    adId?: string;
    answers?: Record<string, string>;
    silent?: boolean;
  },
): { leadId: string; formId: string; told: number } {
  const { world, clock, webhooks } = context;
  const pageId = world.get('page', input.pageId ?? world.first('page').id).id;
  const { adId, formId = newObjectId() } = input;
  const answers = input.answers ?? { full_name: 'Ana Lee', email: 'ana@example.com' };
  const lead = world.add({
    kind: 'lead',
    id: newObjectId(),
    pageId,
    formId,
    createdAt: clock.now(),
    answers: Object.entries(answers).map(([name, value]) => ({ name, values: [value] })),
    ...(adId !== undefined && { adId }),
  });
  const value: JsonObject = {
    leadgen_id: lead.id,
    page_id: pageId,
    form_id: formId,
    created_time: clock.seconds(),
    ...(adId !== undefined && { ad_id: adId, adgroup_id: adId }),
  };
  const event = { object: 'page', ownerId: pageId, field: 'leadgen', entryTime: clock.seconds(), value };
  return { leadId: lead.id, formId, told: input.silent === true ? 0 : webhooks.emitChange(event) };
}

/** A person likes and follows the Page, or does not any more. */
export function playPageLike(
  context: SandboxContext,
  input: { pageId?: string; from: Somebody; verb?: 'add' | 'remove'; silent?: boolean },
): number {
  const { world, pages, clock } = context;
  const page = world.get('page', input.pageId ?? world.first('page').id);
  const user = context.direct.person(ownerOf(context, page.id), input.from);
  const verb = input.verb ?? 'add';
  const change = verb === 'add' ? 1 : -1;
  page.fans += change;
  page.followers += change;
  pages.insights.addFollow(page.id, clock.now(), change);
  return input.silent === true ? 0 : tellPageLike(context, page.id, user.id, verb);
}

/** Somebody changes, hides or removes a post on facebook.com: the visitor, or a human at the Page. */
export function playPostChange(
  context: SandboxContext,
  input: {
    postId: string;
    verb: 'edited' | 'remove' | 'hide' | 'unhide' | 'share' | 'expire';
    message?: string;
    /** How many shares are added; 1 where left out. */
    shares?: number;
    silent?: boolean;
  },
): number {
  const post = context.world.get('post', input.postId);
  const { verb, silent = false } = input;
  switch (verb) {
    case 'remove':
      return removePost(context, post, silent);
    case 'share':
      post.shares += input.shares ?? 1;
      return 0;
    case 'expire':
      post.isExpired = true;
      return 0;
    case 'edited':
      post.message = input.message ?? post.message;
      post.updatedAt = context.clock.now();
      break;
    default:
      post.isHidden = verb === 'hide';
  }
  return silent ? 0 : tellFeed(context, post, verb);
}
