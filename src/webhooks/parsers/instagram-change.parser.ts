import type { WebhookEvent } from '../webhook-events';
import type { JsonRecord } from './json-reader';
import {
  presentOrNothing,
  readId,
  readInstant,
  readNumber,
  readRecord,
  readText,
  requireId,
} from './json-reader';
import type { ChannelChange } from './messenger.parser';
import { routeToChannel } from './messenger-item.parser';

/** Fields `comments` and `live_comments`. Old samples have `id` and `text` only. */
export function parseInstagramComment({
  channel,
  field,
  value,
}: ChannelChange): WebhookEvent<'instagram.comment'> {
  const person = readRecord(value, 'from') ?? {};
  const media = readRecord(value, 'media') ?? {};
  const from = presentOrNothing({
    id: readId(person, 'id'),
    username: readText(person, 'username'),
    selfScopedId: readId(person, 'self_ig_scoped_id'),
  });
  return {
    kind: 'instagram.comment',
    occurredAt: readInstant(value, 'timestamp') ?? channel.fallbackTime,
    ...routeToChannel(channel),
    payload: {
      commentId: requireId(value, 'id'),
      text: readText(value, 'text') ?? null,
      live: field === 'live_comments',
      from: from ?? null,
      byAccount: from?.id !== undefined && from.id === channel.asset?.metaId,
      media:
        presentOrNothing({
          id: readId(media, 'id'),
          productType: readText(media, 'media_product_type'),
          adId: readText(media, 'ad_id'),
          adTitle: readText(media, 'ad_title'),
          originalMediaId: readId(media, 'original_media_id'),
        }) ?? null,
      parentId: readId(value, 'parent_id') ?? null,
      raw: value,
    },
  };
}

/** Field `mentions`. */
export function parseInstagramMention({ channel, value }: ChannelChange): WebhookEvent<'instagram.mention'> {
  return {
    kind: 'instagram.mention',
    occurredAt: channel.fallbackTime,
    ...routeToChannel(channel),
    payload: { mediaId: requireId(value, 'media_id'), commentId: readId(value, 'comment_id') ?? null },
  };
}

/** Field `story_insights`. */
export function parseInstagramStoryInsights({
  channel,
  value,
}: ChannelChange): WebhookEvent<'instagram.story_insights'> {
  return {
    kind: 'instagram.story_insights',
    occurredAt: channel.fallbackTime,
    ...routeToChannel(channel),
    payload: { mediaId: requireId(value, 'media_id'), metrics: readMetrics(value) },
  };
}

/** Meta drops and renames metrics from version to version: whatever is counted is taken. */
function readMetrics({ media_id: _, ...rest }: JsonRecord): Record<string, number | null> {
  return Object.fromEntries(
    Object.keys(rest).flatMap((name) => {
      const count = readNumber(rest, name);
      return count === undefined ? [] : [[name, count < 0 ? null : count]];
    }),
  );
}
