import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import { DataDeletionRequestEntity } from './entities/data-deletion-request.entity';

@Injectable()
export class DataDeletionsRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  /** @returns the code that the request has, which is an earlier one when it was received before */
  async receive(
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

  async find(confirmationCode: string): Promise<DataDeletionRequestEntity | null> {
    return this.database.manager.findOneBy(DataDeletionRequestEntity, { confirmationCode });
  }

  async lock(tx: EntityManager, confirmationCode: string): Promise<DataDeletionRequestEntity | null> {
    return tx.findOne(DataDeletionRequestEntity, {
      where: { confirmationCode },
      lock: { mode: 'pessimistic_write' },
    });
  }

  /** Received but not carried out. */
  async openCodes(limit: number): Promise<string[]> {
    const open = await this.database.manager.find(DataDeletionRequestEntity, {
      where: { status: 'received' },
      order: { requestedAt: 'ASC' },
      take: limit,
    });
    return open.map(({ confirmationCode }) => confirmationCode);
  }

  async complete(tx: EntityManager, confirmationCode: string, accountsDeleted: number, at: Date): Promise<void> {
    await tx.update(
      DataDeletionRequestEntity,
      { confirmationCode },
      { status: 'completed', accountsDeleted, completedAt: at, metaUserId: null },
    );
  }
}
