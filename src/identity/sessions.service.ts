import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { type UserId, newId } from '../database/ids';
import { UnauthorizedError } from '../errors/app.error';
import { AccessNews } from './access-news';
import { ACCESS_TOKEN_SECONDS, AccessTokens } from './access-tokens.service';
import { RefreshTokenEntity } from './entities/refresh-token.entity';
import { UserEntity } from './entities/user.entity';
import { hashSecret, newSecret } from './secret-tokens';

export interface Session {
  accessToken: string;
  refreshToken: string;
  /** Seconds. */
  expiresIn: number;
  user: UserEntity;
}

export const REFRESH_TOKEN_DAYS = 30;

interface Renewal {
  user: UserEntity;
  refreshToken: string;
  familyId: string;
}

/**
 * Refresh tokens: opaque, kept as hashes, good for one use. One that comes a second time was stolen, or its successor was:
 * then nobody of the family gets further, neither thief nor owner, and the owner logs in again.
 */
@Injectable()
export class SessionsService {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly accessTokens: AccessTokens,
    private readonly news: AccessNews,
  ) {}

  async open(user: UserEntity): Promise<Session> {
    const familyId = newId();
    const refreshToken = await insertToken(this.database.manager, user.id, familyId);
    return this.sessionOf({ user, refreshToken, familyId });
  }

  /** @throws UnauthorizedError for a token that is unknown, expired, revoked or used before */
  async refresh(token: string): Promise<Session> {
    // Thrown after the transaction: the revocation that goes with it has to be committed.
    const renewal = await this.inFamilyOf(token, (tx, row) => this.renew(tx, row));
    if (renewal === undefined)
      throw new UnauthorizedError('The refresh token is not valid any more. Log in again.');
    return this.sessionOf(renewal);
  }

  /** Ends the login that the token stems from. An unknown token has nothing to end. */
  async close(token: string): Promise<void> {
    const userId = await this.inFamilyOf(token, async (tx, row) => {
      await revokeFamily(tx, row.familyId);
      return row.userId;
    });
    if (userId !== undefined) this.news.changed(userId);
  }

  /**
   * Under a lock on the family. A row's lock would not do: the successor that a concurrent refresh is about to insert has
   * no row to lock yet, and would outlive the revocation.
   */
  private async inFamilyOf<Result>(
    token: string,
    work: (tx: EntityManager, row: RefreshTokenEntity) => Promise<Result>,
  ): Promise<Result | undefined> {
    return this.database.transaction(async (tx) => {
      const tokenHash = hashSecret(token);
      const found = await tx.findOneBy(RefreshTokenEntity, { tokenHash });
      if (found === null) return undefined;
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [found.familyId]);
      const row = await tx.findOneBy(RefreshTokenEntity, { tokenHash });
      return row === null ? undefined : work(tx, row);
    });
  }

  private async renew(tx: EntityManager, row: RefreshTokenEntity): Promise<Renewal | undefined> {
    if (row.usedAt !== null) await revokeFamily(tx, row.familyId);
    if (row.usedAt !== null || row.revokedAt !== null || row.expiresAt <= new Date()) return undefined;
    const user = await tx.findOneBy(UserEntity, { id: row.userId });
    if (user === null) return undefined;
    await tx.update(RefreshTokenEntity, { id: row.id }, { usedAt: new Date() });
    const { userId, familyId } = row;
    return { user, refreshToken: await insertToken(tx, userId, familyId), familyId };
  }

  private async sessionOf({ user, refreshToken, familyId }: Renewal): Promise<Session> {
    const accessToken = await this.accessTokens.issue(user, familyId);
    return { accessToken, refreshToken, expiresIn: ACCESS_TOKEN_SECONDS, user };
  }
}

async function insertToken(manager: EntityManager, userId: UserId, familyId: string): Promise<string> {
  const token = newSecret();
  const expiresAt = new Date(Date.now() + REFRESH_TOKEN_DAYS * 86_400_000);
  await manager.insert(
    RefreshTokenEntity,
    Object.assign(new RefreshTokenEntity(), { userId, familyId, tokenHash: hashSecret(token), expiresAt }),
  );
  return token;
}

async function revokeFamily(tx: EntityManager, familyId: string): Promise<void> {
  await tx.query('UPDATE refresh_tokens SET revoked_at = now() WHERE family_id = $1 AND revoked_at IS NULL', [
    familyId,
  ]);
}
