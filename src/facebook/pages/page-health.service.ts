import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { AppError } from '../../errors/app.error';
import { GraphReauthRequiredError } from '../../graph-client/graph.error';
import { ChannelHealthChecks } from '../../meta-auth/channel-health-checks';
import { MetaTokenService } from '../../meta-auth/meta-token.service';
import type { FacebookPageEntity } from '../entities/facebook-page.entity';
import { FacebookApi } from './facebook-api';
import { type FoundPages, PageFinder } from './page-finder';
import { PageTokens } from './page-tokens';
import { type PageTrouble, PagesRepository } from './pages.repository';
import { missingTasks, obstacleOf } from './page-requirements';

/**
 * Looks whether connected Pages still work: whether the person has a role and the tasks there, and whether Meta answers the
 * call by which messages are read. The webhook subscription is looked at by the check of subscriptions.
 */
@Injectable()
export class PageHealth implements OnModuleInit {
  private readonly log = new Logger(PageHealth.name);

  constructor(
    private readonly api: FacebookApi,
    private readonly finder: PageFinder,
    private readonly pages: PagesRepository,
    private readonly pageTokens: PageTokens,
    private readonly tokens: MetaTokenService,
    private readonly checks: ChannelHealthChecks,
  ) {}

  onModuleInit(): void {
    this.checks.register({
      table: 'facebook_pages',
      title: 'Checks of Pages',
      subscriber: 'facebook-page-health',
      check: (accountId) => this.check(accountId),
    });
  }

  /** How connected Pages are, as the last look showed. */
  async known(accountId: AccountId): Promise<FacebookPageEntity[]> {
    return this.pages.connectedOf(accountId);
  }

  /**
   * Never throws for what Meta does.
   * @returns whether everything could be looked at
   */
  async check(accountId: AccountId): Promise<boolean> {
    const pages = await this.pages.connectedOf(accountId);
    if (pages.length === 0) return true;
    const lookedAt = new Date();
    const found = await this.find(accountId);
    const byId = new Map(found?.pages.map((page) => [page.pageId, page]));
    await this.pages.recordFacts(
      pages.flatMap((page) => {
        const facts = byId.get(page.pageId);
        return facts === undefined ? [] : [{ accountId, id: page.id, found: facts }];
      }),
    );
    let isWhole = found?.isComplete ?? false;
    for (const page of pages) if (!(await this.checkOne(page, found, lookedAt))) isWhole = false;
    return isWhole;
  }

  /** null when the account's own token does not work, of which its owner is told otherwise. */
  private async find(accountId: AccountId): Promise<FoundPages | null> {
    try {
      return await this.tokens.withToken(accountId, (token) => this.finder.all(token));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.log.log(`The Pages of account ${accountId} could not be looked at: ${error.message}`);
      return null;
    }
  }

  private async checkOne(
    page: FacebookPageEntity,
    found: FoundPages | null,
    lookedAt: Date,
  ): Promise<boolean> {
    let refusal: string | null = null;
    try {
      await this.pageTokens.withToken(page, (token) => this.api.tryReading(token, page.pageId));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (!(error instanceof GraphReauthRequiredError)) return false;
      // A dead token is written down already where it was tried.
      if (error.meta === null || error.meta.code === 190 || error.meta.code === 102) return true;
      refusal = error.message;
    }
    const told = await this.troubleOf(page, found);
    const trouble = told ?? (refusal === null ? told : { problem: 'permission' as const, reason: refusal });
    if (trouble !== undefined) await this.pageTokens.recordHealth(page, trouble, lookedAt);
    return trouble !== undefined;
  }

  /** What Meta says of the person on the Page; null: nothing is amiss. undefined: it could not be asked. */
  private async troubleOf(
    page: FacebookPageEntity,
    found: FoundPages | null,
  ): Promise<PageTrouble | null | undefined> {
    if (found === null) return undefined;
    const { pageId, name } = page;
    const listed = found.pages.find((each) => each.pageId === pageId);
    if (listed === undefined) return this.troubleOfUnlisted(page);
    const reason = obstacleOf({ name, tasks: listed.tasks, hasToken: listed.token !== null });
    if (reason === null) return null;
    return { problem: missingTasks(listed.tasks).length > 0 ? 'tasks' : 'role', reason };
  }

  /** Some Pages are opened by their id only. */
  private async troubleOfUnlisted({
    accountId,
    pageId,
    name,
  }: FacebookPageEntity): Promise<PageTrouble | null | undefined> {
    try {
      const page = await this.tokens.withToken(accountId, (token) => this.api.page(token, pageId));
      if (page !== null && page.token !== null) return null;
      return {
        problem: 'role',
        reason: `The person who connected this account no longer has a role on the Page ${name}, or no longer shows it to this app. Connect the account again with somebody who has one.`,
      };
    } catch (error) {
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }
}
