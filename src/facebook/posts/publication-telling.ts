import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AccountId, AssetId } from '../../database/ids';
import type { DomainEvent, FacebookPostFacts } from '../../domain-events/domain-events';
import { Outbox } from '../../domain-events/outbox';
import { ANSWER_WITHIN_MS } from './publication-timing';
import { addressAtMeta, titleOf } from './post-draft';
import type { Publication } from './publications.repository';

/** A post of a Page that did not come from here. */
export interface ForeignPost {
  accountId: AccountId;
  assetId: AssetId;
  pageId: string;
  postId: string;
  message: string | null;
}

/** Tells others of what becomes of posts, beside the change that it tells of. */
@Injectable()
export class PublicationTelling {
  constructor(private readonly outbox: Outbox) {}

  /** As its state says; states of which nobody has to know are not told. */
  async state(tx: EntityManager, publication: Publication): Promise<void> {
    await this.outbox.record(tx, eventsOf(publication));
  }

  async unknown(tx: EntityManager, publication: Publication): Promise<void> {
    const since = (publication.startedAt ?? publication.createdAt).toISOString();
    const payload = { ...factsOf(publication), since };
    await this.outbox.record(tx, [
      {
        kind: 'facebook.post.unknown',
        accountId: publication.accountId,
        payload,
        fingerprint: fingerprintOf('unknown', `${publication.id} ${since}`),
      },
    ]);
  }

  async updated(tx: EntityManager, publication: Publication): Promise<void> {
    const { accountId } = publication;
    await this.outbox.record(tx, [
      { kind: 'facebook.post.updated', accountId, payload: factsOf(publication) },
    ]);
  }

  /** What a webhook tells of posts that were made elsewhere; once, however often it comes. */
  async foreign(
    tx: EntityManager,
    what: 'published' | 'updated' | 'removed',
    post: ForeignPost,
    at: Date,
  ): Promise<void> {
    const { accountId, assetId, pageId, postId, message } = post;
    const facts = { publicationId: null, assetId, pageId, postId, title: titleOf({ message }) };
    const fingerprint = fingerprintOf(what, what === 'updated' ? `${postId} ${at.toISOString()}` : postId);
    await this.outbox.record(tx, [
      what === 'published'
        ? {
            kind: 'facebook.post.published',
            accountId,
            payload: { ...facts, permalinkUrl: null },
            fingerprint,
          }
        : what === 'updated'
          ? { kind: 'facebook.post.updated', accountId, payload: facts, fingerprint }
          : { kind: 'facebook.post.removed', accountId, payload: facts, fingerprint },
    ]);
  }
}

function eventsOf(publication: Publication): DomainEvent[] {
  const { accountId, state, postId, videoId, permalinkUrl, scheduledAt, error, createdAt } = publication;
  const payload = factsOf(publication);
  const metaId = postId ?? videoId ?? publication.id;
  switch (state) {
    case 'published':
      return [
        {
          kind: 'facebook.post.published',
          accountId,
          payload: { ...payload, permalinkUrl: permalinkUrl ?? addressAtMeta(metaId) },
          // Meta's webhook tells of the same.
          fingerprint: fingerprintOf('published', metaId),
        },
      ];
    case 'scheduled':
      if (scheduledAt === null) return [];
      return [
        {
          kind: 'facebook.post.scheduled',
          accountId,
          payload: { ...payload, scheduledAt: scheduledAt.toISOString() },
        },
      ];
    case 'failed': {
      const { code, message } = error ?? { code: 'SERVER_ERROR', message: 'It is not known why.' };
      const isLate = Date.now() - createdAt.getTime() > ANSWER_WITHIN_MS;
      return [
        {
          kind: 'facebook.post.failed',
          accountId,
          payload: { ...payload, error: { code, message }, isLate },
        },
      ];
    }
    case 'removed':
      return [
        {
          kind: 'facebook.post.removed',
          accountId,
          payload,
          fingerprint: fingerprintOf('removed', metaId),
        },
      ];
    case 'cancelled':
      return [{ kind: 'facebook.post.removed', accountId, payload }];
    default:
      return [];
  }
}

function factsOf(publication: Publication): FacebookPostFacts {
  const { id, assetId, pageId, postId } = publication;
  return { publicationId: id, assetId, pageId, postId, title: titleOf(publication) };
}

function fingerprintOf(what: string, about: string): Buffer {
  return createHash('sha256').update(`facebook.post.${what} ${about}`).digest();
}
