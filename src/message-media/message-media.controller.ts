import { Controller, Delete, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { InjectDataSource } from '@nestjs/typeorm';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import { ConversationVisibility } from '../conversations/visibility/conversation-visibility';
import { NotFoundError } from '../errors/app.error';
import { ApiEnvelope, ApiErrors, RawResponse } from '../http/envelope';
import { UuidParam } from '../http/uuid-param.pipe';
import { Access, CurrentUser } from '../identity/access.decorators';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { MediaContent } from '../media/media-content';
import { MessageFileDto } from './dto/message-file.dto';
import { type MessageFile, MessageFiles, servable, shownFile } from './message-files';
import { MessageMediaRemovals } from './message-media-removals';

const FILE_ID = {
  name: 'id',
  description: 'The file: the id of one of the `files` of a message.',
  format: 'uuid',
};

@ApiTags('Inbox')
@Controller('meta/media')
export class MessageMediaController {
  constructor(
    @InjectDataSource() private readonly database: DataSource,
    private readonly visibility: ConversationVisibility,
    private readonly files: MessageFiles,
    private readonly contents: MediaContent,
    private readonly removals: MessageMediaRemovals,
  ) {}

  /** Reads what is known of a file that came with a message. Its content is at `url`. */
  @Get(':id')
  @Access('viewer')
  @ApiParam(FILE_ID)
  @ApiEnvelope(MessageFileDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<MessageFileDto> {
    const file = await this.find(user, id);
    const { accountId, messageId, kind, status, error, createdAt } = file;
    return {
      ...shownFile(file),
      accountId,
      messageId,
      kind,
      error: status === 'failed' ? error : null,
      createdAt,
    };
  }

  /**
   * Gives out the content of a file that came with a message.
   *
   * @remarks Answers ranges with 206 (`Range`, `If-Range`), `If-None-Match` with 304, and may be cached by the browser. Types
   * that browsers show come `inline`, all others, and those that `isSuspect` marks, as a download. 409 while the file is still
   * being fetched from Meta.
   */
  @Get(':id/content')
  @Access('viewer')
  @ApiParam(FILE_ID)
  @ApiQuery({
    name: 'download',
    required: false,
    type: Boolean,
    description: 'Have the browser store it in place of showing it.',
  })
  @RawResponse()
  @ApiResponse({
    status: 200,
    description: 'The content, under its own type; 206 with a part of it.',
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT', 'RANGE_NOT_SATISFIABLE')
  async content(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Query('download') download: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const isDownload = download === 'true' || download === '1';
    await this.contents.send(servable(await this.find(user, id)), request, reply, isDownload);
  }

  /**
   * Deletes a file that came with a message.
   *
   * @remarks The message stays and shows the file as `removed`. What Meta has of it is not taken away.
   */
  @Delete(':id')
  @Access('agent')
  @ApiParam(FILE_ID)
  @ApiEnvelope(null)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async remove(@CurrentUser() user: AuthenticatedUser, @Param('id', UuidParam) id: string): Promise<void> {
    const { accountId } = await this.find(user, id);
    await this.database.transaction((tx) => this.removals.removeOne(tx, accountId, id));
  }

  /** @throws NotFoundError also for somebody else's */
  private async find(user: AuthenticatedUser, id: string): Promise<MessageFile> {
    const view = await this.visibility.of(user);
    const file = await this.files.find(view.accountIds, id);
    if (file === null || !(await this.visibility.isMessageVisible(view, file.accountId, file.messageId)))
      throw new NotFoundError('There is no such file.');
    return file;
  }
}
