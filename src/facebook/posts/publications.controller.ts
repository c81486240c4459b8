import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { CreatedPostDto } from '../dto/post.dto';
import { ListPublicationsQuery } from '../dto/post-query.dto';
import {
  PublicationDto,
  PublicationListDto,
  ResolvePublicationDto,
  RetryPublicationDto,
} from '../dto/publication.dto';
import { PublicationsService } from './publications.service';

/** What was ordered to be published on Pages, whatever became of it. */
@ApiTags('Facebook posts')
@ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND')
@Controller('meta/facebook/publications')
export class PublicationsController {
  constructor(private readonly publications: PublicationsService) {}

  /** Everything that was published from here on a Page, or was to be, newest first. */
  @Get()
  @Access('viewer')
  @ApiEnvelope(PublicationListDto)
  @ApiErrors('ACCOUNT_AMBIGUOUS', 'META_REAUTH_REQUIRED')
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: ListPublicationsQuery,
  ): Promise<PublicationListDto> {
    return this.publications.list(user, query);
  }

  /** One of them, with every state that it has had and the reason where it failed. */
  @Get(':id')
  @Access('viewer')
  @ApiEnvelope(PublicationDto)
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<PublicationDto> {
    return this.publications.get(user, id);
  }

  /**
   * Tries again to publish what failed.
   *
   * @remarks Of unknown outcome only with `confirmNotPublished`: look at the Page first.
   */
  @Post(':id/retry')
  @Access('agent')
  @ApiEnvelope(CreatedPostDto)
  @ApiErrors('CONFLICT', 'META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async retry(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() body: RetryPublicationDto,
  ): Promise<CreatedPostDto> {
    const isConfirmed = body.confirmNotPublished === true;
    return CreatedPostDto.from(await this.publications.retry(user, id, isConfirmed));
  }

  /** Names the post that one of unknown outcome became, where a person has found it on the Page. */
  @Post(':id/resolve')
  @Access('agent')
  @ApiEnvelope(CreatedPostDto)
  @ApiErrors('CONFLICT', 'META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async resolve(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() body: ResolvePublicationDto,
  ): Promise<CreatedPostDto> {
    return CreatedPostDto.from(await this.publications.resolve(user, id, body.postId));
  }
}
