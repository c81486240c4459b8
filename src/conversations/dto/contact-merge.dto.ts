import { ApiProperty } from '@nestjs/swagger';
import type { StoredMerge } from '../contacts/stored-merge';
import { ContactIdentityDto } from './conversation.dto';

const MERGE_STATES = ['merged', 'undone', 'proven'] as const;

export class MergedContactDto {
  id!: string;
  name!: string | null;
  @ApiProperty({ type: [ContactIdentityDto] }) identities!: ContactIdentityDto[];
}

/** Somebody's decision that two contacts are one person. */
export class ContactMergeDto {
  id!: string;
  /** The one that others were merged into, as it is by itself. */
  @ApiProperty({ type: MergedContactDto }) contact!: MergedContactDto;
  /** The one that was merged into it, as it is by itself. */
  @ApiProperty({ type: MergedContactDto }) merged!: MergedContactDto;
  /**
   * `merged`: it holds, and can be undone. `undone`: it was. `proven`: a message has shown by itself that they are one person;
   * they are one contact since, and stay it.
   */
  @ApiProperty({ enum: MERGE_STATES, example: 'merged' }) state!: (typeof MERGE_STATES)[number];
  mergedAt!: Date;
  mergedBy!: string | null;
  @ApiProperty({ type: Date, nullable: true, example: null }) endedAt!: Date | null;
  /** Who undid it. */
  @ApiProperty({ type: String, nullable: true, example: null }) endedBy!: string | null;

  static from({ endedHow, ...merge }: StoredMerge): ContactMergeDto {
    return Object.assign(new ContactMergeDto(), { ...merge, state: endedHow ?? 'merged' });
  }
}

export class ContactMergeListDto {
  /** The latest first, also those that were undone. */
  @ApiProperty({ type: [ContactMergeDto] }) merges!: ContactMergeDto[];
}
