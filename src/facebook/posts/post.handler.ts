import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../../config/app-config';
import { readEach } from '../../conversations/routed-events';
import type { AccountId, AssetId } from '../../database/ids';
import type { PagePostChanged } from '../../webhooks/page-events';
import {
  type EventLedger,
  type RoutedEvent,
  type WebhookHandler,
  WebhookHandlerRegistry,
} from '../../webhooks/webhook-handler.registry';
import { type Candidate, isPostOf } from './post-matching';
import { soughtOf } from './publication-search';
import { PublicationSettlement } from './publication-settlement';
import { NOT_FOUND_AT_META, STANDING_STATES } from './publication-states';
import { PublicationTelling } from './publication-telling';
import { FOUND_LATE_WITHIN_MS } from './publication-timing';
import { type Publication, PublicationsRepository } from './publications.repository';

interface PostNews {
  accountId: AccountId;
  assetId: AssetId;
  change: PagePostChanged;
  at: Date;
}

const PUBLISHING_VERBS = ['add', 'update'];
const EDITING_VERBS = ['edit', 'update'];
const REMOVING_VERBS = ['remove', 'delete'];

/**
 * What Meta tells of posts by itself: that one was published, which settles publications whose answer was lost, was edited
 * or removed, wherever that was done.
 */
@Injectable()
export class PostHandler implements WebhookHandler<'page.post'>, OnModuleInit {
  readonly kind = 'page.post';

  constructor(
    private readonly registry: WebhookHandlerRegistry,
    private readonly config: AppConfig,
    private readonly publications: PublicationsRepository,
    private readonly settlement: PublicationSettlement,
    private readonly telling: PublicationTelling,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  async handle(
    events: readonly RoutedEvent<'page.post'>[],
    tx: EntityManager,
    ledger: EventLedger,
  ): Promise<void> {
    const news = readEach(
      events,
      ledger,
      'it is about no post of the Page',
      (home, event): PostNews | null => {
        const { accountId, assetId } = home;
        const { payload: change, occurredAt: at } = event;
        const isKnown = [...PUBLISHING_VERBS, ...EDITING_VERBS, ...REMOVING_VERBS].includes(change.verb);
        return isKnown && (change.postId !== null || change.videoId !== undefined)
          ? { accountId, assetId, change, at }
          : null;
      },
    );
    const pages = new Map(news.map((each) => [`${each.accountId} ${each.assetId}`, each]));
    for (const page of pages.values()) {
      const ofPage = news.filter(
        ({ accountId, assetId }) => accountId === page.accountId && assetId === page.assetId,
      );
      await this.handlePage(tx, page, ofPage);
    }
  }

  /** In order of arrival: one post may be made, edited and removed in one batch. */
  private async handlePage(tx: EntityManager, page: PostNews, news: readonly PostNews[]): Promise<void> {
    const { accountId, assetId } = page;
    const ids = news.flatMap(({ change: { postId, videoId } }) => [postId ?? [], videoId ?? []].flat());
    const known = await this.publications.withMetaIds(accountId, assetId, ids, tx);
    const since = new Date(Date.now() - FOUND_LATE_WITHIN_MS);
    const lost = news.some(({ change }) => isPublishing(change))
      ? await this.publications.findLost(tx, [page], since, NOT_FOUND_AT_META)
      : [];
    for (const each of news) {
      const publication = known.find((candidate) => isOf(candidate, each.change));
      if (publication !== undefined) await this.ofKnown(tx, publication, each);
      else if (isPublishing(each.change)) {
        const found = this.firstMatching(lost, each);
        if (found === undefined) await this.ofForeign(tx, each);
        else {
          lost.splice(lost.indexOf(found), 1);
          known.push(await this.found(tx, found, each));
        }
      } else await this.ofForeign(tx, each);
    }
  }

  private async ofKnown(tx: EntityManager, publication: Publication, { change }: PostNews): Promise<void> {
    if (REMOVING_VERBS.includes(change.verb)) {
      const from = { states: [...STANDING_STATES, 'failed' as const] };
      await this.settlement.recordGone(publication, from, 'Deleted at Meta.', tx);
      return;
    }
    const { postId, videoId, message } = change;
    if (change.verb === 'add') {
      if (change.published === false) return;
      const found = { ...(postId !== null && { postId }), ...(videoId !== undefined && { videoId }) };
      const from = { states: ['scheduled', 'unpublished', 'processing'] as const };
      await this.settlement.recordFound(publication, from, { ...found, isPublished: true, note: TOLD }, tx);
      return;
    }
    if (message === undefined || message === publication.message) return;
    const changed = await this.publications.change(tx, publication, { states: STANDING_STATES }, { message });
    if (changed !== null) await this.telling.updated(tx, changed);
  }

  private async found(
    tx: EntityManager,
    publication: Publication,
    { change }: PostNews,
  ): Promise<Publication> {
    const { postId, videoId, published } = change;
    const from = { states: ['unknown', 'failed'] as const };
    await this.settlement.recordFound(
      publication,
      from,
      {
        ...(postId !== null && { postId }),
        ...(videoId !== undefined && { videoId }),
        isPublished: published ?? true,
        note: TOLD,
      },
      tx,
    );
    return (await this.publications.find(publication, tx)) ?? publication;
  }

  private async ofForeign(tx: EntityManager, { accountId, assetId, change, at }: PostNews): Promise<void> {
    const { postId, byPage, published, message = null, verb } = change;
    // Who removed a post is often not told; a post of a visitor that goes is no news of the Page's own.
    if (postId === null || (!byPage && !REMOVING_VERBS.includes(verb)) || published === false) return;
    const pageId = postId.split('_')[0] ?? postId;
    const what = REMOVING_VERBS.includes(verb) ? 'removed' : verb === 'add' ? 'published' : 'updated';
    await this.telling.foreign(tx, what, { accountId, assetId, pageId, postId, message }, at);
  }

  private firstMatching(lost: readonly Publication[], { change, at }: PostNews): Publication | undefined {
    const candidate = candidateOf(change, at);
    return lost.find((publication) => {
      const isVideo = publication.kind !== 'post' && publication.kind !== 'photo_story';
      // A video's webhook comes when it is ready, with its own id.
      if (isVideo && change.videoId === undefined) return false;
      return isPostOf(soughtOf(publication), candidate, this.config.env.META_APP_ID);
    });
  }
}

const TOLD = 'Meta told of it by webhook.';

function isPublishing({ verb, byPage }: PagePostChanged): boolean {
  return byPage && PUBLISHING_VERBS.includes(verb);
}

function isOf({ postId, videoId }: Publication, change: PagePostChanged): boolean {
  return (
    (change.postId !== null && change.postId === postId) ||
    (change.videoId !== undefined && change.videoId === videoId)
  );
}

function candidateOf({ message, createdAt, photoIds, videoId, link }: PagePostChanged, at: Date): Candidate {
  return {
    message: message ?? null,
    createdAt: createdAt ?? at,
    scheduledAt: null,
    applicationId: null,
    mediaIds: [...photoIds, ...(videoId === undefined ? [] : [videoId])],
    attachmentTypes: null,
    links: link === undefined ? [] : [link],
  };
}
