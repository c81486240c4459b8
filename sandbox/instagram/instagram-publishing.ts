import type { SandboxContext } from '../context';
import { addInstagramMedia } from './instagram-media';
import type { InstagramContainerRecord, InstagramMediaRecord } from './instagram-records';
import { scheduleStoryInsights } from './story-insights';
import type { InstagramRecord } from '../world';

/** Makes media of a finished container: it stands on the account from now on, and Graph can read it. */
export function publishContainer(
  context: SandboxContext,
  account: InstagramRecord,
  container: InstagramContainerRecord,
): InstagramMediaRecord {
  const { world, instagram, clock } = context;
  const children = container.childIds.flatMap((id) => world.findKind('instagram-container', id) ?? []);
  const media = addFrom(context, account, container);
  for (const child of children) {
    const item = addFrom(context, account, child);
    item.parentId = media.id;
    media.childIds.push(item.id);
  }
  instagram.published.push({
    mediaId: media.id,
    containerId: container.id,
    instagramId: account.id,
    appId: container.appId,
    caption: media.caption,
    mediaType: media.mediaType,
    productType: media.productType,
    childIds: [...media.childIds],
    publishedAt: clock.now(),
    deletedAt: null,
  });
  if (media.productType === 'STORY') scheduleStoryInsights(context, media);
  return media;
}

function addFrom(
  context: SandboxContext,
  account: InstagramRecord,
  container: InstagramContainerRecord,
): InstagramMediaRecord {
  const { mediaType, purpose, caption, altText, tags, collaborators, isSharedToFeed } = container;
  const media = addInstagramMedia(context, {
    instagramId: account.id,
    mediaType,
    productType: purpose === 'CAROUSEL_ITEM' ? 'FEED' : purpose,
    caption,
    tags,
    collaborators,
    isSharedToFeed: purpose === 'REELS' ? isSharedToFeed : false,
    containerId: container.id,
    ...(altText !== undefined && { altText }),
  });
  container.mediaId = media.id;
  return media;
}
