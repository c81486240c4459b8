import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsString, Length, MaxLength, ValidateIf } from 'class-validator';
import {
  type AnyButton,
  BUTTON_CLASSES,
  DirectButtonDto,
  DirectDefaultActionDto,
  SIMPLE_BUTTON_CLASSES,
  type SimpleButton,
  SimpleDirectButtonDto,
} from '../../direct-messaging/dto/direct-button.dto';
import { OneOfIdAndUrl } from '../../direct-messaging/dto/direct-attachment.dto';
import {
  Part,
  Parts,
  PartsIn,
  PublicAddress,
  Satisfies,
  SIZED,
} from '../../direct-messaging/dto/direct-field-rules';
import { IfPresent } from '../../http/body-fields';
import { isRecord } from '../../http/unfit-content';

const ANY_BUTTON = { by: 'type', classes: BUTTON_CLASSES, base: DirectButtonDto };

abstract class SharableDto {
  /** Show Messenger's own button for sharing it. */
  @IfPresent() @IsBoolean() sharable?: boolean;
}

const hasMoreThanTitle = (card: unknown): boolean =>
  isRecord(card) &&
  ['subtitle', 'image_url', 'default_action', 'buttons'].some((key) => card[key] !== undefined);

export class MessengerCardDto {
  /** @example Blue Echeveria */
  @IsString()
  @Length(1, 80, SIZED)
  title!: string;
  /** @example A rosette of powdery blue leaves */
  @IfPresent() @IsString() @MaxLength(80, SIZED) subtitle?: string;
  /** @example https://example.com/echeveria.jpg */
  @IfPresent() @PublicAddress() image_url?: string;
  @IfPresent() @Part(() => DirectDefaultActionDto) default_action?: DirectDefaultActionDto;
  @IfPresent() @PartsIn({ ...ANY_BUTTON, optional: true }, 1, 3) buttons?: AnyButton[];
}

const RATIOS = ['horizontal', 'square'] as const;

/** Up to ten cards side by side. */
export class MessengerGenericTemplateDto extends SharableDto {
  @ApiProperty({ type: String, enum: ['generic'] }) @IsIn(['generic']) template_type!: 'generic';
  @ApiProperty({ type: String, enum: RATIOS, required: false })
  @IfPresent()
  @IsIn(RATIOS)
  image_aspect_ratio?: (typeof RATIOS)[number];
  @Parts(() => MessengerCardDto, 1, 10)
  @Satisfies(
    'moreThanTitle',
    (cards) => !Array.isArray(cards) || cards.every(hasMoreThanTitle),
    'Each card needs something beside its title: subtitle, image_url, default_action or buttons.',
  )
  elements!: MessengerCardDto[];
}

/** A text with one to three buttons. */
export class MessengerButtonTemplateDto extends SharableDto {
  @ApiProperty({ type: String, enum: ['button'] }) @IsIn(['button']) template_type!: 'button';
  /** @example What would you like to do? */
  @IsString() @Length(1, 640, SIZED) text!: string;
  @PartsIn(ANY_BUTTON, 1, 3) buttons!: AnyButton[];
}

const MEDIA_TYPES = ['image', 'video'] as const;

export class MessengerMediaElementDto {
  @ApiProperty({ type: String, enum: MEDIA_TYPES, example: 'image' })
  @IsIn(MEDIA_TYPES)
  media_type!: (typeof MEDIA_TYPES)[number];
  /** Address of a picture or video on facebook.com; other addresses are refused. */
  @ValidateIf((element: MessengerMediaElementDto) => element.url !== undefined)
  @PublicAddress()
  @Satisfies(
    'onFacebook',
    (url) => typeof url !== 'string' || /^https:\/\/(?:[\w-]+\.)*facebook\.com\//i.test(url),
    'url must be the address of a picture or video on facebook.com. For all others give attachment_id.',
  )
  url?: string;
  /** In place of `url`: an uploaded file, by our id or Meta's. @example 0190a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b */
  @OneOfIdAndUrl() attachment_id?: string;
  @IfPresent() @PartsIn({ ...ANY_BUTTON, optional: true }, 1, 3) buttons?: AnyButton[];
}

/** One picture or video with buttons. */
export class MessengerMediaTemplateDto extends SharableDto {
  @ApiProperty({ type: String, enum: ['media'] }) @IsIn(['media']) template_type!: 'media';
  @Parts(() => MessengerMediaElementDto, 1, 1) elements!: MessengerMediaElementDto[];
}

export class MessengerProductDto {
  /** Of the product, in the catalogue of the Page. @example "4370463699739142" */
  @IsString() @Length(1, 64) id!: string;
}

/** Up to ten products of the Page's catalogue. */
export class MessengerProductTemplateDto {
  @ApiProperty({ type: String, enum: ['product'] }) @IsIn(['product']) template_type!: 'product';
  @Parts(() => MessengerProductDto, 1, 10) elements!: MessengerProductDto[];
}

export class MessengerGridActionDto {
  @ApiProperty({ type: String, enum: ['web_url', 'postback'] })
  @IsIn(['web_url', 'postback'])
  type!: 'web_url' | 'postback';
  /** For `web_url`. */
  @ValidateIf((action: MessengerGridActionDto) => action.type === 'web_url' || action.url !== undefined)
  @PublicAddress()
  url?: string;
  /** For `postback`. */
  @ValidateIf((action: MessengerGridActionDto) => action.type === 'postback' || action.payload !== undefined)
  @IsString()
  @Length(1, 1000, SIZED)
  payload?: string;
}

export class MessengerGridImageDto {
  /** @example https://example.com/1.jpg */
  @PublicAddress() url!: string;
  /** Shown larger than the others; of one at most. */
  @IfPresent() @IsBoolean() is_hero_image?: boolean;
  /** What happens when it is pressed. */
  @IfPresent() @Part(() => MessengerGridActionDto) action?: MessengerGridActionDto;
}

export class MessengerImageGridDto {
  @Parts(() => MessengerGridImageDto, 2, 6)
  @Satisfies(
    'oneHero',
    (images) =>
      !Array.isArray(images) ||
      images.filter((image: unknown) => isRecord(image) && image.is_hero_image === true).length <= 1,
    'One image at most may be the hero image.',
  )
  images!: MessengerGridImageDto[];
  @IfPresent() @IsString() @Length(1, 45, SIZED) title?: string;
  @IfPresent() @IsString() @Length(1, 80, SIZED) subtitle?: string;
  @IfPresent()
  @PartsIn({ by: 'type', classes: SIMPLE_BUTTON_CLASSES, base: SimpleDirectButtonDto, optional: true }, 1, 3)
  buttons?: SimpleButton[];
}

/** Two to six images in a grid. */
export class MessengerImageGridTemplateDto {
  @ApiProperty({ type: String, enum: ['image_grid'] }) @IsIn(['image_grid']) template_type!: 'image_grid';
  /** The one grid. */
  @Parts(() => MessengerImageGridDto, 1, 1) elements!: MessengerImageGridDto[];
}
