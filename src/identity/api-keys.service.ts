import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type DataSource, IsNull } from 'typeorm';
import { type UserId, newId } from '../database/ids';
import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  UnauthorizedError,
  ValidationFailedError,
} from '../errors/app.error';
import { type AuthenticatedUser, type UserRole, includesRole, lesserRole } from './authenticated-user';
import { AccessNews } from './access-news';
import { ApiKeyEntity } from './entities/api-key.entity';
import { hashSecret, newSecret } from './secret-tokens';

export interface NewApiKey {
  name: string;
  role: UserRole;
  expiresAt?: string;
}

const KEY_START = 'mbb_';
const PREFIX_LENGTH = 10;
const MAX_KEYS_PER_USER = 100;

interface KeyRow {
  key_id: string;
  key_role: UserRole;
  expires_at: Date | null;
  is_stale: boolean;
  id: UserId;
  email: string;
  name: string;
  role: UserRole;
}

/** Credentials for programs. A key acts as its owner, with at most the key's role. */
@Injectable()
export class ApiKeysService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly news: AccessNews,
  ) {}

  /** @returns the row and, this once, the key */
  async create(
    owner: AuthenticatedUser,
    { name, role, expiresAt }: NewApiKey,
  ): Promise<{ row: ApiKeyEntity; key: string }> {
    // Else one with an end could make itself one without.
    if (owner.via === 'api-key')
      throw new ForbiddenError('An API key cannot make API keys. Log in to make one.');
    if (!includesRole(owner.role, role))
      throw new ForbiddenError(`You are ${owner.role}: a key of yours cannot be more than that.`);
    const expiry = expiresAt === undefined ? null : new Date(expiresAt);
    if (expiry !== null && !(expiry.getTime() > Date.now()))
      throw ValidationFailedError.of('expiresAt', 'inFuture', 'expiresAt must be a time to come.');
    const count = await this.database.manager.countBy(ApiKeyEntity, {
      userId: owner.id,
      revokedAt: IsNull(),
    });
    if (count >= MAX_KEYS_PER_USER)
      throw new ConflictError(`A user has at most ${MAX_KEYS_PER_USER} API keys.`);

    const key = `${KEY_START}${newSecret()}`;
    const row = Object.assign(new ApiKeyEntity(), {
      id: newId(),
      userId: owner.id,
      name,
      prefix: key.slice(0, PREFIX_LENGTH),
      keyHash: hashSecret(key),
      role,
      createdAt: new Date(),
      lastUsedAt: null,
      expiresAt: expiry,
      revokedAt: null,
    });
    await this.database.manager.insert(ApiKeyEntity, row);
    return { row, key };
  }

  /** The user's own that were not revoked, oldest first. */
  async list(userId: UserId): Promise<ApiKeyEntity[]> {
    return this.database.manager.find(ApiKeyEntity, {
      where: { userId, revokedAt: IsNull() },
      order: { id: 'ASC' },
    });
  }

  /** @throws NotFoundError also for somebody else's */
  async revoke(userId: UserId, id: string): Promise<void> {
    const { affected } = await this.database.manager.update(
      ApiKeyEntity,
      { id, userId, revokedAt: IsNull() },
      { revokedAt: new Date() },
    );
    if (affected !== 1) throw new NotFoundError('There is no such API key.');
    this.news.changed(userId);
  }

  /** @throws UnauthorizedError */
  async authenticate(
    key: string,
  ): Promise<{ user: AuthenticatedUser; keyId: string; expiresAt: Date | null }> {
    const rows: KeyRow[] = await this.database.query(
      `SELECT k.id AS key_id, k.role AS key_role, k.expires_at, u.id, u.email, u.name, u.role,
              k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute' AS is_stale
         FROM api_keys k JOIN users u ON u.id = k.user_id
        WHERE k.key_hash = $1 AND k.revoked_at IS NULL AND u.deleted_at IS NULL
          AND (k.expires_at IS NULL OR k.expires_at > now())`,
      [hashSecret(key)],
    );
    const [row] = rows;
    if (row === undefined) throw new UnauthorizedError('The API key is not valid.');
    // To the minute: a write for every request would cost more than the request.
    if (row.is_stale)
      await this.database.query('UPDATE api_keys SET last_used_at = now() WHERE id = $1', [row.key_id]);
    const { id, email, name, key_id: keyId, expires_at: expiresAt } = row;
    return {
      user: { id, email, name, role: lesserRole(row.key_role, row.role), via: 'api-key' },
      keyId,
      expiresAt,
    };
  }
}
