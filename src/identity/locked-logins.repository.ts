import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { UserId } from '../database/ids';
import { EVERYWHERE } from './login-lock';

/** A user whose login was made to wait, by one address or several, or by all of them together. */
export interface LockedLogin {
  userId: UserId;
  name: string;
  /** Also addresses wait that did nothing, because of what many did together. */
  isEverywhere: boolean;
  failures: number;
  /** When it was last locked. */
  lockedAt: Date;
  lockedUntil: Date;
}

/**
 * For whoever watches the service. It looks at what logins leave behind, and not during one: a login that is locked thus takes
 * no longer than one that is not, and one of a user no longer than one that nobody has.
 */
@Injectable()
export class LockedLogins {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** Those of the last day, the earliest first, also where the wait is over; not those that were unlocked or came in since. */
  async ofLastDay(): Promise<LockedLogin[]> {
    // Every wrong password that does not lock sets locked_until to null, so that touched_at is when it was locked.
    return this.database.query(
      `SELECT u.id AS "userId", u.name, a.address = $1 AS "isEverywhere", max(a.failures) AS failures,
              max(a.touched_at) AS "lockedAt", max(a.locked_until) AS "lockedUntil"
         FROM login_attempts a
         JOIN users u ON u.deleted_at IS NULL AND sha256(convert_to(lower(u.email), 'UTF8')) = a.login_digest
        WHERE a.locked_until IS NOT NULL AND a.touched_at > now() - interval '1 day'
        GROUP BY u.id, u.name, a.address = $1
        ORDER BY "lockedAt", u.id`,
      [EVERYWHERE],
    );
  }
}
