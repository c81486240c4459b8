import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsDefined,
  IsIn,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateBy,
} from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { SendMessageBaseDto } from './send-base.dto';
import { Part, Parts, SIZED } from './send-field-rules';

/** `formatted_name` and at least one further part. */
export class SendContactNameDto {
  /** @example "Ana Silva" */
  @IsString() @Length(1, 512, SIZED) formatted_name!: string;
  @IfPresent() @IsString() @MaxLength(512, SIZED) first_name?: string;
  @IfPresent() @IsString() @MaxLength(512, SIZED) last_name?: string;
  @IfPresent() @IsString() @MaxLength(512, SIZED) middle_name?: string;
  @IfPresent() @IsString() @MaxLength(512, SIZED) prefix?: string;
  @IfPresent() @IsString() @MaxLength(512, SIZED) suffix?: string;
}

export class SendContactPhoneDto {
  /** @example "+1 (650) 555-1234" */
  @IfPresent() @IsString() @MaxLength(64, SIZED) phone?: string;
  /** @example WORK */
  @IfPresent() @IsString() @MaxLength(64, SIZED) type?: string;
  /** Offers a button to chat with this number on WhatsApp. */
  @IfPresent()
  @Matches(/^\d{5,15}$/, { message: 'wa_id must be the digits of a WhatsApp number.' })
  wa_id?: string;
}

export class SendContactEmailDto {
  @IfPresent() @IsString() @MaxLength(320, SIZED) email?: string;
  @IfPresent() @IsString() @MaxLength(64, SIZED) type?: string;
}

export class SendContactUrlDto {
  @IfPresent() @IsString() @MaxLength(2048, SIZED) url?: string;
  @IfPresent() @IsString() @MaxLength(64, SIZED) type?: string;
}

export class SendContactAddressDto {
  @IfPresent() @IsString() @MaxLength(512, SIZED) street?: string;
  @IfPresent() @IsString() @MaxLength(512, SIZED) city?: string;
  @IfPresent() @IsString() @MaxLength(512, SIZED) state?: string;
  @IfPresent() @IsString() @MaxLength(64, SIZED) zip?: string;
  @IfPresent() @IsString() @MaxLength(512, SIZED) country?: string;
  @IfPresent() @IsString() @MaxLength(8, SIZED) country_code?: string;
  @IfPresent() @IsString() @MaxLength(64, SIZED) type?: string;
}

export class SendContactOrganisationDto {
  @IfPresent() @IsString() @MaxLength(512, SIZED) company?: string;
  @IfPresent() @IsString() @MaxLength(512, SIZED) department?: string;
  @IfPresent() @IsString() @MaxLength(512, SIZED) title?: string;
}

const HAS_A_PART = {
  name: 'namePart',
  validator: {
    validate: (name: unknown) =>
      typeof name !== 'object' ||
      name === null ||
      Object.keys(name).some((part) => part !== 'formatted_name'),
    defaultMessage: () => 'name needs one part beside formatted_name: first_name, last_name, …',
  },
};

/** Meta gives no number; no address book has so many of one person. */
const MOST_OF_A_KIND = 50;

export class SendContactDto {
  @IsDefined()
  @ValidateBy(HAS_A_PART)
  @Part(() => SendContactNameDto)
  name!: SendContactNameDto;
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(MOST_OF_A_KIND)
  @Parts(() => SendContactPhoneDto)
  phones?: SendContactPhoneDto[];
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(MOST_OF_A_KIND)
  @Parts(() => SendContactEmailDto)
  emails?: SendContactEmailDto[];
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(MOST_OF_A_KIND)
  @Parts(() => SendContactUrlDto)
  urls?: SendContactUrlDto[];
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(MOST_OF_A_KIND)
  @Parts(() => SendContactAddressDto)
  addresses?: SendContactAddressDto[];
  @IfPresent() @Part(() => SendContactOrganisationDto) org?: SendContactOrganisationDto;
  /** @example 2012-08-18 */
  @IfPresent()
  @Matches(/^\d{4}-\d{2}-\d{2}$/, { message: 'birthday must be a date as 2012-08-18.' })
  birthday?: string;
}

export class SendContactsMessageDto extends SendMessageBaseDto {
  @IsIn(['contacts']) type!: 'contacts';
  /** One to 257 cards of an address book. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(257, { message: 'contacts may have 257 cards at most; send the others in a second message.' })
  @Parts(() => SendContactDto)
  contacts!: SendContactDto[];
}
