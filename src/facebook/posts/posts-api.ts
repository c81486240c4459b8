import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphSuccess } from '../../graph-client/graph-fields';
import { GraphNode } from '../../graph-client/graph-node';
import type { UnknownGraphRequest } from '../../graph-client/graph-request';
import { GraphRejectedError } from '../../graph-client/graph.error';
import { storable } from '../../conversations/direct/direct-history-mapping';
import {
  type JsonRecord,
  isRecord,
  readBoolean,
  readId,
  readRecord,
  readRecords,
  readText,
} from '../../webhooks/parsers/json-reader';
import { type PostPaging, type PostPosition, pagingOf, queryFor } from './post-paging';
import { MATCH_FIELDS, POST_FIELDS, type ReadPost, readPost } from './post-reading';

export type PostList = 'published_posts' | 'scheduled_posts';

export interface PostPage extends PostPaging {
  posts: ReadPost[];
}

/** A video of a Page, as far as telling what became of it needs. */
export interface ReadVideo {
  id: string;
  title: string | null;
  description: string | null;
  createdAt: Date | null;
  /** Meta's word: `processing`, `ready`, `error`, …; null where it does not say. */
  status: string | null;
  /** What Meta found wrong with it. */
  problem: string | null;
  isPublished: boolean | null;
  /** Of the post around it, once there is one. */
  postId: string | null;
  permalinkUrl: string | null;
}

/** What is to be another one; `scheduledAt` moves a scheduled post. */
export interface PostChange {
  message?: string;
  scheduledAt?: Date;
  isPublished?: true;
}

/** People are waiting. */
const INTERACTIVE_MS = 8_000;
const VIDEO_FIELDS = 'id,title,description,created_time,permalink_url,status,published';
const MATCHES_A_PAGE = 50;
/** Subcode of "does not exist, or this token may not see it". */
const NOT_VISIBLE = 33;

/** The Graph endpoints of posts that stand already: reading, changing, deleting. All of them may be repeated. */
@Injectable()
export class PostsApi {
  constructor(
    private readonly graph: GraphClient,
    private readonly config: AppConfig,
  ) {}

  async page(
    token: string,
    pageId: string,
    list: PostList,
    { limit, ...position }: PostPosition & { limit: number },
  ): Promise<PostPage> {
    const answer = await this.graph.callUnknown({
      method: 'GET',
      path: `/${encodeURIComponent(pageId)}/${list}`,
      token,
      query: { fields: POST_FIELDS, limit, ...queryFor(position) },
      timeoutMs: this.interactiveMs(),
    });
    const record = isRecord(answer) ? answer : {};
    const data: unknown[] = Array.isArray(record.data) ? record.data : [];
    return { posts: data.flatMap((node) => readPost(node) ?? []), ...pagingOf(record) };
  }

  /** null when there is none, or it is not for this Page to see. */
  async find(token: string, postId: string): Promise<ReadPost | null> {
    return this.orNull(async () => {
      const { raw } = await this.graph.call({
        method: 'GET',
        path: `/${encodeURIComponent(postId)}`,
        token,
        query: { fields: POST_FIELDS },
        response: GraphNode,
        timeoutMs: this.interactiveMs(),
      });
      return readPost(raw);
    });
  }

  /**
   * Posts in which one is looked for, the newest first, a page of Meta's list at a time.
   * @param list where Meta keeps what is published or scheduled
   */
  async *recent(token: string, pageId: string, list: PostList): AsyncGenerator<ReadPost[]> {
    const request = {
      path: `/${encodeURIComponent(pageId)}/${list}`,
      token,
      item: GraphNode,
      pageSize: MATCHES_A_PAGE,
    };
    for await (const page of this.tolerant(MATCH_FIELDS, 'application', (fields) =>
      this.graph.pages({ ...request, query: { fields } }),
    ))
      yield page.flatMap(({ raw }) => readPost(raw) ?? []);
  }

  async *recentVideos(token: string, pageId: string): AsyncGenerator<ReadVideo[]> {
    const request = {
      path: `/${encodeURIComponent(pageId)}/videos`,
      token,
      item: GraphNode,
      pageSize: MATCHES_A_PAGE,
    };
    for await (const page of this.tolerant(VIDEO_FIELDS, 'post_id', (fields) =>
      this.graph.pages({ ...request, query: { fields } }),
    ))
      yield page.flatMap(({ raw }) => readVideo(raw, pageId) ?? []);
  }

  async findVideo(token: string, pageId: string, videoId: string): Promise<ReadVideo | null> {
    return this.orNull(async () => {
      const path = `/${encodeURIComponent(videoId)}`;
      for await (const node of this.tolerant(VIDEO_FIELDS, 'post_id', (fields) =>
        once(this.graph.call({ method: 'GET', path, token, query: { fields }, response: GraphNode })),
      ))
        return readVideo(node.raw, pageId);
      return null;
    });
  }

  /** The photos and videos that the Page's latest stories show, with their post ids. */
  async stories(token: string, pageId: string): Promise<{ postId: string; mediaId: string }[]> {
    const answer = await this.graph.callUnknown({
      method: 'GET',
      path: `/${encodeURIComponent(pageId)}/stories`,
      token,
      query: { limit: MATCHES_A_PAGE },
    });
    return readRecords(storable(answer), 'data').flatMap((story) => {
      const [postId, mediaId] = [readId(story, 'post_id'), readId(story, 'media_id')];
      return postId === undefined || mediaId === undefined ? [] : [{ postId, mediaId }];
    });
  }

  /**
   * Meta lets an app change only posts that it published itself.
   * @param isVideo it is a video's id: the text has another name there
   */
  async update(
    token: string,
    postId: string,
    { message, scheduledAt, isPublished }: PostChange,
    isVideo: boolean,
  ): Promise<void> {
    await this.write({
      method: 'POST',
      path: `/${encodeURIComponent(postId)}`,
      token,
      body: {
        ...(message !== undefined && { [isVideo ? 'description' : 'message']: message }),
        ...(scheduledAt !== undefined && {
          scheduled_publish_time: Math.floor(scheduledAt.getTime() / 1_000),
        }),
        ...(isPublished === true && { is_published: true }),
      },
    });
  }

  /** @returns whether there was something to delete */
  async remove(token: string, postId: string): Promise<boolean> {
    const done = await this.orNull(async () => {
      await this.write({ method: 'DELETE', path: `/${encodeURIComponent(postId)}`, token });
      return true;
    });
    return done ?? false;
  }

  private async write(request: UnknownGraphRequest): Promise<void> {
    const { success } = await this.graph.call({
      ...request,
      response: GraphSuccess,
      // Doing any of it twice leaves the same post.
      retry: 'safe',
      timeoutMs: this.interactiveMs(),
    });
    if (!success) throw new GraphRejectedError('Meta answered that it did not do this.');
  }

  /** A field that a version of Meta's does not have must not cost the others. */
  private async *tolerant<T>(
    fields: string,
    extra: string,
    ask: (fields: string) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    try {
      yield* ask(`${fields},${extra}`);
    } catch (error) {
      const isAboutExtra =
        error instanceof GraphRejectedError && error.meta?.code === 100 && error.meta.message.includes(extra);
      if (!isAboutExtra) throw error;
      yield* ask(fields);
    }
  }

  private async orNull<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof GraphRejectedError && isGone(error)) return null;
      throw error;
    }
  }

  private interactiveMs(): number {
    return Math.min(INTERACTIVE_MS, this.config.env.META_TIMEOUT_MS);
  }
}

async function* once<T>(value: Promise<T>): AsyncGenerator<T> {
  yield await value;
}

/** 100/33, and 803 where the id is that of nothing at all. */
function isGone({ meta }: GraphRejectedError): boolean {
  return meta?.code === 803 || (meta?.code === 100 && meta.subcode === NOT_VISIBLE);
}

function readVideo(node: JsonRecord, pageId: string): ReadVideo | null {
  const record = storable(node);
  const id = readId(record, 'id');
  if (id === undefined) return null;
  const post = readPost(node);
  const status = readRecord(record, 'status') ?? {};
  const postId = readId(record, 'post_id');
  return {
    id,
    title: readText(record, 'title') ?? null,
    description: readText(record, 'description') ?? null,
    createdAt: post?.createdAt ?? null,
    status: readText(status, 'video_status') ?? null,
    problem: problemIn(status),
    isPublished: readBoolean(record, 'published') ?? null,
    // Without the Page's id before it, which all other calls have.
    postId: postId === undefined || postId.includes('_') ? (postId ?? null) : `${pageId}_${postId}`,
    permalinkUrl: absolute(post?.permalinkUrl ?? null),
  };
}

/** Videos' addresses come without the host. */
function absolute(address: string | null): string | null {
  return address?.startsWith('/') === true ? `https://www.facebook.com${address}` : address;
}

/** Of the three phases, what the one says that went wrong. */
function problemIn(status: JsonRecord): string | null {
  for (const phase of ['uploading_phase', 'processing_phase', 'publishing_phase']) {
    const part = readRecord(status, phase) ?? {};
    const error = readRecords(part, 'errors')[0] ?? readRecord(part, 'error') ?? {};
    const text = readText(error, 'message');
    if (text !== undefined) return text;
  }
  return null;
}
