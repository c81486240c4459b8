import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { AppConfig } from '../../config/app-config';
import { instantAt, storable } from '../../conversations/direct/direct-history-mapping';
import { DueRows } from '../../queue/due-rows';
import {
  type ClaimedMention,
  type MentionFacts,
  MentionStore,
} from '../../conversations/direct/mention-store';
import { nextReading } from '../../conversations/read-retry';
import { GraphClient } from '../../graph-client/graph-client';
import { GraphNode } from '../../graph-client/graph-node';
import { type JsonRecord, readRecord, readText } from '../../webhooks/parsers/json-reader';
import { AccountsRepository } from './accounts.repository';
import { InstagramAccess } from './instagram-access';
import type { InstagramDoor } from './instagram-api';

const CONCURRENCY = 1;
const SWEEP_EVERY_MS = 2_000;
const LEASE_MS = 2 * 60_000;
/** Meta's ids stand in the names of fields here, where nothing is escaped. */
const ID = /^\w{1,64}$/;

/** Reads what was said where an Instagram account was named. */
@Injectable()
export class MentionWorker implements BeforeApplicationShutdown {
  private readonly rows: DueRows<ClaimedMention>;

  constructor(
    private readonly config: AppConfig,
    private readonly mentions: MentionStore,
    private readonly accounts: AccountsRepository,
    private readonly access: InstagramAccess,
    private readonly graph: GraphClient,
  ) {
    this.rows = new DueRows(
      'Mentions',
      CONCURRENCY,
      () => mentions.claim(LEASE_MS),
      (mention) => this.read(mention),
    );
  }

  @Interval(SWEEP_EVERY_MS)
  wake(): void {
    if (this.config.has('worker')) this.rows.wake();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.rows.close();
  }

  private async read(mention: ClaimedMention): Promise<void> {
    const account = await this.accounts.findConnected(mention.accountId, mention.assetId);
    const field = fieldOf(mention);
    if (account === null || field === null) {
      const refusal =
        account === null ? 'The Instagram account is not connected.' : 'Meta gave no id to ask by.';
      await this.mentions.recordFailure(mention, { delayMs: null, refusal, isCounted: true });
      return;
    }
    try {
      const facts = await this.access.with(account, (door) => this.ask(door, account.igAccountId, field));
      await this.mentions.recordRead(mention, facts);
    } catch (error) {
      const { delayMs, isCounted, reason } = nextReading(error, mention.attempt);
      await this.mentions.recordFailure(mention, { delayMs, refusal: reason, isCounted });
    }
  }

  private async ask(
    { host, token }: InstagramDoor,
    igAccountId: string,
    field: string,
  ): Promise<MentionFacts> {
    const { raw } = await this.graph.call({
      method: 'GET',
      host,
      path: `/${encodeURIComponent(igAccountId)}`,
      token,
      query: { fields: field },
      response: GraphNode,
    });
    const record = storable(raw);
    const comment = readRecord(record, 'mentioned_comment');
    return comment === undefined
      ? factsOf(readRecord(record, 'mentioned_media') ?? {}, 'caption')
      : factsOf(comment, 'text');
  }
}

function fieldOf({ postId, commentId }: ClaimedMention): string | null {
  if (commentId !== null)
    return ID.test(commentId)
      ? `mentioned_comment.comment_id(${commentId}){id,text,timestamp,media{id,permalink}}`
      : null;
  return postId !== null && ID.test(postId)
    ? `mentioned_media.media_id(${postId}){id,caption,timestamp,username,permalink}`
    : null;
}

function factsOf(record: JsonRecord, textKey: 'text' | 'caption'): MentionFacts {
  return {
    text: readText(record, textKey) ?? null,
    authorName: readText(record, 'username') ?? null,
    permalink:
      readText(record, 'permalink') ?? readText(readRecord(record, 'media') ?? {}, 'permalink') ?? null,
    mentionedAt: instantAt(record, 'timestamp'),
  };
}
