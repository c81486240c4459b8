import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import { ApiErrors, RawResponse } from '../../http/envelope';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { RateLimit } from '../../rate-limits/rate-limit.decorator';
import { RecipientFilterQuery } from '../dto/campaign-recipient.dto';
import { recipientsAsCsv, recipientsAsJsonLines } from './campaign-export';
import { CampaignMessage } from './campaign-message';
import { CAMPAIGN_ID } from './campaign-parameters';
import { CampaignRecipientsRepository, filterOf } from './campaign-recipients.repository';
import { CampaignsService } from './campaigns.service';

/** Read from the database at once; memory does not grow with the campaign. */
const EXPORT_PAGE = 1_000;
const JSON_LINE_EXAMPLE =
  '{"to":"+16505551234","state":"failed","code":"131026","parameters":{"first_name":"Ana"}}\n';

@ApiTags('WhatsApp campaigns')
@Controller('meta/whatsapp/campaigns/:id')
export class CampaignExportsController {
  constructor(
    private readonly campaigns: CampaignsService,
    private readonly recipients: CampaignRecipientsRepository,
  ) {}

  /**
   * Downloads the recipients as a table.
   *
   * @remarks Cells that a spreadsheet would take for a formula are made plain text.
   */
  @RateLimit('heavy')
  @Get('recipients.csv')
  @ApiParam(CAMPAIGN_ID)
  @Access('agent')
  @RawResponse()
  @ApiProduces('text/csv')
  @ApiOkResponse({
    description: 'One line for each recipient, with the columns of its values at the end.',
    content: { 'text/csv': { schema: { type: 'string' } } },
  })
  @ApiErrors('NOT_FOUND')
  async exportCsv(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Query() query: RecipientFilterQuery,
  ): Promise<StreamableFile> {
    const { campaign } = await this.campaigns.get(user, id);
    const { templateName: name, templateLanguage: language, components, defaults } = campaign;
    const { columns } = new CampaignMessage({ name, language, components, defaults }, null);
    const rows = this.recipients.all(campaign, filterOf(query), EXPORT_PAGE);
    return new StreamableFile(recipientsAsCsv(rows, columns), {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="campaign-${campaign.id}.csv"`,
    });
  }

  /** Downloads the recipients as JSON lines: one object for each. */
  @RateLimit('heavy')
  @Get('recipients.jsonl')
  @ApiParam(CAMPAIGN_ID)
  @Access('agent')
  @RawResponse()
  @ApiProduces('application/x-ndjson')
  @ApiOkResponse({
    description: 'One recipient on each line, as the list shows them.',
    content: { 'application/x-ndjson': { schema: { type: 'string' }, example: JSON_LINE_EXAMPLE } },
  })
  @ApiErrors('NOT_FOUND')
  async exportJsonLines(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Query() query: RecipientFilterQuery,
  ): Promise<StreamableFile> {
    const { campaign } = await this.campaigns.get(user, id);
    const rows = this.recipients.all(campaign, filterOf(query), EXPORT_PAGE);
    return new StreamableFile(recipientsAsJsonLines(rows), {
      type: 'application/x-ndjson',
      disposition: `attachment; filename="campaign-${campaign.id}.jsonl"`,
    });
  }
}
