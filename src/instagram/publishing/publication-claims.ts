import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { type AccountId, type InstagramPublicationId, newId } from '../../database/ids';
import { InstagramPublicationContainerEntity } from '../entities/instagram-publication-container.entity';
import {
  InstagramPublicationEntity,
  type PublicationError,
  type PublicationState,
  type WaitReason,
} from '../entities/instagram-publication.entity';
import type { ContainerStatus } from './publishing-api';

/** Somebody else deals with the publication by now, or it was cancelled: whatever is still to be done is theirs. */
export class ClaimLostError extends Error {
  constructor() {
    super('The publication is somebody else’s by now.');
    this.name = ClaimLostError.name;
  }
}

/** A publication in the hands of one process, as it stands. */
export interface ClaimedPublication {
  publication: InstagramPublicationEntity;
  containers: InstagramPublicationContainerEntity[];
  claimId: string;
}

/** What changes beside the state when a step is over. */
export interface StepChange {
  state?: PublicationState;
  /** How long until the next step; null: there is none. */
  delayMs: number | null;
  waitingFor?: WaitReason | null;
  failures?: number;
  looks?: number;
  error?: PublicationError | null;
}

type Changed<Row> = [rows: Row[], count: number];

/**
 * Publications as they are worked on. A claim is a time until which nobody else takes the row, and an id that each write asks
 * for: a process that was frozen and comes back cannot change what another has taken over.
 */
@Injectable()
export class PublicationClaims {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Takes the one that has been due for longest, or that somebody took and never finished. */
  async claim(leaseMs: number): Promise<ClaimedPublication | null> {
    const claimId = newId();
    const [[row]]: Changed<{ account_id: AccountId; id: InstagramPublicationId }> = await this.database.query(
      `UPDATE instagram_publications SET claim_id = $1, next_step_at = now() + $2 * interval '1 millisecond'
        WHERE (account_id, id) = (
          SELECT account_id, id FROM instagram_publications WHERE next_step_at <= now()
           ORDER BY next_step_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING account_id, id`,
      [claimId, leaseMs],
    );
    return row === undefined ? null : this.read({ accountId: row.account_id, id: row.id, claimId });
  }

  /** @throws ClaimLostError */
  async reread({ publication, claimId }: ClaimedPublication): Promise<ClaimedPublication> {
    const { accountId, id } = publication;
    const found = await this.read({ accountId, id, claimId });
    if (found === null) throw new ClaimLostError();
    return found;
  }

  /** The file may be given to Meta once more: that is written down first, for Meta counts it whatever it answers. */
  async beginCreation(claimed: ClaimedPublication, position: number, leaseMs: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.hold(tx, claimed, leaseMs, `state = 'creating'`);
      await tx.query(
        `UPDATE instagram_publication_containers SET creations = creations + 1, last_creation_at = now()
          WHERE account_id = $1 AND publication_id = $2 AND position = $3`,
        [claimed.publication.accountId, claimed.publication.id, position],
      );
    });
  }

  async recordContainer(
    claimed: ClaimedPublication,
    position: number,
    containerId: string,
    leaseMs: number,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.hold(
        tx,
        claimed,
        leaseMs,
        'processing_since = coalesce(processing_since, now()), failures = 0, waiting_for = NULL',
      );
      await tx.query(
        `UPDATE instagram_publication_containers
            SET container_id = $4, status = NULL, status_text = NULL, checked_at = NULL
          WHERE account_id = $1 AND publication_id = $2 AND position = $3`,
        [claimed.publication.accountId, claimed.publication.id, position, containerId],
      );
    });
  }

  async recordStatus(
    claimed: ClaimedPublication,
    position: number,
    { status, text }: ContainerStatus,
    leaseMs: number,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.hold(tx, claimed, leaseMs, 'failures = 0, waiting_for = NULL');
      await tx.query(
        `UPDATE instagram_publication_containers SET status = $4, status_text = $5, checked_at = now()
          WHERE account_id = $1 AND publication_id = $2 AND position = $3`,
        [claimed.publication.accountId, claimed.publication.id, position, status, text],
      );
    });
  }

  /** Everything that Meta had of it is forgotten here, too. */
  async beginAnew(claimed: ClaimedPublication, leaseMs: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.hold(
        tx,
        claimed,
        leaseMs,
        `state = 'creating', rounds = rounds + 1, looks = 0, failures = 0, processing_since = NULL, waiting_for = NULL`,
      );
      await tx.query(
        `UPDATE instagram_publication_containers
            SET container_id = NULL, status = NULL, status_text = NULL, checked_at = NULL
          WHERE account_id = $1 AND publication_id = $2`,
        [claimed.publication.accountId, claimed.publication.id],
      );
    });
  }

  async keep(claimed: ClaimedPublication, leaseMs: number, state: PublicationState): Promise<void> {
    await this.database.transaction((tx) =>
      this.hold(tx, claimed, leaseMs, `state = '${state}', failures = 0, waiting_for = NULL`),
    );
  }

  /** Committed before Meta is told to publish: from here on only Meta knows whether it was. */
  async beginPublishing(claimed: ClaimedPublication, leaseMs: number): Promise<void> {
    await this.database.transaction((tx) =>
      this.hold(
        tx,
        claimed,
        leaseMs,
        `state = 'publishing', publishing_at = clock_timestamp(), publish_calls = publish_calls + 1, waiting_for = NULL`,
      ),
    );
  }

  /** What Meta was told, and never answered. */
  async recordLostAnswer(claimed: ClaimedPublication, leaseMs: number): Promise<void> {
    await this.database.transaction((tx) =>
      this.hold(tx, claimed, leaseMs, `state = 'unknown', had_lost_answer = true, looks = 0, failures = 0`),
    );
  }

  /** Lets go of it until its next step. @throws ClaimLostError */
  async release(claimed: ClaimedPublication, change: StepChange): Promise<void> {
    const { publication, claimId } = claimed;
    const [, count]: Changed<never> = await this.database.query(
      `UPDATE instagram_publications
          SET state = coalesce($4, state), claim_id = NULL, next_step_at = now() + $5 * interval '1 millisecond',
              waiting_for = $6, failures = coalesce($7, failures), looks = coalesce($8, looks),
              error = CASE WHEN $9 THEN $10::jsonb ELSE error END, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND claim_id = $3`,
      [
        publication.accountId,
        publication.id,
        claimId,
        change.state ?? null,
        change.delayMs,
        change.waitingFor ?? null,
        change.failures ?? null,
        change.looks ?? null,
        change.error !== undefined,
        change.error === undefined || change.error === null ? null : JSON.stringify(change.error),
      ],
    );
    if (count === 0) throw new ClaimLostError();
  }

  private async read(key: {
    accountId: AccountId;
    id: InstagramPublicationId;
    claimId: string;
  }): Promise<ClaimedPublication | null> {
    const { accountId, id, claimId } = key;
    const publication = await this.database.manager.findOneBy(InstagramPublicationEntity, key);
    if (publication === null) return null;
    const containers = await this.database.manager.find(InstagramPublicationContainerEntity, {
      where: { accountId, publicationId: id },
      order: { position: 'ASC' },
    });
    return { publication, containers, claimId };
  }

  /** @param change SQL of this folder's own */
  private async hold(
    tx: EntityManager,
    { publication, claimId }: ClaimedPublication,
    leaseMs: number,
    change: string,
  ): Promise<void> {
    const [, count]: Changed<never> = await tx.query(
      `UPDATE instagram_publications SET ${change}, next_step_at = now() + $4 * interval '1 millisecond', updated_at = now()
        WHERE account_id = $1 AND id = $2 AND claim_id = $3`,
      [publication.accountId, publication.id, claimId, leaseMs],
    );
    if (count === 0) throw new ClaimLostError();
  }
}
