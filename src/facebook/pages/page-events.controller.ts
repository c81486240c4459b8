import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { DirectOptIns } from '../../conversations/direct/direct-opt-ins';
import { MentionStore } from '../../conversations/direct/mention-store';
import { type PagePosition, parsePosition } from '../../conversations/page-position';
import { ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import {
  LeadDto,
  LeadPageDto,
  type OlderPaginationDto,
  OptInDto,
  OptInPageDto,
  PageEventsQuery,
  PageMentionDto,
  PageMentionPageDto,
  RatingDto,
  RatingPageDto,
} from '../dto/page-events.dto';
import { noSuchPage, PageScope } from './page-scope';
import { type PageKey } from './pages.repository';
import { PageLeads } from './page-leads.repository';
import { PageRatings } from './page-ratings.repository';

const PAGE_PARAM = {
  name: 'pageId',
  description: "Meta's id of the Page, or ours.",
  example: '113470551234567',
};

/** What people do on a Page beside writing and commenting, as Meta told of it since the Page was connected. */
@ApiTags('Facebook Pages')
@ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
@Controller('meta/facebook/pages')
export class PageEventsController {
  constructor(
    private readonly scope: PageScope,
    private readonly leads: PageLeads,
    private readonly ratings: PageRatings,
    private readonly mentions: MentionStore,
    private readonly optIns: DirectOptIns,
  ) {}

  /** The forms that people filled in under advertisements of a Page, the latest first. */
  @Get(':pageId/leads')
  @Access('agent')
  @ApiParam(PAGE_PARAM)
  @ApiEnvelope(LeadPageDto)
  async listLeads(
    @CurrentUser() user: AuthenticatedUser,
    @Param('pageId') ref: string,
    @Query() query: PageEventsQuery,
  ): Promise<LeadPageDto> {
    const { accountId, id } = await this.find(user, ref, query);
    const rows = await this.leads.page(accountId, id, bounds(query));
    return {
      leads: rows.map((row) => LeadDto.from(row)),
      pagination: paginationOf(
        query,
        rows.map((row) => ({ at: row.submittedAt, id: row.id })),
      ),
    };
  }

  /** The reviews of a Page, the latest first. */
  @Get(':pageId/ratings')
  @Access('viewer')
  @ApiParam(PAGE_PARAM)
  @ApiEnvelope(RatingPageDto)
  async listRatings(
    @CurrentUser() user: AuthenticatedUser,
    @Param('pageId') ref: string,
    @Query() query: PageEventsQuery,
  ): Promise<RatingPageDto> {
    const { accountId, id } = await this.find(user, ref, query);
    const rows = await this.ratings.page(accountId, id, bounds(query));
    return {
      ratings: rows.map((row) => RatingDto.from(row)),
      pagination: paginationOf(
        query,
        rows.map((row) => ({ at: row.ratedAt, id: row.id })),
      ),
    };
  }

  /** Where others named a Page, the latest first. */
  @Get(':pageId/mentions')
  @Access('viewer')
  @ApiParam(PAGE_PARAM)
  @ApiEnvelope(PageMentionPageDto)
  async listMentions(
    @CurrentUser() user: AuthenticatedUser,
    @Param('pageId') ref: string,
    @Query() query: PageEventsQuery,
  ): Promise<PageMentionPageDto> {
    const { accountId, id } = await this.find(user, ref, query);
    const rows = await this.mentions.page(accountId, id, bounds(query));
    return {
      mentions: rows.map((row) => PageMentionDto.from(row)),
      pagination: paginationOf(
        query,
        rows.map((row) => ({ at: row.mentionedAt, id: row.id })),
      ),
    };
  }

  /** Who agreed to be written to by a Page, and to what, the latest first. */
  @Get(':pageId/opt-ins')
  @Access('viewer')
  @ApiParam(PAGE_PARAM)
  @ApiEnvelope(OptInPageDto)
  async listOptIns(
    @CurrentUser() user: AuthenticatedUser,
    @Param('pageId') ref: string,
    @Query() query: PageEventsQuery,
  ): Promise<OptInPageDto> {
    const { accountId, id } = await this.find(user, ref, query);
    const rows = await this.optIns.page(accountId, id, bounds(query));
    return {
      optIns: rows.map((row) => OptInDto.from(row)),
      pagination: paginationOf(
        query,
        rows.map((row) => ({ at: row.toldAt, id: row.id })),
      ),
    };
  }

  private async find(user: AuthenticatedUser, ref: string, query: PageEventsQuery): Promise<PageKey> {
    if (!/^(\d{1,32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(ref))
      throw ValidationFailedError.of(
        'pageId',
        'isPageId',
        'pageId must be an id of a Page: digits, or a UUID.',
      );
    const { page } = await this.scope.resolve(user, ref, query.accountId);
    if (page === null) throw noSuchPage();
    return page;
  }
}

function bounds({ limit, before }: PageEventsQuery): { limit: number; before?: PagePosition } {
  if (before === undefined) return { limit };
  return { limit, before: decodeCursor('before', before, parsePosition) };
}

function paginationOf(
  { limit }: PageEventsQuery,
  places: readonly { at: Date; id: string }[],
): OlderPaginationDto {
  const last = places.length < limit ? undefined : places.at(-1);
  return { limit, before: last === undefined ? null : encodeCursor(last) };
}
