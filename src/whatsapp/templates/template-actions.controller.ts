import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../account-scope';
import {
  MigrateTemplatesDto,
  MigratedTemplatesDto,
  UpsertAuthenticationTemplateDto,
  UpsertedTemplatesDto,
} from '../dto/template-actions.dto';
import { TemplateDto } from '../dto/template.dto';
import type { TemplateComponent } from '../entities/template.entity';
import { TemplateActions } from './template-actions.service';
import { ApiTemplateId, TemplateIdParam } from './template-id.pipe';

@ApiTags('WhatsApp templates')
@ApiErrors(
  'VALIDATION_FAILED',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'META_REAUTH_REQUIRED',
  'META_RATE_LIMITED',
  'META_REJECTED',
  'META_UNAVAILABLE',
  'SERVER_ERROR',
)
@Controller('meta/whatsapp/templates')
export class TemplateActionsController {
  constructor(
    private readonly actions: TemplateActions,
    private readonly scope: AccountScope,
  ) {}

  @Post(':id/unpause')
  @Access('agent')
  @ApiTemplateId()
  @ApiOperation({
    summary: 'End the pause of a template',
    description:
      'Of one that Meta has paused while it watched how people take it; 5 minutes after the pause at the earliest. Refused by Meta: `CONFLICT` with its reason.',
  })
  @ApiEnvelope(TemplateDto)
  async unpause(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', TemplateIdParam) id: string,
  ): Promise<TemplateDto> {
    return TemplateDto.from(await this.actions.unpause(await this.scope.accountIdsOf(user), id));
  }

  @Post(':id/archive')
  @Access('agent')
  @ApiTemplateId()
  @ApiOperation({
    summary: 'Archive a template',
    description: 'Meta does not list this call in its reference: it may be refused.',
  })
  @ApiEnvelope(TemplateDto)
  async archive(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', TemplateIdParam) id: string,
  ): Promise<TemplateDto> {
    return TemplateDto.from(await this.actions.setArchived(await this.scope.accountIdsOf(user), id, true));
  }

  @Post(':id/unarchive')
  @Access('agent')
  @ApiTemplateId()
  @ApiOperation({
    summary: 'Take a template out of the archive',
    description: 'Meta does not list this call in its reference: it may be refused.',
  })
  @ApiEnvelope(TemplateDto)
  async unarchive(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', TemplateIdParam) id: string,
  ): Promise<TemplateDto> {
    return TemplateDto.from(await this.actions.setArchived(await this.scope.accountIdsOf(user), id, false));
  }

  @Post('migrate')
  @Access('agent')
  @ApiOperation({
    summary: 'Copy templates from another WhatsApp Business Account of the same business',
    description:
      'Meta takes approved templates whose quality is not bad, up to 500 with one call, and may need half a minute.',
  })
  @ApiEnvelope(MigratedTemplatesDto)
  @ApiErrors('ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS')
  async migrate(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: MigrateTemplatesDto,
  ): Promise<MigratedTemplatesDto> {
    const accountId = await this.scope.resolve(user, body);
    const { sourceWabaId, templateIds, page, count } = body;
    return this.actions.migrate(accountId, body.wabaId, {
      wabaId: sourceWabaId,
      ...(templateIds === undefined ? {} : { templateIds }),
      ...(page === undefined ? {} : { page }),
      ...(count === undefined ? {} : { count }),
    });
  }

  @Post('authentication')
  @Access('agent')
  @ApiOperation({
    summary: 'Make or change an authentication template in many languages at once',
    description: 'Meta writes and translates the text.',
  })
  @ApiEnvelope(UpsertedTemplatesDto)
  @ApiErrors('ACCOUNT_NOT_FOUND', 'ACCOUNT_AMBIGUOUS', 'TEMPLATE_INVALID')
  async upsertAuthentication(
    @CurrentUser() user: AuthenticatedUser,
    @Body() body: UpsertAuthenticationTemplateDto,
  ): Promise<UpsertedTemplatesDto> {
    const accountId = await this.scope.resolve(user, body);
    const { name, languages, messageSendTtlSeconds } = body;
    const templates = await this.actions.upsertAuthentication(accountId, body.wabaId, {
      name,
      languages,
      components: componentsOf(body),
      ...(messageSendTtlSeconds === undefined ? {} : { messageSendTtlSeconds }),
    });
    return { templates: templates.map((template) => TemplateDto.from(template)) };
  }
}

function componentsOf(body: UpsertAuthenticationTemplateDto): TemplateComponent[] {
  const { otpType, supportedApps, zeroTapTermsAccepted, codeExpirationMinutes } = body;
  return [
    {
      type: 'BODY',
      ...(body.addSecurityRecommendation === undefined
        ? {}
        : { add_security_recommendation: body.addSecurityRecommendation }),
    },
    ...(codeExpirationMinutes === undefined
      ? []
      : [{ type: 'FOOTER', code_expiration_minutes: codeExpirationMinutes }]),
    {
      type: 'BUTTONS',
      buttons: [
        {
          type: 'OTP',
          otp_type: otpType,
          ...(supportedApps === undefined
            ? {}
            : {
                supported_apps: supportedApps.map(({ package_name, signature_hash }) => ({
                  package_name,
                  signature_hash,
                })),
              }),
          ...(zeroTapTermsAccepted === undefined ? {} : { zero_tap_terms_accepted: zeroTapTermsAccepted }),
        },
      ],
    },
  ];
}
