import { Injectable } from '@nestjs/common';
import { SignJWT, errors, jwtVerify } from 'jose';
import { AppConfig } from '../config/app-config';
import { type UserId, isUuid } from '../database/ids';
import { UnauthorizedError } from '../errors/app.error';
import type { UserEntity } from './entities/user.entity';

/** Short, since an access token cannot be taken back before it expires; only its user can be removed. */
export const ACCESS_TOKEN_SECONDS = 15 * 60;

const ISSUER = 'meta-business-backend';
const AUDIENCE = 'meta-business-backend';

export interface VerifiedToken {
  userId: UserId;
  expiresAt: Date;
  /** Null for a token of before logins were named in them. */
  loginId: string | null;
}

/** This service's own access tokens: JSON Web Tokens, HS256 under `JWT_SECRET`. */
@Injectable()
export class AccessTokens {
  constructor(private readonly config: AppConfig) {}

  /** @param loginId the login that the token belongs to: it is told from others when that one ends */
  async issue(user: Pick<UserEntity, 'id' | 'role'>, loginId: string): Promise<string> {
    return new SignJWT({ role: user.role, sid: loginId })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(user.id)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${ACCESS_TOKEN_SECONDS} s`)
      .sign(this.key());
  }

  /**
   * @returns whose it is; the role inside is for the frontend, what counts is the user's at present
   * @throws UnauthorizedError
   */
  async verify(token: string): Promise<VerifiedToken> {
    try {
      const { payload } = await jwtVerify(token, this.key(), {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'exp'],
      });
      const { sub, exp, sid } = payload;
      if (sub !== undefined && isUuid(sub) && exp !== undefined)
        return {
          userId: sub as UserId,
          expiresAt: new Date(exp * 1_000),
          loginId: typeof sid === 'string' && isUuid(sid) ? sid : null,
        };
    } catch (error) {
      if (error instanceof errors.JWTExpired)
        throw new UnauthorizedError('The access token has expired. Refresh it.');
      if (!(error instanceof errors.JOSEError)) throw error;
    }
    throw new UnauthorizedError('The access token is not valid.');
  }

  private key(): Uint8Array {
    const secret = this.config.env.JWT_SECRET;
    if (secret === undefined) throw new Error('JWT_SECRET is not set; own logins are off.');
    return new TextEncoder().encode(secret);
  }
}
