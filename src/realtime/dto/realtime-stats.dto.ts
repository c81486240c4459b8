import { ApiProperty } from '@nestjs/swagger';

export class RealtimeStatsDto {
  /** Clients that are connected. */
  @ApiProperty({ type: 'integer', example: 12 }) clients!: number;
  /** How many users these are. */
  @ApiProperty({ type: 'integer', example: 9 }) users!: number;
  /** Clients that have not got everything yet. */
  @ApiProperty({ type: 'integer', example: 0 }) behind!: number;
  /** Groups of events that this process has not read yet; `null` while nobody is connected, as it reads none then. */
  @ApiProperty({ type: 'integer', nullable: true, example: 0 }) unread!: number | null;
}
