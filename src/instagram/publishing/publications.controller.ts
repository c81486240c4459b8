import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { isUuid } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { InstagramAccountQuery } from '../dto/media.dto';
import {
  InstagramPublicationDto,
  InstagramPublicationPageDto,
  InstagramPublicationsQuery,
  InstagramPublishingLimitDto,
} from '../dto/publication.dto';
import { RescheduleInstagramPublicationDto, RetryInstagramPublicationDto } from '../dto/publish-media.dto';
import { PublicationsService } from './publications.service';

const PUBLICATION_PARAM = { name: 'id', description: 'Ours, as `POST /media` gave it.', format: 'uuid' };

@ApiTags('Instagram publishing')
@ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
@Controller('meta/instagram')
export class InstagramPublicationsController {
  constructor(private readonly publications: PublicationsService) {}

  /**
   * Lists what was ordered to be published, newest first, with how far each has come.
   *
   * @remarks Of all your Instagram accounts, unless `accountId` names one. It shows what was ordered here; what is on the account
   * is listed by `GET /media`.
   */
  @Get('publications')
  @Access('viewer')
  @ApiEnvelope(InstagramPublicationPageDto)
  @ApiErrors('ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: InstagramPublicationsQuery,
  ): Promise<InstagramPublicationPageDto> {
    const { before, after, limit, accountId, status } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const found = await this.publications.page(user, {
      accountId,
      status,
      limit,
      before: positionOf('before', before),
      after: positionOf('after', after),
    });
    const [first, last] = [found[0], found.length < limit ? undefined : found.at(-1)];
    return {
      publications: found.map(({ publication, containers }) =>
        InstagramPublicationDto.from(publication, containers),
      ),
      pagination: {
        limit,
        before: last === undefined ? null : encodeCursor(last.publication.id),
        after: first === undefined ? null : encodeCursor(first.publication.id),
      },
    };
  }

  /** Reads an order to publish: how far it has come, what Meta makes of each file, why it failed. */
  @Get('publications/:id')
  @Access('viewer')
  @ApiParam(PUBLICATION_PARAM)
  @ApiEnvelope(InstagramPublicationDto)
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<InstagramPublicationDto> {
    const { publication, containers } = await this.publications.get(user, id);
    return InstagramPublicationDto.from(publication, containers);
  }

  /** Moves one that waits for its time to another. */
  @Patch('publications/:id')
  @Access('agent')
  @ApiParam(PUBLICATION_PARAM)
  @ApiEnvelope(InstagramPublicationDto)
  @ApiErrors('CONFLICT')
  async reschedule(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() { publishAt }: RescheduleInstagramPublicationDto,
  ): Promise<InstagramPublicationDto> {
    const { publication, containers } = await this.publications.reschedule(user, id, publishAt);
    return InstagramPublicationDto.from(publication, containers);
  }

  /**
   * Takes back what has not been published yet.
   *
   * @remarks 409 from the moment at which Meta was told to publish it. Doing it again answers the same.
   */
  @Delete('publications/:id')
  @Access('agent')
  @ApiParam(PUBLICATION_PARAM)
  @ApiEnvelope(InstagramPublicationDto)
  @ApiErrors('CONFLICT')
  async cancel(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<InstagramPublicationDto> {
    const { publication, containers } = await this.publications.cancel(user, id);
    return InstagramPublicationDto.from(publication, containers);
  }

  /**
   * Tries again what failed.
   *
   * @remarks Everything is prepared anew, from the files on. For one whose outcome is `unknown` Meta is only asked again whether
   * it is there, so that nothing appears twice; where you have looked and it is not, say so with `notPublished`.
   */
  @Post('publications/:id/retry')
  @Access('agent')
  @ApiParam(PUBLICATION_PARAM)
  @ApiEnvelope(InstagramPublicationDto, 202, { description: 'It is tried again.' })
  @ApiErrors('CONFLICT')
  async retry(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() body: RetryInstagramPublicationDto,
  ): Promise<InstagramPublicationDto> {
    const { publication, containers } = await this.publications.retry(user, id, {
      notPublished: body.notPublished === true,
    });
    return InstagramPublicationDto.from(publication, containers);
  }

  /** Reads how much an Instagram account may still publish within 24 hours. */
  @Get('publishing-limit')
  @Access('viewer')
  @ApiEnvelope(InstagramPublishingLimitDto)
  @ApiErrors('ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  @ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async limit(
    @CurrentUser() user: AuthenticatedUser,
    @Query() { accountId }: InstagramAccountQuery,
  ): Promise<InstagramPublishingLimitDto> {
    return this.publications.limits(user, accountId);
  }
}

function positionOf(field: 'before' | 'after', cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  return decodeCursor(field, cursor, (position) =>
    typeof position === 'string' && isUuid(position) ? position : undefined,
  );
}
