import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { NoteId, UserId } from '../../database/ids';
import { ValidationFailedError } from '../../errors/app.error';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import { AccountAccess } from '../../identity/account-access.service';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { NewNoteDto, NoteChangesDto, NoteDto, NotePageDto, NotesQuery } from '../dto/conversation-notes.dto';
import { ConversationAccess } from './conversation-access.service';
import { ConversationNotes } from './conversation-notes.service';
import { rowBoundsOf, rowPagination } from './row-paging';

@ApiTags('Inbox')
@Controller('meta/conversations/:id/notes')
export class NotesController {
  constructor(
    private readonly conversations: ConversationAccess,
    private readonly notes: ConversationNotes,
    private readonly access: AccountAccess,
  ) {}

  /** Reads the team's notes about a conversation, newest first. The customer never sees them. */
  @Get()
  @ApiParam({ name: 'id', description: 'The conversation.', format: 'uuid' })
  @Access('viewer')
  @ApiEnvelope(NotePageDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async page(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Query() query: NotesQuery,
  ): Promise<NotePageDto> {
    const bounds = rowBoundsOf<NoteId>(query);
    const { key } = await this.conversations.require(user, id);
    const rows = await this.notes.page(key, { limit: query.limit, ...bounds });
    return { notes: rows.map((row) => NoteDto.from(row)), pagination: rowPagination(query.limit, rows) };
  }

  /** Writes a note for the team. Whoever is mentioned is told. */
  @Post()
  @ApiParam({ name: 'id', description: 'The conversation.', format: 'uuid' })
  @Access('agent')
  @ApiEnvelope(NoteDto, 201)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async add(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() body: NewNoteDto,
  ): Promise<NoteDto> {
    const { key } = await this.conversations.require(user, id);
    const mentionedUserIds = (body.mentionedUserIds ?? []) as UserId[];
    return NoteDto.from(await this.notes.add(key, user.id, { text: body.text, mentionedUserIds }));
  }

  /** Changes a note of your own. */
  @Patch(':noteId')
  @ApiParam({ name: 'id', description: 'The conversation.', format: 'uuid' })
  @ApiParam({ name: 'noteId', description: 'The note.', format: 'uuid' })
  @Access('agent')
  @ApiEnvelope(NoteDto)
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'NOT_FOUND')
  async edit(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Param('noteId', UuidParam) noteId: string,
    @Body() body: NoteChangesDto,
  ): Promise<NoteDto> {
    if (body.text === undefined && body.mentionedUserIds === undefined)
      throw ValidationFailedError.of('text', 'required', 'Send text or mentionedUserIds.');
    const { key } = await this.conversations.require(user, id);
    const changes = { text: body.text, mentionedUserIds: body.mentionedUserIds as UserId[] | undefined };
    return NoteDto.from(await this.notes.edit(key, noteId as NoteId, user.id, changes));
  }

  /** Removes a note: your own, or anybody's as an owner of the account. */
  @Delete(':noteId')
  @ApiParam({ name: 'id', description: 'The conversation.', format: 'uuid' })
  @ApiParam({ name: 'noteId', description: 'The note.', format: 'uuid' })
  @Access('agent')
  @ApiEnvelope(null)
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'NOT_FOUND')
  async remove(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Param('noteId', UuidParam) noteId: string,
  ): Promise<null> {
    const { key } = await this.conversations.require(user, id);
    await this.notes.remove(key, noteId as NoteId, user.id, () =>
      this.access.requireOwner(user, key.accountId),
    );
    return null;
  }
}
