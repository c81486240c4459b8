import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { UnauthorizedError } from '../errors/app.error';
import { AccessTokens } from './access-tokens.service';
import { ApiKeysService } from './api-keys.service';
import { type AuthenticatedUser, lesserRole } from './authenticated-user';
import { ExternalTokens } from './external-tokens.service';
import { ExternalUsers } from './external-users.service';
import { UsersRepository } from './users.repository';

/** Who somebody is, and until when, or with what, that holds. */
export interface Identification {
  user: AuthenticatedUser;
  /** Of the token or the key; null for one without an end. */
  expiresAt: Date | null;
  /** The login of this service that the token stems from. */
  loginId: string | null;
  apiKeyId: string | null;
}

/** Finds out who makes a request. */
@Injectable()
export class CredentialsService {
  constructor(
    private readonly config: AppConfig,
    private readonly accessTokens: AccessTokens,
    private readonly externalTokens: ExternalTokens,
    private readonly externalUsers: ExternalUsers,
    private readonly apiKeys: ApiKeysService,
    private readonly users: UsersRepository,
  ) {}

  /**
   * By `Authorization: Bearer` or `X-Api-Key`. With both, both must hold for the same user, and the smaller role counts.
   * @throws UnauthorizedError
   */
  async authenticate(headers: IncomingHttpHeaders): Promise<AuthenticatedUser> {
    return (await this.identify(headers)).user;
  }

  /**
   * The same, with what ends it: for connections that last longer than a request.
   * @throws UnauthorizedError
   */
  async identify(headers: IncomingHttpHeaders): Promise<Identification> {
    const { authorization, 'x-api-key': apiKey } = headers;
    if (authorization === undefined && apiKey === undefined)
      throw new UnauthorizedError('Send Authorization: Bearer <access token>, or X-Api-Key.');
    const bearer = authorization === undefined ? undefined : await this.byToken(authorization);
    const byKey = apiKey === undefined ? undefined : await this.byApiKey(apiKey);
    if (bearer === undefined || byKey === undefined) {
      const found = bearer ?? byKey;
      if (found === undefined) throw new UnauthorizedError('Send a valid access token or API key.');
      return found;
    }
    if (bearer.user.id !== byKey.user.id)
      throw new UnauthorizedError('The access token and the API key are of different users.');
    return {
      user: { ...byKey.user, ...bearer.user, role: lesserRole(bearer.user.role, byKey.user.role) },
      expiresAt: earlier(bearer.expiresAt, byKey.expiresAt),
      loginId: bearer.loginId,
      apiKeyId: byKey.apiKeyId,
    };
  }

  private async byToken(authorization: string): Promise<Identification> {
    const token = /^Bearer +([^\s]+) *$/i.exec(authorization)?.[1];
    if (token === undefined) throw new UnauthorizedError('Authorization must be: Bearer <access token>.');
    if (this.config.usesExternalLogin) {
      const identity = await this.externalTokens.verify(token);
      const user = await this.externalUsers.userOf(identity);
      return { user, expiresAt: identity.expiresAt, loginId: null, apiKeyId: null };
    }
    const { userId, issuedAt, expiresAt, loginId } = await this.accessTokens.verify(token);
    // The user as it is now: removed, or with another role, since the token was issued.
    const found = await this.users.findForToken(userId);
    if (found === null) throw new UnauthorizedError('The user of this access token was removed.');
    const { id, email, name, role, passwordChangedAt } = found;
    // Whoever knew the old one may have it. Tokens tell their time to the second.
    if (
      passwordChangedAt !== null &&
      issuedAt.getTime() < Math.floor(passwordChangedAt.getTime() / 1_000) * 1_000
    )
      throw new UnauthorizedError('The password was changed. Log in again.');
    return { user: { id, email, name, role, via: 'password' }, expiresAt, loginId, apiKeyId: null };
  }

  private async byApiKey(header: string | string[]): Promise<Identification> {
    if (typeof header !== 'string') throw new UnauthorizedError('Send X-Api-Key once.');
    const { user, keyId, expiresAt } = await this.apiKeys.authenticate(header.trim());
    return { user: { ...user, apiKeyId: keyId }, expiresAt, loginId: null, apiKeyId: keyId };
  }
}

function earlier(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
