import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsUUID, Matches } from 'class-validator';
import { IfPresent, NameField } from '../../http/body-fields';
import type { StoredLabel } from '../inbox/stored-label';

const COLOR = /^#[0-9a-f]{6}$/i;
const NOT_A_COLOR = { message: 'color must be written as #1f9d55' };
const LONGEST_NAME = 60;

export class LabelsQuery {
  /** Only of this connected account; of all that you may see otherwise. */
  @IsOptional() @IsUUID() accountId?: string;
}

export class NewLabelDto {
  /** The connected account. May be left out where you have only one. */
  @IfPresent() @IsUUID() accountId?: string;

  /** Unlike every other label of the account, capitals or not. @example "Refund" */
  @NameField(LONGEST_NAME) name!: string;

  /** @example "#1f9d55" */
  @ApiProperty({ type: String, nullable: true, required: false })
  @IsOptional()
  @Matches(COLOR, NOT_A_COLOR)
  color?: string | null;
}

export class LabelChangesDto {
  /** @example "Refund" */
  @IfPresent() @NameField(LONGEST_NAME) name?: string;

  /** Null: none. @example "#1f9d55" */
  @ApiProperty({ type: String, nullable: true, required: false })
  @IsOptional()
  @Matches(COLOR, NOT_A_COLOR)
  color?: string | null;
}

export class LabelDto {
  id!: string;
  accountId!: string;
  /** @example "Refund" */
  name!: string;
  @ApiProperty({ type: String, nullable: true, example: '#1f9d55' }) color!: string | null;
  createdAt!: Date;
  updatedAt!: Date;

  static from(label: StoredLabel): LabelDto {
    return Object.assign(new LabelDto(), label);
  }
}

export class LabelListDto {
  /** By name. An account has at most 200. */
  @ApiProperty({ type: [LabelDto] }) labels!: LabelDto[];
}
