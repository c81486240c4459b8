import { Injectable } from '@nestjs/common';
import type { AccountId } from '../database/ids';
import { GraphReauthRequiredError } from '../graph-client/graph.error';
import { AccountHealth } from './account-health.service';
import { Clock } from './clock';
import type { AccountStatus, StatusReason } from './entities/meta-account.entity';
import { MetaAccountsRepository } from './meta-accounts.repository';
import type { HeldToken } from './token-vault';
import { TokenVault } from './token-vault';
import { verdictOf } from './token-verdict';

/** A permission that stays missing fails every call that needs it; the token is not looked at for each. */
const RECENTLY_MS = 15 * 60_000;

/** Hands out tokens for calls to Meta, and learns from how those calls end. */
@Injectable()
export class MetaTokenService {
  constructor(
    private readonly vault: TokenVault,
    private readonly health: AccountHealth,
    private readonly accounts: MetaAccountsRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * The account's token, for a caller that deals with Meta's refusals itself; everybody else wants `withToken`.
   * @throws GraphReauthRequiredError when the account has no working token: connect it again
   */
  async tokenFor(accountId: AccountId): Promise<string> {
    return (await this.heldBy(accountId)).token;
  }

  /**
   * Runs calls with the account's token. When Meta declares the token dead, the account is marked before the error goes
   * on, so that nobody tries with it again.
   * @throws GraphReauthRequiredError also without a call, when it is known that the token does not work
   */
  async withToken<T>(accountId: AccountId, work: (token: string) => Promise<T>): Promise<T> {
    const held = await this.heldBy(accountId);
    try {
      return await work(held.token);
    } catch (error) {
      if (error instanceof GraphReauthRequiredError) await this.learn(held, error);
      throw error;
    }
  }

  /**
   * For callers of `tokenFor`: Meta refused `usedToken`. An error that does not prove the token dead, such as a missing
   * permission, leaves the account as it is and has it looked at soon; an error about an older token is ignored.
   */
  async markReauthRequired(
    accountId: AccountId,
    error: GraphReauthRequiredError,
    usedToken: string,
  ): Promise<void> {
    const held = await this.vault.read(accountId);
    if (held?.token === usedToken) await this.learn(held, error);
  }

  private async learn(held: HeldToken, error: GraphReauthRequiredError): Promise<void> {
    const verdict = verdictOf(error.meta);
    if (verdict !== null) await this.health.recordDeath(held, verdict);
    else {
      const now = this.clock.now();
      await this.accounts.makeAccountDue(held.account.id, now, new Date(now.getTime() - RECENTLY_MS));
    }
  }

  private async heldBy(accountId: AccountId): Promise<HeldToken> {
    const held = await this.vault.read(accountId);
    if (held?.account.status === 'active') return held;
    throw reauthRequired(held?.account ?? (await this.accounts.find(accountId)));
  }
}

/** What a caller is told when it is known without asking Meta that a token does not work. */
export function reauthRequired(
  account: { status: AccountStatus; statusReason: StatusReason | null } | null,
): GraphReauthRequiredError {
  return new GraphReauthRequiredError('This Meta account has to be connected again.', {
    details: { status: account?.status ?? 'revoked', reason: account?.statusReason ?? null },
  });
}
