import { Body, Controller, Get, Param, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiExtraModels, ApiParam, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { NotFoundError, ValidationFailedError } from '../../errors/app.error';
import { explainGraphCode } from '../../graph-client/graph-error-codes';
import { decodeCursor, encodeCursor } from '../../http/cursor';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { DtoValidationPipe } from '../../http/validation.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { RateLimit } from '../../rate-limits/rate-limit.decorator';
import {
  CampaignImportListDto,
  CampaignReasonsDto,
  CampaignRecipientPageDto,
  ImportErrorPageDto,
  ImportErrorsQuery,
  ImportQuery,
  ImportedRecipientsDto,
  RecipientsQuery,
  RetriedRecipientsDto,
  importDto,
  recipientDto,
} from '../dto/campaign-recipient.dto';
import { AddRecipientsDto, RetryRecipientsDto } from '../dto/campaign-write.dto';
import { CampaignImport, type ImportResult } from './campaign-import.service';
import { CampaignImportsRepository, MOST_IMPORT_ERRORS } from './campaign-imports.repository';
import { CAMPAIGN_ID, parseId } from './campaign-parameters';
import { CampaignRecipientsRepository, filterOf } from './campaign-recipients.repository';
import { CampaignRetry } from './campaign-retry.service';
import { CampaignsService } from './campaigns.service';
import { type RawRecipient, columnKey } from './recipient-csv';
import { RecipientUpload } from './recipient-upload';

const IMPORT_ID = { name: 'importId', description: 'The list that was handed in.', format: 'uuid' };
const MOST_IMPORTS = 100;
const MOST_REASONS = 100;
const CSV_EXAMPLE = 'phone,first_name\n+16505551234,Ana\n+447700900123,Bo\n';

@ApiTags('WhatsApp campaigns')
@Controller('meta/whatsapp/campaigns/:id')
export class CampaignRecipientsController {
  private readonly strict = new DtoValidationPipe();

  constructor(
    private readonly campaigns: CampaignsService,
    private readonly imports: CampaignImport,
    private readonly importsRepository: CampaignImportsRepository,
    private readonly recipients: CampaignRecipientsRepository,
    private readonly uploads: RecipientUpload,
    private readonly retries: CampaignRetry,
  ) {}

  /**
   * Hands in recipients, as JSON or as a CSV file.
   *
   * @remarks A CSV file comes as `text/csv` or in the field `file` of a form. Its first line names the columns: one holds
   * phone numbers with their country codes (or business-scoped user ids), the others are what `{{column}}` stands for.
   * Comma, semicolon and tab are recognised, as are UTF-8 and UTF-16. A line with an error costs only itself. Nobody is
   * added twice, so a list that broke off can be sent again. Only before the campaign is started.
   */
  @RateLimit('heavy')
  @Post('recipients')
  @ApiParam(CAMPAIGN_ID)
  @Access('agent')
  @RouteConfig({ multipartBody: true, csvBody: true })
  @ApiConsumes('application/json', 'text/csv', 'multipart/form-data')
  @ApiExtraModels(AddRecipientsDto)
  @ApiBody({
    schema: { $ref: getSchemaPath(AddRecipientsDto) },
    examples: {
      json: {
        summary: 'As JSON',
        value: { recipients: [{ to: '+16505551234', parameters: { first_name: 'Ana' } }] },
      },
      csv: { summary: 'As text/csv', value: CSV_EXAMPLE },
    },
  })
  @ApiEnvelope(ImportedRecipientsDto)
  @ApiErrors('NOT_FOUND', 'CONFLICT')
  async add(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Query() { column }: ImportQuery,
    @Req() request: FastifyRequest,
  ): Promise<ImportedRecipientsDto> {
    if (!this.uploads.isFile(request)) {
      const dto = await this.strict.transform(request.body, { type: 'body', metatype: AddRecipientsDto });
      const view = await this.campaigns.get(user, id);
      return imported(await this.imports.takeJson(view, rawRecipients(dto as AddRecipientsDto)));
    }
    // Looked up before the file is taken in.
    const view = await this.campaigns.get(user, id);
    const list = await this.uploads.receive(request);
    try {
      return imported(await this.imports.takeCsv(view, list, column));
    } finally {
      await list.remove();
    }
  }

  /** Lists the recipients with what became of each, in the order in which they were handed in. */
  @Get('recipients')
  @ApiParam(CAMPAIGN_ID)
  @Access('viewer')
  @ApiEnvelope(CampaignRecipientPageDto)
  @ApiErrors('NOT_FOUND')
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Query() query: RecipientsQuery,
  ): Promise<CampaignRecipientPageDto> {
    const { before, after, limit } = query;
    if (before !== undefined && after !== undefined)
      throw ValidationFailedError.of('after', 'exclusive', 'Send before or after, not both.');
    const { campaign } = await this.campaigns.get(user, id);
    const rows = await this.recipients.page(campaign, filterOf(query), {
      limit,
      ...(before === undefined ? {} : { before: decodeCursor('before', before, parseId) }),
      ...(after === undefined ? {} : { after: decodeCursor('after', after, parseId) }),
    });
    const first = rows[0];
    const last = rows.at(-1);
    return {
      recipients: rows.map(recipientDto),
      pagination: {
        limit,
        before:
          first === undefined || (before === undefined && after === undefined)
            ? null
            : encodeCursor(first.id),
        after:
          last === undefined || (before === undefined && rows.length < limit) ? null : encodeCursor(last.id),
      },
    };
  }

  /**
   * Sends another message to people whom the first did not reach.
   *
   * @remarks Never done by itself. People who stopped marketing are left out, and for 24 hours those whom Meta held the
   * message back from. A completed campaign runs again.
   */
  @Post('recipients/retry')
  @ApiParam(CAMPAIGN_ID)
  @Access('agent')
  @ApiEnvelope(RetriedRecipientsDto)
  @ApiErrors(
    'NOT_FOUND',
    'CONFLICT',
    'TEMPLATE_INVALID',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_UNAVAILABLE',
  )
  async retry(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() { states, codes, acceptDuplicates }: RetryRecipientsDto,
  ): Promise<RetriedRecipientsDto> {
    const view = await this.campaigns.get(user, id);
    return { retried: await this.retries.retry(view, { states, codes: codes ?? null, acceptDuplicates }) };
  }

  /** Counts why people did not get the message, the commonest reason first, with what each reason means. */
  @Get('reasons')
  @ApiParam(CAMPAIGN_ID)
  @Access('viewer')
  @ApiEnvelope(CampaignReasonsDto)
  @ApiErrors('NOT_FOUND')
  async reasons(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<CampaignReasonsDto> {
    const { campaign } = await this.campaigns.get(user, id);
    const groups = await this.recipients.reasons(campaign, MOST_REASONS);
    return {
      reasons: groups.map((group) => {
        const rule = /^\d+$/.test(group.code ?? '') ? explainGraphCode(Number(group.code)) : null;
        return {
          ...group,
          cause: rule?.cause ?? null,
          whoMustAct: rule?.whoMustAct ?? null,
          retryHelps: rule?.retryHelps ?? null,
        };
      }),
    };
  }

  /** Lists the lists of recipients that were handed in, and how far each got. */
  @Get('imports')
  @ApiParam(CAMPAIGN_ID)
  @Access('viewer')
  @ApiEnvelope(CampaignImportListDto)
  @ApiErrors('NOT_FOUND')
  async listImports(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<CampaignImportListDto> {
    const { campaign } = await this.campaigns.get(user, id);
    const found = await this.importsRepository.list(campaign, MOST_IMPORTS);
    return { imports: found.map(importDto) };
  }

  /** Lists the lines of a list that could not be used, and why. */
  @Get('imports/:importId/errors')
  @ApiParam(CAMPAIGN_ID)
  @ApiParam(IMPORT_ID)
  @Access('viewer')
  @ApiEnvelope(ImportErrorPageDto)
  @ApiErrors('NOT_FOUND')
  async importErrors(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Param('importId', UuidParam) importId: string,
    @Query() { limit, afterLine }: ImportErrorsQuery,
  ): Promise<ImportErrorPageDto> {
    const { campaign } = await this.campaigns.get(user, id);
    const found = await this.importsRepository.find(campaign, importId);
    if (found === null) throw new NotFoundError('There is no such list.');
    const errors = await this.importsRepository.errorsOf(campaign, importId, {
      afterLine,
      limit: Math.min(limit, MOST_IMPORT_ERRORS),
    });
    const last = errors.length < limit ? undefined : errors.at(-1);
    return { errors, total: found.invalid, nextAfterLine: last?.line ?? null };
  }
}

function imported({ result, errors }: ImportResult): ImportedRecipientsDto {
  return Object.assign(new ImportedRecipientsDto(), importDto(result), { errors });
}

function rawRecipients({ recipients }: AddRecipientsDto): Omit<RawRecipient, 'line'>[] {
  return recipients.map(({ to, recipient, parameters = {} }) => ({
    // Both named is as little an address as none.
    to: to !== undefined && recipient !== undefined ? '' : (to ?? recipient ?? ''),
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [columnKey(name), value]),
    ),
  }));
}
