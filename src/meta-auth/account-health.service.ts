import { Injectable } from '@nestjs/common';
import { AuditWriter } from '../audit/audit-writer';
import { sha256 } from '../crypto/secret-hash';
import { Outbox } from '../domain-events/outbox';
import { Clock } from './clock';
import type { MetaAccountEntity, StatusReason } from './entities/meta-account.entity';
import type { AccountPatch } from './meta-accounts.repository';
import { MetaAccountsRepository } from './meta-accounts.repository';
import type { RenewedToken, TokenHealth } from './meta-login';
import { lostPermissions } from './permissions';
import { nextCheckAt } from './token-schedule';
import type { HeldToken } from './token-vault';
import { TokenVault } from './token-vault';
import type { TokenVerdict } from './token-verdict';

type AliveHealth = Extract<TokenHealth, { isAlive: true }>;

/** Writes down what was learned about a token, and tells it once, in the same transaction. */
@Injectable()
export class AccountHealth {
  constructor(
    private readonly vault: TokenVault,
    private readonly accounts: MetaAccountsRepository,
    private readonly outbox: Outbox,
    private readonly audit: AuditWriter,
    private readonly clock: Clock,
  ) {}

  /** Meta says that the token is dead. Without effect when the account has got another one meanwhile. */
  async recordDeath(held: HeldToken, { status, reason, mayHeal }: TokenVerdict): Promise<void> {
    const now = this.clock.now();
    await this.vault.whileUnchanged(held, async (tx, account) => {
      await this.accounts.update(tx, account.id, {
        status,
        statusReason: reason,
        ...(status === 'revoked' ? { permissions: [], granularScopes: [] } : {}),
        lastCheckedAt: now,
        refreshFailures: 0,
        nextRefreshAt: mayHeal ? nextCheckAt({ now, expiresAt: null, random: Math.random() }) : null,
      });
      if (account.status !== status || account.statusReason !== reason) {
        await this.audit.recordOwn(tx, [
          {
            actor: { kind: 'system', name: 'token check' },
            action: 'account.token_died',
            operation: 'token check',
            accountId: account.id,
            resourceId: account.id,
            before: { status: account.status, status_reason: account.statusReason },
            after: { status, status_reason: reason },
          },
        ]);
      }
      if (account.status === 'active') {
        await this.outbox.record(tx, [
          {
            kind: 'account.reauth_required',
            accountId: account.id,
            payload: { reason, missingPermissions: [] },
          },
        ]);
      }
    });
  }

  /** Meta says that the token is alive; permissions may have gone all the same. */
  async recordLife(held: HeldToken, health: AliveHealth): Promise<void> {
    const now = this.clock.now();
    await this.vault.whileUnchanged(held, async (tx, account) => {
      const permissions = health.permissions ?? account.permissions;
      const missingPermissions = lostPermissions(account.permissions, permissions);
      const reason = reasonOf(account, health, missingPermissions, now);
      await this.accounts.update(tx, account.id, {
        ...aliveAt(now, health.tokenExpiry),
        statusReason: reason,
        dataAccessExpiry: health.dataAccessExpiry,
        permissions,
        granularScopes: health.granularScopes ?? account.granularScopes,
      });
      if (missingPermissions.length > 0 || (reason !== null && reason !== account.statusReason)) {
        await this.outbox.record(tx, [
          {
            kind: 'account.reauth_required',
            accountId: account.id,
            payload: { reason: reason ?? 'permissions_lost', missingPermissions },
          },
        ]);
      } else if (reason === null && (account.status !== 'active' || account.statusReason !== null)) {
        // A person did something about it at Meta, which nobody else would tell of.
        await this.outbox.record(tx, [
          {
            kind: 'account.token_refreshed',
            accountId: account.id,
            payload: { expiresAt: health.tokenExpiry?.toISOString() ?? null, isWell: true },
          },
        ]);
      }
    });
  }

  /** The token ends soon and could not be renewed so far. Told once for each end of a token. */
  async recordExpiring(held: HeldToken, expiresAt: Date): Promise<void> {
    const until = expiresAt.toISOString();
    await this.vault.whileUnchanged(held, (tx, { id }) =>
      this.outbox.record(tx, [
        {
          kind: 'account.token_expiring',
          accountId: id,
          payload: { expiresAt: until },
          fingerprint: sha256(`account.token_expiring ${id} ${until}`),
        },
      ]),
    );
  }

  /**
   * Stores a renewed token.
   * @returns when the account's token expires now: another one's, if somebody connected the account meanwhile
   */
  async recordRenewal(held: HeldToken, renewed: RenewedToken): Promise<Date | null> {
    const stored = await this.vault.whileUnchanged(held, async (tx, account) => {
      await this.accounts.update(tx, account.id, {
        ...aliveAt(this.clock.now(), renewed.tokenExpiry),
        // Whatever made it fail before, Meta has just given out a token for it.
        statusReason: account.status === 'active' ? account.statusReason : null,
        accessToken: this.vault.seal(account.id, renewed.token),
      });
      await this.audit.recordOwn(tx, [
        {
          actor: { kind: 'system', name: 'token renewal' },
          action: 'account.token_renewed',
          operation: 'token renewal',
          accountId: account.id,
          resourceId: account.id,
          before: { token_expiry: account.tokenExpiry },
          after: { token_expiry: renewed.tokenExpiry },
        },
      ]);
      await this.outbox.record(tx, [
        {
          kind: 'account.token_refreshed',
          accountId: account.id,
          payload: { expiresAt: renewed.tokenExpiry?.toISOString() ?? null },
        },
      ]);
      return { tokenExpiry: renewed.tokenExpiry };
    });
    if (stored !== null) return stored.tokenExpiry;
    return (await this.accounts.find(held.account.id))?.tokenExpiry ?? null;
  }
}

function aliveAt(now: Date, tokenExpiry: Date | null): AccountPatch {
  return {
    status: 'active',
    tokenExpiry,
    lastCheckedAt: now,
    refreshFailures: 0,
    nextRefreshAt: nextCheckAt({ now, expiresAt: tokenExpiry, random: Math.random() }),
  };
}

/** What still bothers an account whose token is alive. */
function reasonOf(
  account: MetaAccountEntity,
  { dataAccessExpiry, permissions }: AliveHealth,
  missing: readonly string[],
  now: Date,
): StatusReason | null {
  if (missing.length > 0) return 'permissions_lost';
  if (dataAccessExpiry !== null && dataAccessExpiry <= now) return 'data_access_expired';
  const hasRegained = lostPermissions(permissions ?? [], account.permissions).length > 0;
  return account.statusReason === 'permissions_lost' && !hasRegained ? 'permissions_lost' : null;
}
