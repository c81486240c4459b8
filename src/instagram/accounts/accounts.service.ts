import { Injectable, Logger } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { AccountAmbiguousError, AppError, NotFoundError } from '../../errors/app.error';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountDiscovery } from './account-discovery.service';
import { AccountsRepository } from './accounts.repository';
import type { StoredUnlinkedPage } from './unlinked-page';
import type { InstagramAccountEntity } from '../entities/instagram-account.entity';

const STALE_AFTER_MS = 60 * 60_000;

/** The Instagram accounts that an account could connect or has connected. */
@Injectable()
export class AccountsService {
  private readonly log = new Logger(AccountsService.name);

  constructor(
    private readonly access: AccountAccess,
    private readonly repository: AccountsRepository,
    private readonly discovery: AccountDiscovery,
  ) {}

  /**
   * What is stored; read from Meta when nothing is, when it is old, and on demand. An old list is better than none: only
   * whoever asked for a new one, or has none yet, hears that Meta refused it.
   */
  async list(accountId: AccountId, { refresh }: { refresh: boolean }): Promise<InstagramAccountEntity[]> {
    const stored = await this.repository.all(accountId);
    const isStale = stored.some(
      ({ syncedAt }) => syncedAt === null || Date.now() - syncedAt.getTime() > STALE_AFTER_MS,
    );
    if (stored.length > 0 && !isStale && !refresh) return stored;
    try {
      await this.discovery.discover(accountId);
    } catch (error) {
      if (!(error instanceof AppError) || stored.length === 0 || refresh) throw error;
      this.log.warn(`The Instagram accounts of ${accountId} could not be read again: ${error.message}`);
      return stored;
    }
    return this.repository.all(accountId);
  }

  /** Pages of the account that lead to none, as last seen. */
  async unlinkedPages(accountId: AccountId): Promise<StoredUnlinkedPage[]> {
    return this.repository.unlinkedPages(accountId);
  }

  /**
   * The one that a request names; looked for at Meta where it was never listed.
   * @param ref our id of the Instagram account, or Meta's
   * @throws AccountNotFoundError, AccountAmbiguousError as `AccountAccess.resolve` does, and where several connected accounts
   * of the user reach it
   * @throws NotFoundError
   */
  async find(user: AuthenticatedUser, ref: string, requested?: string): Promise<InstagramAccountEntity> {
    const mine =
      requested === undefined
        ? await this.access.accountIdsOf(user.id)
        : [await this.access.resolve(user, requested)];
    let found = await this.repository.find(mine, ref);
    if (found.length === 0) {
      await this.discovery.discover(await this.access.resolve(user, requested));
      found = await this.repository.find(mine, ref);
    }
    const connected = found.filter(({ status }) => status !== 'available');
    const [first, second] = connected.length > 0 ? connected : found;
    if (first === undefined)
      throw new NotFoundError(
        'There is no such Instagram account. It has to be a professional one that is linked to a Page of yours, or connected by Instagram Login.',
      );
    if (second !== undefined)
      throw new AccountAmbiguousError(
        'accountId',
        found.map(({ accountId, pageName }) => ({ id: accountId, name: pageName })),
      );
    return first;
  }
}

export function notConnected(): NotFoundError {
  return new NotFoundError('This Instagram account is not connected.');
}
