import type { WebhookEvent } from '../webhook-events';
import {
  present,
  readId,
  readInstant,
  readNumber,
  readText,
  requireId,
  requireWord,
  UnreadableItemError,
} from './json-reader';
import type { ChannelChange } from './messenger.parser';
import { routeToChannel } from './messenger-item.parser';
import { parsePageFeed, placeOfChange, readActor, readVerb } from './page-feed.parser';

/** Field `mention`. */
export function parsePageMention(change: ChannelChange): WebhookEvent<'page.mention'> {
  const { value } = change;
  const [postId, commentId] = [readId(value, 'post_id') ?? null, readId(value, 'comment_id') ?? null];
  const mentionId = commentId ?? postId;
  if (mentionId === null) throw new UnreadableItemError('neither post_id nor comment_id');
  return {
    kind: 'page.mention',
    ...placeOfChange(change),
    payload: {
      mentionId,
      verb: readVerb(value),
      postId,
      commentId,
      from: readActor(value),
      raw: value,
      ...present({ message: readText(value, 'message'), createdAt: readInstant(value, 'created_time') }),
    },
  };
}

const UNDER_REVIEWS: ReadonlySet<string> = new Set(['comment', 'reaction', 'like']);

/** Field `ratings`: reviews, and what others say and do under them, which looks as under a post. */
export function parsePageRating(change: ChannelChange): WebhookEvent {
  const { channel, field, value } = change;
  const item = requireWord(value, 'item');
  if (item !== 'rating') {
    const isUnderReview = (readId(value, 'post_id') ?? readId(value, 'comment_id')) !== undefined;
    if (isUnderReview && UNDER_REVIEWS.has(item)) return parsePageFeed(change);
    return {
      kind: 'page.other',
      occurredAt: channel.fallbackTime,
      ...routeToChannel(channel),
      payload: { field, value },
    };
  }
  const reviewerId = readId(value, 'reviewer_id');
  const verb = readVerb(value);
  return {
    kind: 'page.rating',
    ...placeOfChange(change),
    payload: {
      storyId: requireId(value, 'open_graph_story_id'),
      verb,
      reviewer:
        reviewerId === undefined
          ? null
          : { id: reviewerId, ...present({ name: readText(value, 'reviewer_name') }) },
      raw: value,
      ...present({
        recommendation: readText(value, 'recommendation_type')?.toUpperCase(),
        rating: readNumber(value, 'rating'),
        text: readText(value, 'review_text'),
        createdAt: readInstant(value, 'created_time'),
      }),
    },
  };
}

/** Field `leadgen`. A 0 stands for no advertisement. */
export function parsePageLead({ channel, value }: ChannelChange): WebhookEvent<'page.lead'> {
  const createdAt = readInstant(value, 'created_time');
  return {
    kind: 'page.lead',
    occurredAt: createdAt ?? channel.fallbackTime,
    ...routeToChannel(channel),
    payload: {
      leadId: requireId(value, 'leadgen_id'),
      formId: readIdOfSome(value, 'form_id'),
      adId: readIdOfSome(value, 'ad_id'),
      adgroupId: readIdOfSome(value, 'adgroup_id'),
      raw: value,
      ...present({ createdAt }),
    },
  };
}

function readIdOfSome(value: ChannelChange['value'], key: string): string | null {
  const id = readId(value, key);
  return id === undefined || id === '0' ? null : id;
}
