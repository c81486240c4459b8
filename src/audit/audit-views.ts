import { Injectable } from '@nestjs/common';
import type { AccountId } from '../database/ids';
import { ForbiddenError } from '../errors/app.error';
import { AccountAccess } from '../identity/account-access.service';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import type { AuditView } from './audit-events.repository';

/** Whose events a user may see. */
@Injectable()
export class AuditViews {
  constructor(private readonly access: AccountAccess) {}

  /**
   * Everything that the user may see, or the account that is named.
   * @throws ForbiddenError for somebody who may see none
   * @throws AccountNotFoundError for an account that is not theirs
   */
  async of(user: AuthenticatedUser, accountId?: string): Promise<AuditView> {
    if (accountId !== undefined) return { accountIds: [await this.named(user, accountId)], ofService: false };
    const view = await this.all(user);
    if (view.accountIds.length === 0 && !view.ofService)
      throw new ForbiddenError('Only owners of an account and admins may see the audit log.');
    return view;
  }

  /**
   * Of accounts that nobody is a member of any more, admins are told: somebody has to be able to say who disconnected one, and
   * nobody is there whose it is. As soon as it has a member again it is that member's alone.
   */
  async all(user: AuthenticatedUser): Promise<AuditView> {
    const ofService = user.role === 'admin';
    const [managed, unowned] = await Promise.all([
      this.access.managedBy(user),
      ofService ? this.access.withoutMembers() : [],
    ]);
    return { accountIds: [...managed, ...unowned], ofService };
  }

  private async named(user: AuthenticatedUser, accountId: string): Promise<AccountId> {
    const unowned = user.role === 'admin' ? await this.access.withoutMembers(accountId) : [];
    return unowned[0] ?? this.access.requireManager(user, accountId);
  }
}
