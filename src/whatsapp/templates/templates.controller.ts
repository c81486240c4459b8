import { Body, Controller, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { instanceToPlain } from 'class-transformer';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { IdempotencyKey } from '../../http/idempotency-key';
import { OffsetPaginationDto } from '../../http/page.dto';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../account-scope';
import { DeleteTemplatesQuery, ListTemplatesQuery } from '../dto/list-templates.dto';
import {
  CreatedTemplateDto,
  DeletedNameDto,
  DeletedTemplateDto,
  TemplateDto,
  TemplateListDto,
  UpdatedTemplateDto,
} from '../dto/template.dto';
import type { TemplateComponentDto } from '../dto/template-component.dto';
import { CreateTemplateDto, UpdateTemplateDto } from '../dto/write-template.dto';
import type { TemplateComponent } from '../entities/template.entity';
import { TemplateCreation } from './template-creation.service';
import { TemplateDeletion } from './template-deletion.service';
import { TemplateEditing } from './template-editing.service';
import { ApiTemplateId, TemplateIdParam } from './template-id.pipe';
import { statusesOfFilter } from './template-status';
import { TemplatesService } from './templates.service';

@ApiTags('WhatsApp templates')
@ApiErrors('VALIDATION_FAILED', 'UNAUTHORIZED', 'FORBIDDEN', 'NOT_FOUND', 'SERVER_ERROR')
@Controller('meta/whatsapp/templates')
export class TemplatesController {
  constructor(
    private readonly templates: TemplatesService,
    private readonly creation: TemplateCreation,
    private readonly editing: TemplateEditing,
    private readonly deletion: TemplateDeletion,
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
  @ApiTemplateId()
  @ApiOperation({ summary: 'One message template' })
  @ApiEnvelope(TemplateDto)
  async get(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', TemplateIdParam) id: string,
  ): Promise<TemplateDto> {
    const { template } = await this.templates.get(await this.scope.accountIdsOf(user), id);
    return TemplateDto.from(template);
  }

  @Post()
  @Access('agent')
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description:
      'Any text of yours, up to 200 characters: for a day the same key with the same body is answered, not submitted, again.',
  })
  @ApiOperation({
    summary: 'Submit a template to Meta for review',
    description:
      'Answers with `PENDING`; the verdict arrives by webhook and shows in the list and as `template.updated`. What Meta would refuse for certain is refused here, with every broken rule in `details.problems`, and with fixes in `details.findings`. When the answer of Meta is lost, the list at Meta tells what became of it: asking for the same again never makes a second template.',
  })
  @ApiEnvelope(CreatedTemplateDto, 201)
  @ApiErrors(
    'ACCOUNT_NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'CONFLICT',
    'IDEMPOTENCY_CONFLICT',
    'UNSUPPORTED_MEDIA',
    'TEMPLATE_INVALID',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_REJECTED',
    'META_UNAVAILABLE',
  )
  async create(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: CreateTemplateDto,
    @IdempotencyKey() key: string | undefined,
  ): Promise<CreatedTemplateDto> {
    const accountId = await this.scope.resolve(user, body);
    const { name, language, category, parameterFormat, messageSendTtlSeconds } = body;
    const draft = {
      name,
      language,
      category,
      components: componentsOf(body.components),
      ...(parameterFormat === undefined ? {} : { parameterFormat }),
      ...(messageSendTtlSeconds === undefined ? {} : { messageSendTtlSeconds }),
    };
    const { answer, findings } = await this.creation.create(accountId, body.wabaId, draft, key);
    return {
      id: answer.id,
      templateId: answer.templateId,
      name,
      language,
      category: answer.category,
      status: answer.status,
      createdAt: new Date(answer.createdAt),
      findings,
    };
  }

  @Put(':id')
  @Access('agent')
  @ApiTemplateId()
  @ApiOperation({
    summary: "Replace a template's components",
    description:
      'Meta takes edits of approved, rejected and paused templates, of approved ones once a day and ten times in 30 days, and reviews them again. Edits made from here are counted, and one too many is refused with `META_RATE_LIMITED` and the time from which on it is possible. Name and language stay.',
  })
  @ApiEnvelope(UpdatedTemplateDto)
  @ApiErrors(
    'CONFLICT',
    'UNSUPPORTED_MEDIA',
    'TEMPLATE_INVALID',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_REJECTED',
    'META_UNAVAILABLE',
  )
  async update(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', TemplateIdParam) id: string,
    @Body() body: UpdateTemplateDto,
  ): Promise<UpdatedTemplateDto> {
    const { components, ...rest } = body;
    const updated = await this.editing.update(await this.scope.accountIdsOf(user), id, {
      ...rest,
      components: componentsOf(components),
    });
    return { id: updated.id, status: 'PENDING', findings: updated.findings };
  }

  @Delete(':id')
  @Access('agent')
  @ApiTemplateId()
  @ApiOperation({
    summary: 'Delete a template in this one language',
    description:
      'Its other languages stay. Once none is left, Meta does not let the name be used again for 30 days. Deleting it again changes nothing.',
  })
  @ApiEnvelope(DeletedTemplateDto)
  @ApiErrors('CONFLICT', 'META_REAUTH_REQUIRED', 'META_RATE_LIMITED', 'META_REJECTED', 'META_UNAVAILABLE')
  async remove(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', TemplateIdParam) id: string,
  ): Promise<DeletedTemplateDto> {
    const { deleted, blockedUntil } = await this.deletion.remove(await this.scope.accountIdsOf(user), id);
    return { id: deleted[0]?.id ?? id, status: 'DELETED', nameBlockedUntil: blockedUntil };
  }

  @Delete()
  @Access('agent')
  @ApiOperation({
    summary: 'Delete a template in all its languages',
    description: 'Meta does not let the name be used again for 30 days.',
  })
  @ApiEnvelope(DeletedNameDto)
  @ApiErrors(
    'ACCOUNT_NOT_FOUND',
    'ACCOUNT_AMBIGUOUS',
    'CONFLICT',
    'META_REAUTH_REQUIRED',
    'META_RATE_LIMITED',
    'META_REJECTED',
    'META_UNAVAILABLE',
  )
  async removeName(
    @CurrentUser() user: AuthenticatedUser,
    @Query() query: DeleteTemplatesQuery,
  ): Promise<DeletedNameDto> {
    const accountId = await this.scope.resolve(user, query);
    const { name, deleted, blockedUntil } = await this.deletion.removeName(
      accountId,
      query.wabaId,
      query.name,
    );
    return {
      name,
      deleted: deleted.map(({ id, templateId, language }) => ({ id, templateId, language })),
      nameBlockedUntil: blockedUntil,
    };
  }
}

/** As plain objects without what was not given: this goes to Meta as it is. */
function componentsOf(components: readonly TemplateComponentDto[]): TemplateComponent[] {
  return components.map(
    (component) => instanceToPlain(component, { exposeUnsetFields: false }) as TemplateComponent,
  );
}
