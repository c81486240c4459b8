import { Injectable, Logger } from '@nestjs/common';
import { AssetsService } from '../../assets/assets.service';
import type { AccountId } from '../../database/ids';
import { AppError } from '../../errors/app.error';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { FacebookLoginAccounts } from '../../meta-auth/facebook-login-accounts.service';
import { MetaAccountsService } from '../../meta-auth/meta-accounts.service';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import type { FacebookPageEntity } from '../entities/facebook-page.entity';
import { PageFinder } from './page-finder';
import { PagesRepository } from './pages.repository';

const STALE_AFTER_MS = 60 * 60_000;

/** The Pages that an account could connect or has connected. */
@Injectable()
export class PagesService {
  private readonly log = new Logger(PagesService.name);

  constructor(
    private readonly pages: PagesRepository,
    private readonly finder: PageFinder,
    private readonly assets: AssetsService,
    private readonly accounts: MetaAccountsService,
    private readonly logins: FacebookLoginAccounts,
    private readonly tokens: MetaTokenService,
  ) {}

  /**
   * What is stored; read from Meta when nothing is, when it is old, and on demand. An old list is better than none: only
   * whoever asked for a new one, or has none yet, hears that Meta refused it.
   * @throws AccountNotFoundError, AccountAmbiguousError, GraphError
   */
  async list(
    user: AuthenticatedUser,
    named: { accountId?: string | undefined; refresh: boolean },
  ): Promise<FacebookPageEntity[]> {
    const account = await this.accounts.get(await this.logins.resolve(user, named.accountId));
    // Such a login opens no Pages, and Meta would call its token invalid here.
    if (account.loginKind === 'instagram') return [];
    const stored = await this.pages.pagesOf(account.id);
    const isStale = stored.some(
      ({ syncedAt }) => syncedAt === null || Date.now() - syncedAt.getTime() > STALE_AFTER_MS,
    );
    if (stored.length > 0 && !isStale && !named.refresh) return stored;
    try {
      await this.discover(account.id);
    } catch (error) {
      if (!(error instanceof AppError) || stored.length === 0 || named.refresh) throw error;
      this.log.warn(`The Pages of account ${account.id} could not be read again: ${error.message}`);
      return stored;
    }
    return this.pages.pagesOf(account.id);
  }

  private async discover(accountId: AccountId): Promise<void> {
    const { pages, isComplete } = await this.tokens.withToken(accountId, (token) => this.finder.all(token));
    await this.pages.transaction(async (tx) => {
      await this.accounts.hold(tx, accountId);
      const enlisted = await this.assets.enlist(
        tx,
        accountId,
        pages.map(({ pageId, name }) => ({ kind: 'page', metaId: pageId, name })),
      );
      await this.pages.upsert(tx, enlisted, pages);
      if (isComplete)
        await this.pages.retire(
          tx,
          accountId,
          pages.map(({ pageId }) => pageId),
        );
    });
  }
}
