import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { AccountId } from '../../database/ids';
import { AppError } from '../../errors/app.error';
import { GraphReauthRequiredError, GraphRejectedError } from '../../graph-client/graph.error';
import { ChannelHealthChecks } from '../../meta-auth/channel-health-checks';
import { AccountsRepository, type InstagramTrouble } from './accounts.repository';
import type { InstagramAccountEntity } from '../entities/instagram-account.entity';
import { InstagramAccess } from './instagram-access';
import { InstagramApi, type InstagramDoor } from './instagram-api';

/** Subcode of "does not exist, or this token may not see it". */
const NOT_VISIBLE = 33;

/** Looks whether connected Instagram accounts still work, by the calls that the service makes. */
@Injectable()
export class InstagramHealth implements OnModuleInit {
  constructor(
    private readonly api: InstagramApi,
    private readonly access: InstagramAccess,
    private readonly accounts: AccountsRepository,
    private readonly checks: ChannelHealthChecks,
  ) {}

  onModuleInit(): void {
    this.checks.register({
      table: 'instagram_accounts',
      title: 'Checks of Instagram accounts',
      subscriber: 'instagram-health',
      check: (accountId) => this.check(accountId),
    });
  }

  /** How connected accounts are, as the last look showed. */
  async known(accountId: AccountId): Promise<InstagramAccountEntity[]> {
    return this.accounts.connectedOf(accountId);
  }

  /**
   * Never throws for what Meta does.
   * @returns whether everything could be looked at
   */
  async check(accountId: AccountId): Promise<boolean> {
    let isWhole = true;
    for (const account of await this.accounts.connectedOf(accountId)) {
      const lookedAt = new Date();
      const trouble = await this.troubleOf(account);
      if (trouble === undefined) isWhole = false;
      else await this.accounts.recordReach(account, trouble, { lookedAt });
    }
    return isWhole;
  }

  /** null: it works. undefined: Meta did not say. */
  private async troubleOf(account: InstagramAccountEntity): Promise<InstagramTrouble | null | undefined> {
    try {
      return await this.access.with(account, (door) => this.tryAll(account, door));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error instanceof GraphReauthRequiredError) {
        const isPermission = error.missingPermission !== null || isCodeOfPermission(error.meta?.code ?? 190);
        return { problem: isPermission ? 'permission' : 'token', reason: error.message };
      }
      // Through its Page it cannot be seen any more: unlinked, or turned into a personal account.
      if (
        error instanceof GraphRejectedError &&
        error.meta?.code === 100 &&
        error.meta.subcode === NOT_VISIBLE
      )
        return {
          problem: 'link',
          reason: `Meta does not show ${account.username} any more: it is no longer a professional account that is linked to the Page${account.pageName === null ? '' : ` ${account.pageName}`}.`,
        };
      return undefined;
    }
  }

  private async tryAll(
    { igAccountId, pageId, username }: InstagramAccountEntity,
    door: InstagramDoor,
  ): Promise<InstagramTrouble | null> {
    if (pageId !== null) {
      const linked = await this.api.linkedTo(door.token, pageId);
      if (linked !== igAccountId)
        return {
          problem: 'link',
          reason: `${username} is no longer linked to its Page as a professional account. Link it again in the settings of the Page, then connect it again.`,
        };
      await this.api.tryReading(door, pageId);
      return null;
    }
    const own = await this.api.ownAccount(door.token);
    if (own.igAccountId !== igAccountId)
      return { problem: 'link', reason: 'This login belongs to another Instagram account by now.' };
    await this.api.tryReading(door, 'me');
    return null;
  }
}

/** 10 and 200 to 299. */
function isCodeOfPermission(code: number): boolean {
  return code === 10 || (code >= 200 && code < 300);
}
