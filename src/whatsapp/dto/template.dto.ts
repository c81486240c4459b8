import { ApiProperty } from '@nestjs/swagger';
import { OffsetPaginationDto } from '../../http/page.dto';
import { isRecord, textAt } from '../meta-values';
import { TemplateFindingDto } from './template-draft.dto';
import type { TemplateComponent, TemplateEntity, TemplateStatusDetails } from '../entities/template.entity';

export class TemplateStatusDetailsDto {
  /** As `FIRST_PAUSE`. */
  @ApiProperty({ type: String, required: false })
  title?: string;
  @ApiProperty({ type: String, required: false })
  description?: string;
  /** What Meta advises to change. */
  @ApiProperty({ type: String, required: false })
  recommendation?: string;
  @ApiProperty({ type: String, required: false })
  disableDate?: string;
}

/** A message template in one language. */
export class TemplateDto {
  /** Our id. */
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  /** Meta's id. */
  @ApiProperty({ type: String, example: '1689556908129832' })
  templateId!: string;
  @ApiProperty({ type: String, example: 'order_confirmation' })
  name!: string;
  @ApiProperty({ type: String, example: 'en_US' })
  language!: string;
  /** As Meta has decided. */
  @ApiProperty({ type: String, example: 'UTILITY' })
  category!: string;
  /** Meta's word: `APPROVED` can be sent; `PENDING` and `IN_APPEAL` are in review. */
  @ApiProperty({ type: String, example: 'APPROVED' })
  status!: string;
  /** In Meta's own shape. Empty for one that was made elsewhere a moment ago. */
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: [
      { type: 'BODY', text: 'Hi {{1}}, your order is on its way.', example: { body_text: [['Ana']] } },
    ],
  })
  components!: TemplateComponent[];
  /** Why Meta rejected it, as `INVALID_FORMAT`. */
  @ApiProperty({ type: String, nullable: true, example: null })
  rejectedReason!: string | null;
  /** What else Meta said about the status: why it was paused, what to change. */
  @ApiProperty({ type: TemplateStatusDetailsDto, nullable: true })
  statusDetails!: TemplateStatusDetails | null;
  /** How recipients take it: `GREEN`, `YELLOW`, `RED`, `UNKNOWN`. */
  @ApiProperty({ type: String, nullable: true, example: 'GREEN' })
  qualityScore!: string | null;
  @ApiProperty({ type: String, nullable: true, example: null })
  previousCategory!: string | null;
  /** The category that Meta has announced to move it to, which changes its price. */
  @ApiProperty({ type: String, nullable: true, example: null })
  correctCategory!: string | null;
  /** When Meta moves it there, as announced. */
  @ApiProperty({ type: Date, nullable: true, example: null })
  categoryChangesAt!: Date | null;
  /** Where the sample of a media header can be looked at for a time: an address of Meta's. */
  @ApiProperty({ type: String, nullable: true, example: null })
  sampleUrl!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'POSITIONAL' })
  parameterFormat!: string | null;
  @ApiProperty({ type: Number, nullable: true, example: null })
  messageSendTtlSeconds!: number | null;
  @ApiProperty({ type: Date })
  createdAt!: Date;
  @ApiProperty({ type: Date })
  updatedAt!: Date;

  static from(template: TemplateEntity): TemplateDto {
    return Object.assign(new TemplateDto(), {
      id: template.id,
      templateId: template.templateId,
      name: template.name,
      language: template.language,
      category: template.category,
      status: template.status,
      components: template.components,
      rejectedReason: template.rejectedReason,
      statusDetails: template.statusDetails,
      qualityScore: template.qualityScore,
      previousCategory: template.previousCategory,
      correctCategory: template.correctCategory,
      categoryChangesAt: template.categoryChangesAt,
      sampleUrl: sampleUrlOf(template.components),
      parameterFormat: template.parameterFormat,
      messageSendTtlSeconds: template.messageSendTtlSeconds,
      createdAt: template.createdAt,
      updatedAt: template.updatedAt,
    });
  }
}

/** Meta gives an address in the place in which it took a handle. */
function sampleUrlOf(components: readonly TemplateComponent[]): string | null {
  const header = components.find((component) => textAt(component, 'type')?.toUpperCase() === 'HEADER');
  const handles: unknown = isRecord(header?.example) ? header.example.header_handle : undefined;
  const first: unknown = Array.isArray(handles) ? handles[0] : undefined;
  return typeof first === 'string' && /^https?:\/\//.test(first) ? first : null;
}

export class TemplateListDto {
  @ApiProperty({ type: [TemplateDto] })
  templates!: TemplateDto[];
  @ApiProperty({ type: OffsetPaginationDto })
  pagination!: OffsetPaginationDto;
  /** When the list was last read from Meta to its end. */
  @ApiProperty({ type: Date, nullable: true })
  syncedAt!: Date | null;
  /** True when it should have been read again and Meta did not answer: what you see may be out of date. */
  @ApiProperty({ type: Boolean })
  stale!: boolean;
}

/** The template that was submitted. */
export class CreatedTemplateDto {
  /** Our id. */
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  /** Meta's id. */
  @ApiProperty({ type: String, example: '1689556908129832' })
  templateId!: string;
  @ApiProperty({ type: String, example: 'order_confirmation' })
  name!: string;
  @ApiProperty({ type: String, example: 'en_US' })
  language!: string;
  /** Meta's answer; it may differ from what you asked for. */
  @ApiProperty({ type: String, example: 'UTILITY' })
  category!: string;
  /** Meta's answer; the verdict follows by webhook. */
  @ApiProperty({ type: String, example: 'PENDING' })
  status!: string;
  @ApiProperty({ type: Date })
  createdAt!: Date;
  /** What the linter warns of or advises. */
  @ApiProperty({ type: [TemplateFindingDto] })
  findings!: TemplateFindingDto[];
}

export class UpdatedTemplateDto {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  /** Every edit is reviewed again. */
  @ApiProperty({ type: String, example: 'PENDING' })
  status!: string;
  /** What the linter warns of or advises. */
  @ApiProperty({ type: [TemplateFindingDto] })
  findings!: TemplateFindingDto[];
}

export class DeletedTemplateDto {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  @ApiProperty({ type: String, example: 'DELETED' })
  status!: string;
  /** Until when Meta does not take the name again; `null` while other languages of it are left. */
  @ApiProperty({ type: Date, nullable: true })
  nameBlockedUntil!: Date | null;
}

export class DeletedLanguageDto {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;
  /** Meta's id. */
  @ApiProperty({ type: String, example: '1689556908129832' })
  templateId!: string;
  @ApiProperty({ type: String, example: 'en_US' })
  language!: string;
}

export class DeletedNameDto {
  @ApiProperty({ type: String, example: 'order_confirmation' })
  name!: string;
  /** The languages that were known here. */
  @ApiProperty({ type: [DeletedLanguageDto] })
  deleted!: DeletedLanguageDto[];
  /** Until when Meta does not take the name again. */
  @ApiProperty({ type: Date, nullable: true })
  nameBlockedUntil!: Date | null;
}
