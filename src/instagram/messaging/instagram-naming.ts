import { Injectable } from '@nestjs/common';
import type { NamedSender } from '../../direct-messaging/direct-house';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';

/**
 * Elsewhere under `/instagram` the parameter `accountId` is the Instagram account, and everywhere else the connected Meta
 * account: here it may be either, and its form or its owner says which.
 */
@Injectable()
export class InstagramNaming {
  constructor(private readonly access: AccountAccess) {}

  async of(
    user: AuthenticatedUser,
    { igAccountId, accountId }: { igAccountId?: string | undefined; accountId?: string | undefined },
  ): Promise<NamedSender> {
    if (accountId === undefined) return { ref: igAccountId, accountId };
    const mine: readonly string[] = await this.access.accountIdsOf(user.id);
    const isMetaAccount = mine.includes(accountId.toLowerCase());
    // Both given: then this one can only be meant as the Meta account, and is told to be nobody's where it is not the user's.
    return isMetaAccount || igAccountId !== undefined ? { ref: igAccountId, accountId } : { ref: accountId };
  }
}
