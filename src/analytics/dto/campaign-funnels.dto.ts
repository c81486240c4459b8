import { ApiProperty } from '@nestjs/swagger';
import { CAMPAIGN_STATES, type CampaignState } from '../../whatsapp/entities/campaign.entity';
import type { CampaignFunnels } from '../funnels/funnel-results';
import type { AnalyticsRange } from '../scope/analytics-range';
import { AnalyticsRangeDto } from './analytics-range.dto';
import { FunnelDto } from './funnel.dto';

export class CampaignTemplateDto {
  /** @example spring_sale */
  name!: string;
  /** @example en_US */
  language!: string;
}

/** Recipients at this moment, whatever the range. */
export class CampaignAudienceDto {
  /** All that were ever added. @example 5000 */
  total!: number;
  /** Nothing was ordered for them yet. @example 0 */
  pending!: number;
  /** Left out, as those who want no marketing. @example 37 */
  skipped!: number;
  /** Nobody can tell whether Meta took the message. @example 1 */
  unknown!: number;
  /** The campaign ended before. @example 0 */
  cancelled!: number;
}

export class CampaignFunnelDto extends FunnelDto {
  /** @example 0198f2a0-7c1e-7c3a-9f1b-6d2f0c5f7a11 */
  campaignId!: string;
  /** Also of one that was deleted; null where nothing but figures is left. */
  @ApiProperty({ type: String, nullable: true, example: 'Spring sale' }) name!: string | null;
  @ApiProperty({ enum: CAMPAIGN_STATES, nullable: true, example: 'completed' }) state!: CampaignState | null;
  /** Whether it was deleted. Its figures stay. */
  isDeleted!: boolean;
  @ApiProperty({ type: Date, nullable: true }) startedAt!: Date | null;
  @ApiProperty({ type: Date, nullable: true }) finishedAt!: Date | null;
  @ApiProperty({ type: CampaignTemplateDto, nullable: true }) template!: CampaignTemplateDto | null;
  /** Our id of the number that it is sent from. */
  @ApiProperty({ type: String, nullable: true, format: 'uuid' }) channelId!: string | null;
  @ApiProperty({ type: CampaignAudienceDto, nullable: true }) audience!: CampaignAudienceDto | null;
}

export class CampaignFunnelsDto {
  @ApiProperty({ type: AnalyticsRangeDto }) range!: AnalyticsRangeDto;
  /** Those that sent, or failed to, in the range; the most messages first, at most 1,000. With `campaignId` that one. */
  @ApiProperty({ type: [CampaignFunnelDto] }) campaigns!: CampaignFunnelDto[];
  /** How many more there are. @example 0 */
  furtherCampaigns!: number;

  static from(range: AnalyticsRange, funnels: CampaignFunnels): CampaignFunnelsDto {
    return Object.assign(new CampaignFunnelsDto(), funnels, { range: AnalyticsRangeDto.from(range) });
  }
}
