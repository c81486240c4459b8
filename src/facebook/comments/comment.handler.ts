import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CommentStore } from '../../conversations/comments/comment-store.service';
import type {
  ArrivedComment,
  ArrivedCommentEdit,
  ArrivedCommentHiding,
  ArrivedCommentRemoval,
  CommentAttachment,
  CommentKey,
} from '../../conversations/comments/comment-types';
import { readEach } from '../../conversations/routed-events';
import type { PageCommentChanged } from '../../webhooks/page-events';
import {
  type EventLedger,
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';

/** What one event tells of a comment. */
interface Told {
  arrived?: ArrivedComment;
  edit?: ArrivedCommentEdit;
  hiding?: ArrivedCommentHiding;
  removal?: ArrivedCommentRemoval;
}

/** Comments under posts of Pages, and what becomes of them. */
@Injectable()
export class CommentHandler implements WebhookHandler<'page.comment'>, OnModuleInit {
  readonly kind = 'page.comment';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly comments: CommentStore,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'page.comment'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    const told = readEach(events, ledger, 'it changes nothing that is kept', (home, event) => {
      const { accountId, assetId } = home;
      const { payload, occurredAt } = event;
      return toldBy(
        { accountId, assetId, platform: 'facebook', externalId: payload.commentId },
        payload,
        occurredAt,
      );
    });
    await this.comments.apply(tx, {
      arrived: told.flatMap(({ arrived }) => arrived ?? []),
      edits: told.flatMap(({ edit }) => edit ?? []),
      hidings: told.flatMap(({ hiding }) => hiding ?? []),
      removals: told.flatMap(({ removal }) => removal ?? []),
    });
  }
}

/** null for verbs that say nothing about a comment. */
function toldBy(key: CommentKey, change: PageCommentChanged, at: Date): Told | null {
  switch (change.verb) {
    case 'add':
      return { arrived: arrivedComment(key, change, change.createdAt ?? at, at) };
    case 'edit':
    case 'update': {
      const edit = { ...key, text: change.message ?? null, attachment: attachmentOf(change), at };
      // Meta tells the whole comment again, so that one whose own event was lost is there from now on.
      if (change.createdAt === undefined) return { edit };
      return { edit, arrived: arrivedComment(key, change, change.createdAt, at) };
    }
    case 'hide':
    case 'unhide':
      return { hiding: { ...key, isHidden: change.verb === 'hide', at } };
    case 'remove':
    case 'delete':
      return { removal: { ...key, at } };
    default:
      return null;
  }
}

function arrivedComment(key: CommentKey, change: PageCommentChanged, at: Date, asOf: Date): ArrivedComment {
  const { from, post } = change;
  return {
    ...key,
    postExternalId: change.postId,
    parentExternalId: change.parentCommentId,
    author: from && { id: from.id, name: from.name ?? null, username: null },
    byBusiness: change.byPage,
    text: change.message ?? null,
    attachment: attachmentOf(change),
    at,
    asOf,
    isHidden: change.hidden ?? null,
    metadata: post?.permalinkUrl === undefined ? {} : { postUrl: post.permalinkUrl },
  };
}

function attachmentOf({ photoUrl, videoUrl, link }: PageCommentChanged): CommentAttachment | null {
  if (photoUrl !== undefined) return { type: 'photo', url: photoUrl };
  if (videoUrl !== undefined) return { type: 'video', url: videoUrl };
  return link === undefined ? null : { type: 'link', url: link };
}
