import { ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { CursorPageQuery } from '../../http/page.dto';
import { QueryInt, QueryList } from '../../http/query-fields';
import { PUBLICATION_STATES, type PublicationState } from '../posts/publication-states';
import { PostPageDto } from './write-post.dto';

export const POST_LISTS = ['published', 'scheduled'] as const;

export class ListPostsQuery extends PostPageDto {
  /** Which posts: those that people can see, or those that are scheduled. */
  @ApiPropertyOptional({ type: String, enum: POST_LISTS, default: 'published' })
  @IsIn(POST_LISTS)
  status: (typeof POST_LISTS)[number] = 'published';

  /** How many at most. */
  @QueryInt({ min: 1, max: 100 }) limit: number = 25;

  /** `pagination.before` of an earlier answer: go on with what is older than it. */
  @IsOptional() @IsString() @Length(1, 1_000) before?: string;

  /** `pagination.after` of an earlier answer: what is newer than it. */
  @IsOptional() @IsString() @Length(1, 1_000) after?: string;
}

export class ListPublicationsQuery extends IntersectionType(PostPageDto, CursorPageQuery) {
  /** Only these. */
  @ApiPropertyOptional({ type: String, example: 'unknown,failed', description: 'States, comma-separated.' })
  @IsOptional()
  @QueryList()
  @IsIn(PUBLICATION_STATES, { each: true })
  state?: PublicationState[];
}
