import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, Not, type Repository } from 'typeorm';
import type { OwnedAsset } from '../assets/assets.service';
import { type AccountId, type AssetId, isUuid } from '../database/ids';
import type { LoginKind } from '../meta-auth/entities/meta-account.entity';
import { InstagramAccountEntity } from './entities/instagram-account.entity';
import type { FoundInstagramAccount } from './instagram-api';

interface InstagramKey {
  accountId: AccountId;
  id: AssetId;
}

/** What of a connected Meta account decides how Instagram is spoken with. */
export interface LoginFacts {
  loginKind: LoginKind;
  permissions: string[];
}

@Injectable()
export class AccountsRepository {
  constructor(
    @InjectRepository(InstagramAccountEntity) private readonly accounts: Repository<InstagramAccountEntity>,
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
    await tx.query(
      `UPDATE instagram_accounts
          SET status = 'connected', status_reason = NULL, connected_at = coalesce(connected_at, now()), updated_at = now()
        WHERE account_id = $1 AND id = $2`,
      [accountId, id],
    );
    return tx.findOneByOrFail(InstagramAccountEntity, { accountId, id });
  }

  async disconnect(tx: EntityManager, { accountId, id }: InstagramKey): Promise<void> {
    await tx.query(
      `UPDATE instagram_accounts
          SET status = 'available', status_reason = NULL, connected_at = NULL, updated_at = now()
        WHERE account_id = $1 AND id = $2`,
      [accountId, id],
    );
  }

  /** What accounts that are disconnected leave behind: nothing that lists would show. */
  async forget(tx: EntityManager, accountIds: readonly AccountId[]): Promise<void> {
    await tx.query(
      `UPDATE instagram_accounts
          SET status = 'available', status_reason = NULL, connected_at = NULL, deleted_at = now(), updated_at = now()
        WHERE account_id = ANY($1)`,
      [accountIds],
    );
  }

  /** @param reason why a connected one cannot be reached; null: it can */
  async recordReach({ accountId, id }: InstagramKey, reason: string | null): Promise<void> {
    await this.accounts.query(
      `UPDATE instagram_accounts
          SET status = CASE WHEN $3::text IS NULL THEN 'connected' ELSE 'reauth_required' END, status_reason = $3,
              updated_at = now()
        WHERE account_id = $1 AND id = $2 AND status <> 'available' AND status_reason IS DISTINCT FROM $3`,
      [accountId, id, reason],
    );
  }
}
