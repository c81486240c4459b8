import type { DomainEventMap } from '../domain-events/domain-events';
import type { DeliveredEvent } from '../domain-events/outbox-subscribers';

type Data = Record<string, unknown>;

/**
 * What an event says of itself, in the names of the API. What it is about (message, conversation, comment) is added by
 * `PublicEvents`. Payloads hold ids and Meta's words; what would be a secret is never put into an event.
 */
export function dataOf(event: DeliveredEvent): Data {
  switch (event.kind) {
    case 'message.media_stored':
      return { ...event.payload, change: 'media_stored' };
    case 'message.updated':
      return { ...event.payload };
    case 'facebook.post.published':
    case 'facebook.post.scheduled':
    case 'facebook.post.unknown':
    case 'facebook.post.failed':
    case 'facebook.post.updated':
    case 'facebook.post.removed':
      return facebookPost(event.payload);
    case 'instagram.media.published':
      return instagramMedia(event.payload, event.payload.mediaId, event.payload.permalink);
    case 'instagram.media.failed':
    case 'instagram.media.unknown':
      return instagramMedia(event.payload, null, null);
    default:
      return { ...event.payload };
  }
}

type FacebookPost = DomainEventMap['facebook.post.updated'] & { permalinkUrl?: string | null };

function facebookPost({ postId, permalinkUrl, ...facts }: FacebookPost): Data {
  return {
    platform: 'facebook',
    externalId: postId,
    permalink: permalinkUrl ?? null,
    kind: 'post',
    ...facts,
  };
}

type InstagramMedia = DomainEventMap['instagram.media.unknown' | 'instagram.media.published'];

function instagramMedia(facts: InstagramMedia, mediaId: string | null, permalink: string | null): Data {
  const { publicationKind, assetId, publicationId } = facts;
  return {
    platform: 'instagram',
    externalId: mediaId,
    permalink,
    kind: publicationKind,
    publicationId,
    assetId,
    ...('caption' in facts ? { title: facts.caption } : { title: null }),
    ...('error' in facts ? { error: facts.error } : {}),
  };
}
