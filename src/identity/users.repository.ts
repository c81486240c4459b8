import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { IsNull, QueryFailedError } from 'typeorm';
import type { AccountId, UserId } from '../database/ids';
import { ConflictError } from '../errors/app.error';
import { UserEntity } from './entities/user.entity';

/** Whoever makes the first user, or takes an admin away, does it alone. */
const ADMINS_LOCK = 7_205_010;

/** What of a user a token's validity depends on, and who it is. */
export type TokenUser = Pick<UserEntity, 'id' | 'email' | 'name' | 'role' | 'passwordChangedAt'>;

@Injectable()
export class UsersRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async transaction<Result>(work: (tx: EntityManager) => Promise<Result>): Promise<Result> {
    return this.database.transaction(work);
  }

  /** Until the end of the transaction. */
  async lockAdmins(tx: EntityManager): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [ADMINS_LOCK]);
  }

  /** Removed users count: the service has been set up by then. */
  async isEmpty(manager: EntityManager = this.database.manager): Promise<boolean> {
    return (
      (await manager.find(UserEntity, { select: { id: true }, withDeleted: true, take: 1 })).length === 0
    );
  }

  async find(id: UserId, manager: EntityManager = this.database.manager): Promise<UserEntity | null> {
    return manager.findOneBy(UserEntity, { id });
  }

  /** Asked at every request: a statement as it is, which takes half the time of one that is built each time. */
  async findForToken(id: UserId): Promise<TokenUser | null> {
    const rows: TokenUser[] = await this.database.query(
      `SELECT id, email, name, role, password_changed_at AS "passwordChangedAt" FROM users
        WHERE id = $1 AND deleted_at IS NULL`,
      [id],
    );
    return rows[0] ?? null;
  }

  async findPasswordHash(email: string): Promise<{ user: UserEntity; passwordHash: string | null } | null> {
    const user = await this.database.manager
      .createQueryBuilder(UserEntity, 'u')
      .addSelect('u.passwordHash')
      .where('lower(u.email) = lower(:email)', { email })
      .getOne();
    return user === null ? null : { user, passwordHash: user.passwordHash };
  }

  /** Oldest first. */
  async page(limit: number, offset: number): Promise<{ users: UserEntity[]; total: number }> {
    const [users, total] = await this.database.manager.findAndCount(UserEntity, {
      where: { deletedAt: IsNull() },
      order: { id: 'ASC' },
      take: limit,
      skip: offset,
    });
    return { users, total };
  }

  /** @throws ConflictError when another user has the e-mail address */
  async insert(manager: EntityManager, user: UserEntity): Promise<void> {
    await refusingTakenEmail(() => manager.insert(UserEntity, user));
  }

  /** @throws ConflictError when another user has the e-mail address */
  async update(
    manager: EntityManager,
    id: UserId,
    changes: Partial<Pick<UserEntity, 'email' | 'name' | 'role' | 'passwordHash' | 'passwordChangedAt'>>,
  ): Promise<void> {
    await refusingTakenEmail(() => manager.update(UserEntity, { id }, changes));
  }

  async countOtherAdmins(tx: EntityManager, id: UserId): Promise<number> {
    const rows: { count: number }[] = await tx.query(
      `SELECT count(*)::int AS count FROM users WHERE role = 'admin' AND id <> $1 AND deleted_at IS NULL`,
      [id],
    );
    return rows[0]?.count ?? 0;
  }

  /** Ends every session of the user. */
  async revokeSessions(tx: EntityManager, id: UserId): Promise<void> {
    await tx.query('UPDATE refresh_tokens SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL', [
      id,
    ]);
  }

  /** Soft: what the user did stays theirs. Sessions and keys end; memberships are ended by `AccountAccess`. */
  async remove(tx: EntityManager, id: UserId): Promise<void> {
    await tx.softDelete(UserEntity, { id });
    await this.revokeSessions(tx, id);
    await tx.query('UPDATE api_keys SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL', [id]);
  }

  /** The accounts that nobody else owns. */
  async soleOwnedAccounts(tx: EntityManager, id: UserId): Promise<{ id: AccountId; name: string | null }[]> {
    return tx.query(
      `SELECT m.account_id AS id, m.account_name AS name FROM account_members m
        WHERE m.user_id = $1 AND m.role = 'owner' AND NOT EXISTS (
          SELECT 1 FROM account_members o
           WHERE o.account_id = m.account_id AND o.role = 'owner' AND o.user_id <> $1)
        ORDER BY m.account_id
        FOR UPDATE`,
      [id],
    );
  }
}

async function refusingTakenEmail(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (error instanceof QueryFailedError && isViolationOf(error.driverError, 'users_by_email'))
      throw new ConflictError('Another user has this e-mail address.');
    throw error;
  }
}

function isViolationOf(error: unknown, constraint: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === '23505' &&
    'constraint' in error &&
    error.constraint === constraint
  );
}
