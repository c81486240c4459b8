import { ApiProperty } from '@nestjs/swagger';

export class LivenessDto {
  /** Always `up`: a process that cannot answer does not. */
  @ApiProperty({ type: String, enum: ['up'] })
  status!: 'up';
}

const PART_STATES = ['up', 'down', 'pending'] as const;

export class ReadinessPartsDto {
  /** PostgreSQL. */
  @ApiProperty({ type: String, enum: PART_STATES })
  database!: string;

  @ApiProperty({ type: String, enum: PART_STATES })
  redis!: string;

  /** `pending` while the schema is older than this version of the service. */
  @ApiProperty({ type: String, enum: PART_STATES })
  migrations!: string;
}

export class ReadinessDto {
  @ApiProperty({ type: String, enum: ['ready'] })
  status!: 'ready';

  @ApiProperty({ type: ReadinessPartsDto })
  parts!: ReadinessPartsDto;
}
