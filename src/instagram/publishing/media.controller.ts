import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiParam, ApiTags } from '@nestjs/swagger';
import { ValidationFailedError } from '../../errors/app.error';
import { BodyExample } from '../../http/body-example';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { IdempotencyKey } from '../../http/idempotency-key';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import {
  DeletedInstagramMediaDto,
  InstagramAccountQuery,
  InstagramMediaDto,
  InstagramMediaPageDto,
  InstagramMediaQuery,
  InstagramMediaSettingsDto,
  InstagramStoriesDto,
} from '../dto/media.dto';
import { OrderedInstagramPublicationDto } from '../dto/publication.dto';
import { ChangeInstagramMediaDto, PublishInstagramMediaDto } from '../dto/publish-media.dto';
import type { ReadInstagramMedia } from './media-api';
import { InstagramMediaService } from './media.service';
import { PublicationsService } from './publications.service';

const MEDIA_PARAM = {
  name: 'id',
  description: "Meta's id of the media, as `GET /media` lists it.",
  example: '17918920912340654',
};

@ApiTags('Instagram media')
@ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
@ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
@Controller('meta/instagram')
export class InstagramMediaController {
  constructor(
    private readonly media: InstagramMediaService,
    private readonly publications: PublicationsService,
  ) {}

  /**
   * Lists what is on an Instagram account, newest first, with its likes and comments.
   *
   * @remarks Read from Meta each time. For the next page send `pagination.before` as `before`; it is null on the last one. Meta
   * goes back 10,000 media; stories are listed by `GET /stories`.
   */
  @Get('media')
  @Access('viewer')
  @ApiEnvelope(InstagramMediaPageDto)
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: InstagramMediaQuery,
  ): Promise<InstagramMediaPageDto> {
    const { accountId, limit, before, after } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const { media, older, newer } = await this.media.page(user, accountId, { limit, before, after });
    return { media: media.map(mediaDto), pagination: { limit, before: older, after: newer } };
  }

  /**
   * Publishes an image, video, reel, story or carousel, at once or at a time of your choice.
   *
   * @remarks It answers as soon as the order is stored; `GET /publications/{id}` tells how far it has come, and it goes on
   * whatever restarts meanwhile. Meta fetches the files, which takes seconds for images and minutes for videos.
   *
   * It is published once: where Meta's answer is lost, the account is read to find out whether it is there. What Instagram
   * would certainly refuse is refused here, with the field that is wrong.
   */
  @BodyExample({
    type: 'image',
    url: 'https://cdn.example.com/spring.jpg',
    caption: 'Spring is here #tulips',
  })
  @Post('media')
  @Access('agent')
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'Any text of yours, up to 200 characters: the same key with the same body is answered, not published, again.',
  })
  @ApiEnvelope(OrderedInstagramPublicationDto, 202, { description: 'The order to publish is stored.' })
  @ApiErrors('IDEMPOTENCY_CONFLICT')
  async publish(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: PublishInstagramMediaDto,
    @IdempotencyKey() key: string | undefined,
  ): Promise<OrderedInstagramPublicationDto> {
    return this.publications.order(user, body, key);
  }

  /** Reads one media with its likes and comments. */
  @Get('media/:id')
  @Access('viewer')
  @ApiParam(MEDIA_PARAM)
  @ApiEnvelope(InstagramMediaDto)
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Query() { accountId }: InstagramAccountQuery,
  ): Promise<InstagramMediaDto> {
    return mediaDto(await this.media.get(user, accountId, mediaRef(id)));
  }

  /**
   * Deletes a media from Instagram, for good.
   *
   * @remarks New at Meta: it seems to need the permission `instagram_manage_contents`, which is not among those that this service
   * asks for. Without it the answer is 424, and the media has to be deleted in the Instagram app.
   */
  @Delete('media/:id')
  @Access('agent')
  @ApiParam(MEDIA_PARAM)
  @ApiEnvelope(DeletedInstagramMediaDto)
  async remove(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Query() { accountId }: InstagramAccountQuery,
  ): Promise<DeletedInstagramMediaDto> {
    await this.media.delete(user, accountId, mediaRef(id));
    return { id, deleted: true };
  }

  /** Allows comments on a media, or turns them off. */
  @Post('media/:id/settings')
  @Access('agent')
  @ApiParam(MEDIA_PARAM)
  @ApiEnvelope(InstagramMediaSettingsDto)
  async configure(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Query() { accountId }: InstagramAccountQuery,
    @Body() { commentsEnabled }: ChangeInstagramMediaDto,
  ): Promise<InstagramMediaSettingsDto> {
    await this.media.setComments(user, accountId, mediaRef(id), commentsEnabled);
    return { id, commentsEnabled };
  }

  /** Lists the stories of the last 24 hours. */
  @Get('stories')
  @Access('viewer')
  @ApiEnvelope(InstagramStoriesDto)
  async stories(
    @CurrentUser() user: AuthenticatedUser,
    @Query() { accountId }: InstagramAccountQuery,
  ): Promise<InstagramStoriesDto> {
    return { stories: (await this.media.stories(user, accountId)).map(mediaDto) };
  }
}

function mediaRef(id: string): string {
  if (/^\d{1,32}$/.test(id)) return id;
  throw ValidationFailedError.of('id', 'isMediaId', "id must be Meta's id of a media: digits only.");
}

function mediaDto({ ownerId: _, ...media }: ReadInstagramMedia): InstagramMediaDto {
  // What Meta has no word for is shown as the plainest thing that there is.
  return { ...media, mediaType: media.mediaType ?? 'IMAGE', caption: media.caption ?? '' };
}
