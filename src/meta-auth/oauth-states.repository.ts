import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { IsNull, LessThan } from 'typeorm';
import type { UserId } from '../database/ids';
import { OAuthStateEntity } from './entities/oauth-state.entity';

@Injectable()
export class OAuthStatesRepository {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async insert(state: Omit<OAuthStateEntity, 'createdAt' | 'usedAt'>): Promise<void> {
    await this.database.manager.insert(OAuthStateEntity, state);
  }

  async find(nonceHash: Buffer): Promise<OAuthStateEntity | null> {
    return this.database.manager.findOneBy(OAuthStateEntity, { nonceHash });
  }

  /** @returns false when it was used already: of several at once, one gets true */
  async consume(nonceHash: Buffer, userId: UserId, at: Date): Promise<boolean> {
    const { affected } = await this.database.manager.update(
      OAuthStateEntity,
      { nonceHash, userId, usedAt: IsNull() },
      { usedAt: at },
    );
    return affected === 1;
  }

  async giveBack(nonceHash: Buffer): Promise<void> {
    await this.database.manager.update(OAuthStateEntity, { nonceHash }, { usedAt: null });
  }

  async deleteExpiredBefore(instant: Date): Promise<void> {
    await this.database.manager.delete(OAuthStateEntity, { expiresAt: LessThan(instant) });
  }
}
