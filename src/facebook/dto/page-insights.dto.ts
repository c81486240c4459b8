import { IsOptional, IsUUID, Matches } from 'class-validator';
import { InsightRangeQuery, InsightsQuery } from '../../insights/dto/insights-query.dto';

const PAGE_REF = /^(\d{1,32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const NO_PAGE = { message: 'pageId must be an id of a Page: digits, or a UUID.' };
const POST_ID = /^\d{1,32}_\d{1,32}$/;
const NO_POST = { message: "postId must be Meta's id of a post, as 113470551234567_122095551234567." };

/** Which figures of a Page or post, and of when. */
export class PageInsightsQuery extends InsightsQuery {
  /** The connected Meta account. Needed only where several reach the Page. */
  @IsOptional() @IsUUID() accountId?: string;
  /**
   * Meta's id of the Page, or ours. Needed only when you have connected several and name no post.
   * @example "113470551234567"
   */
  @IsOptional() @Matches(PAGE_REF, NO_PAGE) pageId?: string;
  /**
   * Meta's id of a post: its figures instead of the Page's.
   * @example "113470551234567_122095551234567"
   */
  @IsOptional() @Matches(POST_ID, NO_POST) postId?: string;
}

/** The same as a table. */
export class PageInsightsTableQuery extends InsightRangeQuery {
  /** The connected Meta account. Needed only where several reach the Page. */
  @IsOptional() @IsUUID() accountId?: string;
  /**
   * Meta's id of the Page, or ours. Needed only when you have connected several and name no post.
   * @example "113470551234567"
   */
  @IsOptional() @Matches(PAGE_REF, NO_PAGE) pageId?: string;
  /**
   * Meta's id of a post: its figures instead of the Page's.
   * @example "113470551234567_122095551234567"
   */
  @IsOptional() @Matches(POST_ID, NO_POST) postId?: string;
}
