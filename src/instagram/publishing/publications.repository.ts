import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, LessThan, MoreThan, Not, type Repository } from 'typeorm';
import type { AccountId, AssetId, InstagramPublicationId } from '../../database/ids';
import { InstagramPublicationContainerEntity } from '../entities/instagram-publication-container.entity';
import {
  InstagramPublicationEntity,
  type PublicationKind,
  type PublicationRequest,
  type PublicationState,
} from '../entities/instagram-publication.entity';
import { CANCELLABLE_STATES, PREPARE_AHEAD_MS } from './publication-steps';
import type { ContainerPlan } from './container-parameters';

export interface NewPublication {
  accountId: AccountId;
  id: InstagramPublicationId;
  assetId: AssetId;
  kind: PublicationKind;
  request: PublicationRequest;
  publishAt: Date | null;
}

export interface PublicationFilter {
  accountIds: readonly AccountId[];
  assetId?: AssetId | undefined;
  state?: readonly PublicationState[] | undefined;
  limit: number;
  /** Older than this id, or newer. */
  before?: string | undefined;
  after?: string | undefined;
}

type Key = Pick<InstagramPublicationEntity, 'accountId' | 'id'>;
/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Changed = [rows: unknown[], count: number];

const ENDS_CLAIM = 'claim_id = NULL, waiting_for = NULL, failures = 0, looks = 0, updated_at = now()';

/** Publications as users order, see and change them. */
@Injectable()
export class PublicationsRepository {
  constructor(
    @InjectRepository(InstagramPublicationEntity)
    private readonly publications: Repository<InstagramPublicationEntity>,
    @InjectRepository(InstagramPublicationContainerEntity)
    private readonly containers: Repository<InstagramPublicationContainerEntity>,
  ) {}

  async transaction<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.publications.manager.transaction(work);
  }

  async insert(
    tx: EntityManager,
    publication: NewPublication,
    plans: readonly ContainerPlan[],
  ): Promise<PublicationState> {
    const { accountId, id, assetId, kind, request, publishAt } = publication;
    const state: PublicationState = publishAt === null ? 'queued' : 'scheduled';
    await tx.query(
      `INSERT INTO instagram_publications (account_id, id, asset_id, kind, request, state, publish_at, next_step_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7::timestamptz,
               greatest(now(), coalesce($7::timestamptz - $8 * interval '1 millisecond', now())))`,
      [accountId, id, assetId, kind, JSON.stringify(request), state, publishAt, PREPARE_AHEAD_MS],
    );
    await tx.query(
      `INSERT INTO instagram_publication_containers (account_id, publication_id, asset_id, position, kind)
       SELECT $1, $2, $3, * FROM unnest($4::smallint[], $5::text[])`,
      [accountId, id, assetId, plans.map(({ position }) => position), plans.map((plan) => plan.kind)],
    );
    return state;
  }

  async find(
    accountIds: readonly AccountId[],
    id: InstagramPublicationId,
  ): Promise<InstagramPublicationEntity | null> {
    return this.publications.findOneBy({ accountId: In([...accountIds]), id });
  }

  /** Newest first. */
  async page(filter: PublicationFilter): Promise<InstagramPublicationEntity[]> {
    const { accountIds, assetId, state, limit, before, after } = filter;
    const id =
      after !== undefined
        ? { id: MoreThan(after as InstagramPublicationId) }
        : before !== undefined
          ? { id: LessThan(before as InstagramPublicationId) }
          : {};
    const found = await this.publications.find({
      where: {
        accountId: In([...accountIds]),
        ...(assetId === undefined ? {} : { assetId }),
        ...(state === undefined ? {} : { state: In([...state]) }),
        ...id,
      },
      order: { id: after === undefined ? 'DESC' : 'ASC' },
      take: limit,
    });
    return after === undefined ? found : found.reverse();
  }

  /** By publication, each in order: the parts of a carousel, then the whole. */
  async containersOf(
    publications: readonly Key[],
  ): Promise<Map<InstagramPublicationId, InstagramPublicationContainerEntity[]>> {
    const byId = new Map<InstagramPublicationId, InstagramPublicationContainerEntity[]>();
    if (publications.length === 0) return byId;
    const found = await this.containers.find({
      where: {
        accountId: In([...new Set(publications.map(({ accountId }) => accountId))]),
        publicationId: In(publications.map(({ id }) => id)),
      },
      order: { position: 'ASC' },
    });
    for (const { id } of publications) {
      const own = found.filter(({ publicationId }) => publicationId === id);
      byId.set(id, [
        ...own.filter(({ position }) => position > 0),
        ...own.filter(({ position }) => position === 0),
      ]);
    }
    return byId;
  }

  /** Whoever is dealing with it finds its claim gone, at the latest before Meta is told to publish. */
  async cancel({ accountId, id }: Key): Promise<boolean> {
    const [, count]: Changed = await this.publications.query(
      `UPDATE instagram_publications SET state = 'cancelled', next_step_at = NULL, ${ENDS_CLAIM}
        WHERE account_id = $1 AND id = $2 AND state = ANY ($3)`,
      [accountId, id, CANCELLABLE_STATES],
    );
    return count > 0;
  }

  /** Only while nobody has begun with it. @param publishAt null: at once */
  async reschedule({ accountId, id }: Key, publishAt: Date | null): Promise<boolean> {
    const [, count]: Changed = await this.publications.query(
      `UPDATE instagram_publications
          SET state = CASE WHEN $3::timestamptz IS NULL THEN 'queued' ELSE 'scheduled' END, publish_at = $3::timestamptz,
              next_step_at = greatest(now(), coalesce($3::timestamptz - $4 * interval '1 millisecond', now())), ${ENDS_CLAIM}
        WHERE account_id = $1 AND id = $2 AND state = 'scheduled'`,
      [accountId, id, publishAt, PREPARE_AHEAD_MS],
    );
    return count > 0;
  }

  /**
   * Begins anew what failed, or of what somebody says that it never appeared.
   * @param from the state that it is in, so that of two requests one has an effect
   */
  async beginAgain({ accountId, id }: Key, from: 'failed' | 'unknown'): Promise<boolean> {
    return this.transaction(async (tx) => {
      const [, count]: Changed = await tx.query(
        `UPDATE instagram_publications
            SET state = 'queued', next_step_at = now(), error = NULL, rounds = 0, processing_since = NULL,
                had_lost_answer = false, ${ENDS_CLAIM}
          WHERE account_id = $1 AND id = $2 AND state = $3`,
        [accountId, id, from],
      );
      if (count === 0) return false;
      await tx.query(
        `UPDATE instagram_publication_containers
            SET container_id = NULL, status = NULL, status_text = NULL, checked_at = NULL
          WHERE account_id = $1 AND publication_id = $2`,
        [accountId, id],
      );
      return true;
    });
  }

  /** Has Meta asked at once what became of it. */
  async lookAgain({ accountId, id }: Key): Promise<boolean> {
    const [, count]: Changed = await this.publications.query(
      `UPDATE instagram_publications SET next_step_at = now(), ${ENDS_CLAIM}
        WHERE account_id = $1 AND id = $2 AND state = 'unknown'`,
      [accountId, id],
    );
    return count > 0;
  }

  /** How many containers of an account were made within 24 hours, as far as from here. */
  async containersLately(accountId: AccountId, assetId: AssetId): Promise<number> {
    const rows: { made: number }[] = await this.publications.query(
      `SELECT coalesce(sum(creations), 0)::integer AS made FROM instagram_publication_containers
        WHERE account_id = $1 AND asset_id = $2 AND last_creation_at > now() - interval '24 hours'`,
      [accountId, assetId],
    );
    return rows[0]?.made ?? 0;
  }

  /** Those of the media that are known to be the outcome of an order of this account. */
  async knownAmong(accountId: AccountId, mediaIds: readonly string[]): Promise<Set<string>> {
    if (mediaIds.length === 0) return new Set();
    const rows: { media_id: string }[] = await this.publications.query(
      'SELECT media_id FROM instagram_publications WHERE account_id = $1 AND media_id = ANY ($2)',
      [accountId, mediaIds],
    );
    return new Set(rows.map((row) => row.media_id));
  }

  /** Other orders for the same Instagram account of which the outcome is open as well. */
  async othersUnknown(
    publication: Key & Pick<InstagramPublicationEntity, 'assetId'>,
  ): Promise<InstagramPublicationEntity[]> {
    return this.publications.find({
      where: {
        accountId: publication.accountId,
        assetId: publication.assetId,
        state: In(['publishing', 'unknown']),
        id: Not(publication.id),
      },
    });
  }
}
