import { Injectable, Logger } from '@nestjs/common';
import { AssetsService } from '../../assets/assets.service';
import type { AccountId } from '../../database/ids';
import { AccountNotFoundError, AppError } from '../../errors/app.error';
import { GraphError } from '../../graph-client/graph.error';
import { MetaAccountsService } from '../../meta-auth/meta-accounts.service';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import { verdictOf } from '../../meta-auth/token-verdict';
import { AccountsRepository } from './accounts.repository';
import { type FoundInstagramAccount, InstagramApi, type UnlinkedPage } from './instagram-api';

interface Found {
  accounts: FoundInstagramAccount[];
  unlinked: UnlinkedPage[];
  /** Every way of looking was answered, so that what is not among them is not there. */
  isWhole: boolean;
}

/** Finds the Instagram accounts that a connected Meta account can use. It makes the account the owner of nothing. */
@Injectable()
export class AccountDiscovery {
  private readonly log = new Logger(AccountDiscovery.name);

  constructor(
    private readonly api: InstagramApi,
    private readonly assets: AssetsService,
    private readonly accounts: MetaAccountsService,
    private readonly tokens: MetaTokenService,
    private readonly repository: AccountsRepository,
  ) {}

  /** @throws GraphError when Meta answers nothing at all */
  async discover(accountId: AccountId): Promise<void> {
    const login = await this.repository.loginOf(accountId);
    if (login === null) throw new AccountNotFoundError();
    const { accounts, unlinked, isWhole } = await this.tokens.withToken(accountId, async (token) =>
      login.loginKind === 'instagram'
        ? { accounts: [await this.api.ownAccount(token)], unlinked: [], isWhole: true }
        : this.linked(token),
    );
    await this.repository.transaction(async (tx) => {
      await this.accounts.hold(tx, accountId);
      const enlisted = await this.assets.enlist(
        tx,
        accountId,
        accounts.map(({ igAccountId, username }) => ({
          kind: 'instagram',
          metaId: igAccountId,
          name: username === '' ? null : username,
        })),
      );
      await this.repository.upsert(tx, enlisted, accounts);
      await this.repository.recordUnlinked(tx, accountId, unlinked);
      if (isWhole)
        await this.repository.retire(
          tx,
          accountId,
          accounts.map(({ igAccountId }) => igAccountId),
        );
    });
  }

  /** Pages that are reached through a business portfolio only are not among the person's own. */
  private async linked(token: string): Promise<Found> {
    const byId = new Map<string, FoundInstagramAccount>();
    const unlinked = new Map<string, UnlinkedPage>();
    const add = (found: Pick<Found, 'accounts' | 'unlinked'>): void => {
      for (const account of found.accounts)
        if (!byId.has(account.igAccountId)) byId.set(account.igAccountId, account);
      for (const page of found.unlinked) unlinked.set(page.pageId, page);
    };
    add(await this.api.linkedAccounts(token, '/me/accounts'));
    const businesses = await this.attempt(() => this.api.businessIds(token));
    let isWhole = businesses !== null;
    for (const businessId of businesses ?? [])
      for (const edge of ['owned_pages', 'client_pages']) {
        const path = `/${encodeURIComponent(businessId)}/${edge}`;
        const found = await this.attempt(() => this.api.linkedAccounts(token, path));
        if (found === null) isWhole = false;
        else add(found);
      }
    return { accounts: [...byId.values()], unlinked: [...unlinked.values()], isWhole };
  }

  /** @returns null where Meta refuses: `business_management` is a permission that many do not give */
  private async attempt<T>(look: () => Promise<T>): Promise<T | null> {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error instanceof GraphError && verdictOf(error.meta) !== null) throw error;
      this.log.debug(`A way to find Instagram accounts was refused: ${error.message}`);
      return null;
    }
  }
}
