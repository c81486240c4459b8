import { Injectable } from '@nestjs/common';
import { IsOptional, IsString, MinLength } from 'class-validator';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphFlag, GraphId, GraphSuccess } from '../../graph-client/graph-fields';
import type { GraphFile } from '../../graph-client/graph-file';
import { GraphRejectedError } from '../../graph-client/graph.error';
import { HostedVideoUpload } from '../../graph-client/hosted-video-upload';

class CreatedObject {
  @GraphId() id!: string;
}

class StartedUpload {
  @GraphId() video_id!: string;
  @IsString() @MinLength(1) upload_url!: string;
}

class PublishedStory {
  @IsOptional() @GraphFlag() success?: boolean;
  @GraphId() post_id!: string;
}

/** What stands in a post's call beside its content. */
export interface Visibility {
  isPublished: boolean;
  scheduledAt: Date | null;
}

/** A file of ours, for Meta. */
export type OwnPhoto = Omit<GraphFile, 'fields'>;

/** Meta fetches or reads a whole file before it answers. */
export const LONGEST_FILE_MS = 60_000;

/**
 * The Graph endpoints that put something on a Page. Those that bring photos and videos may be repeated, for nobody sees what comes
 * of them; the others publish, and are called once.
 */
@Injectable()
export class PublishingApi {
  constructor(
    private readonly graph: GraphClient,
    private readonly uploads: HostedVideoUpload,
  ) {}

  /**
   * Brings a photo to the Page without showing it. One that no post comes to use stays unseen.
   * @param isForLater of a scheduled post, which may come up to a month later: Meta has a flag for those
   * @returns Meta's id of it
   */
  async bringPhoto(
    token: string,
    pageId: string,
    photo: { url: string } | OwnPhoto,
    isForLater: boolean,
  ): Promise<string> {
    const path = `/${encodeURIComponent(pageId)}/photos`;
    const shared = {
      method: 'POST' as const,
      path,
      token,
      response: CreatedObject,
      host: 'graph-media' as const,
    };
    // No further attempts in here: whoever publishes begins again with what is missing.
    const options = { retry: 'never' as const, timeoutMs: LONGEST_FILE_MS };
    const { id } =
      'url' in photo
        ? await this.graph.call({
            ...shared,
            ...options,
            body: { url: photo.url, published: false, ...(isForLater && { temporary: true }) },
          })
        : await this.graph.call({
            ...shared,
            ...options,
            file: {
              ...photo,
              fieldName: 'source',
              fields: { published: 'false', ...(isForLater && { temporary: 'true' }) },
            },
          });
    return id;
  }

  /**
   * Has Meta fetch the video of a reel or story, which nobody sees before it is published.
   * @param address where the video is
   * @returns Meta's id of it
   */
  async bringVideo(
    token: string,
    pageId: string,
    edge: 'video_reels' | 'video_stories',
    address: string,
  ): Promise<string> {
    const { video_id: videoId, upload_url: uploadUrl } = await this.graph.call({
      method: 'POST',
      path: `/${encodeURIComponent(pageId)}/${edge}`,
      token,
      body: { upload_phase: 'start' },
      response: StartedUpload,
      retry: 'never',
    });
    await this.uploads.bring(token, uploadUrl, address);
    return videoId;
  }

  /**
   * Publishes. Not to be repeated unless the error proves that Meta did not accept it.
   * @returns the post's id, `{page}_{post}`
   */
  async post(
    token: string,
    pageId: string,
    post: { message: string | null; link: string | null; photoIds: readonly string[] } & Visibility,
  ): Promise<string> {
    const { message, link, photoIds } = post;
    const { id } = await this.graph.call({
      method: 'POST',
      path: `/${encodeURIComponent(pageId)}/feed`,
      token,
      body: {
        ...(message !== null && { message }),
        ...(link !== null && { link }),
        ...(photoIds.length > 0 && { attached_media: photoIds.map((photoId) => ({ media_fbid: photoId })) }),
        ...visibilityFields(post),
      },
      response: CreatedObject,
      retry: 'never',
    });
    return id;
  }

  /**
   * Publishes. Not to be repeated, as `post`.
   * @param video `url` is fetched by Meta
   * @returns the video's id; the post around it gets one once the video is ready
   */
  async video(
    token: string,
    pageId: string,
    video: { url: string; title: string | null; description: string | null } & Visibility,
  ): Promise<string> {
    const { url, title, description } = video;
    const { id } = await this.graph.call({
      method: 'POST',
      path: `/${encodeURIComponent(pageId)}/videos`,
      token,
      body: {
        file_url: url,
        ...(title !== null && { title }),
        ...(description !== null && { description }),
        ...visibilityFields(video),
      },
      response: CreatedObject,
      retry: 'never',
      timeoutMs: LONGEST_FILE_MS,
    });
    return id;
  }

  /** Publishes a video that was brought before. Not to be repeated, as `post`. */
  async broughtVideo(
    token: string,
    pageId: string,
    edge: 'video_reels' | 'video_stories',
    video: { videoId: string; title: string | null; description: string | null } & Visibility,
  ): Promise<void> {
    const { videoId, title, description, isPublished, scheduledAt } = video;
    const state = scheduledAt !== null ? 'SCHEDULED' : isPublished ? 'PUBLISHED' : 'DRAFT';
    const { success } = await this.graph.call({
      method: 'POST',
      path: `/${encodeURIComponent(pageId)}/${edge}`,
      token,
      body: {
        upload_phase: 'finish',
        video_id: videoId,
        ...(edge === 'video_reels' && { video_state: state }),
        ...(title !== null && { title }),
        ...(description !== null && { description }),
        ...(scheduledAt !== null && { scheduled_publish_time: Math.floor(scheduledAt.getTime() / 1_000) }),
      },
      response: GraphSuccess,
      retry: 'never',
      timeoutMs: LONGEST_FILE_MS,
    });
    if (!success) throw new GraphRejectedError('Meta answered that it did not publish the video.');
  }

  /** Publishes. Not to be repeated, as `post`. @returns the story's post id */
  async photoStory(token: string, pageId: string, photoId: string): Promise<string> {
    const { post_id: postId } = await this.graph.call({
      method: 'POST',
      path: `/${encodeURIComponent(pageId)}/photo_stories`,
      token,
      body: { photo_id: photoId },
      response: PublishedStory,
      retry: 'never',
    });
    return postId;
  }
}

function visibilityFields({ isPublished, scheduledAt }: Visibility): Record<string, unknown> {
  return {
    published: isPublished,
    ...(scheduledAt !== null && { scheduled_publish_time: Math.floor(scheduledAt.getTime() / 1_000) }),
  };
}
