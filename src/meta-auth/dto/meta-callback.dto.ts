import { ApiProperty } from '@nestjs/swagger';
import type { DataDeletionRequestEntity, DataDeletionStatus } from '../entities/data-deletion-request.entity';
import { DATA_DELETION_STATUSES } from '../entities/data-deletion-request.entity';

export class SignedRequestDto {
  /** Meta's signature and the signed JSON, each in base64url, joined by a dot. */
  @ApiProperty({
    type: String,
    example: 'KMxVhxLm6ZDVXSh1nNpAElkRQQLwrXA9rsGlxdUkYew.eyJ1c2VyX2lkIjoiMjE4NDcxIn0',
  })
  signed_request!: string;
}

export class DeauthorizedDto {
  @ApiProperty({ type: Boolean, enum: [true] })
  received!: true;
}

/** In Meta's own names, without our envelope: Meta reads it. */
export class DeletionReceiptDto {
  /** Where the person can see how the deletion stands. */
  @ApiProperty({ type: String, example: 'https://api.example.com/api/meta/auth/data-deletion/o3Xb…' })
  url!: string;

  @ApiProperty({ type: String, example: 'o3Xb…' })
  confirmation_code!: string;
}

export class DataDeletionDto {
  @ApiProperty({ type: String, enum: DATA_DELETION_STATUSES, example: 'completed' })
  status!: DataDeletionStatus;

  @ApiProperty({ type: String, format: 'date-time' })
  requestedAt!: string;

  /** `null` while it is not complete. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  completedAt!: string | null;

  static from({ status, requestedAt, completedAt }: DataDeletionRequestEntity): DataDeletionDto {
    return Object.assign(new DataDeletionDto(), {
      status,
      requestedAt: requestedAt.toISOString(),
      completedAt: completedAt?.toISOString() ?? null,
    });
  }
}
