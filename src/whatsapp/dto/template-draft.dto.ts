import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsDefined, IsNumber, IsString, MaxLength } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import type { TemplateFinding } from '../templates/template-rule-catalogue';
import type { RenderedButton, RenderedHeader, RenderedTemplate } from '../templates/template-preview';
import { SendTemplateComponentDto } from './send-template.dto';
import { Part, Parts } from './send-field-rules';

const DRAFT_COMPONENTS = [
  { type: 'BODY', text: '{{1}}, your order is on its way.', example: { body_text: [['Ana']] } },
];

/** A template in any state of disorder: what is wrong with it is the answer, not a refusal of the question. */
export class DraftTemplateDto {
  /** @example order_confirmation */
  @IfPresent() @IsString() @MaxLength(2_000) name?: string;
  /** @example en_US */
  @IfPresent() @IsString() @MaxLength(100) language?: string;
  /** In any case. @example UTILITY */
  @IfPresent() @IsString() @MaxLength(100) category?: string;
  /** In Meta's own shape. */
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: DRAFT_COMPONENTS,
  })
  @IsArray()
  @ArrayMaxSize(50)
  components!: unknown[];
  /** `POSITIONAL` or `NAMED`. */
  @IfPresent() @IsString() @MaxLength(100) parameterFormat?: string;
  @IfPresent() @IsNumber() messageSendTtlSeconds?: number;
}

/** One rule that a template breaks. */
export class TemplateFindingDto {
  /** Stable; branch on this. */
  @ApiProperty({ type: String, example: 'body.variable_first' })
  ruleId!: string;
  /** `error`: Meta refuses it. `warning`: Meta's reviewers often do, or move it to another category. `advice`: allowed. */
  @ApiProperty({ type: String, enum: ['error', 'warning', 'advice'], example: 'error' })
  severity!: string;
  /** Where in the request. */
  @ApiProperty({ type: String, example: 'components.0.text' })
  path!: string;
  @ApiProperty({ type: String, example: 'The body may not begin with a variable: put words before it.' })
  message!: string;
  /** What to write instead. */
  @ApiProperty({ type: String, example: 'Put words before the first variable.' })
  fix!: string;
  /** Where Meta says so. */
  @ApiProperty({ type: String, example: 'WhatsApp documentation, "Template review"; error 2388299' })
  source!: string;
}

export class LintedTemplateDto {
  /** Whether Meta would take it for review: there are no errors. */
  @ApiProperty({ type: Boolean, example: false })
  valid!: boolean;
  /** How likely it is to be rejected or moved to another category. */
  @ApiProperty({ type: String, enum: ['none', 'low', 'medium', 'high'], example: 'high' })
  risk!: string;
  /** Errors first. */
  @ApiProperty({ type: [TemplateFindingDto] })
  findings!: TemplateFindingDto[];

  static from(findings: TemplateFinding[]): LintedTemplateDto {
    const warnings = findings.filter(({ severity }) => severity === 'warning').length;
    const valid = findings.every(({ severity }) => severity !== 'error');
    const risk =
      !valid || warnings > 2 ? 'high' : warnings > 0 ? 'medium' : findings.length > 0 ? 'low' : 'none';
    return Object.assign(new LintedTemplateDto(), { valid, risk, findings });
  }
}

export class PreviewTemplateDto {
  /** Values as in a message that is sent; without them the examples of the template are filled in. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(16)
  @Parts(() => SendTemplateComponentDto)
  @ApiProperty({
    type: [SendTemplateComponentDto],
    required: false,
    example: [
      {
        type: 'body',
        parameters: [
          { type: 'text', text: 'Ana' },
          { type: 'text', text: '860198' },
        ],
      },
    ],
  })
  components?: SendTemplateComponentDto[];
}

export class PreviewDraftDto extends PreviewTemplateDto {
  @IsDefined() @Part(() => DraftTemplateDto) template!: DraftTemplateDto;
}

export class PreviewMediaDto {
  @ApiProperty({ type: String, nullable: true }) id!: string | null;
  @ApiProperty({ type: String, nullable: true }) link!: string | null;
}

export class PreviewHeaderDto implements RenderedHeader {
  @ApiProperty({ type: String, example: 'TEXT' }) format!: string;
  @ApiProperty({ type: String, nullable: true, example: 'Your order' }) text!: string | null;
  @ApiProperty({ type: PreviewMediaDto, nullable: true }) media!: PreviewMediaDto | null;
}

export class PreviewButtonDto implements RenderedButton {
  @ApiProperty({ type: String, example: 'URL' }) type!: string;
  @ApiProperty({ type: String, nullable: true, example: 'Track your order' }) text!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'https://luckyshrub.example/orders/860198' })
  url!: string | null;
  @ApiProperty({ type: String, nullable: true }) phoneNumber!: string | null;
  /** What it copies. */
  @ApiProperty({ type: String, nullable: true }) code!: string | null;
}

export class PreviewOfferDto {
  @ApiProperty({ type: String }) text!: string;
  @ApiProperty({ type: Date, nullable: true }) endsAt!: Date | null;
}

/** A template, or a card of one, as the person will see it. */
export class RenderedTemplateDto implements RenderedTemplate {
  @ApiProperty({ type: PreviewHeaderDto, nullable: true }) header!: PreviewHeaderDto | null;
  /** `null` where Meta writes the body. */
  @ApiProperty({ type: String, nullable: true, example: 'Hi Ana, your order 860198 is on its way.' })
  body!: string | null;
  @ApiProperty({ type: String, nullable: true }) footer!: string | null;
  @ApiProperty({ type: PreviewOfferDto, nullable: true }) offer!: PreviewOfferDto | null;
  @ApiProperty({ type: [PreviewButtonDto] }) buttons!: PreviewButtonDto[];
  @ApiProperty({ type: () => [RenderedTemplateDto] }) cards!: RenderedTemplateDto[];
}

export class TemplateProblemDto {
  /** Where in the request. */
  @ApiProperty({ type: String, example: 'components.0.parameters.1' }) path!: string;
  /** Stable; branch on this. */
  @ApiProperty({ type: String, example: 'template.parameter_count' }) rule!: string;
  @ApiProperty({
    type: String,
    example: "body has 2 variables ({{1}}, {{2}}); 1 were given. Meta's code: 132000.",
  })
  message!: string;
}

export class TemplatePreviewDto {
  @ApiProperty({ type: RenderedTemplateDto }) preview!: RenderedTemplateDto;
  @ApiProperty({ type: String, enum: ['parameters', 'examples'], example: 'parameters' })
  filledFrom!: string;
  /** Every reason why Meta would refuse these values. */
  @ApiProperty({ type: [TemplateProblemDto] }) problems!: TemplateProblemDto[];
}
