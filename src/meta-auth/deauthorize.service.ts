import { Injectable } from '@nestjs/common';
import { AuditWriter } from '../audit/audit-writer';
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
    private readonly audit: AuditWriter,
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
      await this.audit.recordOwn(
        tx,
        affected.map(({ id, status }) => ({
          actor: { kind: 'meta' },
          action: 'account.deauthorize',
          operation: 'POST /api/meta/auth/deauthorize',
          accountId: id,
          resourceId: id,
          before: { status },
          after: { status: 'revoked', status_reason: 'app_removed' },
        })),
      );
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
