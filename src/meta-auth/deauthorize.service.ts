import { Injectable } from '@nestjs/common';
import { Outbox } from '../domain-events/outbox';
import { MetaAccountsRepository } from './meta-accounts.repository';
import type { MetaCallback } from './meta-callback';
import { MetaCallbacksRepository } from './meta-callbacks.repository';

/** A person removed our app at Meta: their tokens are dead. */
@Injectable()
export class DeauthorizeService {
  constructor(
    private readonly accounts: MetaAccountsRepository,
    private readonly callbacks: MetaCallbacksRepository,
    private readonly outbox: Outbox,
  ) {}

  /** The accounts stay, with their history and members, and work again once the person connects again. */
  async deauthorize({ metaUserId, digest }: MetaCallback): Promise<void> {
    await this.accounts.transaction(async (tx) => {
      if (!(await this.callbacks.isFirst(tx, digest))) return;
      const affected = await this.accounts.lockOfPerson(tx, metaUserId, { withDeleted: false });
      for (const { id } of affected) {
        await this.accounts.update(tx, id, {
          accessToken: null,
          refreshToken: null,
          status: 'revoked',
          statusReason: 'app_removed',
          permissions: [],
          granularScopes: [],
          nextRefreshAt: null,
        });
      }
      await this.outbox.record(
        tx,
        affected.map(({ id }) => ({
          kind: 'account.disconnected',
          accountId: id,
          payload: { reason: 'deauthorized' },
        })),
      );
    });
  }
}
