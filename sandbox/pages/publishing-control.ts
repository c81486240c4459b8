import { playLead, playMention, playPageLike, playPostChange, playRating } from './page-events';
import { DirectControl } from '../direct/direct-control';
import type { SetInsight } from './insight-book';
import type { PageUsage, PublishedItem } from './page-book';
import type { PageTask } from './page-access';
import { removePost } from './posts';
import { decideVideo } from './videos';

export interface UploadView {
  id: string;
  kind: 'photo' | 'video';
  pageId: string;
  appId: string | null;
  isPublished: boolean;
  /** Of a video: where it stands. */
  state: string | null;
  /** The post (or story) that shows it. */
  postId: string | null;
}

/** What apps have published, what becomes of it, and what people do on Pages. */
export class PublishingControl extends DirectControl {
  /**
   * Everything that an app was told is made, in order, also what is not out yet or gone again: what must exist exactly
   * once. A video is in it from the end of its upload, and has `publishedAt` once it is ready.
   */
  publishedPosts(filter: { pageId?: string; appId?: string; message?: string } = {}): PublishedItem[] {
    return this.context.pages.published.filter(
      (item) =>
        (filter.pageId === undefined || item.pageId === filter.pageId) &&
        (filter.appId === undefined || item.appId === filter.appId) &&
        (filter.message === undefined || item.message === filter.message),
    );
  }

  /** Photos and videos that were uploaded, with or without a post that shows them. */
  pageUploads(filter: { pageId?: string } = {}): UploadView[] {
    const { world } = this.context;
    const photos = world.all('photo').map(({ id, pageId, appId, isPublished, postId }): UploadView => ({
      id,
      kind: 'photo',
      pageId,
      appId: appId ?? null,
      isPublished,
      state: null,
      postId: postId ?? null,
    }));
    const videos = world
      .all('video')
      .map(({ id, pageId, appId, state, publication, postId }): UploadView => ({
        id,
        kind: 'video',
        pageId,
        appId,
        isPublished: state === 'ready' && publication === 'publish',
        state,
        postId: state === 'ready' ? postId : null,
      }));
    return [...photos, ...videos].filter(
      (upload) => filter.pageId === undefined || upload.pageId === filter.pageId,
    );
  }

  /** Removes a post behind the app's back. Returns how many apps are told. */
  deletePost(input: { postId: string; silent?: boolean }): number {
    return removePost(this.context, this.context.world.get('post', input.postId), input.silent);
  }

  playPostChange(input: Parameters<typeof playPostChange>[1]): number {
    return playPostChange(this.context, input);
  }

  /** Ends the processing of a video now; it must be under way. */
  decideVideo(input: { videoId: string; outcome: 'ready' | 'error'; code?: number; message?: string }): void {
    const video = this.context.world.get('video', input.videoId);
    if (video.state !== 'processing') throw new Error(`The video is ${video.state}, not processing.`);
    decideVideo(this.context, video, input.outcome, {
      code: input.code ?? 1_363_026,
      message: input.message ?? 'The video could not be processed.',
    });
  }

  /** Figures of a Page or post in the place of what would be counted. */
  setInsight(input: SetInsight): void {
    this.context.pages.insights.set(input);
  }

  /** Percentages of the Page's call budget in all usage headers; from 100 on calls fail. Null: as counted. */
  setPageUsage(input: { pageId: string; usage: PageUsage | null }): void {
    const { pages, world } = this.context;
    const { id } = world.get('page', input.pageId);
    if (input.usage === null) pages.usage.delete(id);
    else pages.usage.set(id, input.usage);
  }

  /** The person may not do this on the Page any more; the token stays good for the rest. */
  revokePageTask(input: { pageId: string; task: PageTask }): void {
    const page = this.context.world.get('page', input.pageId);
    page.tasks = page.tasks.filter((task) => task !== input.task);
  }

  playMention(input: Parameters<typeof playMention>[1]): ReturnType<typeof playMention> {
    return playMention(this.context, input);
  }

  playRating(input: Parameters<typeof playRating>[1]): ReturnType<typeof playRating> {
    return playRating(this.context, input);
  }

  playLead(input: Parameters<typeof playLead>[1] = {}): ReturnType<typeof playLead> {
    return playLead(this.context, input);
  }

  playPageLike(input: Parameters<typeof playPageLike>[1]): number {
    return playPageLike(this.context, input);
  }
}
