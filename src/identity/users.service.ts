import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppConfig } from '../config/app-config';
import type { UserId } from '../database/ids';
import { ConflictError, ForbiddenError, NotFoundError } from '../errors/app.error';
import { AccessNews } from './access-news';
import { AccountAccess } from './account-access.service';
import type { UserRole } from './authenticated-user';
import { UserEntity } from './entities/user.entity';
import { LoginAttempts } from './login-attempts.repository';
import type { AddressCount } from './login-lock';
import { requireFitPassword } from './password-policy';
import { hashPassword } from './passwords';
import { UsersRepository } from './users.repository';

export interface NewUser {
  email: string;
  password: string;
  name: string;
}

export interface UserChanges {
  email?: string;
  password?: string;
  name?: string;
  role?: UserRole;
}

@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly accounts: AccountAccess,
    private readonly news: AccessNews,
    private readonly config: AppConfig,
    private readonly attempts: LoginAttempts,
  ) {}

  /**
   * Makes the first user, an admin.
   * @throws ForbiddenError once there is any
   */
  async createFirst(user: NewUser): Promise<UserEntity> {
    requireFitPassword(user.password, user);
    // Asked before the slow hash as well, or anybody could keep the service busy with it.
    if (!(await this.users.isEmpty())) throw registrationClosed();
    const entity = await toEntity(user, 'admin');
    await this.users.transaction(async (tx) => {
      await this.users.lockAdmins(tx);
      if (!(await this.users.isEmpty(tx))) throw registrationClosed();
      await this.users.insert(tx, entity);
    });
    return this.get(entity.id);
  }

  /** @throws ConflictError when the e-mail address is taken */
  async create(user: NewUser & { role: UserRole }): Promise<UserEntity> {
    this.refuseOwnPasswords();
    requireFitPassword(user.password, user);
    const entity = await toEntity(user, user.role);
    await this.users.transaction((tx) => this.users.insert(tx, entity));
    return this.get(entity.id);
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<UserEntity> {
    return existing(await this.users.find(id as UserId));
  }

  async page(limit: number, offset: number): Promise<{ users: UserEntity[]; total: number }> {
    return this.users.page(limit, offset);
  }

  /**
   * @param password a new one ends all logins of the user, and their access tokens
   * @throws ConflictError when the e-mail address is taken, or no admin would be left
   */
  async update(id: UserId, { password, ...changes }: UserChanges): Promise<UserEntity> {
    const newPassword = password === undefined ? {} : await this.newPassword(id, password, changes);
    await this.users.transaction(async (tx) => {
      await this.users.lockAdmins(tx);
      const user = existing(await this.users.find(id, tx));
      if (changes.role !== undefined && changes.role !== 'admin') await this.refuseWithoutAdmin(tx, user);
      if (Object.keys(changes).length > 0 || password !== undefined)
        await this.users.update(tx, id, { ...changes, ...newPassword });
      // Whoever knew the old password may be logged in with it.
      if (password !== undefined) await this.users.revokeSessions(tx, id);
    });
    this.news.changed(id);
    return this.get(id);
  }

  /** As `update` does. @throws ValidationFailedError for one that is too easy to guess, naming the field `newPassword` */
  async changePassword(id: UserId, password: string): Promise<UserEntity> {
    requireFitPassword(password, existing(await this.users.find(id)), 'newPassword');
    return this.update(id, { password });
  }

  /**
   * @param heir who becomes the owner of accounts that nobody else owns
   * @throws ConflictError when no admin would be left, or accounts no owner and no heir is named
   */
  async remove(id: UserId, heir: UserId | undefined): Promise<void> {
    await this.users.transaction(async (tx) => {
      await this.users.lockAdmins(tx);
      const user = existing(await this.users.find(id, tx));
      await this.refuseWithoutAdmin(tx, user);
      const accounts = await this.users.soleOwnedAccounts(tx, id);
      if (accounts.length > 0 && (heir === undefined || heir === id)) {
        throw new ConflictError(
          'This user is the only owner of connected accounts. Name who takes them over with transferAccountsTo.',
          { accountIds: accounts.map((account) => account.id) },
        );
      }
      for (const account of accounts) {
        if (heir === undefined) break;
        await this.accounts.setMember(tx, {
          accountId: account.id,
          userId: heir,
          role: 'owner',
          accountName: account.name,
        });
      }
      await this.users.remove(tx, id);
      await this.accounts.removeUser(tx, id);
    });
    this.news.changed(id);
  }

  /** @throws NotFoundError */
  async lockout(id: UserId): Promise<AddressCount[]> {
    const { email } = await this.get(id);
    return this.attempts.list(email);
  }

  /** @throws NotFoundError */
  async unlock(id: UserId): Promise<AddressCount[]> {
    const { email } = await this.get(id);
    await this.attempts.unlock(email);
    return this.attempts.list(email);
  }

  private async newPassword(
    id: UserId,
    password: string,
    changes: Pick<UserChanges, 'email' | 'name'>,
  ): Promise<Pick<UserEntity, 'passwordHash' | 'passwordChangedAt'>> {
    this.refuseOwnPasswords();
    const { email, name } = existing(await this.users.find(id));
    requireFitPassword(password, { email, name, ...changes });
    return { passwordHash: await hashPassword(password), passwordChangedAt: new Date() };
  }

  private async refuseWithoutAdmin(tx: EntityManager, user: UserEntity): Promise<void> {
    if (user.role === 'admin' && (await this.users.countOtherAdmins(tx, user.id)) === 0)
      throw new ConflictError('This is the last admin. Make somebody else an admin first.');
  }

  private refuseOwnPasswords(): void {
    if (this.config.usesExternalLogin)
      throw new ForbiddenError(
        'Users and their passwords are kept by the product that this service takes its logins from.',
      );
  }
}

function existing(user: UserEntity | null): UserEntity {
  if (user === null) throw new NotFoundError('There is no such user.');
  return user;
}

async function toEntity({ email, password, name }: NewUser, role: UserRole): Promise<UserEntity> {
  const passwordHash = await hashPassword(password);
  return Object.assign(new UserEntity(), { email, name, role, passwordHash });
}

function registrationClosed(): ForbiddenError {
  return new ForbiddenError('Only the first user registers here. Ask an admin to create a user for you.');
}
