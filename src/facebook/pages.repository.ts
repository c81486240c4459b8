import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, type Repository } from 'typeorm';
import type { OwnedAsset } from '../assets/assets.service';
import type { AccountId, AssetId } from '../database/ids';
import { isUuid } from '../database/ids';
import { FacebookPageEntity } from './entities/facebook-page.entity';
import type { DiscoveredPage } from './facebook-api';

export interface PageKey {
  accountId: AccountId;
  id: AssetId;
}

@Injectable()
export class PagesRepository {
  constructor(@InjectRepository(FacebookPageEntity) private readonly pages: Repository<FacebookPageEntity>) {}

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
         (account_id, id, page_id, name, category, picture_url, tasks, instagram_id, synced_at)
       SELECT account_id, id, page_id, name, category, picture_url, tasks, instagram_id, now()
         FROM jsonb_to_recordset($1::jsonb) AS found (account_id uuid, id uuid, page_id text, name text, category text,
                                                      picture_url text, tasks jsonb, instagram_id text)
       ON CONFLICT (account_id, page_id) DO UPDATE SET
         name = excluded.name, category = coalesce(excluded.category, p.category),
         picture_url = coalesce(excluded.picture_url, p.picture_url), tasks = coalesce(excluded.tasks, p.tasks),
         instagram_id = excluded.instagram_id, synced_at = now(), updated_at = now(), deleted_at = NULL`,
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
    await tx.query(
      `UPDATE facebook_pages
          SET access_token = $3, status = 'connected', status_reason = NULL, subscribed_fields = $4,
              last_seen_subscribed_at = now(), connected_at = coalesce(connected_at, now()), updated_at = now()
        WHERE account_id = $1 AND id = $2`,
      [accountId, id, accessToken, JSON.stringify(subscribedFields)],
    );
    return tx.findOneByOrFail(FacebookPageEntity, { accountId, id });
  }

  async disconnect(tx: EntityManager, { accountId, id }: PageKey): Promise<void> {
    await tx.query(`UPDATE facebook_pages SET ${FORGOTTEN} WHERE account_id = $1 AND id = $2`, [
      accountId,
      id,
    ]);
  }

  /** What an account that is disconnected leaves behind: no token, and nothing that lists would show. */
  async forget(tx: EntityManager, accountIds: readonly AccountId[]): Promise<void> {
    await tx.query(`UPDATE facebook_pages SET ${FORGOTTEN}, deleted_at = now() WHERE account_id = ANY($1)`, [
      accountIds,
    ]);
  }

  /** Only while it still has the token that it was made in place of. @returns whether it had */
  async replaceToken({ accountId, id }: PageKey, old: string, renewed: string): Promise<boolean> {
    const [, changed]: [unknown[], number] = await this.pages.query(
      `UPDATE facebook_pages SET access_token = $4, status = 'connected', status_reason = NULL, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND access_token = $3`,
      [accountId, id, old, renewed],
    );
    return changed > 0;
  }

  /** @param token the ciphertext that was tried: what is learnt of an old token says nothing about a newer one */
  async recordHealth({ accountId, id }: PageKey, token: string, reason: string | null): Promise<void> {
    await this.pages.query(
      `UPDATE facebook_pages SET status = $4, status_reason = $5, updated_at = now()
        WHERE account_id = $1 AND id = $2 AND access_token = $3 AND (status, status_reason) IS DISTINCT FROM ($4, $5)`,
      [accountId, id, token, reason === null ? 'connected' : 'reauth_required', reason],
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

const FORGOTTEN = `access_token = NULL, status = 'available', status_reason = NULL, subscribed_fields = '[]',
  last_seen_subscribed_at = NULL, connected_at = NULL, updated_at = now()`;

function rowOf(page: DiscoveredPage | undefined): Record<string, unknown> {
  if (page === undefined) throw new Error('There are more assets than Pages.');
  return {
    page_id: page.pageId,
    name: page.name,
    category: page.category,
    picture_url: page.pictureUrl,
    tasks: page.tasks,
    instagram_id: page.instagramId,
  };
}
