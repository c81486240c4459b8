import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsString, Length, Max, Min } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { QueryInt } from '../../http/query-fields';
import type { SignupCancellationEntity } from '../entities/signup-cancellation.entity';

const ID_MAX = 200;
const MESSAGE_MAX = 2_000;
/** The year 9999, in seconds. */
const LAST_SECOND = 253_402_300_799;

/** What Embedded Signup's `CANCEL` event has in its `data`; every part may be missing. */
export class CancelledSignupDto {
  /** `current_step`: the screen that was left. */
  @ApiProperty({ type: String, required: false, example: 'PHONE_NUMBER_VERIFICATION' })
  @IfPresent()
  @IsString()
  @Length(1, ID_MAX)
  currentStep?: string;

  /** `error_id`: what Meta's support asks for. */
  @ApiProperty({ type: String, required: false, example: '524126980791429' })
  @IfPresent()
  @IsString()
  @Length(1, ID_MAX)
  errorId?: string;

  /** `error_code`. */
  @ApiProperty({ type: String, required: false, example: '2655073' })
  @IfPresent()
  @IsString()
  @Length(1, ID_MAX)
  errorCode?: string;

  /** `error_message`. */
  @ApiProperty({ type: String, required: false, example: 'Your verified name violates the guidelines.' })
  @IfPresent()
  @IsString()
  @Length(1, MESSAGE_MAX)
  errorMessage?: string;

  /** `session_id`. */
  @ApiProperty({ type: String, required: false, example: 'f34b51dab5e0498' })
  @IfPresent()
  @IsString()
  @Length(1, ID_MAX)
  sessionId?: string;

  /** `timestamp`, Unix seconds. */
  @ApiProperty({ type: 'integer', required: false, example: 1746041036 })
  @IfPresent()
  @IsInt()
  @Min(0)
  @Max(LAST_SECOND)
  timestamp?: number;
}

export class SignupCancellationsQuery {
  /** How many at most. */
  @QueryInt({ min: 1, max: 100 }) limit: number = 25;
}

/** An Embedded Signup that was left before its end. */
export class SignupCancellationDto {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  /** Whose it was. */
  @ApiProperty({ type: String, format: 'uuid' })
  userId!: string;
  @ApiProperty({ type: String, nullable: true, example: 'PHONE_NUMBER_VERIFICATION' })
  currentStep!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  errorId!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  errorCode!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  errorMessage!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  sessionId!: string | null;
  /** By Meta's event. */
  @ApiProperty({ type: Date, nullable: true })
  occurredAt!: Date | null;
  @ApiProperty({ type: Date })
  createdAt!: Date;

  static from(row: SignupCancellationEntity): SignupCancellationDto {
    return Object.assign(new SignupCancellationDto(), {
      id: row.id,
      userId: row.userId,
      currentStep: row.currentStep,
      errorId: row.errorId,
      errorCode: row.errorCode,
      errorMessage: row.errorMessage,
      sessionId: row.sessionId,
      occurredAt: row.occurredAt,
      createdAt: row.createdAt,
    });
  }
}

export class SignupCancellationListDto {
  /** Newest first. */
  @ApiProperty({ type: [SignupCancellationDto] })
  cancellations!: SignupCancellationDto[];
}
