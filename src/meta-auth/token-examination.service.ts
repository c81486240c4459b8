import { Injectable } from '@nestjs/common';
import type { AccountId } from '../database/ids';
import { TokenUndecryptableError } from '../crypto/token-cipher';
import { Clock } from './clock';
import type { MetaAccountEntity } from './entities/meta-account.entity';
import type { TokenHealth } from './meta-login';
import { MetaAccountsRepository } from './meta-accounts.repository';
import { MetaLogins } from './meta-logins';
import { lostPermissions } from './permissions';
import { isEnding } from './token-schedule';
import { TokenVault } from './token-vault';

/** How the token of an account is, by what is stored and by what Meta says at this moment. */
export interface TokenExamination {
  account: MetaAccountEntity;
  /** `none`: the account has no token; `unreadable`: no key of ours opens it; `held`: `health` tells the rest. */
  token: 'none' | 'unreadable' | 'held';
  /** Null without a token. */
  health: TokenHealth | null;
  /** Permissions that were granted once and are not any more. */
  lostPermissions: string[];
  /** Whether it ends so soon that somebody should have renewed it by now. */
  isEnding: boolean;
}

/** Looks at tokens and writes nothing down: what follows from it is left to the schedule, which looks by itself. */
@Injectable()
export class TokenExaminations {
  constructor(
    private readonly vault: TokenVault,
    private readonly accounts: MetaAccountsRepository,
    private readonly logins: MetaLogins,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns null when there is no such account
   * @throws GraphError when Meta could not be asked, or answered what is no verdict on the token
   */
  async examine(accountId: AccountId): Promise<TokenExamination | null> {
    const account = await this.accounts.find(accountId);
    if (account === null) return null;
    const nothing = { account, health: null, lostPermissions: [], isEnding: false };
    let token: string | null;
    try {
      token = (await this.vault.read(accountId))?.token ?? null;
    } catch (error) {
      if (!(error instanceof TokenUndecryptableError)) throw error;
      return { ...nothing, token: 'unreadable' };
    }
    if (token === null) return { ...nothing, token: 'none' };
    const health = await this.logins.of(account.loginKind).inspect(token, account);
    if (!health.isAlive) return { ...nothing, token: 'held', health };
    const { tokenExpiry, permissions } = health;
    return {
      account,
      token: 'held',
      health,
      lostPermissions: permissions === null ? [] : lostPermissions(account.permissions, permissions),
      isEnding: tokenExpiry !== null && isEnding(this.clock.now(), tokenExpiry),
    };
  }
}
