import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsUUID } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { CursorPageQuery, CursorPaginationDto } from '../../http/page.dto';
import { CAMPAIGN_STATES, type CampaignState, type PauseReason } from '../entities/campaign.entity';

export class CampaignsQuery extends CursorPageQuery {
  /** Only of this connected account. */
  @IfPresent() @IsUUID() accountId?: string;

  /** Only those in this state. */
  @ApiProperty({ type: String, enum: CAMPAIGN_STATES, required: false })
  @IfPresent()
  @IsIn(CAMPAIGN_STATES)
  state?: CampaignState;
}

/** How many recipients are in each state at present. Each is in one. */
export class CampaignCountsDto {
  total!: number;
  /** No message has been ordered yet. */
  pending!: number;
  /** The message is ordered and has not left; also while it is held back by a pause. */
  queued!: number;
  /** Meta has it. */
  accepted!: number;
  sent!: number;
  delivered!: number;
  read!: number;
  failed!: number;
  /** Left out: the person opted out, or is in the list twice. */
  skipped!: number;
  /** Meta's answer was lost: the message may or may not have left. Its first status settles it. */
  unknown!: number;
  /** The campaign was cancelled before. */
  cancelled!: number;
}

/** How many recipients have come at least so far. */
export class CampaignFunnelDto {
  accepted!: number;
  sent!: number;
  delivered!: number;
  read!: number;
}

export class CampaignProgressDto {
  @ApiProperty({ type: CampaignCountsDto }) counts!: CampaignCountsDto;
  @ApiProperty({ type: CampaignFunnelDto }) reached!: CampaignFunnelDto;
  /** Of those who are to get a message, how many have been dealt with. @example 42.5 */
  percent!: number;
  /** Messages a second since it was started or resumed; null while it does not run. @example 78.4 */
  @ApiProperty({ type: Number, nullable: true }) perSecond!: number | null;
  /** When the last message will have left, at this rate; null while it does not run. */
  @ApiProperty({ type: Date, nullable: true }) estimatedEndAt!: Date | null;
}

export class PauseReasonDto implements PauseReason {
  /**
   * `user`, or why it was paused by itself: `template_paused`, `template_rejected`, `template_disabled`,
   * `template_deleted`, `template_in_review`, `template_recategorised`, `quality_low`, `number_flagged`,
   * `number_restricted`, `number_disconnected`, `number_removed`, `account_restricted`, `account_reauth_required`,
   * `marketing_limited`, `spam_limited`, `sending_refused`, `many_failures`, `not_started`, `restored`, …
   * @example template_paused
   */
  code!: string;
  /** For people: what is wrong and what to do. */
  message!: string;
}

export class StoredCampaignTemplateDto {
  /** @example order_confirmation */
  name!: string;
  /** @example en_US */
  language!: string;
  /** Meta's components, with `{{column}}` where a recipient's value goes. */
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: [{ type: 'body', parameters: [{ type: 'text', text: '{{first_name}}' }] }],
  })
  components!: Record<string, unknown>[];
  /** By column. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { first_name: 'friend' },
  })
  defaults!: Record<string, string>;
  /** Every column that the components name. */
  @ApiProperty({ type: [String], example: ['first_name'] }) columns!: string[];
  /** Meta's category when it was started; null before. @example MARKETING */
  @ApiProperty({ type: String, nullable: true }) category!: string | null;
}

/** One template for many people. */
export class CampaignDto {
  id!: string;
  accountId!: string;
  /** @example Spring sale */
  name!: string;
  /** Meta's id of the number that it is sent from. @example "106540352242922" */
  phoneNumberId!: string;
  /**
   * `draft` → `scheduled` or `running` → `completed`. `paused` may be resumed; `cancelled` is final. Recipients are fixed
   * from `running` on.
   */
  @ApiProperty({ type: String, enum: CAMPAIGN_STATES, example: 'running' }) state!: CampaignState;
  /** Why it is paused. */
  @ApiProperty({ type: PauseReasonDto, nullable: true }) pauseReason!: PauseReason | null;
  @ApiProperty({ type: StoredCampaignTemplateDto }) template!: StoredCampaignTemplateDto;
  @ApiProperty({ type: CampaignProgressDto }) progress!: CampaignProgressDto;
  /** Whether a list of recipients is being read at present. */
  importing!: boolean;
  /** When it starts, or was to start, by itself. */
  @ApiProperty({ type: Date, nullable: true }) scheduledAt!: Date | null;
  @ApiProperty({ type: Date, nullable: true }) startedAt!: Date | null;
  /** When the last message had left, or it was cancelled. Statuses that come later still count. */
  @ApiProperty({ type: Date, nullable: true }) finishedAt!: Date | null;
  /** The user who made it. */
  createdBy!: string;
  @ApiProperty({ type: Date }) createdAt!: Date;
  @ApiProperty({ type: Date }) updatedAt!: Date;
}

export class CampaignPageDto {
  @ApiProperty({ type: [CampaignDto] }) campaigns!: CampaignDto[];
  @ApiProperty({ type: CursorPaginationDto }) pagination!: CursorPaginationDto;
}

export class RemovedCampaignDto {
  id!: string;
}
