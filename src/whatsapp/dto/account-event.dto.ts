import { ApiProperty } from '@nestjs/swagger';
import { IsUUID, Matches } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import type { WhatsAppAccountEventEntity } from '../entities/whatsapp-account-event.entity';

const META_ID = { message: '$property must be an id of Meta, digits only' };
const SEVERITIES = ['info', 'warning', 'critical'];

export class AccountEventsQuery extends CursorPageQuery {
  /** The connected Meta account. Needed only when you have several. */
  @IfPresent() @IsUUID() accountId?: string;
  /** Only of this WhatsApp Business Account. @example "102290129340398" */
  @IfPresent() @Matches(/^\d{1,32}$/, META_ID) wabaId?: string;
  /** Only of this number. @example "106540352242922" */
  @IfPresent() @Matches(/^\d{1,32}$/, META_ID) phoneNumberId?: string;
}

/** One thing that stands otherwise than before. */
export class AccountChangeDto {
  /** As `status`, `qualityRating`, `messagingLimit`, `throughput`, `nameStatus`. */
  @ApiProperty({ type: String, example: 'qualityRating' })
  what!: string;
  @ApiProperty({ type: String, nullable: true, example: 'GREEN' })
  previous!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'YELLOW' })
  current!: string | null;
  @ApiProperty({ type: String, enum: SEVERITIES, example: 'warning' })
  severity!: string;
}

/** Something that happened to a WhatsApp Business Account or one of its numbers. */
export class AccountEventDto {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  /** Meta's id. */
  @ApiProperty({ type: String, nullable: true, example: '102290129340398' })
  wabaId!: string | null;
  /** Meta's id, where it is about a number that we have. */
  @ApiProperty({ type: String, nullable: true, example: '106540352242922' })
  phoneNumberId!: string | null;
  /** Meta's webhook field; `read`, `sending`, `registration` for what was found or done here. */
  @ApiProperty({ type: String, example: 'account_update' })
  field!: string;
  /** Meta's word for it. */
  @ApiProperty({ type: String, nullable: true, example: 'DISABLED_UPDATE' })
  event!: string | null;
  @ApiProperty({ type: String, enum: SEVERITIES, example: 'critical' })
  severity!: string;
  /** For people. */
  @ApiProperty({ type: String, example: 'Meta disabled the WhatsApp Business Account.' })
  summary!: string;
  @ApiProperty({ type: [AccountChangeDto] })
  changes!: AccountChangeDto[];
  /** What Meta sent. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  details!: unknown;
  /** By Meta's clock. */
  @ApiProperty({ type: Date })
  occurredAt!: Date;
  /** When it was learnt here: the order of this list. */
  @ApiProperty({ type: Date })
  createdAt!: Date;

  static from(event: WhatsAppAccountEventEntity): AccountEventDto {
    return Object.assign(new AccountEventDto(), {
      id: event.id,
      wabaId: event.wabaId,
      phoneNumberId: event.phoneNumberId,
      field: event.field,
      event: event.event,
      severity: event.severity,
      summary: event.summary,
      changes: event.changes,
      details: event.details,
      occurredAt: event.occurredAt,
      createdAt: event.createdAt,
    });
  }
}

export class AccountEventPageDto {
  @ApiProperty({ type: [AccountEventDto] })
  events!: AccountEventDto[];
  @ApiProperty({ type: CursorPaginationDto })
  pagination!: CursorPaginationDto;
}
