import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphId } from '../../graph-client/graph-fields';
import { GraphNode } from '../../graph-client/graph-node';
import {
  type JsonRecord,
  isRecord,
  readInstant,
  readNumber,
  readRecord,
  readRecords,
  readText,
} from '../../webhooks/parsers/json-reader';
import type { InstagramAccountEntity } from '../entities/instagram-account.entity';
import type { InstagramDoor } from '../accounts/instagram-api';
import type { PublishedMedia } from './publication-matching';

/** What Meta says of a container. */
export interface ContainerStatus {
  /** `IN_PROGRESS`, `FINISHED`, `PUBLISHED`, `ERROR`, `EXPIRED`; null where it does not say. */
  status: string | null;
  text: string | null;
}

/** How much an account may publish; null for what Meta does not say. */
export interface PublishingQuota {
  used: number | null;
  total: number | null;
  durationSeconds: number | null;
}

class GraphCreated {
  @GraphId() id!: string;
}

const RECENT_FIELDS = 'id,caption,media_type,media_product_type,timestamp,permalink';
const RECENT_A_PAGE = 50;
const MOST_RECENT_PAGES = 4;
/** While somebody waits for it. */
const INTERACTIVE_MS = 8_000;
/** Meta fetches images before it answers. */
const PATIENCE = 3;

/** The account as a path of the Graph API: Instagram Login reaches its own as `me`. */
export function nodeOf({
  pageId,
  igAccountId,
}: Pick<InstagramAccountEntity, 'pageId' | 'igAccountId'>): string {
  return pageId === null ? 'me' : igAccountId;
}

/** The Graph endpoints by which something is published. */
@Injectable()
export class PublishingApi {
  constructor(
    private readonly graph: GraphClient,
    private readonly config: AppConfig,
  ) {}

  /** For making a container and for publishing one, in milliseconds. */
  get longestWriteMs(): number {
    return PATIENCE * this.config.env.META_TIMEOUT_MS;
  }

  /** @returns Meta's id of it */
  async createContainer(
    { host, token }: InstagramDoor,
    node: string,
    parameters: Record<string, unknown>,
  ): Promise<string> {
    const { id } = await this.graph.call({
      method: 'POST',
      host,
      path: `/${encodeURIComponent(node)}/media`,
      token,
      body: parameters,
      response: GraphCreated,
      timeoutMs: this.longestWriteMs,
    });
    return id;
  }

  async readContainer({ host, token }: InstagramDoor, containerId: string): Promise<ContainerStatus> {
    const { raw } = await this.graph.call({
      method: 'GET',
      host,
      path: `/${encodeURIComponent(containerId)}`,
      token,
      query: { fields: 'status_code,status' },
      response: GraphNode,
    });
    return { status: readText(raw, 'status_code') ?? null, text: readText(raw, 'status') ?? null };
  }

  /** Once for each order: Meta knows no key by which it would notice a repetition. @returns Meta's id of the media */
  async publish({ host, token }: InstagramDoor, node: string, containerId: string): Promise<string> {
    const { id } = await this.graph.call({
      method: 'POST',
      host,
      path: `/${encodeURIComponent(node)}/media_publish`,
      token,
      body: { creation_id: containerId },
      response: GraphCreated,
      retry: 'never',
      timeoutMs: this.longestWriteMs,
    });
    return id;
  }

  async quota({ host, token }: InstagramDoor, node: string): Promise<PublishingQuota> {
    const answer = await this.graph.callUnknown({
      method: 'GET',
      host,
      path: `/${encodeURIComponent(node)}/content_publishing_limit`,
      token,
      query: { fields: 'config,quota_usage' },
      timeoutMs: INTERACTIVE_MS,
    });
    const [first] = isRecord(answer) ? readRecords(answer, 'data') : [];
    const config = (first && readRecord(first, 'config')) ?? {};
    return {
      used: (first && readNumber(first, 'quota_usage')) ?? null,
      total: readNumber(config, 'quota_total') ?? null,
      durationSeconds: readNumber(config, 'quota_duration') ?? null,
    };
  }

  async permalink({ host, token }: InstagramDoor, mediaId: string): Promise<string | null> {
    const { raw } = await this.graph.call({
      method: 'GET',
      host,
      path: `/${encodeURIComponent(mediaId)}`,
      token,
      query: { fields: 'permalink' },
      response: GraphNode,
      timeoutMs: INTERACTIVE_MS,
    });
    return readText(raw, 'permalink') ?? null;
  }

  /** What has appeared on an account since, newest first. Stories are a list of their own, and stay for a day. */
  async recent(
    { host, token }: InstagramDoor,
    node: string,
    edge: 'media' | 'stories',
    since: Date,
  ): Promise<PublishedMedia[]> {
    const found: PublishedMedia[] = [];
    const pages = this.graph.pages({
      host,
      path: `/${encodeURIComponent(node)}/${edge}`,
      token,
      query: { fields: RECENT_FIELDS },
      item: GraphNode,
      pageSize: RECENT_A_PAGE,
      maxPages: MOST_RECENT_PAGES,
    });
    for await (const page of pages) {
      const media = page.map(({ id, raw }) => publishedMediaOf(id, raw));
      found.push(...media.filter(({ at }) => at === null || at >= since));
      if (media.some(({ at }) => at !== null && at < since)) break;
    }
    return found;
  }
}

function publishedMediaOf(mediaId: string, raw: JsonRecord): PublishedMedia {
  return {
    mediaId,
    caption: readText(raw, 'caption') ?? null,
    mediaType: readText(raw, 'media_type') ?? null,
    productType: readText(raw, 'media_product_type') ?? null,
    at: readInstant(raw, 'timestamp') ?? null,
    permalink: readText(raw, 'permalink') ?? null,
  };
}
