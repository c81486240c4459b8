import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, type Repository } from 'typeorm';
import type { OwnedAsset } from '../../assets/assets.service';
import type { AccountId, AssetId } from '../../database/ids';
import { isUuid } from '../../database/ids';
import { Outbox } from '../../domain-events/outbox';
import { FacebookPageEntity, type PageProblem } from '../entities/facebook-page.entity';
import type { DiscoveredPage } from './facebook-api';

/** What keeps a connected Page from working; `reason` is for people. */
export interface PageTrouble {
  problem: PageProblem;
  reason: string;
}

interface HealthRow {
  account_id: AccountId;
  id: AssetId;
  page_id: string;
  name: string;
  previous: PageProblem | null;
}

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated<Row> = [rows: Row[], count: number];

export interface PageKey {
  accountId: AccountId;
  id: AssetId;
}

@Injectable()
export class PagesRepository {
  constructor(
    @InjectRepository(FacebookPageEntity) private readonly pages: Repository<FacebookPageEntity>,
    private readonly outbox: Outbox,
  ) {}

  async transaction<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.pages.manager.transaction(work);
  }

  /** Oldest first. */
  async pagesOf(accountId: AccountId): Promise<FacebookPageEntity[]> {
    return this.pages.find({ where: { accountId }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /** Also those whose token has stopped working. */
  async connectedOf(accountId: AccountId): Promise<FacebookPageEntity[]> {
    return this.pages.find({
      where: { accountId, status: In(['connected', 'reauth_required']) },
      order: { id: 'ASC' },
    });
  }

  /** @param ref our id or Meta's */
  async find(accountIds: readonly AccountId[], ref: string): Promise<FacebookPageEntity[]> {
    const accountId = In([...accountIds]);
    return this.pages.findBy(isUuid(ref) ? { accountId, id: ref as AssetId } : { accountId, pageId: ref });
  }

  async findConnected(accountId: AccountId, pageId: string): Promise<FacebookPageEntity | null> {
    return this.pages.findOneBy({ accountId, pageId, status: In(['connected', 'reauth_required']) });
  }

  async findConnectedById(accountId: AccountId, id: AssetId): Promise<FacebookPageEntity | null> {
    return this.pages.findOneBy({ accountId, id, status: In(['connected', 'reauth_required']) });
  }

  /** Ciphertext; null when the Page is not connected (any more). */
  async findToken({ accountId, id }: PageKey): Promise<string | null> {
    const page = await this.pages.findOne({
      where: { accountId, id },
      select: { id: true, accessToken: true },
    });
    return page?.accessToken ?? null;
  }

  /** Keeps what is known where Meta said nothing this time. @param enlisted the assets of `pages`, in the same order */
  async upsert(
    tx: EntityManager,
    enlisted: readonly OwnedAsset[],
    pages: readonly DiscoveredPage[],
  ): Promise<void> {
    await tx.query(
      `INSERT INTO facebook_pages AS p
         (account_id, id, page_id, name, category, picture_url, tasks, instagram_id, has_token, synced_at)
       SELECT account_id, id, page_id, name, category, picture_url, tasks, instagram_id, has_token, now()
         FROM jsonb_to_recordset($1::jsonb) AS found (account_id uuid, id uuid, page_id text, name text, category text,
                                                      picture_url text, tasks jsonb, instagram_id text,
                                                      has_token boolean)
       ON CONFLICT (account_id, page_id) DO UPDATE SET
         name = excluded.name, category = coalesce(excluded.category, p.category),
         picture_url = coalesce(excluded.picture_url, p.picture_url), tasks = coalesce(excluded.tasks, p.tasks),
         instagram_id = excluded.instagram_id, has_token = excluded.has_token, synced_at = now(), updated_at = now(), deleted_at = NULL`,
      [
        JSON.stringify(
          enlisted.map(({ accountId, id }, index) => ({ account_id: accountId, id, ...rowOf(pages[index]) })),
        ),
      ],
    );
  }

  /** Takes out those that a complete list of Meta's no longer has. Connected ones stay until somebody disconnects them. */
  async retire(tx: EntityManager, accountId: AccountId, present: readonly string[]): Promise<void> {
    await tx.query(
      `UPDATE facebook_pages SET deleted_at = now(), updated_at = now()
        WHERE account_id = $1 AND status = 'available' AND deleted_at IS NULL AND NOT page_id = ANY($2)`,
      [accountId, present],
    );
  }

  async connect(
    tx: EntityManager,
    { accountId, id }: PageKey,
    { accessToken, subscribedFields }: { accessToken: string; subscribedFields: readonly string[] },
  ): Promise<FacebookPageEntity> {
    await this.change(
      tx,
      { accountId, id },
      `access_token = $3, status = 'connected', status_reason = NULL, health_problem = NULL, subscribed_fields = $4,
       last_seen_subscribed_at = now(), connected_at = coalesce(p.connected_at, now()),
       health_due_at = now() + interval '1 hour', health_checked_at = now()`,
      [accessToken, JSON.stringify(subscribedFields)],
    );
    return tx.findOneByOrFail(FacebookPageEntity, { accountId, id });
  }

  async disconnect(tx: EntityManager, { accountId, id }: PageKey): Promise<void> {
    await this.change(tx, { accountId, id }, FORGOTTEN, []);
  }

  /** What an account that is disconnected leaves behind: no token, and nothing that lists would show. */
  async forget(tx: EntityManager, accountIds: readonly AccountId[]): Promise<void> {
    await tx.query(
      `UPDATE facebook_pages SET ${FORGOTTEN}, updated_at = now(), deleted_at = now() WHERE account_id = ANY($1)`,
      [accountIds],
    );
  }

  /** Only while it still has the token that it was made in place of. @returns whether it had */
  async replaceToken({ accountId, id }: PageKey, old: string, renewed: string): Promise<boolean> {
    return this.transaction((tx) =>
      this.change(
        tx,
        { accountId, id },
        `access_token = $4, status = 'connected', status_reason = NULL, health_problem = NULL`,
        [old, renewed],
        'p.access_token = $3',
      ),
    );
  }

  /**
   * Tells of it where it is news.
   * @param token the ciphertext that was tried: what is learnt of an old token says nothing about a newer one
   * @param lookedAt when all of it was looked at; of two looks that overlap the later one counts
   */
  async recordHealth(
    { accountId, id }: PageKey,
    token: string,
    trouble: PageTrouble | null,
    lookedAt: Date | null = null,
  ): Promise<void> {
    const values = [
      token,
      trouble === null ? 'connected' : 'reauth_required',
      trouble?.reason ?? null,
      trouble?.problem ?? null,
      lookedAt,
    ];
    await this.transaction((tx) =>
      this.change(
        tx,
        { accountId, id },
        `status = $4, status_reason = $5, health_problem = $6, health_checked_at = coalesce($7, p.health_checked_at)`,
        values,
        `p.access_token = $3 AND CASE WHEN $7::timestamptz IS NULL
           THEN (p.status, p.status_reason, p.health_problem) IS DISTINCT FROM ($4, $5, $6)
           ELSE coalesce(p.health_checked_at, '-infinity') <= $7 END`,
        trouble,
      ),
    );
  }

  /** Changes one row, and tells where what keeps it from working became another thing. @returns whether it did */
  private async change(
    tx: EntityManager,
    { accountId, id }: PageKey,
    assignments: string,
    values: unknown[],
    condition = 'true',
    trouble: PageTrouble | null = null,
  ): Promise<boolean> {
    const [[row]]: Updated<HealthRow> = await tx.query(
      `UPDATE facebook_pages p SET ${assignments}, updated_at = now()
         FROM (SELECT health_problem AS previous FROM facebook_pages
                WHERE account_id = $1 AND id = $2 FOR UPDATE) AS before
        WHERE p.account_id = $1 AND p.id = $2 AND ${condition}
        RETURNING p.account_id, p.id, p.page_id, p.name, before.previous`,
      [accountId, id, ...values],
    );
    if (row === undefined) return false;
    if (row.previous === (trouble?.problem ?? null)) return true;
    await this.outbox.record(tx, [
      {
        kind: 'facebook.page.updated',
        accountId,
        payload: {
          pageId: row.page_id,
          assetId: id,
          name: row.name,
          what: 'access',
          previous: row.previous ?? 'ok',
          current: trouble?.problem ?? 'ok',
          reason: trouble?.reason ?? null,
          severity: trouble === null ? 'info' : 'critical',
        },
      },
    ]);
    return true;
  }

  /** What was learnt of a Page on the way, without listing all. */
  async recordFacts(pages: readonly (PageKey & { found: DiscoveredPage })[]): Promise<void> {
    await this.pages.query(
      `UPDATE facebook_pages p
          SET name = found.name, category = coalesce(found.category, p.category),
              picture_url = coalesce(found.picture_url, p.picture_url), tasks = coalesce(found.tasks, p.tasks),
              instagram_id = found.instagram_id, has_token = found.has_token, synced_at = now(), updated_at = now()
         FROM jsonb_to_recordset($1::jsonb) AS found (account_id uuid, id uuid, name text, category text,
                                                      picture_url text, tasks jsonb, instagram_id text,
                                                      has_token boolean)
        WHERE p.account_id = found.account_id AND p.id = found.id`,
      [
        JSON.stringify(
          pages.map(({ accountId, id, found }) => ({ account_id: accountId, id, ...rowOf(found) })),
        ),
      ],
    );
  }

  async recordSubscription({ accountId, id }: PageKey, fields: readonly string[]): Promise<void> {
    await this.pages.query(
      `UPDATE facebook_pages SET subscribed_fields = $3, last_seen_subscribed_at = now()
        WHERE account_id = $1 AND id = $2 AND status <> 'available'`,
      [accountId, id, JSON.stringify(fields)],
    );
  }
}

const FORGOTTEN = `access_token = NULL, status = 'available', status_reason = NULL, health_problem = NULL,
  subscribed_fields = '[]', last_seen_subscribed_at = NULL, connected_at = NULL, health_due_at = NULL`;

function rowOf(page: DiscoveredPage | undefined): Record<string, unknown> {
  if (page === undefined) throw new Error('There are more assets than Pages.');
  return {
    page_id: page.pageId,
    name: page.name,
    category: page.category,
    picture_url: page.pictureUrl,
    tasks: page.tasks,
    instagram_id: page.instagramId,
    has_token: page.token !== null,
  };
}
