import { IsOptional, Matches } from 'class-validator';
import { InsightRangeQuery, InsightsQuery } from '../../insights/dto/insights-query.dto';

const ACCOUNT_REF = /^(\d{1,32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const NO_ACCOUNT = { message: 'accountId must be an id of an Instagram account: digits, or a UUID.' };
const NO_MEDIA = { message: "mediaId must be Meta's id of a media, digits only." };

/** Which figures of an Instagram account or media, and of when. */
export class InstagramInsightsQuery extends InsightsQuery {
  /**
   * The Instagram account: Meta's id or ours. Needed only if you have connected several.
   * @example "17841405822304914"
   */
  @IsOptional() @Matches(ACCOUNT_REF, NO_ACCOUNT) accountId?: string;
  /**
   * Meta's id of a post, reel or story: its figures instead of the account's.
   * @example "17918920912340654"
   */
  @IsOptional() @Matches(/^\d{1,32}$/, NO_MEDIA) mediaId?: string;
}

/** The same as a table. */
export class InstagramInsightsTableQuery extends InsightRangeQuery {
  /**
   * The Instagram account: Meta's id or ours. Needed only if you have connected several.
   * @example "17841405822304914"
   */
  @IsOptional() @Matches(ACCOUNT_REF, NO_ACCOUNT) accountId?: string;
  /**
   * Meta's id of a post, reel or story: its figures instead of the account's.
   * @example "17918920912340654"
   */
  @IsOptional() @Matches(/^\d{1,32}$/, NO_MEDIA) mediaId?: string;
}
