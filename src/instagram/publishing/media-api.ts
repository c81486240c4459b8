import { Injectable } from '@nestjs/common';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphSuccess } from '../../graph-client/graph-fields';
import { GraphNode } from '../../graph-client/graph-node';
import {
  type JsonRecord,
  isRecord,
  readBoolean,
  readId,
  readInstant,
  readNumber,
  readRecord,
  readRecords,
  readText,
} from '../../webhooks/parsers/json-reader';
import type { InstagramDoor } from '../accounts/instagram-api';

export interface ReadMediaPart {
  id: string;
  mediaType: string | null;
  mediaUrl: string | null;
}

/** Something on an account, as Meta shows it. */
export interface ReadInstagramMedia extends ReadMediaPart {
  productType: string | null;
  thumbnailUrl: string | null;
  permalink: string | null;
  caption: string | null;
  timestamp: Date | null;
  likes: number | null;
  comments: number | null;
  commentsEnabled: boolean | null;
  username: string | null;
  /** Meta's id of the account. */
  ownerId: string | null;
  children: ReadMediaPart[];
}

/** A page of a list, with Meta's own cursors. */
export interface ReadMediaPage {
  media: ReadInstagramMedia[];
  /** To go on with what is older; null on the last page. */
  older: string | null;
  /** To read what has come since; null where the page is empty. */
  newer: string | null;
}

const FIELDS =
  'id,caption,media_type,media_product_type,media_url,thumbnail_url,permalink,timestamp,username,owner,like_count,' +
  'comments_count,is_comment_enabled,children{id,media_type,media_url}';
/** Somebody waits for it. */
const INTERACTIVE_MS = 8_000;
const MOST_STORIES = 100;

/** The Graph endpoints of what is on an account. */
@Injectable()
export class MediaApi {
  constructor(private readonly graph: GraphClient) {}

  /** @param cursor one of Meta's: `older` goes on behind it, `newer` reads what stands before it */
  async page(
    { host, token }: InstagramDoor,
    node: string,
    { limit, older, newer }: { limit: number; older?: string | undefined; newer?: string | undefined },
  ): Promise<ReadMediaPage> {
    const answer = await this.graph.callUnknown({
      method: 'GET',
      host,
      path: `/${encodeURIComponent(node)}/media`,
      token,
      // Meta counts from the newest on: what is older stands after.
      query: { fields: FIELDS, limit, after: older, before: newer },
      timeoutMs: INTERACTIVE_MS,
    });
    return pageOf(isRecord(answer) ? answer : {});
  }

  async stories({ host, token }: InstagramDoor, node: string): Promise<ReadInstagramMedia[]> {
    const answer = await this.graph.callUnknown({
      method: 'GET',
      host,
      path: `/${encodeURIComponent(node)}/stories`,
      token,
      query: { fields: FIELDS, limit: MOST_STORIES },
      timeoutMs: INTERACTIVE_MS,
    });
    return pageOf(isRecord(answer) ? answer : {}).media;
  }

  async one({ host, token }: InstagramDoor, mediaId: string): Promise<ReadInstagramMedia> {
    const { id, raw } = await this.graph.call({
      method: 'GET',
      host,
      path: `/${encodeURIComponent(mediaId)}`,
      token,
      query: { fields: FIELDS },
      response: GraphNode,
      timeoutMs: INTERACTIVE_MS,
    });
    return mediaOf(id, raw);
  }

  /** May be repeated: what is gone is gone. */
  async delete({ host, token }: InstagramDoor, mediaId: string): Promise<void> {
    await this.graph.call({
      method: 'DELETE',
      host,
      path: `/${encodeURIComponent(mediaId)}`,
      token,
      response: GraphSuccess,
      timeoutMs: INTERACTIVE_MS,
    });
  }

  async setComments({ host, token }: InstagramDoor, mediaId: string, isEnabled: boolean): Promise<void> {
    await this.graph.call({
      method: 'POST',
      host,
      path: `/${encodeURIComponent(mediaId)}`,
      token,
      body: { comment_enabled: isEnabled },
      response: GraphSuccess,
      retry: 'safe',
      timeoutMs: INTERACTIVE_MS,
    });
  }
}

function pageOf(answer: JsonRecord): ReadMediaPage {
  const paging = readRecord(answer, 'paging') ?? {};
  const cursors = readRecord(paging, 'cursors') ?? {};
  const media = readRecords(answer, 'data').flatMap((record) => {
    const id = readId(record, 'id');
    return id === undefined ? [] : [mediaOf(id, record)];
  });
  return {
    media,
    // The address of the next page holds the token: only that there is one is looked at.
    older: paging.next === undefined ? null : (readText(cursors, 'after') ?? null),
    newer: readText(cursors, 'before') ?? null,
  };
}

function mediaOf(id: string, record: JsonRecord): ReadInstagramMedia {
  return {
    ...partOf(id, record),
    productType: readText(record, 'media_product_type') ?? null,
    thumbnailUrl: readText(record, 'thumbnail_url') ?? null,
    permalink: readText(record, 'permalink') ?? null,
    caption: readText(record, 'caption') ?? null,
    timestamp: readInstant(record, 'timestamp') ?? null,
    likes: readNumber(record, 'like_count') ?? null,
    comments: readNumber(record, 'comments_count') ?? null,
    commentsEnabled: readBoolean(record, 'is_comment_enabled') ?? null,
    username: readText(record, 'username') ?? null,
    ownerId: readId(readRecord(record, 'owner') ?? {}, 'id') ?? null,
    children: readRecords(readRecord(record, 'children') ?? {}, 'data').flatMap((part) => {
      const partId = readId(part, 'id');
      return partId === undefined ? [] : [partOf(partId, part)];
    }),
  };
}

function partOf(id: string, record: JsonRecord): ReadMediaPart {
  return {
    id,
    mediaType: readText(record, 'media_type') ?? null,
    mediaUrl: readText(record, 'media_url') ?? null,
  };
}
