import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphRejectedError } from '../../graph-client/graph.error';
import { GraphNode } from '../../graph-client/graph-node';
import type { GraphHost } from '../../graph-client/graph-request';
import type { BackfillResult } from '../../webhooks/gaps/backfill.registry';
import type { MessagingPlatform } from '../../webhooks/messenger-events';
import type { ArrivedMessage } from '../conversation-types';
import type { DirectHome } from './direct-arrivals';
import {
  type HistoryChannel,
  type HistoryConversation,
  conversationOf,
  historyMessageOf,
} from './direct-history-mapping';
import { findMessageKeys, keyOf } from '../messages/external-key';
import { MessageStore } from '../messages/message-store.service';
import { MessageWatermarks } from '../messages/message-watermarks';

/** Which conversations to read again, and of what time. */
export interface DirectHistoryRequest extends DirectHome {
  platform: MessagingPlatform;
  /** The node with the edge `conversations`: the Page, also for Instagram through it, or the account of Instagram Login. */
  nodeId: string;
  /** Every id that stands for the business as a sender. */
  businessIds: readonly string[];
  token: string;
  host?: GraphHost;
  from: Date;
  until: Date;
}

interface Tally {
  found: number;
  stored: number;
  /** Messages of the time that are neither here nor told by Meta. */
  lost: number;
  /** Conversations that Meta refuses. */
  refused: number;
  read: number;
  isCut: boolean;
}

const CONVERSATIONS_A_PAGE = 50;
const MOST_CONVERSATIONS = 10_000;
const MESSAGES_A_PAGE = 50;
/** Of one conversation held in memory; Meta tells the content of the newest 20. */
const MOST_MESSAGES = 1_000;
/** Meta allows two calls a second for a list of conversations. */
const PAUSE_MS = 600;

const FIELDS: Readonly<Record<MessagingPlatform, string>> = {
  messenger: 'id,created_time,from,to,message,sticker,attachments,shares,tags',
  instagram: 'id,created_time,from,to,message,attachments,shares,story,is_unsupported,tags',
};

/**
 * Reads again from Meta what was said while nobody listened, and stores it under the same keys as webhooks do: what did
 * arrive, and what arrives late, is not doubled. Reactions, edits, deliveries and reads of that time are not to be had.
 */
@Injectable()
export class DirectHistory {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly graph: GraphClient,
    private readonly store: MessageStore,
    private readonly watermarks: MessageWatermarks,
  ) {}

  /** @throws GraphError what Meta answers; doing it again repeats nothing that was stored */
  async read(request: DirectHistoryRequest): Promise<BackfillResult> {
    const { accountId, assetId, platform } = request;
    const channel: HistoryChannel = {
      home: { accountId, assetId },
      platform,
      businessIds: new Set(request.businessIds),
    };
    const tally: Tally = { found: 0, stored: 0, lost: 0, refused: 0, read: 0, isCut: false };
    let refusal: GraphRejectedError | null = null;
    for await (const conversation of this.conversations(request, channel, tally)) {
      try {
        await this.readConversation(request, channel, conversation, tally);
        tally.read += 1;
      } catch (error) {
        // One of somebody who has left, for instance; it must not cost the others.
        if (!(error instanceof GraphRejectedError)) throw error;
        refusal ??= error;
        tally.refused += 1;
      }
    }
    if (refusal !== null && tally.read === 0) throw refusal;
    const note = noteOn(tally);
    return { found: tally.found, stored: tally.stored, ...(note === '' ? {} : { note }) };
  }

  /** Those that have changed since. The latest come first, so that one page of older ones is the end. */
  private async *conversations(
    request: DirectHistoryRequest,
    channel: HistoryChannel,
    tally: Tally,
  ): AsyncGenerator<HistoryConversation> {
    let count = 0;
    const pages = this.graph.pages({
      ...hostOf(request),
      path: `/${encodeURIComponent(request.nodeId)}/conversations`,
      token: request.token,
      query: { platform: request.platform, fields: 'id,updated_time,participants' },
      item: GraphNode,
      pageSize: CONVERSATIONS_A_PAGE,
    });
    for await (const page of pages) {
      const startedAt = Date.now();
      const conversations = page.flatMap(({ raw }) => conversationOf(raw, channel) ?? []);
      const changed = conversations.filter(
        ({ updatedAt }) => updatedAt === null || updatedAt >= startOfSecond(request.from),
      );
      yield* changed;
      count += conversations.length;
      if (changed.length === 0) return;
      if (count >= MOST_CONVERSATIONS) {
        tally.isCut = true;
        return;
      }
      await sleep(Math.max(0, PAUSE_MS - (Date.now() - startedAt)));
    }
  }

  private async readConversation(
    request: DirectHistoryRequest,
    channel: HistoryChannel,
    conversation: HistoryConversation,
    tally: Tally,
  ): Promise<void> {
    const found: ArrivedMessage[] = [];
    const untold: string[] = [];
    const pages = this.graph.pages({
      ...hostOf(request),
      path: `/${encodeURIComponent(conversation.id)}/messages`,
      token: request.token,
      query: { fields: FIELDS[request.platform] },
      item: GraphNode,
      pageSize: MESSAGES_A_PAGE,
    });
    // Created in whole seconds.
    const from = startOfSecond(request.from);
    for await (const page of pages) {
      const messages = page.flatMap(({ raw }) => historyMessageOf(raw, conversation, channel) ?? []);
      for (const { id, at, message } of messages) {
        if (at < from || at > request.until) continue;
        if (message === null) untold.push(id);
        else found.push(message);
      }
      if (messages.every(({ at }) => at < from)) break;
      if (found.length + untold.length >= MOST_MESSAGES) {
        tally.isCut = true;
        break;
      }
    }
    // Meta's order is the newest first; places in the conversation are given in the order of storing.
    found.reverse();
    await this.keep(channel.home, found, untold, tally);
  }

  private async keep(
    home: DirectHome,
    found: readonly ArrivedMessage[],
    untold: readonly string[],
    tally: Tally,
  ): Promise<void> {
    if (found.length + untold.length === 0) return;
    const keys = [...found, ...untold.map((externalId) => ({ ...home, externalId }))];
    const known = await this.database.transaction(async (tx) => {
      const before = await findMessageKeys(tx, keys);
      await this.store.storeArrived(tx, found);
      await this.watermarks.applyTo(
        tx,
        found.filter(({ direction }) => direction === 'outbound'),
      );
      return before;
    });
    const isNew = (externalId: string): boolean => !known.has(keyOf({ ...home, externalId }));
    tally.found += found.length;
    tally.stored += found.filter(({ externalId }) => isNew(externalId)).length;
    tally.lost += untold.filter(isNew).length;
  }
}

function hostOf({ host }: DirectHistoryRequest): { host?: GraphHost } {
  return host === undefined ? {} : { host };
}

function startOfSecond(instant: Date): Date {
  return new Date(Math.floor(instant.getTime() / 1000) * 1000);
}

function noteOn({ lost, refused, isCut }: Tally): string {
  const sentences: string[] = [];
  if (lost > 0)
    sentences.push(
      `${lost} ${lost === 1 ? 'message' : 'messages'} of that time could not be read: Meta tells the content of only the newest 20 of each conversation.`,
    );
  if (refused > 0)
    sentences.push(
      `Meta refused to show ${refused} ${refused === 1 ? 'conversation' : 'conversations'} with messages of that time.`,
    );
  if (isCut) sentences.push('There was more than is read at once; what is older may be missing.');
  return sentences.join(' ');
}
