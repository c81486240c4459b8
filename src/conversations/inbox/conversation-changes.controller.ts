import { Body, Controller, Param, Patch, Post } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { ConversationId, LabelId, MessageId, UserId } from '../../database/ids';
import { ForbiddenError, ValidationFailedError } from '../../errors/app.error';
import { BodyExample } from '../../http/body-example';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import { type AuthenticatedUser, includesRole } from '../../identity/authenticated-user';
import { ConversationsService } from '../conversations.service';
import {
  ChangedConversationsDto,
  ConversationChangesDto,
  ConversationsChangesDto,
  ReadConversationDto,
} from '../dto/conversation-changes.dto';
import { ConversationDto } from '../dto/conversation.dto';
import { ReplyChannels } from '../replies/reply-channel';
import { ConversationVisibility } from '../visibility/conversation-visibility';
import { ConversationAccess } from './conversation-access.service';
import { ConversationChanges } from './conversation-changes.service';
import type { ConversationPatch } from './conversation-patch';
import { ConversationReads } from './conversation-reads.service';

const LONGEST_SNOOZE_MS = 366 * 24 * 60 * 60_000;

@ApiTags('Inbox')
@Controller('meta/conversations')
export class ConversationChangesController {
  constructor(
    private readonly visible: ConversationAccess,
    private readonly visibility: ConversationVisibility,
    private readonly conversations: ConversationsService,
    private readonly changes: ConversationChanges,
    private readonly reads: ConversationReads,
    private readonly channels: ReplyChannels,
  ) {}

  /**
   * Assigns, closes, reopens, snoozes, labels or prioritises several conversations: all of them or none.
   *
   * @remarks Where one of them is not there, cannot be reopened, or is not assigned as expected, nothing is changed, and
   * `details` names it.
   */
  @BodyExample({ ids: ['019cebab-8742-7a6e-9c31-e84d07f5b2a6'], status: 'closed' })
  @Patch()
  @Access('agent')
  @ApiEnvelope(ChangedConversationsDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT')
  async changeMany(
    @CurrentUser() user: AuthenticatedUser,
    @Body() { ids, ...body }: ConversationsChangesDto,
  ): Promise<ChangedConversationsDto> {
    const view = await this.visibility.of(user);
    const keys = await this.changes.apply(
      view,
      ids.map((id) => toId(id)),
      patchOf(body),
    );
    const rows = await this.conversations.getMany(keys, user.id);
    return { conversations: rows.map((row) => ConversationDto.from(row)) };
  }

  /**
   * Assigns, closes, reopens, snoozes, labels or prioritises a conversation.
   *
   * @remarks 409 `CONFLICT` where another conversation with the same person and channel is open (`details.openConversationId`),
   * or where it is not assigned as `expectedAssigneeId` says (`details.assignee` has it).
   */
  @BodyExample({ status: 'closed' })
  @Patch(':id')
  @ApiParam({ name: 'id', description: 'The conversation.', format: 'uuid' })
  @Access('agent')
  @ApiEnvelope(ConversationDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT')
  async change(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() body: ConversationChangesDto,
  ): Promise<ConversationDto> {
    return this.changeOne(user, id, patchOf(body));
  }

  /**
   * Assigns a conversation that is nobody's to yourself. Of several who try at once one gets it.
   *
   * @remarks The others are answered 409 `CONFLICT`, with who has it in `details.assignee`. Claiming what is yours already
   * changes nothing.
   */
  @Post(':id/claim')
  @ApiParam({ name: 'id', description: 'The conversation.', format: 'uuid' })
  @Access('agent')
  @ApiEnvelope(ConversationDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT')
  async claim(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<ConversationDto> {
    return this.changeOne(user, id, { assigneeId: user.id, expectedAssigneeIds: [null, user.id] });
  }

  /**
   * Marks a conversation as read for you, all of it or up to a message.
   *
   * @remarks Others who work in the account keep their own counts. With `sendReceipt` the customer is told as well; where that
   * fails, yours is marked as read all the same, and the request can be repeated.
   */
  @Post(':id/read')
  @ApiParam({ name: 'id', description: 'The conversation.', format: 'uuid' })
  @Access('viewer')
  @ApiEnvelope(ConversationDto)
  @ApiErrors(
    'VALIDATION_FAILED',
    'FORBIDDEN',
    'NOT_FOUND',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_REJECTED',
    'META_UNAVAILABLE',
  )
  async read(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() { messageId, sendReceipt }: ReadConversationDto,
  ): Promise<ConversationDto> {
    if (sendReceipt === true && !includesRole(user.role, 'agent'))
      throw new ForbiddenError('sendReceipt needs the role agent.');
    const conversation = await this.visible.get(user, id);
    await this.reads.read(user.id, conversation, messageId ?? null);
    if (sendReceipt === true)
      await this.channels
        .of(conversation)
        .markRead(user, conversation, (messageId ?? null) as MessageId | null);
    return ConversationDto.from(await this.visible.get(user, id));
  }

  /** Marks a conversation as unread for you: at least its last message. */
  @Post(':id/unread')
  @ApiParam({ name: 'id', description: 'The conversation.', format: 'uuid' })
  @Access('viewer')
  @ApiEnvelope(ConversationDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async unread(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<ConversationDto> {
    await this.reads.unread(user.id, await this.visible.get(user, id));
    return ConversationDto.from(await this.visible.get(user, id));
  }

  private async changeOne(
    user: AuthenticatedUser,
    id: string,
    patch: ConversationPatch,
  ): Promise<ConversationDto> {
    const view = await this.visibility.of(user);
    const keys = await this.changes.apply(view, [toId(id)], patch);
    // Also where it was given to somebody else, and the user does not see it any more: this is what became of it.
    const [row] = await this.conversations.getMany(keys, user.id);
    return row === undefined
      ? ConversationDto.from(await this.visible.get(user, id))
      : ConversationDto.from(row);
  }
}

function patchOf(body: ConversationChangesDto): ConversationPatch {
  const { status, expectedAssigneeId, labelIds, addLabelIds, removeLabelIds } = body;
  const changes = [status, body.assigneeId, body.priority, labelIds, addLabelIds, removeLabelIds];
  if (changes.every((value) => value === undefined) && body.snoozedUntil === undefined)
    throw ValidationFailedError.of('status', 'required', 'Send at least one field to change.');
  if (labelIds !== undefined && (addLabelIds !== undefined || removeLabelIds !== undefined))
    throw ValidationFailedError.of(
      'labelIds',
      'exclusive',
      'Send labelIds, or addLabelIds and removeLabelIds, not both.',
    );
  return {
    status,
    snoozedUntil: snoozedUntilOf(body),
    assigneeId: toIdOrNull(body.assigneeId),
    ...(expectedAssigneeId === undefined
      ? {}
      : { expectedAssigneeIds: [expectedAssigneeId === null ? null : toId<UserId>(expectedAssigneeId)] }),
    priority: body.priority,
    labelIds: labelIds?.map((id) => toId<LabelId>(id)),
    addedLabelIds: addLabelIds?.map((id) => toId<LabelId>(id)),
    removedLabelIds: removeLabelIds?.map((id) => toId<LabelId>(id)),
  };
}

function snoozedUntilOf({ status, snoozedUntil }: ConversationChangesDto): Date | null | undefined {
  if (snoozedUntil === undefined) return undefined;
  if (status !== 'snoozed')
    throw ValidationFailedError.of(
      'snoozedUntil',
      'onlySnoozed',
      'snoozedUntil goes with "status": "snoozed".',
    );
  if (snoozedUntil === null) return null;
  const until = new Date(snoozedUntil);
  const inMs = until.getTime() - Date.now();
  if (!(inMs > 0 && inMs <= LONGEST_SNOOZE_MS))
    throw ValidationFailedError.of(
      'snoozedUntil',
      'future',
      'snoozedUntil must be in the future, and within a year.',
    );
  return until;
}

/** As PostgreSQL writes them, so that they can be compared. */
const toId = <Id extends string = ConversationId>(id: string): Id => id.toLowerCase() as Id;

function toIdOrNull(id: string | null | undefined): UserId | null | undefined {
  return typeof id === 'string' ? toId<UserId>(id) : id;
}
