import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CommentStore } from '../../conversations/comments/comment-store.service';
import type { ArrivedComment, CommentMetadata } from '../../conversations/comments/comment-types';
import type { DirectHome } from '../../conversations/direct/direct-arrivals';
import { NOTHING_IN_IT, readEach } from '../../conversations/routed-events';
import type { InstagramComment } from '../../webhooks/instagram-events';
import {
  type EventLedger,
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';

/** A webhook tells a comment as it was written, and no edit: whatever is read of it is newer. */
const AT_FIRST = new Date(0);

/** Comments under media and live videos. Of edits and removals Instagram tells nothing. */
@Injectable()
export class CommentHandler implements WebhookHandler<'instagram.comment'>, OnModuleInit {
  readonly kind = 'instagram.comment';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly comments: CommentStore,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'instagram.comment'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    await this.comments.storeArrived(
      tx,
      readEach(events, ledger, NOTHING_IN_IT, (home, { payload, occurredAt }) =>
        arrivedComment(home, payload, occurredAt),
      ),
    );
  }
}

function arrivedComment(
  { accountId, assetId }: DirectHome,
  comment: InstagramComment,
  at: Date,
): ArrivedComment {
  const { from, media } = comment;
  return {
    accountId,
    assetId,
    platform: 'instagram',
    externalId: comment.commentId,
    postExternalId: media?.id ?? null,
    parentExternalId: comment.parentId,
    author: from && { id: from.id ?? null, name: null, username: from.username ?? null },
    byBusiness: comment.byAccount,
    text: comment.text,
    attachment: null,
    at,
    asOf: AT_FIRST,
    isHidden: null,
    metadata: metadataOf(comment),
  };
}

function metadataOf({ live, media }: InstagramComment): CommentMetadata {
  return {
    ...(live && { live }),
    ...(media?.productType !== undefined && { productType: media.productType }),
    ...(media?.adId !== undefined && { adId: media.adId }),
    ...(media?.adTitle !== undefined && { adTitle: media.adTitle }),
    ...(media?.originalMediaId !== undefined && { originalMediaId: media.originalMediaId }),
  };
}
