import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { RateLimitedError, ServiceUnavailableError } from '../errors/app.error';
import { addressKey } from '../rate-limits/address-key';
import { LoginAttempts } from './login-attempts.repository';
import { type FailureCount, afterFailure, waitBefore } from './login-lock';
import { verifyPassword } from './passwords';
import { UsersRepository } from './users.repository';
import type { UserEntity } from './entities/user.entity';

/** Each takes 19 MiB and a processor; and as many may get past a lock that is about to be set. */
const AT_ONCE = 4;
const MOST_WAITING = 500;

class LoginLockedError extends RateLimitedError {
  override readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    const retryAfterSeconds = Math.ceil(retryAfterMs / 1_000);
    super(`Too many wrong passwords. Try again in ${retryAfterSeconds} s, or ask an admin to unlock you.`, {
      retryAfterSeconds,
      scope: 'login',
    });
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * Looks whether a password is right, unless there were too many wrong ones. The answers for an address that nobody has are
 * those for a user's: in words, in time and in how often one may ask.
 */
@Injectable()
export class PasswordChecks {
  private readonly log = new Logger('Logins');
  private readonly waiting: (() => void)[] = [];
  private underWay = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly users: UsersRepository,
    private readonly attempts: LoginAttempts,
  ) {}

  /**
   * @param address who asks
   * @returns null for a wrong password, and for a user that there is not
   * @throws RateLimitedError when there were too many wrong ones, without a look at this one
   */
  async check(email: string, password: string, address: string): Promise<UserEntity | null> {
    await this.enter();
    try {
      return await this.look(email, password, addressKey(address));
    } finally {
      this.leave();
    }
  }

  private async look(email: string, password: string, address: string): Promise<UserEntity | null> {
    const { own, all } = await this.attempts.read(email, address);
    const waitMs = waitBefore(new Date(), own, all);
    if (waitMs > 0) throw new LoginLockedError(waitMs);
    const found = await this.users.findPasswordHash(email);
    const matches = await verifyPassword(found?.passwordHash ?? null, password);
    if (found !== null && matches) {
      await this.attempts.succeed(email, address);
      return found.user;
    }
    await this.count(email, address, found?.user.id ?? null);
    return null;
  }

  private async count(email: string, address: string, userId: string | null): Promise<void> {
    const { LOGIN_LOCK_AFTER, LOGIN_LOCK_SECONDS, LOGIN_LOCK_ACCOUNT_AFTER } = this.config.env;
    const rules = {
      lockAfter: LOGIN_LOCK_AFTER,
      lockSeconds: LOGIN_LOCK_SECONDS,
      accountAfter: LOGIN_LOCK_ACCOUNT_AFTER,
    };
    const after = await this.attempts.fail(email, address, (own, all) =>
      afterFailure(new Date(), own, all, rules),
    );
    this.tell(after.own, { userId, address }, 'Too many wrong passwords from one address');
    // Each further one is told of as well: it is one in a quarter of an hour.
    this.tell(after.all, { userId, address }, 'Too many wrong passwords from many addresses');
  }

  private tell({ failures, lockedUntil }: FailureCount, where: object, what: string): void {
    if (lockedUntil !== null) this.log.warn({ ...where, failures, lockedUntil }, what);
  }

  private async enter(): Promise<void> {
    if (this.underWay < AT_ONCE) {
      this.underWay += 1;
      return;
    }
    if (this.waiting.length >= MOST_WAITING)
      throw new ServiceUnavailableError('Too many are logging in at once. Try again later.');
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
    });
  }

  /** The place goes to the next one. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.underWay -= 1;
    else next();
  }
}
