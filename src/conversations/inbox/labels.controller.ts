import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { LabelChangesDto, LabelDto, LabelListDto, LabelsQuery, NewLabelDto } from '../dto/label.dto';
import { ConversationLabels } from './conversation-labels.service';

@ApiTags('Inbox')
@Controller('meta/conversations/labels')
export class LabelsController {
  constructor(
    private readonly labels: ConversationLabels,
    private readonly access: AccountAccess,
  ) {}

  /** Lists the labels of the accounts you may see, by name. */
  @Get()
  @Access('viewer')
  @ApiEnvelope(LabelListDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND')
  async list(@CurrentUser() user: AuthenticatedUser, @Query() query: LabelsQuery): Promise<LabelListDto> {
    const accountIds =
      query.accountId === undefined
        ? await this.access.accountIdsOf(user.id)
        : [await this.access.require(user, query.accountId)];
    return { labels: (await this.labels.list(accountIds)).map((label) => LabelDto.from(label)) };
  }

  /** Adds a label to an account. */
  @Post()
  @Access('agent')
  @ApiEnvelope(LabelDto, 201)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS', 'CONFLICT')
  async add(@CurrentUser() user: AuthenticatedUser, @Body() body: NewLabelDto): Promise<LabelDto> {
    const accountId = await this.access.resolve(user, body.accountId);
    return LabelDto.from(await this.labels.add(accountId, body.name, body.color ?? null));
  }

  /** Changes a label's name or colour, wherever it is used. */
  @Patch(':labelId')
  @ApiParam({ name: 'labelId', description: 'The label.', format: 'uuid' })
  @Access('agent')
  @ApiEnvelope(LabelDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT')
  async edit(
    @CurrentUser() user: AuthenticatedUser,
    @Param('labelId', UuidParam) labelId: string,
    @Body() body: LabelChangesDto,
  ): Promise<LabelDto> {
    const accountIds = await this.access.accountIdsOf(user.id);
    return LabelDto.from(await this.labels.edit(accountIds, labelId, body));
  }

  /** Removes a label, also from the conversations that have it. */
  @Delete(':labelId')
  @ApiParam({ name: 'labelId', description: 'The label.', format: 'uuid' })
  @Access('agent')
  @ApiEnvelope(null)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async remove(
    @CurrentUser() user: AuthenticatedUser,
    @Param('labelId', UuidParam) labelId: string,
  ): Promise<null> {
    await this.labels.remove(await this.access.accountIdsOf(user.id), labelId);
    return null;
  }
}
