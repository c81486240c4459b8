import { ApiProperty } from '@nestjs/swagger';
import type { StoredErasure } from '../erasure/stored-erasure';

const ERASURE_STATUSES = ['running', 'completed'] as const;

export class ContactErasureDto {
  erasureId!: string;
  accountId!: string;
  @ApiProperty({ enum: ERASURE_STATUSES, example: 'running' }) status!: (typeof ERASURE_STATUSES)[number];
  requestedAt!: Date;
  requestedBy!: string | null;
  @ApiProperty({ type: Date, nullable: true, example: null }) completedAt!: Date | null;
  /** How much was removed so far, of what. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { messages: 412, comments: 3, deliveries: 397 },
  })
  removed!: Record<string, number>;
  /** Why it is not getting on at present; it is tried again by itself. */
  @ApiProperty({ type: String, nullable: true, example: null }) problem!: string | null;

  static from({ id, ...erasure }: StoredErasure): ContactErasureDto {
    return Object.assign(new ContactErasureDto(), { erasureId: id, ...erasure });
  }
}
