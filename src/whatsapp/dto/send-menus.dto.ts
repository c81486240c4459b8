import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsDefined, IsIn, IsString, Length } from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { DistinctBy, Part, Parts, Satisfies, SIZED } from './send-field-rules';
import {
  SendCtaUrlActionDto,
  SendFootedInteractiveDto,
  SendInteractiveHeaderDto,
  SendInteractiveLongTextDto,
  SendInteractiveTextDto,
  SendTextHeaderDto,
} from './send-interactive-parts.dto';
import { isRecord } from '../meta-values';

// Buttons and lists: what a person chooses from.

export class SendReplyDto {
  /** Comes back in the webhook when the button is pressed. @example change-order */
  @IsString() @Length(1, 256, SIZED) id!: string;
  /** @example "Change order" */
  @IsString() @Length(1, 20, SIZED) title!: string;
}

export class SendReplyButtonDto {
  @IsIn(['reply'], { message: 'type must be reply.' }) type!: 'reply';
  @IsDefined() @Part(() => SendReplyDto) reply!: SendReplyDto;
}

export class SendButtonActionDto {
  /** One to three. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(3, { message: 'buttons may be three at most; for more choices send a list.' })
  @DistinctBy('reply.id', (button: Partial<SendReplyButtonDto> | undefined) => button?.reply?.id)
  @DistinctBy('reply.title', (button: Partial<SendReplyButtonDto> | undefined) => button?.reply?.title)
  @Parts(() => SendReplyButtonDto)
  buttons!: SendReplyButtonDto[];
}

export class SendListRowDto {
  /** Comes back in the webhook when the row is chosen. @example saturday */
  @IsString() @Length(1, 200, SIZED) id!: string;
  /** @example Saturday */
  @IsString() @Length(1, 24, SIZED) title!: string;
  /** @example "Between nine and twelve" */
  @IfPresent() @IsString() @Length(1, 72, SIZED) description?: string;
}

export class SendListSectionDto {
  /** Required when there are several sections. @example Weekend */
  @IfPresent() @IsString() @Length(1, 24, SIZED) title?: string;
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(10)
  @Parts(() => SendListRowDto)
  rows!: SendListRowDto[];
}

const sectionsOf = (value: unknown): Partial<SendListSectionDto>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

const rowsOf = (value: unknown): Partial<SendListRowDto>[] =>
  sectionsOf(value).flatMap(({ rows }) => (Array.isArray(rows) ? rows.filter(isRecord) : []));

function areTitledIfSeveral(value: unknown): boolean {
  const sections = sectionsOf(value);
  return sections.length < 2 || sections.every(({ title }) => title !== undefined);
}

function haveDistinctIds(value: unknown): boolean {
  const ids = rowsOf(value).map((row) => row.id);
  return new Set(ids).size === ids.length;
}

export class SendListActionDto {
  /** What the button that opens the list says. @example "Show times" */
  @IsString() @Length(1, 20, SIZED) button!: string;
  /** One to ten sections, with ten rows in all. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(10, { message: 'sections may be ten at most.' })
  @Satisfies('tenRows', (value) => rowsOf(value).length <= 10, 'sections may have ten rows in all.')
  @Satisfies('titledSections', areTitledIfSeveral, 'Where there are several sections each needs a title.')
  @Satisfies('distinctRows', haveDistinctIds, 'Every row of the list needs an id of its own.')
  @Parts(() => SendListSectionDto)
  sections!: SendListSectionDto[];
}

/** Up to three buttons to answer with. */
export class SendButtonsDto extends SendFootedInteractiveDto {
  @ApiProperty({ type: String, enum: ['button'], example: 'button' }) override type!: 'button';
  @IfPresent() @Part(() => SendInteractiveHeaderDto) header?: SendInteractiveHeaderDto;
  @IsDefined() @Part(() => SendInteractiveTextDto) body!: SendInteractiveTextDto;
  @IsDefined() @Part(() => SendButtonActionDto) action!: SendButtonActionDto;
}

/** A menu to choose one row from. */
export class SendListDto extends SendFootedInteractiveDto {
  @ApiProperty({ type: String, enum: ['list'], example: 'list' }) override type!: 'list';
  @IfPresent() @Part(() => SendTextHeaderDto) header?: SendTextHeaderDto;
  @IsDefined() @Part(() => SendInteractiveLongTextDto) body!: SendInteractiveLongTextDto;
  @IsDefined() @Part(() => SendListActionDto) action!: SendListActionDto;
}

/** A button that opens a web page. */
export class SendCtaUrlDto extends SendFootedInteractiveDto {
  @ApiProperty({ type: String, enum: ['cta_url'], example: 'cta_url' }) override type!: 'cta_url';
  @IfPresent() @Part(() => SendInteractiveHeaderDto) header?: SendInteractiveHeaderDto;
  @IsDefined() @Part(() => SendInteractiveTextDto) body!: SendInteractiveTextDto;
  @IsDefined() @Part(() => SendCtaUrlActionDto) action!: SendCtaUrlActionDto;
}
