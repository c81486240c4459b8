import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../../http/envelope';
import { Access, CurrentUser } from '../../identity/access.decorators';
import type { AuthenticatedUser } from '../../identity/authenticated-user';
import { AccountScope } from '../account-scope';
import type { SendTemplateComponentDto } from '../dto/send-template.dto';
import {
  DraftTemplateDto,
  LintedTemplateDto,
  PreviewDraftDto,
  PreviewTemplateDto,
  TemplatePreviewDto,
} from '../dto/template-draft.dto';
import type { TemplateComponent } from '../entities/template.entity';
import { isRecord } from '../meta-values';
import { ApiTemplateId, TemplateIdParam } from './template-id.pipe';
import { findParameterProblems } from './template-parameters';
import { renderTemplate } from './template-preview';
import { lintTemplate } from './template-rules';
import { shapeOf } from './template-shape';
import { TemplatesService } from './templates.service';

/** Looking at templates before they are submitted or sent. Nothing here asks Meta. */
@ApiTags('WhatsApp templates')
@ApiErrors('VALIDATION_FAILED', 'UNAUTHORIZED', 'FORBIDDEN', 'SERVER_ERROR')
@Controller('meta/whatsapp/templates')
export class TemplateDraftsController {
  constructor(
    private readonly templates: TemplatesService,
    private readonly scope: AccountScope,
  ) {}

  @Post('lint')
  @Access('viewer')
  @ApiOperation({
    summary: 'Say what Meta would reject in a template, before it is submitted',
    description:
      'Errors are what Meta documents as refused; submitting such a template is refused here, too. Warnings are what reviewers often reject or move to another category; advice is what costs money or goodwill. The rules are listed in docs/templates.md.',
  })
  @ApiEnvelope(LintedTemplateDto)
  lint(@Body() draft: DraftTemplateDto): LintedTemplateDto {
    return LintedTemplateDto.from(lintTemplate(draft));
  }

  @Post('preview')
  @Access('viewer')
  @ApiOperation({ summary: 'Show a template that is not submitted yet as people will see it' })
  @ApiEnvelope(TemplatePreviewDto)
  previewDraft(@Body() { template, components }: PreviewDraftDto): TemplatePreviewDto {
    return previewOf(template.components.filter(isRecord), components, template);
  }

  @Post(':id/preview')
  @Access('viewer')
  @ApiTemplateId()
  @ApiOperation({
    summary: 'Show a template as people will see it, and check the values for its variables',
    description:
      'Send the values as in a message. Those that Meta would refuse are told in `problems`, by the same rules by which sending refuses them.',
  })
  @ApiEnvelope(TemplatePreviewDto)
  @ApiErrors('NOT_FOUND')
  async preview(
    @CurrentUser() user: AuthenticatedUser,
    @Param('id', TemplateIdParam) id: string,
    @Body() { components }: PreviewTemplateDto,
  ): Promise<TemplatePreviewDto> {
    const { template } = await this.templates.get(await this.scope.accountIdsOf(user), id);
    return previewOf(template.components, components, template);
  }
}

function previewOf(
  definition: readonly TemplateComponent[],
  given: SendTemplateComponentDto[] | undefined,
  { name = 'draft', language = 'en_US' }: { name?: string; language?: string },
): TemplatePreviewDto {
  const problems =
    given === undefined
      ? []
      : findParameterProblems(shapeOf(definition), {
          name,
          language: { code: language },
          components: given,
        }).map((problem) => ({ ...problem, path: problem.path.replace(/^template\./, '') }));
  return {
    preview: renderTemplate(definition, given ?? null),
    filledFrom: given === undefined ? 'examples' : 'parameters',
    problems,
  };
}
