import { webcrypto } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SignJWT, errors, jwtVerify } from 'jose';
import { AppConfig } from '../config/app-config';
import { type UserId, isUuid } from '../database/ids';
import { UnauthorizedError } from '../errors/app.error';
import type { UserEntity } from './entities/user.entity';

/** Short, since an access token outlives its login; only a new password, or the removal of its user, ends it sooner. */
export const ACCESS_TOKEN_SECONDS = 15 * 60;

const ISSUER = 'meta-business-backend';
const AUDIENCE = 'meta-business-backend';

export interface VerifiedToken {
  userId: UserId;
  /** To the second. */
  issuedAt: Date;
  expiresAt: Date;
  /** Null for a token of before logins were named in them. */
  loginId: string | null;
}

/** This service's own access tokens: JSON Web Tokens, HS256 under `JWT_SECRET`. */
@Injectable()
export class AccessTokens {
  private readonly keys = new Map<string, Promise<webcrypto.CryptoKey>>();

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
      .sign(await this.keyOf(this.secret()));
  }

  /**
   * @returns whose it is; the role inside is for the frontend, what counts is the user's at present
   * @throws UnauthorizedError
   */
  async verify(token: string): Promise<VerifiedToken> {
    const [current, ...previous] = [this.secret(), ...this.config.env.JWT_SECRETS_PREVIOUS];
    return this.verifyWith(token, current, previous);
  }

  /** A token of before the secret was changed is good until it expires, as long as that secret is still named. */
  private async verifyWith(
    token: string,
    secret: string,
    [next, ...others]: readonly string[],
  ): Promise<VerifiedToken> {
    try {
      const { payload } = await jwtVerify(token, await this.keyOf(secret), {
        algorithms: ['HS256'],
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'exp', 'iat'],
      });
      const { sub, iat, exp, sid } = payload;
      if (sub !== undefined && isUuid(sub) && exp !== undefined && iat !== undefined)
        return {
          userId: sub as UserId,
          issuedAt: new Date(iat * 1_000),
          expiresAt: new Date(exp * 1_000),
          loginId: typeof sid === 'string' && isUuid(sid) ? sid : null,
        };
    } catch (error) {
      if (error instanceof errors.JWTExpired)
        throw new UnauthorizedError('The access token has expired. Refresh it.');
      if (error instanceof errors.JWSSignatureVerificationFailed && next !== undefined)
        return this.verifyWith(token, next, others);
      if (!(error instanceof errors.JOSEError)) throw error;
    }
    throw new UnauthorizedError('The access token is not valid.');
  }

  private secret(): string {
    const secret = this.config.env.JWT_SECRET;
    if (secret === undefined) throw new Error('JWT_SECRET is not set; own logins are off.');
    return secret;
  }

  /** Made once for each secret: making one is half of the work of verifying a token, which is done for every request. */
  private keyOf(secret: string): Promise<webcrypto.CryptoKey> {
    const known = this.keys.get(secret);
    if (known !== undefined) return known;
    const bytes = new TextEncoder().encode(secret);
    const key = webcrypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
      'verify',
    ]);
    this.keys.set(secret, key);
    return key;
  }
}
