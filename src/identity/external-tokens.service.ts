import { Injectable } from '@nestjs/common';
import { type JWTPayload, type JWTVerifyOptions, createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { AppConfig } from '../config/app-config';
import { ServiceUnavailableError, UnauthorizedError } from '../errors/app.error';
import { type UserRole, isUserRole } from './authenticated-user';

/** What the surrounding product's token says of its user. */
export interface ExternalIdentity {
  issuer: string;
  subject: string;
  email: string | undefined;
  name: string | undefined;
  /** Undefined where the claim `role` is missing or none of ours. */
  role: UserRole | undefined;
  issuedAt: Date | undefined;
  expiresAt: Date | null;
}

// Pinned by the kind of key. Were HS256 taken with a JWKS, the public key would do as its secret.
const PUBLIC_KEY_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const SECRET_ALGORITHMS = ['HS256', 'HS384', 'HS512'];

type Verify = (token: string) => Promise<JWTPayload>;

/** Verifies tokens of the product around this one, by its JWKS or by a shared secret. */
@Injectable()
export class ExternalTokens {
  private readonly verifyToken: Verify;

  constructor(private readonly config: AppConfig) {
    this.verifyToken = this.verifier();
  }

  /**
   * @throws UnauthorizedError
   * @throws ServiceUnavailableError when the JWKS cannot be had
   */
  async verify(token: string): Promise<ExternalIdentity> {
    const claims = await this.checkedClaims(token);
    const { iss: issuer, sub: subject } = claims;
    if (issuer === undefined || !isPlainText(subject)) throw notValid();
    return {
      issuer,
      subject,
      email:
        isPlainText(claims.email) && /^[^\s@]+@[^\s@]+$/.test(claims.email)
          ? claims.email.toLowerCase()
          : undefined,
      name: isPlainText(claims.name) ? claims.name : undefined,
      role: isUserRole(claims.role) ? claims.role : undefined,
      issuedAt: claims.iat === undefined ? undefined : new Date(claims.iat * 1_000),
      expiresAt: claims.exp === undefined ? null : new Date(claims.exp * 1_000),
    };
  }

  private async checkedClaims(token: string): Promise<JWTPayload> {
    try {
      return await this.verifyToken(token);
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new UnauthorizedError('The access token has expired.');
      if (isAboutToken(error)) throw notValid();
      throw new ServiceUnavailableError(
        'The keys that access tokens are checked with cannot be had at present.',
        {},
        {
          cause: error,
        },
      );
    }
  }

  private verifier(): Verify {
    const {
      AUTH_JWKS_URL: jwksUrl,
      AUTH_JWT_SECRET: secret,
      AUTH_ISSUER: issuer,
      AUTH_AUDIENCE: audience,
    } = this.config.env;
    const options: JWTVerifyOptions = {
      ...(issuer === undefined ? {} : { issuer }),
      ...(audience === undefined ? {} : { audience }),
      // A token that never expires could not be taken back.
      requiredClaims: ['iss', 'sub', 'exp'],
      clockTolerance: 30,
    };
    if (jwksUrl !== undefined) {
      const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 5_000 });
      return async (token) =>
        (await jwtVerify(token, keys, { ...options, algorithms: PUBLIC_KEY_ALGORITHMS })).payload;
    }
    if (secret !== undefined) {
      const key = new TextEncoder().encode(secret);
      return async (token) =>
        (await jwtVerify(token, key, { ...options, algorithms: SECRET_ALGORITHMS })).payload;
    }
    return () => Promise.reject(notValid());
  }
}

function notValid(): UnauthorizedError {
  return new UnauthorizedError('The access token is not valid.');
}

/** As against the JWKS, which may be away or broken through no fault of the caller. */
function isAboutToken(error: unknown): boolean {
  return (
    error instanceof UnauthorizedError ||
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  );
}

function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 255 && !value.includes('\0');
}
