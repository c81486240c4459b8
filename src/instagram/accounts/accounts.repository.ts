import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, Not, type Repository } from 'typeorm';
import type { OwnedAsset } from '../../assets/assets.service';
import { type AccountId, type AssetId, isUuid } from '../../database/ids';
import type { LoginKind } from '../../meta-auth/entities/meta-account.entity';
import { Outbox } from '../../domain-events/outbox';
import type { StoredUnlinkedPage } from './unlinked-page';
import { InstagramAccountEntity, type InstagramProblem } from '../entities/instagram-account.entity';
import type { FoundInstagramAccount, UnlinkedPage } from './instagram-api';

interface InstagramKey {
  accountId: AccountId;
  id: AssetId;
}

/** What of a connected Meta account decides how Instagram is spoken with. */
export interface LoginFacts {
  loginKind: LoginKind;
  permissions: string[];
}

/** What keeps a connected account from working; `reason` is for people. */
export interface InstagramTrouble {
  problem: InstagramProblem;
  reason: string;
}

/** `UPDATE … RETURNING` answers `[rows, count]` through TypeORM's PostgreSQL driver. */
type Updated<Row> = [rows: Row[], count: number];

interface ReachRow {
  account_id: AccountId;
  ig_account_id: string;
  username: string;
  previous: InstagramProblem | null;
}

@Injectable()
export class AccountsRepository {
  constructor(
    @InjectRepository(InstagramAccountEntity) private readonly accounts: Repository<InstagramAccountEntity>,
    private readonly outbox: Outbox,
  ) {}

  async transaction<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.accounts.manager.transaction(work);
  }

  /** Oldest first. */
  async all(accountId: AccountId): Promise<InstagramAccountEntity[]> {
    return this.accounts.find({ where: { accountId }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /** Also those that cannot be reached at present. */
  async connectedOf(accountId: AccountId): Promise<InstagramAccountEntity[]> {
    return this.accounts.find({ where: { accountId, status: Not('available') }, order: { id: 'ASC' } });
  }

  async findConnected(accountId: AccountId, id: AssetId): Promise<InstagramAccountEntity | null> {
    return this.accounts.findOneBy({ accountId, id, status: Not('available') });
  }

  /**
   * Among several Meta accounts: the same one may be open to more than one of them.
   * @param ref our id or Meta's
   */
  async find(accountIds: readonly AccountId[], ref: string): Promise<InstagramAccountEntity[]> {
    const accountId = In([...accountIds]);
    return this.accounts.find({
      where: isUuid(ref) ? { accountId, id: ref as AssetId } : { accountId, igAccountId: ref },
      order: { createdAt: 'ASC' },
    });
  }

  /** null once it is disconnected. */
  async loginOf(accountId: AccountId): Promise<LoginFacts | null> {
    const rows: { login_kind: LoginKind; permissions: string[] }[] = await this.accounts.query(
      'SELECT login_kind, permissions FROM meta_accounts WHERE id = $1 AND deleted_at IS NULL',
      [accountId],
    );
    const [row] = rows;
    return row === undefined ? null : { loginKind: row.login_kind, permissions: row.permissions };
  }

  /** What Meta did not say stays as it was. @param enlisted the assets of `found`, in the same order */
  async upsert(
    tx: EntityManager,
    enlisted: readonly OwnedAsset[],
    found: readonly FoundInstagramAccount[],
  ): Promise<void> {
    await tx.query(
      `INSERT INTO instagram_accounts AS ig
         (account_id, id, ig_account_id, app_scoped_id, username, name, profile_picture, page_id, page_name, synced_at)
       SELECT told.*, now()
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::text[]) AS told
       ON CONFLICT (account_id, ig_account_id) DO UPDATE SET
         app_scoped_id = coalesce(excluded.app_scoped_id, ig.app_scoped_id),
         username = coalesce(nullif(excluded.username, ''), ig.username),
         name = coalesce(excluded.name, ig.name),
         profile_picture = coalesce(excluded.profile_picture, ig.profile_picture),
         page_id = excluded.page_id, page_name = excluded.page_name,
         synced_at = now(), updated_at = now(), deleted_at = NULL`,
      [
        enlisted.map(({ accountId }) => accountId),
        enlisted.map(({ id }) => id),
        found.map(({ igAccountId }) => igAccountId),
        found.map(({ appScopedId }) => appScopedId),
        found.map(({ username }) => username),
        found.map(({ name }) => name),
        found.map(({ profilePicture }) => profilePicture),
        found.map(({ pageId }) => pageId),
        found.map(({ pageName }) => pageName),
      ],
    );
  }

  /** Takes out what a complete list of Meta's no longer has. Connected ones stay until somebody disconnects them. */
  async retire(tx: EntityManager, accountId: AccountId, present: readonly string[]): Promise<void> {
    await tx.query(
      `UPDATE instagram_accounts SET deleted_at = now(), updated_at = now()
        WHERE account_id = $1 AND status = 'available' AND deleted_at IS NULL AND NOT ig_account_id = ANY($2)`,
      [accountId, present],
    );
  }

  async connect(tx: EntityManager, { accountId, id }: InstagramKey): Promise<InstagramAccountEntity> {
    await this.change(
      tx,
      { accountId, id },
      `status = 'connected', status_reason = NULL, health_problem = NULL,
       connected_at = coalesce(ig.connected_at, now()), health_due_at = now() + interval '1 hour',
       health_checked_at = now()`,
      [],
    );
    return tx.findOneByOrFail(InstagramAccountEntity, { accountId, id });
  }

  async disconnect(tx: EntityManager, { accountId, id }: InstagramKey): Promise<void> {
    await this.change(tx, { accountId, id }, FORGOTTEN, []);
  }

  /** What accounts that are disconnected leave behind: nothing that lists would show. */
  async forget(tx: EntityManager, accountIds: readonly AccountId[]): Promise<void> {
    await tx.query(
      `UPDATE instagram_accounts
          SET ${FORGOTTEN}, deleted_at = now(), updated_at = now()
        WHERE account_id = ANY($1)`,
      [accountIds],
    );
  }

  /**
   * Tells of it where it is news.
   * @param trouble why a connected one cannot be reached; null: it can
   * @param by `only`: which trouble a success proves to be over, all where left out; `lookedAt`: when all of it was looked
   * at, of two looks that overlap the later one counts
   */
  async recordReach(
    key: InstagramKey,
    trouble: InstagramTrouble | null,
    by: { only?: InstagramProblem; lookedAt?: Date } = {},
  ): Promise<void> {
    const values = [
      trouble === null ? 'connected' : 'reauth_required',
      trouble?.reason ?? null,
      trouble?.problem ?? null,
      by.only ?? null,
      by.lookedAt ?? null,
    ];
    await this.transaction((tx) =>
      this.change(
        tx,
        key,
        `status = $3, status_reason = $4, health_problem = $5, health_checked_at = coalesce($7, ig.health_checked_at)`,
        values,
        `ig.status <> 'available' AND ($6::text IS NULL OR coalesce(ig.health_problem, $6) = $6)
         AND CASE WHEN $7::timestamptz IS NULL
               THEN (ig.status, ig.status_reason, ig.health_problem) IS DISTINCT FROM ($3, $4, $5)
               ELSE coalesce(ig.health_checked_at, '-infinity') <= $7 END`,
        trouble,
      ),
    );
  }

  /** In place of those that were seen the last time. */
  async recordUnlinked(
    tx: EntityManager,
    accountId: AccountId,
    pages: readonly UnlinkedPage[],
  ): Promise<void> {
    await tx.query('DELETE FROM instagram_unlinked_pages WHERE account_id = $1', [accountId]);
    await tx.query(
      `INSERT INTO instagram_unlinked_pages (account_id, page_id, page_name, instagram_id, username, reason)
       SELECT $1, told.*, CASE WHEN told.instagram_id IS NULL THEN 'not_linked' ELSE 'personal_account' END
         FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
                AS told (page_id, page_name, instagram_id, username)
       ON CONFLICT DO NOTHING`,
      [
        accountId,
        pages.map(({ pageId }) => pageId),
        pages.map(({ pageName }) => pageName),
        pages.map(({ instagramId }) => instagramId),
        pages.map(({ username }) => username),
      ],
    );
  }

  async unlinkedPages(accountId: AccountId): Promise<StoredUnlinkedPage[]> {
    return this.accounts.query(
      `SELECT page_id AS "pageId", page_name AS "pageName", instagram_id AS "instagramId", username, reason
         FROM instagram_unlinked_pages WHERE account_id = $1 ORDER BY page_name, page_id`,
      [accountId],
    );
  }

  /** Changes one row, and tells where what keeps it from working became another thing. */
  private async change(
    tx: EntityManager,
    { accountId, id }: InstagramKey,
    assignments: string,
    values: unknown[],
    condition = 'true',
    trouble: InstagramTrouble | null = null,
  ): Promise<void> {
    const [[row]]: Updated<ReachRow> = await tx.query(
      `UPDATE instagram_accounts ig SET ${assignments}, updated_at = now()
         FROM (SELECT health_problem AS previous FROM instagram_accounts
                WHERE account_id = $1 AND id = $2 FOR UPDATE) AS before
        WHERE ig.account_id = $1 AND ig.id = $2 AND ${condition}
        RETURNING ig.account_id, ig.ig_account_id, ig.username, before.previous`,
      [accountId, id, ...values],
    );
    if (row === undefined || row.previous === (trouble?.problem ?? null)) return;
    await this.outbox.record(tx, [
      {
        kind: 'instagram.account.updated',
        accountId,
        payload: {
          igAccountId: row.ig_account_id,
          assetId: id,
          name: row.username,
          what: 'access',
          previous: row.previous ?? 'ok',
          current: trouble?.problem ?? 'ok',
          reason: trouble?.reason ?? null,
          severity: trouble === null ? 'info' : 'critical',
        },
      },
    ]);
  }
}

const FORGOTTEN = `status = 'available', status_reason = NULL, health_problem = NULL, connected_at = NULL,
  health_due_at = NULL`;
