import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsEmail,
  IsOptional,
  IsString,
  IsUUID,
  IsUrl,
  Length,
  Matches,
  MaxLength,
  ValidateIf,
} from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import type { BusinessProfile } from '../entities/whatsapp-phone-number.entity';
import { PhoneNumberQuery } from './account-query.dto';

/** What customers see when they open the business in WhatsApp. `null` where nothing is filled in. */
export class BusinessProfileDto {
  /** The line under the name. */
  @ApiProperty({ type: String, nullable: true, example: 'Fresh plants since 1984' })
  about!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '1 Hacker Way, Menlo Park' })
  address!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Succulents and cacti for every window.' })
  description!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'hello@luckyshrub.example' })
  email!: string | null;
  /** At most two. */
  @ApiProperty({ type: [String], example: ['https://luckyshrub.example/'] })
  websites!: string[];
  /** An address of Meta's that expires after some time: show it, do not store it. */
  @ApiProperty({ type: String, nullable: true, example: 'https://pps.whatsapp.net/v/t61/photo.jpg' })
  profilePictureUrl!: string | null;
  /** Meta's word for the trade. */
  @ApiProperty({ type: String, nullable: true, example: 'RETAIL' })
  vertical!: string | null;

  static from(profile: BusinessProfile): BusinessProfileDto {
    return fill(new BusinessProfileDto(), profile);
  }
}

/** A profile and whose it is. */
export class NumberProfileDto extends BusinessProfileDto {
  /** Meta's id of the number. */
  @ApiProperty({ type: String, example: '106540352242922' })
  phoneNumberId!: string;
  /** True when Meta did not answer and this is what was stored before. */
  @ApiProperty({ type: Boolean })
  stale!: boolean;

  static of(phoneNumberId: string, profile: BusinessProfile, stale: boolean): NumberProfileDto {
    return Object.assign(fill(new NumberProfileDto(), profile), { phoneNumberId, stale });
  }
}

/** A text may be emptied with `""`, but the line under the name may not: Meta refuses that. */
export class UpdateBusinessProfileDto extends PhoneNumberQuery {
  /** @example Fresh plants since 1984 */
  @IsOptional() @IsString() @Length(1, 139) about?: string;
  /** @example "1 Hacker Way, Menlo Park" */
  @IsOptional() @IsString() @MaxLength(256) address?: string;
  /** @example "Succulents and cacti for every window." */
  @IsOptional() @IsString() @MaxLength(512) description?: string;
  /** @example hello@luckyshrub.example */
  @ValidateIf((dto: UpdateBusinessProfileDto) => dto.email !== undefined && dto.email !== '')
  @IsEmail()
  @MaxLength(128)
  email?: string;
  /**
   * At most two, each with `http://` or `https://`; `[]` removes them.
   * @example ["https://luckyshrub.example/"]
   */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(2)
  @IsUrl({ require_protocol: true, protocols: ['http', 'https'] }, { each: true })
  @MaxLength(256, { each: true })
  websites?: string[];
  /** Meta's word for the trade, as `RETAIL`, `RESTAURANT`, `EDU` or `OTHER`. @example RETAIL */
  @IsOptional()
  @Matches(/^[A-Z_]{2,40}$/, { message: 'vertical must be one of Meta’s words, in upper case' })
  vertical?: string;
  /** A picture that was uploaded with `POST /api/meta/whatsapp/media`: JPEG or PNG, at most 5 MB, best a square of 640 pixels. */
  @ApiProperty({ type: String, format: 'uuid', required: false })
  @IfPresent()
  @IsUUID()
  profilePictureMediaId?: string;
  /** Instead of `profilePictureMediaId`: the handle of a picture that was uploaded to Meta elsewhere. */
  @IsOptional() @IsString() @Length(1, 4096) profilePictureHandle?: string;
}

function fill<Dto extends BusinessProfileDto>(dto: Dto, profile: BusinessProfile): Dto {
  return Object.assign(dto, {
    about: profile.about ?? null,
    address: profile.address ?? null,
    description: profile.description ?? null,
    email: profile.email ?? null,
    websites: profile.websites ?? [],
    profilePictureUrl: profile.profilePictureUrl ?? null,
    vertical: profile.vertical ?? null,
  });
}
