import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { ActivitiesQuery, ActivityDto, ActivityPageDto } from '../dto/conversation-notes.dto';
import { ConversationAccess } from './conversation-access.service';
import { ConversationActivities } from './conversation-activities.service';
import { rowBoundsOf, rowPagination } from './row-paging';

@ApiTags('Inbox')
@Controller('meta/conversations/:id/activities')
export class ActivitiesController {
  constructor(
    private readonly conversations: ConversationAccess,
    private readonly activities: ConversationActivities,
  ) {}

  /** Reads what was done with a conversation and by whom, newest first. */
  @Get()
  @ApiParam({ name: 'id', description: 'The conversation.', format: 'uuid' })
  @Access('viewer')
  @ApiEnvelope(ActivityPageDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async page(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Query() query: ActivitiesQuery,
  ): Promise<ActivityPageDto> {
    const bounds = rowBoundsOf(query);
    const { key } = await this.conversations.require(user, id);
    const rows = await this.activities.page(key, { limit: query.limit, ...bounds });
    return {
      activities: rows.map((row) => ActivityDto.from(row)),
      pagination: rowPagination(query.limit, rows),
    };
  }
}
