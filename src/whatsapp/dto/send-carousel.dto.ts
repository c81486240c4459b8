import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { Transform, plainToInstance } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayNotEmpty,
  IsArray,
  IsDefined,
  IsIn,
  IsInt,
  IsString,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { SendProductActionDto } from './send-commerce.dto';
import { DistinctBy, ForType, Part, Parts, Satisfies, SIZED } from './send-field-rules';
import {
  SendCtaUrlActionDto,
  SendInteractiveDto,
  SendInteractiveTextDto,
} from './send-interactive-parts.dto';
import { SendFileDto } from './send-media.dto';

const PLACE = { message: 'card_index must be the place of the card, from 0 to 9.' };

export abstract class SendCardDto {
  /** Its place, from 0. */
  @ApiProperty({ type: 'integer', minimum: 0, maximum: 9, example: 0 })
  @IsInt(PLACE)
  @Min(0, PLACE)
  @Max(9, PLACE)
  card_index!: number;
}

const CARD_HEADERS = ['image', 'video'] as const;

export class SendCardHeaderDto {
  @ApiProperty({ type: String, enum: CARD_HEADERS, example: 'image' })
  @IsIn(CARD_HEADERS, { message: 'Above a card an image or a video may stand: type must be image or video.' })
  type!: (typeof CARD_HEADERS)[number];
  @ForType('image') @IsDefined() @Part(() => SendFileDto) image?: SendFileDto;
  @ForType('video') @IsDefined() @Part(() => SendFileDto) video?: SendFileDto;
}

const hasTwoBreaksAtMost = (text: unknown): boolean =>
  typeof text !== 'string' || (text.match(/\r\n|\r|\n/g) ?? []).length <= 2;

export class SendCardTextDto {
  /** Up to 160 characters in up to three lines. @example "*Blue Echeveria*, a rosette of powdery blue leaves" */
  @IsString()
  @Length(1, 160, SIZED)
  @Satisfies('twoLineBreaks', hasTwoBreaksAtMost, 'The text of a card may have two line breaks at most.')
  text!: string;
}

abstract class SendMediaCardDto extends SendCardDto {
  @IsDefined({ message: 'Each card needs a header: an image or a video.' })
  @Part(() => SendCardHeaderDto)
  header!: SendCardHeaderDto;
  @IfPresent() @Part(() => SendCardTextDto) body?: SendCardTextDto;
}

/** A card with one button that opens a web page. */
export class SendUrlCardDto extends SendMediaCardDto {
  @ApiProperty({ type: String, enum: ['cta_url'], required: false })
  @IfPresent()
  @IsIn(['cta_url'], { message: 'The type of a card with a web address is cta_url.' })
  type?: 'cta_url';
  @IsDefined() @Part(() => SendCtaUrlActionDto) action!: SendCtaUrlActionDto;
}

export class SendCardReplyDto {
  /** Comes back in the webhook when the button is pressed. @example learn-blue-echeveria */
  @IsString() @Length(1, 256, SIZED) id!: string;
  /** @example "Learn more" */
  @IsString() @Length(1, 20, SIZED) title!: string;
}

export class SendCardReplyButtonDto {
  @IsIn(['quick_reply'], { message: 'The type of a button in a card is quick_reply.' })
  type!: 'quick_reply';
  @IsDefined() @Part(() => SendCardReplyDto) quick_reply!: SendCardReplyDto;
}

export class SendCardRepliesDto {
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(3)
  @Parts(() => SendCardReplyButtonDto)
  buttons!: SendCardReplyButtonDto[];
}

/** A card with buttons to answer with. */
export class SendReplyCardDto extends SendMediaCardDto {
  /** Meta's own examples leave it out, and some client libraries send `cta_url` here; it has no effect. */
  @ApiProperty({ type: String, enum: ['quick_reply', 'cta_url'], required: false })
  @IfPresent()
  @IsIn(['quick_reply', 'cta_url'])
  type?: 'quick_reply' | 'cta_url';
  @IsDefined() @Part(() => SendCardRepliesDto) action!: SendCardRepliesDto;
}

/** A product of a catalogue; the card shows what the catalogue says of it. */
export class SendProductCardDto extends SendCardDto {
  @IsIn(['product'], { message: 'The type of a card with a product is product.' }) type!: 'product';
  @IsDefined() @Part(() => SendProductActionDto) action!: SendProductActionDto;
}

type AnyCard = SendUrlCardDto | SendReplyCardDto | SendProductCardDto;

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.getOwnPropertyDescriptor(value, key)?.value
    : undefined;

/** Cards say what they are by their action: Meta's own examples of quick replies have no `type`. */
function classOf(card: unknown): new () => AnyCard {
  if (at(card, 'type') === 'product' || at(at(card, 'action'), 'product_retailer_id') !== undefined)
    return SendProductCardDto;
  return at(at(card, 'action'), 'buttons') === undefined ? SendUrlCardDto : SendReplyCardDto;
}

function toCards(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((card: unknown) =>
    typeof card === 'object' && card !== null && !Array.isArray(card)
      ? plainToInstance(classOf(card), card, { enableImplicitConversion: false })
      : card,
  );
}

/** What has to be the same on every card. */
function makeUp(card: unknown): string {
  const buttons: unknown = at(at(card, 'action'), 'buttons');
  return JSON.stringify([
    classOf(card).name,
    at(at(card, 'header'), 'type') ?? null,
    Array.isArray(buttons) ? buttons.length : null,
  ]);
}

const isUniform = (value: unknown): boolean => !Array.isArray(value) || new Set(value.map(makeUp)).size <= 1;

const catalogOf = (card: unknown): unknown => at(at(card, 'action'), 'catalog_id');
const haveOneCatalog = (value: unknown): boolean =>
  !Array.isArray(value) || new Set(value.map(catalogOf)).size <= 1;

function buttonIds(cards: unknown): unknown[] {
  if (!Array.isArray(cards)) return [];
  return cards.flatMap((card: unknown) => {
    const buttons = at(at(card, 'action'), 'buttons');
    return Array.isArray(buttons)
      ? buttons.map((button: unknown) => at(at(button, 'quick_reply'), 'id'))
      : [];
  });
}

const haveDistinctButtons = (cards: unknown): boolean => {
  const ids = buttonIds(cards);
  return new Set(ids).size === ids.length;
};

const CARDS = [SendUrlCardDto, SendReplyCardDto, SendProductCardDto] as const;
const TWO_TO_TEN = { message: 'A carousel has two to ten cards.' };

@ApiExtraModels(...CARDS)
export class SendCarouselActionDto {
  /** Two to ten, all of one kind, with the same kind of header and as many buttons each. */
  @ApiProperty({
    type: 'array',
    minItems: 2,
    maxItems: 10,
    items: { oneOf: CARDS.map((card) => ({ $ref: getSchemaPath(card) })) },
  })
  @IsArray()
  @ArrayMinSize(2, TWO_TO_TEN)
  @ArrayMaxSize(10, TWO_TO_TEN)
  @DistinctBy('card_index', (card: Partial<SendCardDto> | null) => card?.card_index)
  @Satisfies('sameCards', isUniform, 'All cards need the same kind of action, header and number of buttons.')
  @Satisfies('oneCatalog', haveOneCatalog, 'All products of a carousel must be of one catalogue.')
  @Satisfies('distinctButtons', haveDistinctButtons, 'Every button of the carousel needs an id of its own.')
  @ValidateNested({ each: true })
  @Transform(({ value }: { value: unknown }) => toCards(value), { toClassOnly: true })
  cards!: AnyCard[];
}

/** Cards to swipe through: pictures or videos with buttons, or products. It has a body, but no header and no footer. */
export class SendCarouselDto extends SendInteractiveDto {
  @ApiProperty({ type: String, enum: ['carousel'], example: 'carousel' }) override type!: 'carousel';
  @IsDefined() @Part(() => SendInteractiveTextDto) body!: SendInteractiveTextDto;
  @IsDefined() @Part(() => SendCarouselActionDto) action!: SendCarouselActionDto;
}
