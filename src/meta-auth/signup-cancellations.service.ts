import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { newId } from '../database/ids';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import type { CancelledSignupDto } from './dto/signup-cancellation.dto';
import { SignupCancellationEntity } from './entities/signup-cancellation.entity';

/** Nobody can fill the table: of each user the newest stay. */
const KEPT_PER_USER = 100;

/** Where people left Embedded Signup, for whoever helps them to its end. */
@Injectable()
export class SignupCancellations {
  constructor(@InjectDataSource() private readonly database: DataSource) {}

  async record(
    { id: userId }: AuthenticatedUser,
    told: CancelledSignupDto,
  ): Promise<SignupCancellationEntity> {
    const id = newId();
    return this.database.transaction(async (tx) => {
      await tx.insert(SignupCancellationEntity, {
        id,
        userId,
        currentStep: told.currentStep ?? null,
        errorId: told.errorId ?? null,
        errorCode: told.errorCode ?? null,
        errorMessage: told.errorMessage ?? null,
        sessionId: told.sessionId ?? null,
        occurredAt: told.timestamp === undefined ? null : new Date(told.timestamp * 1000),
      });
      await tx.query(
        `DELETE FROM signup_cancellations WHERE user_id = $1 AND id <= (
           SELECT id FROM signup_cancellations WHERE user_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1)`,
        [userId, KEPT_PER_USER],
      );
      return tx.findOneByOrFail(SignupCancellationEntity, { id });
    });
  }

  /** The user's own; an admin, who helps, sees everybody's. Newest first. */
  async list({ id: userId, role }: AuthenticatedUser, limit: number): Promise<SignupCancellationEntity[]> {
    return this.database.manager.find(SignupCancellationEntity, {
      where: role === 'admin' ? {} : { userId },
      order: { id: 'DESC' },
      take: limit,
    });
  }
}
