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
    const { authorization, 'x-api-key': apiKey } = headers;
    if (authorization === undefined && apiKey === undefined)
      throw new UnauthorizedError('Send Authorization: Bearer <access token>, or X-Api-Key.');
    const bearer = authorization === undefined ? undefined : await this.byToken(authorization);
    const byKey = apiKey === undefined ? undefined : await this.byApiKey(apiKey);
    if (bearer === undefined || byKey === undefined) {
      const user = bearer ?? byKey;
      if (user === undefined) throw new UnauthorizedError('Send a valid access token or API key.');
      return user;
    }
    if (bearer.id !== byKey.id)
      throw new UnauthorizedError('The access token and the API key are of different users.');
    return { ...bearer, role: lesserRole(bearer.role, byKey.role) };
  }

  private async byToken(authorization: string): Promise<AuthenticatedUser> {
    const token = /^Bearer +([^\s]+) *$/i.exec(authorization)?.[1];
    if (token === undefined) throw new UnauthorizedError('Authorization must be: Bearer <access token>.');
    if (this.config.usesExternalLogin)
      return this.externalUsers.userOf(await this.externalTokens.verify(token));
    // The user as it is now: removed, or with another role, since the token was issued.
    const user = await this.users.find(await this.accessTokens.verify(token));
    if (user === null) throw new UnauthorizedError('The user of this access token was removed.');
    return { id: user.id, email: user.email, name: user.name, role: user.role, via: 'password' };
  }

  private async byApiKey(header: string | string[]): Promise<AuthenticatedUser> {
    if (typeof header !== 'string') throw new UnauthorizedError('Send X-Api-Key once.');
    return this.apiKeys.authenticate(header.trim());
  }
}
