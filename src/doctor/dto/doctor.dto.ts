import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsUUID } from 'class-validator';
import type { DoctorReport } from '../doctor-report';
import { type Evidence, FINDING_SEVERITIES, type FindingSeverity, VERDICTS, type Verdict } from '../finding';

export class DoctorQuery {
  /** A connected account of yours. Left out, an admin is told of the service, and anybody else of their only account. */
  @IsOptional() @IsUUID() accountId?: string;
}

export class RunDoctorDto {
  /** A connected account of yours. Left out, an admin is told of the service, and anybody else of their only account. */
  @IsOptional() @IsUUID() accountId?: string;

  /**
   * Also sends a signed delivery to the service's own public address and watches it being processed. It is about nobody and
   * has no effect; it stays in the list of deliveries as `ignored` with the reason `canary`.
   */
  @IsOptional()
  @IsBoolean()
  canary?: boolean;
}

export class DoctorFindingDto {
  /** What was looked at; stable. @example callback-delivery */
  check!: string;
  /** Which one, in words. @example https://api.example.com/api/meta/webhook/events */
  subject!: string;
  /**
   * `error`: messages do not arrive or leave. `warning`: they do, and something keeps or will keep part of them from it.
   * `unknown`: it could not be looked at, which proves nothing. `info`: it never can be, and a person has to look; nothing is
   * known to be wrong.
   */
  @ApiProperty({ enum: FINDING_SEVERITIES, example: 'error' }) severity!: FindingSeverity;
  /** @example The address does not take deliveries */
  title!: string;
  /** Why, in plain words. */
  explanation!: string;
  /** What to do, and where; null where nothing is to be done. */
  fix!: string | null;
  /** What was seen, by name. Never a secret. */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { status: 401, tookMs: 38, redirectedTo: null },
  })
  evidence!: Evidence;
}

export class DoctorReportDto {
  /** Null where it is about the service. */
  @ApiProperty({ type: String, nullable: true, example: null }) accountId!: string | null;
  startedAt!: Date;
  /** In milliseconds. @example 1840 */
  tookMs!: number;
  /** The worst of the findings; `info` makes nothing worse. */
  @ApiProperty({ enum: VERDICTS, example: 'error' }) verdict!: Verdict;
  /** The worst first; what is well comes last. */
  @ApiProperty({ type: [DoctorFindingDto] }) findings!: DoctorFindingDto[];

  static from(report: DoctorReport): DoctorReportDto {
    return Object.assign(new DoctorReportDto(), report);
  }
}
