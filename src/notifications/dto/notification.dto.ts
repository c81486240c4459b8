import { ApiProperty } from '@nestjs/swagger';
import { encodeCursor } from '../../http/cursor';
import { CursorPaginationDto } from '../../http/page.dto';
import { NOTIFICATION_KIND_NAMES, SEVERITIES, SUBJECT_TYPES } from '../notification-kinds';
import type { NotificationRow, SeverityCounts, SubjectRow } from '../reading/notification-rows';
import { SERVICE_ID } from '../writing/stored-notification';

/** One thing that a notification is about. */
export class NotificationSubjectDto {
  @ApiProperty({ type: String, enum: SUBJECT_TYPES, example: 'template' })
  type!: string;
  /** Meta's id of a WhatsApp account, number, Page or Instagram account; ours of everything else. */
  @ApiProperty({ type: String, example: '0197f1d2-6f0a-7c4e-8a55-2d1c0a9e4b11' })
  id!: string;
  /** What people call it; null where nobody knows. */
  @ApiProperty({ type: String, nullable: true, example: 'order_confirmation (en_US)' })
  name!: string | null;
  /** How often it happened to this one. */
  @ApiProperty({ type: 'integer', example: 1 })
  occurrences!: number;
  @ApiProperty({ type: Date })
  lastAt!: Date;
  /** When it was over for this one; null while it is not, and for what has no end. */
  @ApiProperty({ type: Date, nullable: true })
  resolvedAt!: Date | null;

  static from(row: SubjectRow): NotificationSubjectDto {
    return Object.assign(new NotificationSubjectDto(), {
      type: row.type,
      id: row.id,
      name: row.name,
      occurrences: row.occurrences,
      lastAt: new Date(row.lastAt),
      resolvedAt: row.resolvedAt === null ? null : new Date(row.resolvedAt),
    });
  }
}

/** Something worth a person's attention. What happens again, or to many things at about the same time, is one of these. */
export class NotificationDto {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  /** The connected account; null: about the service itself, which only its admins see. */
  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  accountId!: string | null;
  @ApiProperty({ type: String, enum: NOTIFICATION_KIND_NAMES, example: 'template.rejected' })
  kind!: string;
  /** It is for you alone; false: everybody who sees the account sees it. */
  @ApiProperty({ type: Boolean, example: false })
  personal!: boolean;
  /** `critical`: something does not work or is about to end. `warning`: it may become that. */
  @ApiProperty({ type: String, enum: SEVERITIES, example: 'warning' })
  severity!: string;
  /** What happened, in one line. */
  @ApiProperty({ type: String, example: 'Template order_confirmation (en_US) was rejected' })
  title!: string;
  /** What it means and what to do. */
  @ApiProperty({
    type: String,
    example: 'It cannot be sent. Change it and submit it again, or appeal in WhatsApp Manager.',
  })
  message!: string;
  /** What it is about, the latest first, at most 20; `subjectCount` says how many there are. */
  @ApiProperty({ type: [NotificationSubjectDto] })
  subjects!: NotificationSubjectDto[];
  @ApiProperty({ type: 'integer', example: 1 })
  subjectCount!: number;
  /** How many of them something is still wrong with. */
  @ApiProperty({ type: 'integer', example: 1 })
  openSubjectCount!: number;
  /** How often it happened. */
  @ApiProperty({ type: 'integer', example: 3 })
  occurrences!: number;
  @ApiProperty({ type: Date })
  firstAt!: Date;
  @ApiProperty({ type: Date })
  lastAt!: Date;
  /** Something is wrong until `resolvedAt`; false for what only happened, as a campaign that is completed. */
  @ApiProperty({ type: Boolean })
  lasts!: boolean;
  /** When it will be over by itself, where Meta says so. */
  @ApiProperty({ type: Date, nullable: true })
  endsAt!: Date | null;
  @ApiProperty({ type: Date, nullable: true })
  resolvedAt!: Date | null;
  /** By you. It becomes unread again when it gets worse, comes back, or goes on for hours. */
  @ApiProperty({ type: Boolean })
  read!: boolean;
  /** When it last became news: the order of the list. */
  @ApiProperty({ type: Date })
  newsAt!: Date;
  /** Hand it back when you mark things as read: what became news after it stays unread. */
  @ApiProperty({ type: String, example: 'IjEyMyI' })
  place!: string;
  /** The facts of the latest occurrence; which ones there are depends on `kind`. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  payload!: Record<string, unknown>;

  static from(row: NotificationRow): NotificationDto {
    return Object.assign(new NotificationDto(), {
      id: row.id,
      accountId: row.account_id === SERVICE_ID ? null : row.account_id,
      kind: row.kind,
      personal: row.recipient_id !== null,
      severity: row.severity,
      title: row.title,
      message: row.message,
      subjects: (row.subjects ?? []).map((subject) => NotificationSubjectDto.from(subject)),
      subjectCount: row.subject_count,
      openSubjectCount: row.open_count,
      occurrences: row.occurrences,
      firstAt: row.first_at,
      lastAt: row.last_at,
      lasts: row.is_lasting,
      endsAt: row.ends_at,
      resolvedAt: row.resolved_at,
      read: !row.is_unread,
      newsAt: row.news_at,
      place: encodeCursor(row.news_seq),
      payload: row.payload,
    });
  }
}

export class NotificationPageDto {
  @ApiProperty({ type: [NotificationDto] })
  notifications!: NotificationDto[];
  @ApiProperty({ type: CursorPaginationDto })
  pagination!: CursorPaginationDto;
}

export class SeverityCountsDto {
  @ApiProperty({ type: 'integer', example: 2 })
  info!: number;
  @ApiProperty({ type: 'integer', example: 1 })
  warning!: number;
  @ApiProperty({ type: 'integer', example: 0 })
  critical!: number;
}

/** Without what you have muted. Of each account at most 1000 are counted. */
export class UnreadCountDto {
  @ApiProperty({ type: 'integer', example: 3 })
  total!: number;
  @ApiProperty({ type: SeverityCountsDto })
  bySeverity!: SeverityCountsDto;

  static from(counts: SeverityCounts): UnreadCountDto {
    return Object.assign(new UnreadCountDto(), {
      total: counts.info + counts.warning + counts.critical,
      bySeverity: Object.assign(new SeverityCountsDto(), counts),
    });
  }
}
