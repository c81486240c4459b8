import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { sha256 } from '../../crypto/secret-hash';
import { Outbox } from '../../domain-events/outbox';
import type { PublicationError, PublicationState } from '../entities/instagram-publication.entity';
import { ClaimLostError, type ClaimedPublication } from './publication-claims';

type Changed = [rows: unknown[], count: number];

/** How publications end, and what is told of it: in one transaction, and only by whoever has the claim. */
@Injectable()
export class PublicationEndings {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /**
   * @param mediaId null where it is certain that it was published, and not as which media
   * @throws ClaimLostError
   */
  async recordPublished(
    claimed: ClaimedPublication,
    { mediaId, permalink }: { mediaId: string | null; permalink: string | null },
  ): Promise<void> {
    const { accountId, id, assetId, kind } = claimed.publication;
    await this.database.transaction(async (tx) => {
      await this.end(tx, claimed, { state: 'published', error: null, mediaId, permalink });
      await this.outbox.record(tx, [
        {
          kind: 'instagram.media.published',
          accountId,
          payload: { publicationId: id, assetId, publicationKind: kind, mediaId, permalink },
        },
      ]);
    });
  }

  /** @throws ClaimLostError */
  async recordFailed(claimed: ClaimedPublication, error: PublicationError): Promise<void> {
    const { accountId, id, assetId, kind, request } = claimed.publication;
    await this.database.transaction(async (tx) => {
      await this.end(tx, claimed, { state: 'failed', error, mediaId: null, permalink: null });
      await this.outbox.record(tx, [
        {
          kind: 'instagram.media.failed',
          accountId,
          payload: {
            publicationId: id,
            assetId,
            publicationKind: kind,
            caption: request.caption?.slice(0, 80) ?? null,
            error: { code: error.code, message: error.message, advice: error.advice },
          },
        },
      ]);
    });
  }

  /** That it stays open whether it was published is told once. */
  async tellUnknown({ publication }: ClaimedPublication): Promise<void> {
    const { accountId, id, assetId, kind, request } = publication;
    await this.database.transaction((tx) =>
      this.outbox.record(tx, [
        {
          kind: 'instagram.media.unknown',
          accountId,
          fingerprint: sha256(`instagram.media.unknown:${id}`),
          payload: {
            publicationId: id,
            assetId,
            publicationKind: kind,
            caption: request.caption?.slice(0, 80) ?? null,
          },
        },
      ]),
    );
  }

  async recordPermalink({ publication }: ClaimedPublication, permalink: string): Promise<void> {
    await this.database.query(
      'UPDATE instagram_publications SET permalink = $3 WHERE account_id = $1 AND id = $2 AND permalink IS NULL',
      [publication.accountId, publication.id, permalink],
    );
  }

  private async end(
    tx: EntityManager,
    { publication, claimId }: ClaimedPublication,
    end: {
      state: PublicationState;
      error: PublicationError | null;
      mediaId: string | null;
      permalink: string | null;
    },
  ): Promise<void> {
    const [, count]: Changed = await tx.query(
      `UPDATE instagram_publications
          SET state = $4, claim_id = NULL, next_step_at = NULL, waiting_for = NULL, error = $5, media_id = $6,
              permalink = $7, published_at = CASE WHEN $4 = 'published' THEN now() END, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND claim_id = $3`,
      [
        publication.accountId,
        publication.id,
        claimId,
        end.state,
        end.error === null ? null : JSON.stringify(end.error),
        end.mediaId,
        end.permalink,
      ],
    );
    if (count === 0) throw new ClaimLostError();
  }
}
