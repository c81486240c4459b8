import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { In, IsNull, LessThanOrEqual } from 'typeorm';
import type { AccountId, UserId } from '../database/ids';
import { newId } from '../database/ids';
import { MetaAccountEntity } from './entities/meta-account.entity';

/** What makes a login the same one: our user, the app it was given to, and the person at Meta. */
export interface LoginIdentity {
  userId: UserId;
  metaAppId: string;
  metaUserId: string;
}

export type AccountPatch = Partial<Omit<MetaAccountEntity, 'id' | 'createdAt' | 'updatedAt'>>;
/** All that a new row cannot do without. */
export type NewAccount = Omit<MetaAccountEntity, 'id' | 'createdAt' | 'updatedAt' | 'refreshToken'>;

@Injectable()
export class MetaAccountsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async transaction<T>(work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction(work);
  }

  async find(id: AccountId): Promise<MetaAccountEntity | null> {
    return this.database.manager.findOneBy(MetaAccountEntity, { id });
  }

  /** In the order of their making. */
  async findAll(ids: readonly AccountId[]): Promise<MetaAccountEntity[]> {
    if (ids.length === 0) return [];
    return this.database.manager.find(MetaAccountEntity, {
      where: { id: In([...ids]) },
      order: { id: 'ASC' },
    });
  }

  /** With the ciphertexts. */
  async findWithSecrets(id: AccountId): Promise<MetaAccountEntity | null> {
    return withSecrets(this.database.manager).where('account.id = :id', { id }).getOne();
  }

  /** With the ciphertexts; nobody else changes the row until the transaction ends. */
  async lock(tx: EntityManager, id: AccountId): Promise<MetaAccountEntity | null> {
    return withSecrets(tx).where('account.id = :id', { id }).setLock('pessimistic_write').getOne();
  }

  /** @returns false when there is no such account, or it is disconnected */
  async hold(tx: EntityManager, id: AccountId): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      'SELECT 1 FROM meta_accounts WHERE id = $1 AND deleted_at IS NULL FOR SHARE',
      [id],
    );
    return rows.length > 0;
  }

  /**
   * The row of a login, also a disconnected one: whoever comes back finds the conversations of before. Until the
   * transaction ends, nobody else stores the same login, so that two at once make one row.
   */
  async lockLogin(tx: EntityManager, identity: LoginIdentity): Promise<MetaAccountEntity | null> {
    const { userId, metaAppId, metaUserId } = identity;
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `meta_accounts:${userId}:${metaAppId}:${metaUserId}`,
    ]);
    return tx
      .createQueryBuilder(MetaAccountEntity, 'account')
      .withDeleted()
      .where({ userId, metaAppId, metaUserId })
      .orderBy('account.deletedAt', 'DESC', 'NULLS FIRST')
      .setLock('pessimistic_write')
      .limit(1)
      .getOne();
  }

  async insert(tx: EntityManager, id: AccountId, account: NewAccount): Promise<void> {
    await tx.insert(MetaAccountEntity, { id, refreshToken: null, ...account });
  }

  newId(): AccountId {
    return newId<AccountId>();
  }

  /** Also of a soft-deleted row. */
  async update(tx: EntityManager, id: AccountId, patch: AccountPatch): Promise<void> {
    await tx.update(MetaAccountEntity, { id }, patch);
  }

  /** Moves the next look; says nothing about the token. */
  async reschedule(id: AccountId, at: Date | null, failures: number): Promise<void> {
    await this.database.manager.update(
      MetaAccountEntity,
      { id, deletedAt: IsNull() },
      { nextRefreshAt: at, refreshFailures: failures },
    );
  }

  /** To be looked at now. The longest waiting first. */
  async dueIds(now: Date, limit: number): Promise<AccountId[]> {
    const due = await this.database.manager.find(MetaAccountEntity, {
      select: { id: true },
      where: { nextRefreshAt: LessThanOrEqual(now) },
      order: { nextRefreshAt: 'ASC' },
      take: limit,
    });
    return due.map(({ id }) => id);
  }

  /** Lets the schedule look at a person's accounts at once. Accounts that are given up stay so. */
  async makeDue(manager: EntityManager, metaUserIds: readonly string[], now: Date): Promise<void> {
    await manager
      .createQueryBuilder()
      .update(MetaAccountEntity)
      .set({ nextRefreshAt: now })
      .where('meta_user_id = ANY(:metaUserIds) AND deleted_at IS NULL AND next_refresh_at > :now', {
        metaUserIds,
        now,
      })
      .execute();
  }

  /** Lets the schedule look at one account at once, unless it has done so since `checkedBefore`. */
  async makeAccountDue(id: AccountId, now: Date, checkedBefore: Date): Promise<void> {
    await this.database.manager
      .createQueryBuilder()
      .update(MetaAccountEntity)
      .set({ nextRefreshAt: now })
      .where('id = :id AND deleted_at IS NULL AND next_refresh_at > :now', { id, now })
      .andWhere('(last_checked_at IS NULL OR last_checked_at < :checkedBefore)', { checkedBefore })
      .execute();
  }

  /**
   * Every account of a person at Meta, whoever of our users connected it, locked in one order. Instagram's callbacks
   * may name the professional account instead, which is an asset.
   */
  async lockOfPerson(
    tx: EntityManager,
    metaUserId: string,
    { withDeleted }: { withDeleted: boolean },
  ): Promise<MetaAccountEntity[]> {
    const query = tx
      .createQueryBuilder(MetaAccountEntity, 'account')
      .where(
        `(account.meta_user_id = :metaUserId OR (account.login_kind = 'instagram' AND EXISTS (
           SELECT FROM assets WHERE assets.account_id = account.id
              AND assets.kind = 'instagram' AND assets.meta_id = :metaUserId)))`,
        { metaUserId },
      )
      .orderBy('account.id')
      .setLock('pessimistic_write');
    return (withDeleted ? query.withDeleted() : query).getMany();
  }

  /** Whether another connection of ours lives on the same person's consent, which revoking would end as well. */
  async isConsentShared({ id, metaAppId, metaUserId }: MetaAccountEntity): Promise<boolean> {
    return this.database.manager
      .createQueryBuilder(MetaAccountEntity, 'account')
      .where({ metaAppId, metaUserId, status: 'active' })
      .andWhere('account.id <> :id', { id })
      .getExists();
  }
}

function withSecrets(manager: EntityManager) {
  return manager
    .createQueryBuilder(MetaAccountEntity, 'account')
    .addSelect(['account.accessToken', 'account.refreshToken']);
}
