import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { ForbiddenError, UnauthorizedError, ValidationFailedError } from '../errors/app.error';
import type { AuthenticatedUser } from './authenticated-user';
import { PasswordChecks } from './password-checks';
import { type Session, SessionsService } from './sessions.service';
import { type NewUser, UsersService } from './users.service';

/** This service's own login. It is off where the surrounding product's tokens are accepted. */
@Injectable()
export class AuthService {
  constructor(
    private readonly config: AppConfig,
    private readonly users: UsersService,
    private readonly passwords: PasswordChecks,
    private readonly sessions: SessionsService,
  ) {}

  async register(user: NewUser): Promise<Session> {
    this.refuseWhenExternal();
    return this.sessions.open(await this.users.createFirst(user));
  }

  /**
   * @param address where the request comes from
   * @throws UnauthorizedError, the same and after the same time for an unknown address and for a wrong password
   * @throws RateLimitedError after too many of them
   */
  async login(email: string, password: string, address: string): Promise<Session> {
    this.refuseWhenExternal();
    const user = await this.passwords.check(email, password, address);
    if (user === null) throw new UnauthorizedError('The e-mail address or the password is wrong.');
    return this.sessions.open(user);
  }

  /**
   * Gives the user another password and ends all their logins. Wrong passwords count as those of logins do.
   * @param address where the request comes from
   * @returns a login with the new one
   * @throws ForbiddenError with an API key: whoever has one does not thereby know the password
   */
  async changePassword(
    { id, email, via, apiKeyId }: AuthenticatedUser,
    passwords: { current: string; next: string },
    address: string,
  ): Promise<Session> {
    this.refuseWhenExternal();
    if (via !== 'password' || apiKeyId !== undefined)
      throw new ForbiddenError('Passwords are changed by people who are logged in, not with an API key.');
    if ((await this.passwords.check(email, passwords.current, address)) === null)
      throw ValidationFailedError.of('currentPassword', 'password', 'currentPassword is wrong.');
    return this.sessions.open(await this.users.changePassword(id, passwords.next));
  }

  async refresh(refreshToken: string): Promise<Session> {
    this.refuseWhenExternal();
    return this.sessions.refresh(refreshToken);
  }

  async logout(refreshToken: string): Promise<void> {
    this.refuseWhenExternal();
    await this.sessions.close(refreshToken);
  }

  private refuseWhenExternal(): void {
    if (this.config.usesExternalLogin)
      throw new ForbiddenError(
        'This service takes its logins from another product: send an access token of that one.',
      );
  }
}
