import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { CursorPageQuery } from '../../http/page.dto';
import { QueryBoolean } from '../../http/query-fields';
import { COMMENT_STATUSES, type CommentStatus } from '../comments/comment-view';

export class CommentThreadsQuery extends CursorPageQuery {
  /** `true` reads the comments from Meta first. Otherwise that happens when they were not read for a while. */
  @QueryBoolean() refresh: boolean = false;
}

export class CommentQuery {
  /** `true` reads the comment from Meta first. */
  @QueryBoolean() refresh: boolean = false;
}

export class CommentFeedQuery extends CursorPageQuery {
  /** `open`: seen by everybody. `hidden`. `removed`. Without it: all but the removed ones. */
  @ApiProperty({ type: String, enum: COMMENT_STATUSES, required: false })
  @IfPresent()
  @IsIn(COMMENT_STATUSES)
  status?: CommentStatus;

  /** `true`: only what people wrote and you have not answered since. `false`: only what you have. */
  @IfPresent() @QueryBoolean() unanswered?: boolean;
}
