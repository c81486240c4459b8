import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn } from 'class-validator';
import { NestedObject } from '../../http/body-fields';
import type { EventSeverity } from '../../domain-events/domain-events';
import {
  NOTIFICATION_KINDS,
  NOTIFICATION_KIND_NAMES,
  type NotificationKind,
  SEVERITIES,
} from '../notification-kinds';
import type { Muted } from '../reading/notification-rows';

/** What you do not want to be told of inside the application. It is kept all the same, and listed with `muted=true`. */
export class MutedDto {
  @ApiProperty({ type: [String], enum: NOTIFICATION_KIND_NAMES, example: ['template.approved'] })
  @IsArray()
  @ArrayMaxSize(200)
  @ArrayUnique()
  @IsIn(NOTIFICATION_KIND_NAMES, { each: true })
  mutedKinds!: NotificationKind[];

  @ApiProperty({ type: [String], enum: SEVERITIES, example: ['info'] })
  @IsArray()
  @ArrayUnique()
  @IsIn(SEVERITIES, { each: true })
  mutedSeverities!: EventSeverity[];
}

/** Takes the place of all that was set before. */
export class SetNotificationPreferencesDto {
  @ApiProperty({ type: MutedDto })
  @NestedObject(() => MutedDto)
  inApp!: MutedDto;
}

/** A kind of notification, for a page of settings. */
export class NotificationKindDto {
  @ApiProperty({ type: String, enum: NOTIFICATION_KIND_NAMES, example: 'template.rejected' })
  kind!: string;
  @ApiProperty({ type: String, example: 'A template was rejected' })
  description!: string;
}

export class NotificationPreferencesDto {
  @ApiProperty({ type: MutedDto })
  inApp!: MutedDto;
  /** All that can be muted. */
  @ApiProperty({ type: [NotificationKindDto] })
  kinds!: NotificationKindDto[];

  static from({ kinds, severities }: Muted): NotificationPreferencesDto {
    return Object.assign(new NotificationPreferencesDto(), {
      inApp: Object.assign(new MutedDto(), { mutedKinds: kinds, mutedSeverities: severities }),
      kinds: NOTIFICATION_KIND_NAMES.map((kind) =>
        Object.assign(new NotificationKindDto(), { kind, description: NOTIFICATION_KINDS[kind] }),
      ),
    });
  }
}
