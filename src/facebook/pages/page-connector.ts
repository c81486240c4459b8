import { Injectable, Logger } from '@nestjs/common';
import { AssetsService } from '../../assets/assets.service';
import type { AccountId } from '../../database/ids';
import { AppError } from '../../errors/app.error';
import { GraphReauthRequiredError } from '../../graph-client/graph.error';
import { MetaAccountsService } from '../../meta-auth/meta-accounts.service';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import type { FacebookPageEntity } from '../entities/facebook-page.entity';
import { type DiscoveredPage, FacebookApi } from './facebook-api';
import { PageFinder } from './page-finder';
import { noSuchPage } from './page-scope';
import { PageSubscriber } from './page-subscriber';
import { PageTokens } from './page-tokens';
import { missingTasks, obstacleOf } from './page-requirements';
import { PagesRepository } from './pages.repository';

/** Connects Pages, and lets go of them. */
@Injectable()
export class PageConnector {
  private readonly log = new Logger(PageConnector.name);

  constructor(
    private readonly api: FacebookApi,
    private readonly finder: PageFinder,
    private readonly pages: PagesRepository,
    private readonly pageTokens: PageTokens,
    private readonly subscriber: PageSubscriber,
    private readonly assets: AssetsService,
    private readonly accounts: MetaAccountsService,
    private readonly tokens: MetaTokenService,
  ) {}

  /**
   * Everything that can be refused is asked of Meta first, and only what works is stored, at once. Dying before that leaves a
   * subscription whose events are quarantined until somebody connects the Page.
   * @throws NotFoundError when the account may not see the Page
   * @throws GraphReauthRequiredError when the person lacks a task, or the connection a permission
   * @throws ConflictError when another account owns it, or Meta does not keep the subscription
   */
  async connect(accountId: AccountId, pageId: string): Promise<FacebookPageEntity> {
    const found = await this.tokens.withToken(accountId, (token) => this.finder.one(token, pageId));
    if (found === null) throw noSuchPage();
    const token = requireUsable(found);
    // Before Meta is told to send us anything of a Page that is somebody else's.
    await this.assets.requireFree(accountId, [claimOf(found)]);
    await this.api.tryReading(token, pageId);
    const subscribedFields = await this.subscriber.subscribe(accountId, token, pageId);
    return this.pages.transaction(async (tx) => {
      await this.accounts.hold(tx, accountId);
      const claimed = await this.assets.claim(tx, accountId, [claimOf(found)]);
      const [owned] = claimed;
      if (owned === undefined) throw new Error('The claimed Page did not come back.');
      await this.pages.upsert(tx, claimed, [found]);
      const accessToken = this.pageTokens.seal(owned.id, token);
      return this.pages.connect(tx, owned, { accessToken, subscribedFields });
    });
  }

  /** @returns whether Meta confirmed that it sends nothing more */
  async disconnect(page: FacebookPageEntity): Promise<boolean> {
    const isUnsubscribed = await this.unsubscribe(page);
    await this.pages.transaction(async (tx) => {
      await this.pages.disconnect(tx, page);
      await this.assets.release(tx, page.accountId, [{ kind: 'page', metaId: page.pageId }]);
    });
    return isUnsubscribed;
  }

  private async unsubscribe(page: FacebookPageEntity): Promise<boolean> {
    // What happens on the linked Instagram account is told by the same subscription.
    if (page.instagramId !== null && (await this.isOwned(page.instagramId))) return false;
    try {
      await this.pageTokens.withToken(page, (token) => this.api.unsubscribe(token, page.pageId));
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.log.warn(`Page ${page.pageId} is disconnected here, but Meta did not confirm: ${error.message}`);
      return false;
    }
  }

  private async isOwned(instagramId: string): Promise<boolean> {
    const ref = { kind: 'instagram' as const, metaId: instagramId };
    return this.pages.transaction(async (tx) => (await this.assets.ownersOf(tx, [ref])).size > 0);
  }
}

function claimOf({ pageId, name }: DiscoveredPage) {
  return { kind: 'page' as const, metaId: pageId, name };
}

/** @throws GraphReauthRequiredError saying what the person has to get first */
function requireUsable({ pageId, name, tasks, token }: DiscoveredPage): string {
  const obstacle = obstacleOf({ name, tasks, hasToken: token !== null });
  if (token !== null && obstacle === null) return token;
  const missing = missingTasks(tasks);
  throw new GraphReauthRequiredError(obstacle ?? `Meta gives no token for the Page ${name}.`, {
    details: { pageId, ...(missing.length > 0 && { missingTasks: missing }) },
  });
}
