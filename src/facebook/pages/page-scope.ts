import { Injectable } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { isUuid } from '../../database/ids';
import { AccountAmbiguousError, NotFoundError } from '../../errors/app.error';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { FacebookLoginAccounts } from '../../meta-auth/facebook-login-accounts.service';
import type { FacebookPageEntity } from '../entities/facebook-page.entity';
import { PagesRepository } from './pages.repository';

/** A Page that a request names; `page` is null where nothing is stored of it yet. */
export interface NamedPage {
  accountId: AccountId;
  /** Meta's id. */
  pageId: string;
  page: FacebookPageEntity | null;
}

/** Tells which Page of which connected account a request is about. */
@Injectable()
export class PageScope {
  constructor(
    private readonly access: FacebookLoginAccounts,
    private readonly pages: PagesRepository,
  ) {}

  /**
   * @param ref our id of a Page or Meta's
   * @throws AccountNotFoundError, AccountAmbiguousError as `AccountAccess.resolve` does
   * @throws NotFoundError for an id of ours that is none of the user's
   */
  async resolve(user: AuthenticatedUser, ref: string, accountId: string | undefined): Promise<NamedPage> {
    const mine = await this.access.idsOf(user);
    const accounts =
      accountId === undefined && mine.length > 0 ? mine : [await this.access.resolve(user, accountId)];
    const known = await this.pages.find(accounts, isUuid(ref) ? ref.toLowerCase() : ref);
    const page = known.length === 1 ? known[0] : known.find(({ status }) => status !== 'available');
    if (page !== undefined) return { accountId: page.accountId, pageId: page.pageId, page };
    const [only, another] = accounts;
    if (known.length > 1)
      throw new AccountAmbiguousError(
        'accountId',
        known.map(({ accountId: id, name }) => ({ id, name })),
      );
    if (isUuid(ref) || only === undefined) throw noSuchPage();
    // Which of several accounts has a Page that nobody has listed yet, only the user knows.
    return {
      accountId: another === undefined ? only : await this.access.resolve(user),
      pageId: ref,
      page: null,
    };
  }
}

export function noSuchPage(): NotFoundError {
  return new NotFoundError('There is no such Page.');
}
