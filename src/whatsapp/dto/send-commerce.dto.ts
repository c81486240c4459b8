import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsDefined,
  IsIn,
  IsString,
  Length,
  Matches,
} from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { CATALOG_ID, Part, Parts, Satisfies, SIZED } from './send-field-rules';
import {
  SendFootedInteractiveDto,
  SendInteractiveTextDto,
  SendTextHeaderDto,
} from './send-interactive-parts.dto';

// Products of a catalogue that is connected to the WhatsApp Business Account.

export class SendProductActionDto {
  /** @example "194836987003835" */
  @Matches(CATALOG_ID.pattern, CATALOG_ID.options) catalog_id!: string;
  /** The product's content id in the catalogue. @example di9ozbzfi4 */
  @IsString() @Length(1, 256, SIZED) product_retailer_id!: string;
}

export class SendProductItemDto {
  /** The product's content id in the catalogue. @example di9ozbzfi4 */
  @IsString() @Length(1, 256, SIZED) product_retailer_id!: string;
}

export class SendProductSectionDto {
  /** Required when there are several sections. @example "Popular bundles" */
  @IfPresent() @IsString() @Length(1, 24, SIZED) title?: string;
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(30)
  @Parts(() => SendProductItemDto)
  product_items!: SendProductItemDto[];
}

const sectionsOf = (value: unknown): Partial<SendProductSectionDto>[] =>
  Array.isArray(value)
    ? value.filter((section): section is object => typeof section === 'object' && section !== null)
    : [];

function haveThirtyProductsAtMost(value: unknown): boolean {
  const count = sectionsOf(value).reduce(
    (sum, { product_items: items }) => sum + (Array.isArray(items) ? items.length : 0),
    0,
  );
  return count <= 30;
}

function areTitledIfSeveral(value: unknown): boolean {
  const sections = sectionsOf(value);
  return sections.length < 2 || sections.every(({ title }) => title !== undefined);
}

export class SendProductListActionDto {
  /** @example "194836987003835" */
  @Matches(CATALOG_ID.pattern, CATALOG_ID.options) catalog_id!: string;
  /** One to ten sections, with thirty products in all. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(10, { message: 'sections may be ten at most.' })
  @Satisfies('thirtyProducts', haveThirtyProductsAtMost, 'sections may have thirty products in all.')
  @Satisfies('titledSections', areTitledIfSeveral, 'Where there are several sections each needs a title.')
  @Parts(() => SendProductSectionDto)
  sections!: SendProductSectionDto[];
}

export class SendCatalogParametersDto {
  /** The product whose picture is shown above; the first of the catalogue otherwise. @example 2lc20305pt */
  @IfPresent() @IsString() @Length(1, 256, SIZED) thumbnail_product_retailer_id?: string;
}

export class SendCatalogActionDto {
  @IsIn(['catalog_message']) name!: 'catalog_message';
  @IfPresent() @Part(() => SendCatalogParametersDto) parameters?: SendCatalogParametersDto;
}

/** One product of a catalogue. */
export class SendProductMessageDto extends SendFootedInteractiveDto {
  @ApiProperty({ type: String, enum: ['product'], example: 'product' }) override type!: 'product';
  @IfPresent() @Part(() => SendInteractiveTextDto) body?: SendInteractiveTextDto;
  @IsDefined() @Part(() => SendProductActionDto) action!: SendProductActionDto;
}

/** Up to thirty products of a catalogue, in sections. A text above them is required. */
export class SendProductListDto extends SendFootedInteractiveDto {
  @ApiProperty({ type: String, enum: ['product_list'], example: 'product_list' })
  override type!: 'product_list';
  @IsDefined({ message: 'header is required for a product_list: {"type": "text", "text": …}.' })
  @Part(() => SendTextHeaderDto)
  header!: SendTextHeaderDto;
  @IsDefined() @Part(() => SendInteractiveTextDto) body!: SendInteractiveTextDto;
  @IsDefined() @Part(() => SendProductListActionDto) action!: SendProductListActionDto;
}

/** A button that opens the whole catalogue. */
export class SendCatalogMessageDto extends SendFootedInteractiveDto {
  @ApiProperty({ type: String, enum: ['catalog_message'], example: 'catalog_message' })
  override type!: 'catalog_message';
  @IsDefined() @Part(() => SendInteractiveTextDto) body!: SendInteractiveTextDto;
  @IsDefined() @Part(() => SendCatalogActionDto) action!: SendCatalogActionDto;
}
