import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { RateLimit } from '../../rate-limits/rate-limit.decorator';
import { parsePosition } from '../page-position';
import { ConversationVisibility } from '../visibility/conversation-visibility';
import { InboxSearch } from './inbox-search.service';
import { SearchHitDto, SearchPageDto, SearchQuery } from './search.dto';

@ApiTags('Inbox')
@Controller('meta/conversations/search')
export class SearchController {
  constructor(
    private readonly search: InboxSearch,
    private readonly visibility: ConversationVisibility,
  ) {}

  /**
   * Finds messages, comments, people and notes by their words, the newest first.
   *
   * @remarks What was written a moment ago is found a second or two later. What was edited, taken back or erased is shown as it is
   * now, or not at all.
   */
  @RateLimit('search')
  @Get()
  @Access('viewer')
  @ApiEnvelope(SearchPageDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND')
  async find(@CurrentUser() user: AuthenticatedUser, @Query() query: SearchQuery): Promise<SearchPageDto> {
    const [from, until] = [instantOf(query.from), instantOf(query.until)];
    if (from !== undefined && until !== undefined && from >= until)
      throw ValidationFailedError.of('until', 'after', 'until must be later than from.');
    const before =
      query.before === undefined ? undefined : decodeCursor('before', query.before, parsePosition);
    const view = await this.visibility.within(user, query.accountId);
    const { kind, platform } = query;
    const page = await this.search.page(query.q, { view, kind, platform, from, until, before }, query.limit);
    return {
      hits: page.hits.map((hit) => SearchHitDto.from(hit)),
      pagination: {
        limit: query.limit,
        before: page.before === null ? null : encodeCursor(page.before),
      },
    };
  }
}

function instantOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
