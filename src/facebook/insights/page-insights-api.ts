import { Injectable } from '@nestjs/common';
import { instantAt } from '../../conversations/direct/direct-history-mapping';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphNode } from '../../graph-client/graph-node';
import type { FoundObject, InsightQuery } from '../../insights/insight-source';
import { isNoSuchObject } from '../../insights/reading/metric-refusal';

const POST_FIELDS = 'id,created_time';
const POSTS_A_PAGE = 100;
/** Meta shows about six hundred posts of a year. */
const MOST_PAGES = 6;

/** The Graph endpoints of figures of Pages and posts. */
@Injectable()
export class PageInsightsApi {
  constructor(private readonly graph: GraphClient) {}

  async insights(pageToken: string, { objectId, query, timeoutMs }: InsightQuery): Promise<unknown> {
    return this.graph.callUnknown({
      method: 'GET',
      path: `/${encodeURIComponent(objectId)}/insights`,
      token: pageToken,
      query,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  }

  /** What the Page itself published, the newest first. */
  async *recentPosts(pageToken: string, pageId: string, since: Date): AsyncGenerator<FoundObject[]> {
    const path = `/${encodeURIComponent(pageId)}/published_posts`;
    const query = { fields: POST_FIELDS };
    const list = {
      path,
      token: pageToken,
      query,
      item: GraphNode,
      pageSize: POSTS_A_PAGE,
      maxPages: MOST_PAGES,
    };
    for await (const page of this.graph.pages(list)) {
      const posts = page.map(postOf);
      yield posts.filter(({ publishedAt }) => publishedAt === null || publishedAt >= since);
      if (posts.some(({ publishedAt }) => publishedAt !== null && publishedAt < since)) return;
    }
  }

  /** null for a post of another Page, and for none. */
  async findPost(
    pageToken: string,
    pageId: string,
    postId: string,
    timeoutMs?: number,
  ): Promise<FoundObject | null> {
    if (!postId.startsWith(`${pageId}_`)) return null;
    try {
      const node = await this.graph.call({
        method: 'GET',
        path: `/${encodeURIComponent(postId)}`,
        token: pageToken,
        query: { fields: POST_FIELDS },
        response: GraphNode,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
      return postOf(node);
    } catch (error) {
      if (isNoSuchObject(error)) return null;
      throw error;
    }
  }
}

function postOf({ id, raw }: GraphNode): FoundObject {
  return {
    externalId: id,
    kind: 'post',
    product: null,
    publishedAt: instantAt(raw, 'created_time'),
    endsAt: null,
  };
}
