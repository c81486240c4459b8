import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { Outbox } from '../domain-events/outbox';
import { type AccountId, type UserId, isUuid } from '../database/ids';
import {
  AccountAmbiguousError,
  AccountNotFoundError,
  ConflictError,
  ForbiddenError,
  NotFoundError,
} from '../errors/app.error';
import type { AccountMember, MemberRole, MemberSight } from './account-member';
import type { AuthenticatedUser } from './authenticated-user';

export interface Membership {
  accountId: AccountId;
  userId: UserId;
  role: MemberRole;
  /** Left out: what it was, and all for somebody new. An owner sees all. */
  sees?: MemberSight | undefined;
  /** What people recognise the account by; repeated here so that a choice can be offered without a look elsewhere. */
  accountName: string | null;
}

interface MembershipRow {
  account_id: AccountId;
  account_name: string | null;
  role: MemberRole;
  sees: MemberSight;
}

/**
 * Whose an account is. Roles say what a user may do, membership says with which accounts: an admin of the service has
 * no more of them than anybody else. An account without members, as after disconnecting, is nobody's.
 */
@Injectable()
export class AccountAccess {
  /** By the object that stands for whoever makes one request. */
  private readonly lastUsed = new WeakMap<AuthenticatedUser, AccountId>();

  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /** The accounts that the user may use, oldest first. */
  async accountIdsOf(userId: UserId): Promise<AccountId[]> {
    return (await this.membershipsOf(userId)).map((row) => row.account_id);
  }

  /** The accounts that the user may use, oldest first, with how much of each. */
  async sightsOf(userId: UserId): Promise<{ accountId: AccountId; sees: MemberSight }[]> {
    return (await this.membershipsOf(userId)).map((row) => ({ accountId: row.account_id, sees: row.sees }));
  }

  /**
   * The account that a request is about.
   * @param requested the account that the request names, if it names one
   * @param keep where none is named: those that can be meant at all
   * @throws AccountNotFoundError when there is none, or the named one is not the user's
   * @throws AccountAmbiguousError listing the choices when there are several and none is named
   */
  async resolve(
    user: AuthenticatedUser,
    requested?: string,
    keep: (accountIds: AccountId[]) => Promise<AccountId[]> = (all) => Promise.resolve(all),
  ): Promise<AccountId> {
    if (requested !== undefined) return this.require(user, requested);
    const all = await this.membershipsOf(user.id);
    const kept = new Set(await keep(all.map((row) => row.account_id)));
    const rows = all.filter((row) => kept.has(row.account_id));
    const [first] = rows;
    if (first === undefined) throw new AccountNotFoundError();
    if (rows.length > 1) {
      throw new AccountAmbiguousError(
        'accountId',
        rows.map((row) => ({ id: row.account_id, name: row.account_name })),
      );
    }
    return this.used(user, first.account_id);
  }

  /** @throws AccountNotFoundError unless the user is a member; the same for one that does not exist */
  async require(user: AuthenticatedUser, accountId: string): Promise<AccountId> {
    return this.used(user, (await this.membershipOf(user.id, accountId)).account_id);
  }

  /**
   * @throws AccountNotFoundError unless the user is a member
   * @throws ForbiddenError for a member who is not an owner
   */
  async requireOwner(user: AuthenticatedUser, accountId: string): Promise<AccountId> {
    const row = await this.membershipOf(user.id, accountId);
    if (row.role !== 'owner') throw new ForbiddenError('Only an owner of this account may do this.');
    return this.used(user, row.account_id);
  }

  /** The accounts whose affairs are the user's: those they own, and for an admin of the service all they are a member of. */
  async managedBy(user: AuthenticatedUser): Promise<AccountId[]> {
    const rows = await this.membershipsOf(user.id);
    return rows.filter(({ role }) => role === 'owner' || user.role === 'admin').map((row) => row.account_id);
  }

  /**
   * @throws AccountNotFoundError unless the user is a member
   * @throws ForbiddenError for a member who neither owns it nor is an admin of the service
   */
  async requireManager(user: AuthenticatedUser, accountId: string): Promise<AccountId> {
    const row = await this.membershipOf(user.id, accountId);
    if (row.role !== 'owner' && user.role !== 'admin')
      throw new ForbiddenError('Only an owner of this account, or an admin who is a member, may do this.');
    return row.account_id;
  }

  /**
   * Accounts that are nobody's, as after disconnecting. Whatever is shown of them is for admins of the service alone.
   * @param only of these this one, where it is one
   */
  async withoutMembers(only?: string): Promise<AccountId[]> {
    if (only !== undefined && !isUuid(only)) return [];
    const rows: { id: AccountId }[] = await this.database.query(
      `SELECT a.id FROM meta_accounts a
        WHERE NOT EXISTS (SELECT 1 FROM account_members m WHERE m.account_id = a.id)
          AND ($1::uuid IS NULL OR a.id = $1)`,
      [only ?? null],
    );
    return rows.map(({ id }) => id);
  }

  /** The account that a request turned out to be about, once the user has been found to be a member of it. */
  lastUsedBy(user: AuthenticatedUser | undefined): AccountId | undefined {
    return user === undefined ? undefined : this.lastUsed.get(user);
  }

  private used(user: AuthenticatedUser, accountId: AccountId): AccountId {
    this.lastUsed.set(user, accountId);
    return accountId;
  }

  /** Owners first, then members, each in the order they came. Users who were removed from the service are left out. */
  async members(accountId: AccountId): Promise<AccountMember[]> {
    const rows: {
      user_id: UserId;
      email: string;
      name: string;
      role: MemberRole;
      sees: MemberSight;
      created_at: Date;
    }[] = await this.database.query(
      `SELECT m.user_id, u.email, u.name, m.role, m.sees, m.created_at
           FROM account_members m JOIN users u ON u.id = m.user_id
          WHERE m.account_id = $1 AND u.deleted_at IS NULL
          ORDER BY m.role DESC, m.created_at, m.user_id`,
      [accountId],
    );
    return rows.map((row) => ({
      userId: row.user_id,
      email: row.email,
      name: row.name,
      role: row.role,
      sees: row.sees,
      since: row.created_at,
    }));
  }

  /**
   * Adds a member or changes one's role. Run it in the transaction that makes the account, or one of its own.
   * @throws NotFoundError when there is no such user
   * @throws ConflictError when it would leave the account without an owner
   */
  async setMember(
    tx: EntityManager,
    { accountId, userId, role, sees, accountName }: Membership,
  ): Promise<void> {
    if (role === 'member') await this.refuseWithoutOtherOwner(tx, accountId, userId);
    const rows: { was: string | null; is: string }[] = await tx.query(
      `WITH before AS (SELECT role, sees FROM account_members WHERE account_id = $1 AND user_id = $2)
       INSERT INTO account_members AS m (account_id, user_id, role, account_name, sees)
       SELECT $1, id, $3, $4, CASE WHEN $3 = 'owner' THEN 'all' ELSE coalesce($5, 'all') END
         FROM users WHERE id = $2 AND deleted_at IS NULL
       ON CONFLICT (account_id, user_id) DO UPDATE
          SET role = excluded.role, account_name = excluded.account_name,
              sees = CASE WHEN excluded.role = 'owner' THEN 'all' ELSE coalesce($5, m.sees) END
       RETURNING (SELECT concat_ws(' ', role, sees) FROM before) AS was, concat_ws(' ', role, sees) AS is`,
      [accountId, userId, role, accountName, sees ?? null],
    );
    const [row] = rows;
    if (row === undefined) throw new NotFoundError('There is no such user.');
    // Whoever connects an account anew is what they were.
    if (row.was !== row.is) await this.tell(tx, [{ accountId, userId }]);
  }

  /**
   * @throws NotFoundError when the user is not a member
   * @throws ConflictError when it would leave the account without an owner
   */
  async removeMember(tx: EntityManager, accountId: AccountId, userId: UserId): Promise<void> {
    await this.refuseWithoutOtherOwner(tx, accountId, userId);
    // TypeORM answers a DELETE with the rows and their number.
    const [, removed]: [unknown[], number] = await tx.query(
      'DELETE FROM account_members WHERE account_id = $1 AND user_id = $2',
      [accountId, userId],
    );
    if (removed === 0) throw new NotFoundError('This user is not a member of the account.');
    await this.tell(tx, [{ accountId, userId }]);
  }

  /** Ends all memberships of a user who is removed. */
  async removeUser(tx: EntityManager, userId: UserId): Promise<void> {
    const [removed]: [{ account_id: AccountId }[], number] = await tx.query(
      'DELETE FROM account_members WHERE user_id = $1 RETURNING account_id',
      [userId],
    );
    await this.tell(
      tx,
      removed.map((row) => ({ accountId: row.account_id, userId })),
    );
  }

  /** Leaves the account nobody's. Belongs in the transaction that soft-deletes it. */
  async removeAll(tx: EntityManager, accountId: AccountId): Promise<void> {
    const [removed]: [{ user_id: UserId }[], number] = await tx.query(
      'DELETE FROM account_members WHERE account_id = $1 RETURNING user_id',
      [accountId],
    );
    await this.tell(
      tx,
      removed.map((row) => ({ accountId, userId: row.user_id })),
    );
  }

  /** Keeps the name that choices are offered by the same as the account's. */
  async rename(tx: EntityManager, accountId: AccountId, accountName: string | null): Promise<void> {
    await tx.query('UPDATE account_members SET account_name = $2 WHERE account_id = $1', [
      accountId,
      accountName,
    ]);
  }

  /** Who is connected to this service right now gets more of it, or less, from then on. */
  private async tell(
    tx: EntityManager,
    changed: readonly { accountId: AccountId; userId: UserId }[],
  ): Promise<void> {
    const byAccount = new Map<AccountId, UserId[]>();
    for (const { accountId, userId } of changed)
      byAccount.set(accountId, [...(byAccount.get(accountId) ?? []), userId]);
    await this.outbox.record(
      tx,
      [...byAccount].map(([accountId, userIds]) => ({
        kind: 'account.members_changed',
        accountId,
        payload: { userIds },
      })),
    );
  }

  private async membershipsOf(userId: UserId): Promise<MembershipRow[]> {
    return this.database.query(
      `SELECT account_id, account_name, role, sees FROM account_members WHERE user_id = $1 ORDER BY created_at, account_id`,
      [userId],
    );
  }

  private async membershipOf(userId: UserId, accountId: string): Promise<MembershipRow> {
    // Anything that is no UUID would be an error of PostgreSQL instead of a 404.
    if (!isUuid(accountId)) throw new AccountNotFoundError(NO_SUCH_ACCOUNT);
    const rows: MembershipRow[] = await this.database.query(
      'SELECT account_id, account_name, role, sees FROM account_members WHERE user_id = $1 AND account_id = $2',
      [userId, accountId],
    );
    const [row] = rows;
    if (row === undefined) throw new AccountNotFoundError(NO_SUCH_ACCOUNT);
    return row;
  }

  /** Locks the owners, so that two who leave at once cannot each count on the other. */
  private async refuseWithoutOtherOwner(
    tx: EntityManager,
    accountId: AccountId,
    userId: UserId,
  ): Promise<void> {
    const owners: { user_id: UserId }[] = await tx.query(
      `SELECT user_id FROM account_members WHERE account_id = $1 AND role = 'owner' ORDER BY user_id FOR UPDATE`,
      [accountId],
    );
    if (owners.length === 1 && owners[0]?.user_id === userId)
      throw new ConflictError(
        'This user is the only owner of the account. Make somebody else an owner first.',
      );
  }
}

const NO_SUCH_ACCOUNT = 'There is no such connected account.';
