import { Body, Controller, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { instanceToPlain } from 'class-transformer';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { OffsetPaginationDto } from '../../http/page.dto';
import { UuidParam } from '../../http/uuid-param.pipe';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../account-scope';
import { ListTemplatesQuery } from '../dto/list-templates.dto';
import {
  CreatedTemplateDto,
  DeletedTemplateDto,
  TemplateDto,
  TemplateListDto,
  UpdatedTemplateDto,
} from '../dto/template.dto';
import type { TemplateComponentDto } from '../dto/template-component.dto';
import { CreateTemplateDto, UpdateTemplateDto } from '../dto/write-template.dto';
import type { TemplateComponent } from '../entities/template.entity';
import { statusesOfFilter } from './template-status';
import { TemplatesService } from './templates.service';

@ApiTags('WhatsApp templates')
@ApiErrors('VALIDATION_FAILED', 'UNAUTHORIZED', 'FORBIDDEN', 'NOT_FOUND', 'SERVER_ERROR')
@Controller('meta/whatsapp/templates')
export class TemplatesController {
  constructor(
    private readonly templates: TemplatesService,
    private readonly scope: AccountScope,
  ) {}

  @Get()
  @Access('viewer')
  @ApiOperation({
    summary: 'Message templates, newest first',
    description:
      'Read from Meta when that was last done an hour ago or more, or with `refresh=true`. When Meta does not answer, what is stored comes with `stale: true`.',
  })
  @ApiEnvelope(TemplateListDto)
  @ApiErrors(
    'ACCOUNT_NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'CONFLICT',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_REJECTED',
    'META_UNAVAILABLE',
  )
  async list(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: ListTemplatesQuery,
  ): Promise<TemplateListDto> {
    const accountId = await this.scope.resolve(user, query);
    const { status, category, name, language } = query;
    const statuses = status === undefined ? null : statusesOfFilter(status);
    const filter = {
      ...(statuses === null ? {} : { statuses }),
      ...(category === undefined ? {} : { category }),
      ...(name === undefined ? {} : { name }),
      ...(language === undefined ? {} : { language }),
    };
    const page = await this.templates.list(accountId, query.wabaId, filter, query);
    return {
      templates: page.templates.map((template) => TemplateDto.from(template)),
      pagination: OffsetPaginationDto.of(query, page.total),
      syncedAt: page.syncedAt,
      stale: page.isStale,
    };
  }

  @Get(':id')
  @Access('viewer')
  @ApiOperation({ summary: 'One message template' })
  @ApiEnvelope(TemplateDto)
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<TemplateDto> {
    return TemplateDto.from(await this.templates.get(await this.scope.accountIdsOf(user), id));
  }

  @Post()
  @Access('agent')
  @ApiOperation({
    summary: 'Submit a template to Meta for review',
    description:
      'Answers with `PENDING`; the verdict arrives by webhook and shows in the list and as `template.updated`. What Meta would refuse for certain is refused here, with every broken rule in `details.problems`.',
  })
  @ApiEnvelope(CreatedTemplateDto, 201)
  @ApiErrors(
    'ACCOUNT_NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'CONFLICT',
    'TEMPLATE_INVALID',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_REJECTED',
    'META_UNAVAILABLE',
  )
  async create(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: CreateTemplateDto,
  ): Promise<CreatedTemplateDto> {
    const accountId = await this.scope.resolve(user, body);
    const { name, language, category, parameterFormat, messageSendTtlSeconds } = body;
    const created = await this.templates.create(accountId, body.wabaId, {
      name,
      language,
      category,
      components: componentsOf(body.components),
      ...(parameterFormat === undefined ? {} : { parameterFormat }),
      ...(messageSendTtlSeconds === undefined ? {} : { messageSendTtlSeconds }),
    });
    return {
      id: created.id,
      templateId: created.templateId,
      name,
      language,
      category: created.category,
      status: created.status,
      createdAt: created.createdAt,
    };
  }

  @Put(':id')
  @Access('agent')
  @ApiOperation({
    summary: "Replace a template's components",
    description:
      'Meta takes edits of approved, rejected and paused templates, of approved ones once a day and ten times in 30 days, and reviews them again. Name and language stay.',
  })
  @ApiEnvelope(UpdatedTemplateDto)
  @ApiErrors(
    'CONFLICT',
    'TEMPLATE_INVALID',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_REJECTED',
    'META_UNAVAILABLE',
  )
  async update(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
    @Body() body: UpdateTemplateDto,
  ): Promise<UpdatedTemplateDto> {
    const { components, ...rest } = body;
    await this.templates.update(await this.scope.accountIdsOf(user), id, {
      ...rest,
      components: componentsOf(components),
    });
    return { id, status: 'PENDING' };
  }

  @Delete(':id')
  @Access('agent')
  @ApiOperation({
    summary: 'Delete a template in this one language',
    description:
      'Its other languages stay. Meta does not let the same name and language be used again for 30 days.',
  })
  @ApiEnvelope(DeletedTemplateDto)
  @ApiErrors('CONFLICT', 'META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async remove(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', UuidParam) id: string,
  ): Promise<DeletedTemplateDto> {
    await this.templates.remove(await this.scope.accountIdsOf(user), id);
    return { id, status: 'DELETED' };
  }
}

/** As plain objects without what was not given: this goes to Meta as it is. */
function componentsOf(components: readonly TemplateComponentDto[]): TemplateComponent[] {
  return components.map(
    (component) => instanceToPlain(component, { exposeUnsetFields: false }) as TemplateComponent,
  );
}
