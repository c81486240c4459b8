import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { IfPresent } from '../../http/body-fields';
import { AccountQuery, WabaQuery } from './account-query.dto';
import { TemplateDto } from './template.dto';
import { Parts } from './send-field-rules';

const META_ID = { message: '$property must be an id of Meta, digits only' };

export class MigrateTemplatesDto extends WabaQuery {
  /** Meta's id of the WhatsApp Business Account to copy from; it belongs to the same business. @example "102290129340399" */
  @Matches(/^\d{1,32}$/, META_ID) sourceWabaId!: string;
  /** Only these, by Meta's ids; without it all that Meta takes. */
  @IfPresent()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(500)
  @Matches(/^\d{1,32}$/, { each: true, message: 'templateIds are ids of Meta, digits only' })
  templateIds?: string[];
  /** Meta copies in sets; 0 is the first. */
  @IfPresent() @IsInt() @Min(0) @Max(1_000) page?: number;
  /** How many are a set; take fewer when it takes too long. */
  @IfPresent() @IsInt() @Min(1) @Max(500) count?: number;
}

export class FailedMigrationDto {
  /** Meta's id in the account it stayed in. */
  @ApiProperty({ type: String, example: '1019496902803242' }) templateId!: string;
  @ApiProperty({ type: String, example: 'Incorrect category' }) reason!: string;
}

export class MigratedTemplatesDto {
  /** Meta's ids of the copies; the list shows them as soon as it is read again. */
  @ApiProperty({ type: [String], example: ['1473688840035974'] }) migrated!: string[];
  @ApiProperty({ type: [FailedMigrationDto] }) failed!: FailedMigrationDto[];
}

export class AuthenticationAppDto {
  /** @example com.example.luckyshrub */
  @IsString() @Length(1, 224) package_name!: string;
  /** @example K8a/AINcGX7 */
  @IsString() @Length(11, 11) signature_hash!: string;
}

export class UpsertAuthenticationTemplateDto extends WabaQuery {
  /** Those languages of it that exist are changed, the others are made. @example login_code */
  @Matches(/^[a-z0-9_]{1,512}$/, {
    message: 'name must be lower-case letters, digits and underscores, at most 512',
  })
  name!: string;
  /** Meta's codes of the languages. @example ["en_US", "ar"] */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(100)
  @ArrayUnique()
  @Matches(/^[a-z]{2,3}(_[A-Za-z0-9]{2,4})?$/, {
    each: true,
    message: "languages must be Meta's codes, such as en_US or ar",
  })
  languages!: string[];
  /** How the code gets into the app. */
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.toUpperCase() : value))
  @IsIn(['COPY_CODE', 'ONE_TAP', 'ZERO_TAP'])
  @ApiProperty({ enum: ['COPY_CODE', 'ONE_TAP', 'ZERO_TAP'], example: 'COPY_CODE' })
  otpType!: string;
  /** Adds Meta's sentence that the code is not to be shared. */
  @IfPresent() @IsBoolean() addSecurityRecommendation?: boolean;
  /** Adds Meta's sentence on when the code ends. */
  @IfPresent() @IsInt() @Min(1) @Max(90) codeExpirationMinutes?: number;
  /** The apps that take the code; needed for `ONE_TAP` and `ZERO_TAP`. */
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(5)
  @Parts(() => AuthenticationAppDto)
  @ApiProperty({ type: [AuthenticationAppDto], required: false })
  supportedApps?: AuthenticationAppDto[];
  /** Needed for `ZERO_TAP`: you have accepted WhatsApp's terms for it. */
  @IfPresent() @IsBoolean() zeroTapTermsAccepted?: boolean;
  /** For how many seconds Meta goes on trying to deliver: 30 to 900, or `-1` for 30 days. */
  @IfPresent() @IsInt() @Min(-1) @Max(900) messageSendTtlSeconds?: number;
}

export class UpsertedTemplatesDto {
  /** All languages that the template has now. */
  @ApiProperty({ type: [TemplateDto] }) templates!: TemplateDto[];
}

export class TemplateSampleDto extends AccountQuery {
  /** The uploaded file, as `POST /api/meta/whatsapp/media` gave it. */
  @IsUUID() mediaId!: string;
}

export class TemplateHandleDto {
  /** The uploaded file. */
  @ApiProperty({ type: String, format: 'uuid' }) mediaId!: string;
  /** For `example.header_handle` of a header. It is Meta's, and does not last for ever. */
  @ApiProperty({ type: String, example: '4::aW1hZ2UvcG5n:ARZVv4zuogJMxmAdS3_6T4o' }) handle!: string;
}
