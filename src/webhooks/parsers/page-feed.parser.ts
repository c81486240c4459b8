import type { PageActor, PageCommentChanged } from '../page-events';
import type { WebhookEvent } from '../webhook-events';
import type { JsonRecord } from './json-reader';
import {
  present,
  presentOrNothing,
  readBoolean,
  readId,
  readInstant,
  readRecord,
  readText,
  requireId,
  requireWord,
} from './json-reader';
import type { ChannelChange } from './messenger.parser';
import { routeToChannel } from './messenger-item.parser';

type FeedEvent = WebhookEvent<'page.post' | 'page.comment' | 'page.reaction' | 'page.like' | 'page.other'>;

/** Field `feed`. */
export function parsePageFeed(change: ChannelChange): FeedEvent {
  const { value, field } = change;
  const item = requireWord(value, 'item');
  const commentId = readId(value, 'comment_id') ?? null;
  const postId = readId(value, 'post_id') ?? null;
  const isAboutPage = commentId === null && postId === null;
  switch (item) {
    case 'comment':
      return parseComment(change, requireId(value, 'comment_id'), postId);
    case 'reaction':
    case 'like': {
      if (isAboutPage && item === 'like')
        return { kind: 'page.like', ...placeOfChange(change), payload: readBase(change) };
      if (isAboutPage) break;
      const reaction = readText(value, 'reaction_type') ?? (item === 'like' ? item : undefined);
      return {
        kind: 'page.reaction',
        ...placeOfChange(change),
        payload: { ...readBase(change), commentId, postId, ...present({ reaction }) },
      };
    }
    default: {
      const post = parsePost(change, item, postId);
      if (post !== undefined) return post;
    }
  }
  return { kind: 'page.other', ...placeOfChange(change), payload: { field, value } };
}

/** Undefined: nothing says which post it is about. */
function parsePost(
  change: ChannelChange,
  item: string,
  postId: string | null,
): WebhookEvent<'page.post'> | undefined {
  const { value } = change;
  const ids = present({
    videoId: readId(value, 'video_id'),
    albumId: readId(value, 'album_id'),
    shareId: readId(value, 'share_id'),
    eventId: readId(value, 'event_id'),
  });
  const photoId = readId(value, 'photo_id');
  const photoIds = [...(photoId === undefined ? [] : [photoId]), ...readTexts(value, 'photo_ids')];
  if (postId === null && photoIds.length === 0 && Object.keys(ids).length === 0) return undefined;
  const photo = readText(value, 'photo');
  return {
    kind: 'page.post',
    ...placeOfChange(change),
    payload: {
      ...readBase(change),
      item,
      postId,
      ...ids,
      photoIds,
      photoUrls: [...(photo === undefined ? [] : [photo]), ...readTexts(value, 'photos')],
      ...present({
        message: readText(value, 'message'),
        link: readText(value, 'link'),
        videoUrl: readText(value, 'video'),
        published: readBoolean(value, 'published'),
        hidden: readBoolean(value, 'is_hidden'),
        editedAt: readInstant(value, 'edited_time'),
      }),
    },
  };
}

function parseComment(
  change: ChannelChange,
  commentId: string,
  postId: string | null,
): WebhookEvent<'page.comment'> {
  const { value, channel } = change;
  const parentId = readId(value, 'parent_id') ?? null;
  // A post's id starts with the Page's, a comment's with the post's.
  const isUnderPost =
    parentId === null || parentId === postId || parentId.startsWith(`${channel.asset?.metaId ?? ''}_`);
  return {
    kind: 'page.comment',
    ...placeOfChange(change),
    payload: {
      ...readBase(change),
      commentId,
      postId: postId ?? (isUnderPost ? parentId : null),
      parentCommentId: isUnderPost ? null : parentId,
      ...present({
        message: readText(value, 'message'),
        photoUrl: readText(value, 'photo'),
        videoUrl: readText(value, 'video'),
        link: readText(value, 'link'),
        hidden: readBoolean(value, 'is_hidden'),
        editedAt: readInstant(value, 'edited_time'),
        post: readPost(value),
      }),
    },
  };
}

/**
 * `created_time` is when the post, comment or reaction was made, also in news of what became of it later: only of
 * additions it is the time of the event.
 */
export function placeOfChange({ channel, value }: ChannelChange) {
  const key = readVerb(value) === 'add' ? 'created_time' : 'edited_time';
  return { occurredAt: readInstant(value, key) ?? channel.fallbackTime, ...routeToChannel(channel) };
}

function readBase({ channel, value }: ChannelChange) {
  const from = readActor(value);
  return {
    verb: readVerb(value),
    from,
    byPage: from !== null && from.id === channel.asset?.metaId,
    raw: value,
    ...present({ createdAt: readInstant(value, 'created_time') }),
  };
}

export function readVerb(value: JsonRecord): string {
  const verb = requireWord(value, 'verb');
  return verb === 'edited' ? 'edit' : verb;
}

/** Older forms name the person beside the rest. */
export function readActor(value: JsonRecord): PageActor | null {
  const from = readRecord(value, 'from') ?? {};
  const id = readId(from, 'id') ?? readId(value, 'sender_id') ?? readId(value, 'user_id');
  if (id === undefined) return null;
  return { id, ...present({ name: readText(from, 'name') ?? readText(value, 'sender_name') }) };
}

function readPost(value: JsonRecord): PageCommentChanged['post'] {
  const post = readRecord(value, 'post') ?? {};
  return presentOrNothing({
    type: readText(post, 'type'),
    statusType: readText(post, 'status_type'),
    permalinkUrl: readText(post, 'permalink_url'),
    published: readBoolean(post, 'is_published'),
    promotionStatus: readText(post, 'promotion_status'),
    updatedAt: readInstant(post, 'updated_time'),
  });
}

function readTexts(value: JsonRecord, key: string): string[] {
  const list: unknown[] = Array.isArray(value[key]) ? value[key] : [];
  return list.flatMap((entry) => readText({ entry }, 'entry') ?? []);
}
