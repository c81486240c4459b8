import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { WabaQuery } from './account-query.dto';

const STATES = ['current', 'outdated', 'other', 'missing', 'unread'];

export class ProvideFlowKeyDto extends WabaQuery {
  /**
   * Makes a new pair in place of the present one. Phones that still use the old one are understood for seven days, and
   * are told to fetch the new one afterwards.
   */
  @ApiProperty({ type: Boolean, required: false, default: false })
  @IfPresent()
  @IsBoolean()
  rotate?: boolean;
}

export class FlowKeyDto {
  @ApiProperty({ type: String, format: 'uuid' }) id!: string;
  /** In PEM. The private half is kept here, encrypted, and given to nobody. */
  @ApiProperty({ type: String, example: '-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n' })
  publicKey!: string;
  @ApiProperty({ type: Date }) createdAt!: Date;
}

export class NumberFlowKeyDto {
  @ApiProperty({ type: String, example: '106540352242922' }) phoneNumberId!: string;
  /** `other`: Meta has a key that is not ours. `missing`: none. `unread`: Meta did not say. */
  @ApiProperty({ type: String, enum: STATES, example: 'current' }) state!: string;
  /** `VALID`, or `MISMATCH` after the number was registered anew: upload again. */
  @ApiProperty({ type: String, nullable: true, example: 'VALID' }) signatureStatus!: string | null;
  /** Why it could not be read or uploaded. */
  @ApiProperty({ type: String, nullable: true }) problem!: string | null;
}

/** The key pair that the flows of a business account are encrypted with, and which numbers have it at Meta. */
export class FlowKeyReportDto {
  @ApiProperty({ type: String, example: '102290129340398' }) wabaId!: string;
  @ApiProperty({ type: FlowKeyDto, nullable: true }) key!: FlowKeyDto | null;
  @ApiProperty({ type: [NumberFlowKeyDto] }) numbers!: NumberFlowKeyDto[];
}
