import { Injectable } from '@nestjs/common';
import { IsOptional } from 'class-validator';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphId } from '../../graph-client/graph-fields';
import { GraphNode } from '../../graph-client/graph-node';
import type { GraphHost } from '../../graph-client/graph-request';
import { readId, readRecord, readText } from '../../webhooks/parsers/json-reader';
import type { PrivateMessage } from './comment-channel';
import { nestedList } from './comment-reading';
import { isSameText } from './comment-rules';
import { instantAt, storable } from '../direct/direct-history-mapping';

/** How the business is spoken with. */
export interface PrivateDoor {
  host: GraphHost;
  token: string;
  /** The Page, or `me` for Instagram Login. */
  nodeId: string;
}

class SentAnswer {
  @GraphId() message_id!: string;
  /** Not in every answer to a private reply. */
  @IsOptional() @GraphId() recipient_id?: string;
}

/** Meta tells details of the twenty newest messages. */
const READABLE_MESSAGES = 20;
/** Somebody is waiting. */
const INTERACTIVE_MS = 8_000;

/** The Graph endpoints of private replies, which Messenger and Instagram share. */
@Injectable()
export class PrivateReplyApi {
  constructor(private readonly graph: GraphClient) {}

  /** @param mark comes back in the echo */
  async send(
    { host, token, nodeId }: PrivateDoor,
    commentExternalId: string,
    { text, mark }: { text: string; mark: string },
  ): Promise<PrivateMessage> {
    const { message_id: messageId, recipient_id: personId = null } = await this.graph.call({
      method: 'POST',
      host,
      path: `/${encodeURIComponent(nodeId)}/messages`,
      token,
      body: { recipient: { comment_id: commentExternalId }, message: { text, metadata: mark } },
      response: SentAnswer,
    });
    return { messageId, personId };
  }

  /** What the business wrote to the person since then in these words, newest first. */
  async find(
    { host, token, nodeId }: PrivateDoor,
    {
      platform,
      personId,
      text,
      since,
    }: { platform: 'messenger' | 'instagram'; personId: string; text: string; since: Date },
  ): Promise<PrivateMessage[]> {
    const found: PrivateMessage[] = [];
    const list = {
      host,
      path: `/${encodeURIComponent(nodeId)}/conversations`,
      token,
      query: {
        platform,
        user_id: personId,
        fields: `id,messages.limit(${READABLE_MESSAGES}){id,message,from,created_time}`,
      },
      item: GraphNode,
      timeoutMs: INTERACTIVE_MS,
      maxPages: 1,
    };
    for await (const page of this.graph.pages(list))
      for (const { raw } of page)
        for (const message of nestedList(storable(raw), 'messages').items) {
          const [id, at] = [readId(message, 'id'), instantAt(message, 'created_time')];
          const from = readId(readRecord(message, 'from') ?? {}, 'id');
          const isOurs = from !== undefined && from !== personId;
          if (id === undefined || at === null || !isOurs || at < since) continue;
          if (isSameText(text, readText(message, 'message') ?? null)) found.push({ messageId: id, personId });
        }
    return found;
  }
}
