import { ApiProperty } from '@nestjs/swagger';
import type { Timeline } from './timeline-entry';

export class TimelineEntryDto {
  /** When it happened; of what is being waited for, since when. */
  at!: Date;
  /** A fixed word for programs. `waiting` is what is being waited for, and always the last. @example send.accepted */
  kind!: string;
  /** What happened, in a sentence for people. @example Meta accepted it. */
  title!: string;
  /** What it is about: our ids, and Meta's. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { messageId: '0199f3a2-7c1e-7b52-9d6b-3f1f8f4f2a10' },
  })
  ids!: Record<string, string>;
  /** The request that caused it, as its `X-Request-Id` and its log lines say; null where none did, or it is not stored. */
  requestId!: string | null;
  /** The OpenTelemetry trace that it is recorded in; null where it is not. @example 4bf92f3577b34da6a3ce929d0e0e4736 */
  traceId!: string | null;
}

export class TimelineDto {
  /** In the order of time. While something is still to come, the last says what is being waited for and since when. */
  @ApiProperty({ type: [TimelineEntryDto] }) entries!: TimelineEntryDto[];
  /** More happened than is told: the middle of a long row was left out. @example false */
  isCut!: boolean;

  static from({ entries, isCut }: Timeline): TimelineDto {
    return Object.assign(new TimelineDto(), {
      entries: entries.map((entry) => Object.assign(new TimelineEntryDto(), entry)),
      isCut,
    });
  }
}
