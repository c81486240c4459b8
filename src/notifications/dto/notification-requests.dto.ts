import { IsIn, IsString, IsUUID, Length } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { CursorPageQuery } from '../../http/page.dto';
import { QueryBoolean, QueryList } from '../../http/query-fields';
import type { EventSeverity } from '../../domain-events/domain-events';
import { NOTIFICATION_KIND_NAMES, type NotificationKind, SEVERITIES } from '../notification-kinds';

export class UnreadCountQuery {
  /** Only of this connected account. */
  @IfPresent() @IsUUID() accountId?: string;
}

export class NotificationsQuery extends CursorPageQuery {
  /** Only of this connected account; else of all that you may see. */
  @IfPresent() @IsUUID() accountId?: string;
  /** `true`: only what you have not read; `false`: only what you have. */
  @IfPresent() @QueryBoolean() unread?: boolean;
  /** `true`: only what is over; `false`: only what is still wrong. */
  @IfPresent() @QueryBoolean() resolved?: boolean;
  /** Comma-separated: `info`, `warning`, `critical`. @example warning,critical */
  @IfPresent() @QueryList() @IsIn(SEVERITIES, { each: true }) severity?: EventSeverity[];
  /** Comma-separated. @example template.rejected,template.paused */
  @IfPresent() @QueryList() @IsIn(NOTIFICATION_KIND_NAMES, { each: true }) kind?: NotificationKind[];
  /** `true`: also what you have muted. */
  @IfPresent() @QueryBoolean() muted?: boolean;
}

export class ReadNotificationDto {
  /** The `place` of the notification as you showed it: if it has become news again since, it stays unread. */
  @IfPresent() @IsString() @Length(1, 200) place?: string;
}

export class ReadAllDto {
  /** Only of this connected account; else of all that you may see. */
  @IfPresent() @IsUUID() accountId?: string;
  /** The `place` of the newest notification that you showed: what has come since stays unread. Without it, all are read. */
  @IfPresent() @IsString() @Length(1, 200) upTo?: string;
}
