import { ApiProperty } from '@nestjs/swagger';
import type { AgentList } from '../funnels/funnel-results';
import type { AnalyticsRange } from '../scope/analytics-range';
import { AnalyticsRangeDto } from './analytics-range.dto';
import { AgentDurationsDto } from './response-times.dto';

export class AgentFiguresDto extends AgentDurationsDto {
  /** Messages that the user wrote and that were sent on in the range. Those of campaigns are nobody's. @example 230 */
  sent!: number;
  /** Of those sent: delivered by now. @example 228 */
  delivered!: number;
  /** Of those sent: read by now. @example 190 */
  read!: number;
  /** Those sent in the range that failed after, and those that failed in it without having been sent. @example 2 */
  failed!: number;
  /** Cases whose conversation the user closed in the range; `resolution.count`. @example 31 */
  casesClosed!: number;
}

export class AgentListDto {
  @ApiProperty({ type: AnalyticsRangeDto }) range!: AnalyticsRangeDto;
  /** Users who sent something or closed a conversation in the range; the most messages first, at most 1,000. */
  @ApiProperty({ type: [AgentFiguresDto] }) agents!: AgentFiguresDto[];
  /** How many more there are. @example 0 */
  furtherAgents!: number;

  static from(range: AnalyticsRange, list: AgentList): AgentListDto {
    return Object.assign(new AgentListDto(), list, { range: AnalyticsRangeDto.from(range) });
  }
}
