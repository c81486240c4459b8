import { Body, Controller, Delete, Get, Param, Put, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import { ThreadMessageDto } from '../../conversations/dto/thread-message.dto';
import { MessagesService } from '../../conversations/messages/messages.service';
import { parsePosition } from '../../conversations/page-position';
import { type CorrectionPlace, MessageCorrections } from '../../conversations/sentiment/message-corrections';
import { ConversationVisibility } from '../../conversations/visibility/conversation-visibility';
import type { AccountId, MessageId } from '../../database/ids';
import { NotFoundError, ValidationFailedError } from '../../errors/app.error';
import { BodyExample } from '../../http/body-example';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors, RawResponse } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { RateLimit } from '../../rate-limits/rate-limit.decorator';
import {
  CorrectSentimentDto,
  CorrectionDto,
  CorrectionPageDto,
  CorrectionsExportQuery,
  CorrectionsQuery,
} from '../dto/correction.dto';
import { correctionsAsCsv, correctionsAsJsonLines } from './correction-export';

const MESSAGE_ID = { name: 'id', description: 'The message.', format: 'uuid' };
/** Read from the database at once; memory does not grow with the corrections. */
const EXPORT_PAGE = 500;
const JSON_LINE_EXAMPLE =
  '{"text":"Well, that was fast!","label":"positive","machine":{"label":"negative","confidence":0.71,"language":"en","model":"embedded-1"}}\n';

@ApiTags('Sentiment')
@Controller('meta/sentiment')
export class CorrectionsController {
  constructor(
    private readonly corrections: MessageCorrections,
    private readonly messages: MessagesService,
    private readonly visibility: ConversationVisibility,
  ) {}

  /**
   * Puts the sentiment of a message right.
   *
   * @remarks It stays, whatever an analyzer says of the same text later, and counts for the conversation as any other. Once
   * the customer edits the message to another text, that one is read anew.
   */
  @BodyExample({ label: 'positive' })
  @Put('messages/:id')
  @ApiParam(MESSAGE_ID)
  @Access('agent')
  @ApiEnvelope(ThreadMessageDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT')
  async correct(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() { label }: CorrectSentimentDto,
  ): Promise<ThreadMessageDto> {
    const accountIds = await this.accountsOfMessage(user, id);
    await this.corrections.correct(accountIds, id, { label, userId: user.id });
    return this.shown(accountIds, id);
  }

  /** Takes a correction back: the message is again what the analyzer says of it. */
  @Delete('messages/:id')
  @ApiParam(MESSAGE_ID)
  @Access('agent')
  @ApiEnvelope(ThreadMessageDto)
  @ApiErrors('VALIDATION_FAILED', 'NOT_FOUND')
  async takeBack(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<ThreadMessageDto> {
    const accountIds = await this.accountsOfMessage(user, id);
    await this.corrections.takeBack(accountIds, id, user.id);
    return this.shown(accountIds, id);
  }

  /**
   * Lists what people have put right, the latest first, beside what the analyzer said.
   *
   * @remarks Of accounts in which you see every conversation.
   */
  @Get('corrections')
  @Access('viewer')
  @ApiEnvelope(CorrectionPageDto)
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND')
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: CorrectionsQuery,
  ): Promise<CorrectionPageDto> {
    const { limit, before, after } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const found = await this.corrections.page(await this.accountsOf(user, query.accountId), {
      limit,
      before: placeOf('before', before),
      after: placeOf('after', after),
    });
    const last = found.length < limit ? undefined : found.at(-1);
    const first = found[0];
    return {
      corrections: found.map((correction) => CorrectionDto.from(correction)),
      pagination: {
        limit,
        before: last === undefined ? null : encodeCursor({ at: last.correctedAt, id: last.messageId }),
        after: first === undefined ? null : encodeCursor({ at: first.correctedAt, id: first.messageId }),
      },
    };
  }

  /**
   * Downloads what people have put right, to train an analyzer with.
   *
   * @remarks Only those of which the text is still there. In CSV, cells that a spreadsheet would take for a formula are made
   * plain text.
   */
  @RateLimit('heavy')
  @Get('corrections/export')
  @Access('admin')
  @RawResponse()
  @ApiProduces('application/x-ndjson', 'text/csv')
  @ApiOkResponse({
    description: 'One correction on each line.',
    content: {
      'application/x-ndjson': { schema: { type: 'string' }, example: JSON_LINE_EXAMPLE },
      'text/csv': { schema: { type: 'string' } },
    },
  })
  @ApiErrors('VALIDATION_FAILED', 'ACCOUNT_NOT_FOUND')
  async export(
    @CurrentUser() user: AuthenticatedUser,
    @Query() { accountId, format }: CorrectionsExportQuery,
  ): Promise<StreamableFile> {
    const all = this.corrections.all(await this.accountsOf(user, accountId), EXPORT_PAGE);
    return format === 'csv'
      ? new StreamableFile(correctionsAsCsv(all), {
          type: 'text/csv; charset=utf-8',
          disposition: 'attachment; filename="sentiment-corrections.csv"',
        })
      : new StreamableFile(correctionsAsJsonLines(all), {
          type: 'application/x-ndjson',
          disposition: 'attachment; filename="sentiment-corrections.jsonl"',
        });
  }

  private async accountsOf(user: AuthenticatedUser, accountId: string | undefined): Promise<AccountId[]> {
    const { accountIds, assignedOnly } = await this.visibility.within(user, accountId);
    return accountIds.filter((id) => !assignedOnly.includes(id));
  }

  /** @throws NotFoundError for a message that the user may not see */
  private async accountsOfMessage(user: AuthenticatedUser, id: string): Promise<readonly AccountId[]> {
    const view = await this.visibility.of(user);
    for (const accountId of view.assignedOnly)
      if (await this.visibility.isMessageVisible(view, accountId, id as MessageId)) return [accountId];
    const open = view.accountIds.filter((accountId) => !view.assignedOnly.includes(accountId));
    if (open.length === 0) throw new NotFoundError('There is no such message.');
    return open;
  }

  private async shown(accountIds: readonly AccountId[], id: string): Promise<ThreadMessageDto> {
    const { message } = await this.messages.getWithHistory(accountIds, id);
    return ThreadMessageDto.from(message);
  }
}

function placeOf(field: string, cursor: string | undefined): CorrectionPlace | undefined {
  if (cursor === undefined) return undefined;
  const { at, id } = decodeCursor(field, cursor, parsePosition);
  return { at: new Date(at), messageId: id };
}
