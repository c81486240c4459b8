import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { AccountId } from '../database/ids';
import { AccountAccess } from '../identity/account-access.service';
import type { AuthenticatedUser } from '../identity/authenticated-user';

/** Accounts that Pages and WhatsApp can be reached through: one of Instagram Login never has any, and is no choice there. */
@Injectable()
export class FacebookLoginAccounts {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly access: AccountAccess,
  ) {}

  /** Oldest first. */
  async idsOf({ id }: Pick<AuthenticatedUser, 'id'>): Promise<AccountId[]> {
    return this.keep(await this.access.accountIdsOf(id));
  }

  /** @throws AccountNotFoundError, AccountAmbiguousError as `AccountAccess.resolve` does */
  async resolve(user: AuthenticatedUser, requested?: string): Promise<AccountId> {
    return this.access.resolve(user, requested, (all) => this.keep(all));
  }

  private async keep(accountIds: readonly AccountId[]): Promise<AccountId[]> {
    if (accountIds.length === 0) return [];
    const rows: { id: AccountId }[] = await this.database.query(
      `SELECT id FROM meta_accounts WHERE id = ANY($1) AND login_kind <> 'instagram'`,
      [accountIds],
    );
    const kept = new Set(rows.map(({ id }) => id));
    const found = accountIds.filter((id) => kept.has(id));
    // Whoever has no other is told so by what they asked for.
    return found.length > 0 ? found : [...accountIds];
  }
}
