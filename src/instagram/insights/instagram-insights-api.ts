import { Injectable } from '@nestjs/common';
import { instantAt } from '../../conversations/direct/direct-history-mapping';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphNode } from '../../graph-client/graph-node';
import type { FoundObject, InsightQuery } from '../../insights/insight-source';
import { MEDIA_PRODUCTS } from '../../insights/metrics/insight-metric';
import { isNoSuchObject } from '../../insights/reading/metric-refusal';
import type { InstagramDoor } from '../accounts/instagram-api';

const MEDIA_FIELDS = 'id,timestamp,media_product_type';
const MEDIA_A_PAGE = 100;
const MOST_PAGES = 6;
const STORY_LIVES_MS = 24 * 60 * 60_000;

/** The Graph endpoints of figures of Instagram accounts and media. */
@Injectable()
export class InstagramInsightsApi {
  constructor(private readonly graph: GraphClient) {}

  async insights(
    { host, token }: InstagramDoor,
    { objectId, query, timeoutMs }: InsightQuery,
  ): Promise<unknown> {
    return this.graph.callUnknown({
      method: 'GET',
      host,
      path: `/${encodeURIComponent(objectId)}/insights`,
      token,
      query,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  }

  /** Stories, which media lists leave out, then media, the newest first. @param nodeId the account, or `me` for Instagram Login */
  async *recent(door: InstagramDoor, nodeId: string, since: Date): AsyncGenerator<FoundObject[]> {
    for await (const page of this.list(door, nodeId, 'stories'))
      yield page.map((node) => mediaOf(node, 'STORY'));
    for await (const page of this.list(door, nodeId, 'media')) {
      const media = page.map((node) => mediaOf(node, null));
      yield media.filter(
        // Of others, such as advertisements, there are no figures.
        ({ product, publishedAt }) => product !== null && (publishedAt === null || publishedAt >= since),
      );
      if (media.some(({ publishedAt }) => publishedAt !== null && publishedAt < since)) return;
    }
  }

  /** null for a media of another account, and for none. */
  async find(
    { host, token }: InstagramDoor,
    mediaId: string,
    timeoutMs?: number,
  ): Promise<FoundObject | null> {
    try {
      const node = await this.graph.call({
        method: 'GET',
        host,
        path: `/${encodeURIComponent(mediaId)}`,
        token,
        query: { fields: MEDIA_FIELDS },
        response: GraphNode,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
      return mediaOf(node, null);
    } catch (error) {
      if (isNoSuchObject(error)) return null;
      throw error;
    }
  }

  private list({ host, token }: InstagramDoor, nodeId: string, edge: string): AsyncGenerator<GraphNode[]> {
    return this.graph.pages({
      host,
      path: `/${encodeURIComponent(nodeId)}/${edge}`,
      token,
      query: { fields: MEDIA_FIELDS },
      item: GraphNode,
      pageSize: MEDIA_A_PAGE,
      maxPages: MOST_PAGES,
    });
  }
}

function mediaOf({ id, raw }: GraphNode, usual: 'STORY' | null): FoundObject {
  const publishedAt = instantAt(raw, 'timestamp');
  const product = MEDIA_PRODUCTS.find((each) => each === raw.media_product_type) ?? usual;
  const isStory = product === 'STORY' && publishedAt !== null;
  return {
    externalId: id,
    kind: 'ig_media',
    product,
    publishedAt,
    endsAt: isStory ? new Date(publishedAt.getTime() + STORY_LIVES_MS) : null,
  };
}
