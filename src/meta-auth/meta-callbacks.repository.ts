import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { DataDeletionRequestEntity } from './entities/data-deletion-request.entity';

/** What Meta's callbacks leave behind: which were obeyed, and how deletions stand. */
@Injectable()
export class MetaCallbacksRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** @returns false for a deauthorization that was obeyed before */
  async isFirst(tx: EntityManager, requestDigest: Buffer): Promise<boolean> {
    const inserted: unknown[] = await tx.query(
      `INSERT INTO deauthorize_requests (request_digest) VALUES ($1)
       ON CONFLICT DO NOTHING RETURNING request_digest`,
      [requestDigest],
    );
    return inserted.length > 0;
  }

  /** @returns the code that the request has, which is an earlier one when it was received before */
  async receiveDeletion(
    request: Pick<DataDeletionRequestEntity, 'confirmationCode' | 'requestDigest' | 'metaUserId'>,
  ): Promise<string> {
    await this.database.manager
      .createQueryBuilder()
      .insert()
      .into(DataDeletionRequestEntity)
      .values({ ...request, status: 'received', accountsDeleted: 0, completedAt: null })
      .orIgnore()
      .execute();
    const { requestDigest } = request;
    const stored = await this.database.manager.findOneByOrFail(DataDeletionRequestEntity, { requestDigest });
    return stored.confirmationCode;
  }

  async findDeletion(confirmationCode: string): Promise<DataDeletionRequestEntity | null> {
    return this.database.manager.findOneBy(DataDeletionRequestEntity, { confirmationCode });
  }

  async lockDeletion(tx: EntityManager, confirmationCode: string): Promise<DataDeletionRequestEntity | null> {
    return tx.findOne(DataDeletionRequestEntity, {
      where: { confirmationCode },
      lock: { mode: 'pessimistic_write' },
    });
  }

  /** Received but not carried out. */
  async openDeletions(limit: number): Promise<string[]> {
    const open = await this.database.manager.find(DataDeletionRequestEntity, {
      where: { status: 'received' },
      order: { requestedAt: 'ASC' },
      take: limit,
    });
    return open.map(({ confirmationCode }) => confirmationCode);
  }

  async completeDeletion(
    tx: EntityManager,
    confirmationCode: string,
    accountsDeleted: number,
    at: Date,
  ): Promise<void> {
    await tx.update(
      DataDeletionRequestEntity,
      { confirmationCode },
      { status: 'completed', accountsDeleted, completedAt: at, metaUserId: null },
    );
  }
}
