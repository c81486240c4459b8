import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { ValidationFailedError } from '../../errors/app.error';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { DisconnectedPageDto, PageDto, PageListDto } from '../dto/page.dto';
import { ListPagesQuery, PageAccountDto } from '../dto/page-query.dto';
import { PageConnector } from './page-connector';
import { noSuchPage, PageScope } from './page-scope';
import { PagesService } from './pages.service';

const PAGE_PARAM = {
  name: 'pageId',
  description: "Meta's id of the Page, or ours.",
  example: '113470551234567',
};

@ApiTags('Facebook Pages')
@ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
@Controller('meta/facebook/pages')
export class PagesController {
  constructor(
    private readonly pages: PagesService,
    private readonly connector: PageConnector,
    private readonly scope: PageScope,
  ) {}

  /**
   * The Facebook Pages of a connected account: those that are connected and those that could be.
   *
   * @remarks The first call reads them from Meta; later ones answer from what is stored and is at most an hour old.
   */
  @Get()
  @Access('viewer')
  @ApiEnvelope(PageListDto)
  @ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async list(@CurrentUser() user: AuthenticatedUser, @Query() query: ListPagesQuery): Promise<PageListDto> {
    const pages = await this.pages.list(user, {
      accountId: query.accountId,
      refresh: query.refresh === 'true',
    });
    return { pages: pages.map((page) => PageDto.from(page)) };
  }

  /**
   * Connects a Page: its messages and comments come here from now on.
   *
   * @remarks Stores the Page's own token, tries it, and subscribes the Page's webhooks. Nothing is stored unless all of it
   * works. Doing it again renews the token and the subscription.
   */
  @Post(':pageId/connect')
  @Access('agent')
  @ApiParam(PAGE_PARAM)
  @ApiEnvelope(PageDto)
  @ApiErrors('NOT_FOUND', 'CONFLICT')
  @ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async connect(
    @CurrentUser() user: AuthenticatedUser,
    @Param('pageId') ref: string,
    @Body() body: PageAccountDto,
  ): Promise<PageDto> {
    const { accountId, pageId } = await this.scope.resolve(user, pageRef(ref), body.accountId);
    return PageDto.from(await this.connector.connect(accountId, pageId));
  }

  /**
   * Disconnects a Page: its events stay away, its token is forgotten, and another account may connect it.
   *
   * @remarks Conversations and messages stay. What Meta answers does not keep it from happening.
   */
  @Delete(':pageId')
  @Access('agent')
  @ApiParam(PAGE_PARAM)
  @ApiEnvelope(DisconnectedPageDto)
  @ApiErrors('NOT_FOUND')
  async disconnect(
    @CurrentUser() user: AuthenticatedUser,
    @Param('pageId') ref: string,
    @Query() query: PageAccountDto,
  ): Promise<DisconnectedPageDto> {
    const { page } = await this.scope.resolve(user, pageRef(ref), query.accountId);
    if (page === null || page.status === 'available') throw noSuchPage();
    const unsubscribedAtMeta = await this.connector.disconnect(page);
    return { id: page.id, pageId: page.pageId, status: 'available', unsubscribedAtMeta };
  }
}

function pageRef(ref: string): string {
  if (/^(\d{1,32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(ref)) return ref;
  throw ValidationFailedError.of('pageId', 'isPageId', 'pageId must be an id of a Page: digits, or a UUID.');
}
