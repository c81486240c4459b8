import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiParam, ApiTags } from '@nestjs/swagger';
import { ValidationFailedError } from '../../errors/app.error';
import { BodyExample } from '../../http/body-example';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { IdempotencyKey } from '../../http/idempotency-key';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { CreatedPostDto, PostDto, PostListDto, RemovedPostDto } from '../dto/post.dto';
import { ListPostsQuery } from '../dto/post-query.dto';
import { CreatePostDto, PostPageDto, UpdatePostDto } from '../dto/write-post.dto';
import { PostsService } from './posts.service';
import { PublicationsService } from './publications.service';

const POST_PARAM = {
  name: 'id',
  description: "Meta's id of the post or video, or ours (`publicationId`).",
  example: '113470551234567_122106839456789',
};

@ApiTags('Facebook posts')
@ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
@ApiErrors('META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
@Controller('meta/facebook/posts')
export class PostsController {
  constructor(
    private readonly posts: PostsService,
    private readonly publications: PublicationsService,
  ) {}

  /**
   * The posts of a Page, newest first, with how often they were liked, commented on and shared.
   *
   * @remarks Read from Meta at every call, whoever made them; of a year, Meta lists about the latest 600. `status=scheduled`
   * lists those that are still to come.
   */
  @Get()
  @Access('viewer')
  @ApiEnvelope(PostListDto)
  async list(@CurrentUser() user: AuthenticatedUser, @Query() query: ListPostsQuery): Promise<PostListDto> {
    return this.posts.list(user, query);
  }

  /**
   * Publishes a post on a Page, or schedules it.
   *
   * @remarks Text, a link, up to ten photos or a video; reels and stories with `format`. The answer comes as soon as Meta
   * has it, and after about ten seconds in any case: `status` then says what is known, and `GET /posts/{publicationId}` what
   * becomes of it. An error means that nothing was published and nothing will be. Where Meta’s answer is lost, the Page is
   * read until it is known what became of the post; it is never posted a second time. The same post is refused with
   * `CONFLICT` while that is open.
   */
  @BodyExample({ message: 'Pumpkins are in!', link: 'https://www.example.com/pumpkins', published: true })
  @Post()
  @Access('agent')
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key and body give the first answer again, without publishing anything.',
    schema: { type: 'string', maxLength: 200 },
  })
  @ApiEnvelope(CreatedPostDto, 201)
  @ApiErrors('CONFLICT', 'IDEMPOTENCY_CONFLICT')
  async create(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: CreatePostDto,
    @IdempotencyKey() key: string | undefined,
  ): Promise<CreatedPostDto> {
    return CreatedPostDto.from(await this.publications.create(user, body, key));
  }

  /** One post as it stands at Meta now; one that Meta does not have (yet), as it stands here. */
  @Get(':id')
  @Access('viewer')
  @ApiParam(POST_PARAM)
  @ApiEnvelope(PostDto)
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Query() query: PostPageDto,
  ): Promise<PostDto> {
    return this.posts.get(user, postRef(id), query);
  }

  /**
   * Changes the text of a post, moves a scheduled one, or publishes it now.
   *
   * @remarks Meta allows it for posts that were published from here. Doing the same again changes nothing.
   */
  @BodyExample({ message: 'Open until eight today' })
  @Patch(':id')
  @Access('agent')
  @ApiParam(POST_PARAM)
  @ApiEnvelope(PostDto)
  @ApiErrors('CONFLICT')
  async update(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Query() query: PostPageDto,
    @Body() body: UpdatePostDto,
  ): Promise<PostDto> {
    return this.posts.update(user, postRef(id), query, body);
  }

  /** Deletes a post, or cancels one that is scheduled or not published yet. */
  @Delete(':id')
  @Access('agent')
  @ApiParam(POST_PARAM)
  @ApiEnvelope(RemovedPostDto)
  @ApiErrors('CONFLICT')
  async remove(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id') id: string,
    @Query() query: PostPageDto,
  ): Promise<RemovedPostDto> {
    return this.posts.remove(user, postRef(id), query);
  }
}

function postRef(id: string): string {
  if (/^(?:\d{1,32}(?:_\d{1,32})?|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(id)) return id;
  throw ValidationFailedError.of(
    'id',
    'isPostId',
    'id must be an id of a post: {page}_{post}, digits, or a UUID.',
  );
}
