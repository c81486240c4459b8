import { Injectable, Logger } from '@nestjs/common';
import { AuditWriter } from '../audit/audit-writer';
import { AppConfig } from '../config/app-config';
import { randomToken } from '../crypto/secret-hash';
import { Outbox } from '../domain-events/outbox';
import { NotFoundError } from '../errors/app.error';
import { Clock } from './clock';
import type { DataDeletionRequestEntity } from './entities/data-deletion-request.entity';
import { MetaAccountsRepository } from './meta-accounts.repository';
import { MetaAccountsService } from './meta-accounts.service';
import type { MetaCallback } from './meta-callback';
import { MetaCallbacksRepository } from './meta-callbacks.repository';

export interface DeletionReceipt {
  /** Where the person can see how the deletion stands. */
  url: string;
  confirmationCode: string;
}

const CODE_BYTES = 18;
const OPEN_AT_ONCE = 100;

/** Deletes what is held about a person at Meta who asks for it: their login. Received first, then carried out. */
@Injectable()
export class DataDeletionService {
  private readonly log = new Logger(DataDeletionService.name);

  constructor(
    private readonly callbacks: MetaCallbacksRepository,
    private readonly accounts: MetaAccountsRepository,
    private readonly metaAccounts: MetaAccountsService,
    private readonly outbox: Outbox,
    private readonly audit: AuditWriter,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** The same request gets the same receipt, and is carried out once. */
  async receive({ metaUserId, digest }: MetaCallback): Promise<DeletionReceipt> {
    const confirmationCode = await this.callbacks.receiveDeletion({
      confirmationCode: randomToken(CODE_BYTES),
      requestDigest: digest,
      metaUserId,
    });
    await this.tryToComplete(confirmationCode);
    return {
      url: `${this.config.publicUrl}/api/meta/auth/data-deletion/${confirmationCode}`,
      confirmationCode,
    };
  }

  /** @throws NotFoundError for a code that was never given out */
  async get(confirmationCode: string): Promise<DataDeletionRequestEntity> {
    const request = await this.callbacks.findDeletion(confirmationCode);
    if (request === null) throw new NotFoundError('There is no deletion request with this code.');
    return request;
  }

  /** Carries out what a crash or a failure left open. */
  async completeOpen(): Promise<void> {
    for (const code of await this.callbacks.openDeletions(OPEN_AT_ONCE)) await this.tryToComplete(code);
  }

  private async tryToComplete(confirmationCode: string): Promise<void> {
    try {
      await this.complete(confirmationCode);
    } catch (error) {
      // It is received, which is what the caller has to know; the schedule tries again.
      const reason = error instanceof Error ? error.message : String(error);
      this.log.error(`Data deletion ${confirmationCode} is not complete yet: ${reason}`);
    }
  }

  private async complete(confirmationCode: string): Promise<void> {
    const now = this.clock.now();
    await this.accounts.transaction(async (tx) => {
      const request = await this.callbacks.lockDeletion(tx, confirmationCode);
      if (request?.status !== 'received' || request.metaUserId === null) return;
      const held = await this.accounts.lockOfPerson(tx, request.metaUserId, { withDeleted: true });
      for (const account of held) {
        await this.metaAccounts.bury(tx, account, 'data_deletion');
        await this.accounts.update(tx, account.id, {
          name: null,
          // Keeps the row, which others point at, without saying whose it was.
          metaUserId: `deleted:${account.id}`,
          deletedAt: account.deletedAt ?? now,
        });
      }
      await this.audit.recordOwn(
        tx,
        held.map(({ id, status, deletedAt }) => ({
          actor: { kind: 'meta' },
          action: 'account.delete_data',
          operation: 'POST /api/meta/auth/data-deletion',
          accountId: id,
          resourceId: id,
          before: { status },
          after: { deleted_at: deletedAt ?? now },
        })),
      );
      await this.outbox.record(
        tx,
        held
          .filter(({ deletedAt }) => deletedAt === null)
          .map(({ id }) => ({
            kind: 'account.disconnected',
            accountId: id,
            payload: { reason: 'data_deletion' },
          })),
      );
      await this.callbacks.completeDeletion(tx, confirmationCode, held.length, now);
    });
  }
}
