import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { ForbiddenError } from '../../errors/app.error';
import { AccountAccess } from '../../identity/account-access.service';
import { type AuthenticatedUser, includesRole } from '../../identity/authenticated-user';

/** Who may have all of a person's data handed out, or removed for good. */
@Injectable()
export class DataProtectionAccess {
  constructor(private readonly access: AccountAccess) {}

  /**
   * An owner of the account, or an admin who is a member of it.
   * @throws ForbiddenError for other members
   */
  async require(user: AuthenticatedUser, accountId: AccountId): Promise<void> {
    if (includesRole(user.role, 'admin')) {
      await this.access.require(user, accountId);
      return;
    }
    try {
      await this.access.requireOwner(user, accountId);
    } catch (error) {
      if (!(error instanceof ForbiddenError)) throw error;
      throw new ForbiddenError('Only an owner of this account, or an admin who is a member, may do this.');
    }
  }
}
