import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { ForbiddenError, UnauthorizedError } from '../errors/app.error';
import { verifyPassword } from './passwords';
import { type Session, SessionsService } from './sessions.service';
import { UsersRepository } from './users.repository';
import { type NewUser, UsersService } from './users.service';

/** This service's own login. It is off where the surrounding product's tokens are accepted. */
@Injectable()
export class AuthService {
  constructor(
    private readonly config: AppConfig,
    private readonly users: UsersService,
    private readonly usersRepository: UsersRepository,
    private readonly sessions: SessionsService,
  ) {}

  async register(user: NewUser): Promise<Session> {
    this.refuseWhenExternal();
    return this.sessions.open(await this.users.createFirst(user));
  }

  /** @throws UnauthorizedError, the same and after the same time for an unknown address and for a wrong password */
  async login(email: string, password: string): Promise<Session> {
    this.refuseWhenExternal();
    const found = await this.usersRepository.findPasswordHash(email);
    const matches = await verifyPassword(found?.passwordHash ?? null, password);
    if (found === null || !matches)
      throw new UnauthorizedError('The e-mail address or the password is wrong.');
    return this.sessions.open(found.user);
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
