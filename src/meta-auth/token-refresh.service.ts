import { Injectable, Logger } from '@nestjs/common';
import type { AccountId } from '../database/ids';
import { GraphReauthRequiredError } from '../graph-client/graph.error';
import { AccountHealth } from './account-health.service';
import { Clock } from './clock';
import { MetaAccountsRepository } from './meta-accounts.repository';
import { reauthRequired } from './meta-token.service';
import { MetaLogins } from './meta-logins';
import { isEnding, isRenewalDue, retryAt } from './token-schedule';
import type { HeldToken } from './token-vault';
import { TokenVault } from './token-vault';
import { verdictOf } from './token-verdict';

/** Keeps tokens alive, and finds out which ones died or lost permissions while nobody used them. */
@Injectable()
export class TokenRefreshService {
  private readonly log = new Logger(TokenRefreshService.name);

  constructor(
    private readonly accounts: MetaAccountsRepository,
    private readonly vault: TokenVault,
    private readonly logins: MetaLogins,
    private readonly health: AccountHealth,
    private readonly clock: Clock,
  ) {}

  /**
   * Renews the token now, because somebody asked. A token that does not expire is only looked at.
   * @returns when the token expires; null = never
   * @throws GraphReauthRequiredError when the person has to log in again; the account says so from then on
   * @throws GraphUnavailableError, GraphRateLimitedError when Meta could not be asked; nothing changed
   */
  async refreshNow(accountId: AccountId): Promise<Date | null> {
    const held = await this.vault.read(accountId);
    if (held === null) throw reauthRequired(await this.accounts.find(accountId));
    try {
      const renewed = await this.logins.of(held.account.loginKind).renew(held.token, held.account);
      if (renewed !== null) return await this.health.recordRenewal(held, renewed);
      await this.inspect(held);
    } catch (error) {
      await this.recordDeathIn(held, error);
      throw error;
    }
    const account = await this.accounts.find(accountId);
    if (account?.status !== 'active') throw reauthRequired(account);
    return account.tokenExpiry;
  }

  /** One turn of the schedule for one account. Never throws for what Meta does: that only moves the next turn. */
  async check(accountId: AccountId): Promise<void> {
    const held = await this.heldOrGivenUp(accountId);
    if (held === null) return;
    try {
      const expiresAt = await this.inspect(held);
      if (expiresAt === undefined || !isRenewalDue(this.clock.now(), expiresAt)) return;
      const { loginKind, tokenKind, dataAccessExpiry } = held.account;
      const renewed = await this.logins
        .of(loginKind)
        .renew(held.token, { tokenKind, dataAccessExpiry, tokenExpiry: expiresAt });
      if (renewed !== null) await this.health.recordRenewal(held, renewed);
      else await this.warnOfEnd(held, expiresAt);
    } catch (error) {
      if (await this.recordDeathIn(held, error)) return;
      await this.warnOfEnd(held, held.account.tokenExpiry);
      await this.postpone(held, error);
    }
  }

  /** @returns the expiry of a live token, undefined for one that turned out dead */
  private async inspect(held: HeldToken): Promise<Date | null | undefined> {
    const found = await this.logins.of(held.account.loginKind).inspect(held.token, held.account);
    if (!found.isAlive) {
      await this.health.recordDeath(held, found.verdict);
      return undefined;
    }
    await this.health.recordLife(held, found);
    return found.tokenExpiry;
  }

  private async warnOfEnd(held: HeldToken, expiresAt: Date | null): Promise<void> {
    if (expiresAt !== null && isEnding(this.clock.now(), expiresAt))
      await this.health.recordExpiring(held, expiresAt);
  }

  private async recordDeathIn(held: HeldToken, error: unknown): Promise<boolean> {
    const verdict = error instanceof GraphReauthRequiredError ? verdictOf(error.meta) : null;
    if (verdict === null) return false;
    await this.health.recordDeath(held, verdict);
    return true;
  }

  /** An account without a token is not looked at again; one whose token cannot be read is, once its key is back. */
  private async heldOrGivenUp(accountId: AccountId): Promise<HeldToken | null> {
    try {
      const held = await this.vault.read(accountId);
      if (held === null) await this.accounts.reschedule(accountId, null, 0);
      return held;
    } catch (error) {
      const account = await this.accounts.find(accountId);
      if (account !== null) await this.postpone({ account, token: '' }, error);
      return null;
    }
  }

  private async postpone({ account }: HeldToken, error: unknown): Promise<void> {
    const failures = account.refreshFailures + 1;
    const at = retryAt(this.clock.now(), failures, Math.random());
    this.log.warn(
      `Token of account ${account.id} could not be checked (failure ${failures}), again at ${at.toISOString()}: ` +
        (error instanceof Error ? error.message : String(error)),
    );
    await this.accounts.reschedule(account.id, at, failures);
  }
}
