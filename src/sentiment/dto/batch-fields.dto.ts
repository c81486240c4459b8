import { IsIn, IsOptional, IsString, IsUUID, Length } from 'class-validator';
import {
  BATCH_FORMATS,
  type BatchFormat,
  DELIMITER_NAMES,
  type DelimiterName,
} from '../batches/batch-layout';

/** The fields of the form, which stand before the file. */
export class BatchFieldsDto {
  @IsOptional() @IsIn(BATCH_FORMATS) format?: BatchFormat;
  @IsOptional() @IsString() @Length(1, 500) column?: string;
  @IsOptional() @IsIn(DELIMITER_NAMES) delimiter?: DelimiterName;
  @IsOptional() @IsIn(['true', 'false']) header?: string;
  @IsOptional() @IsUUID() accountId?: string;
}
