import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsBoolean, IsObject, IsString, Length, Matches } from 'class-validator';
import { IfPresent, NestedArray, NestedObject } from '../../http/body-fields';

const META_OBJECT = { type: 'object', additionalProperties: true } as const;

/** Meta's settings of a number, in Meta's names; kinds that Meta adds later come as they are. */
export class NumberSettingsDto {
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: {
      calling: { status: 'DISABLED' },
      user_identity_change: { enable_identity_key_check: false },
      storage_configuration: { status: 'IN_COUNTRY_STORAGE_DISABLED' },
    },
  })
  settings!: Record<string, unknown>;
}

export class IdentityCheckDto {
  /** Whether messages are held back when a person's phone may have changed hands. */
  @IsBoolean() enable_identity_key_check!: boolean;
}

/** In Meta's names. What is left out stays as it is. */
export class ChangeSettingsDto {
  /** As Meta describes it for its settings of calls. */
  @ApiPropertyOptional({ ...META_OBJECT, example: { status: 'ENABLED' } })
  @IfPresent()
  @IsObject()
  calling?: Record<string, unknown>;

  @ApiProperty({ type: IdentityCheckDto, required: false })
  @IfPresent()
  @NestedObject(() => IdentityCheckDto)
  user_identity_change?: IdentityCheckDto;

  /** Where Meta keeps messages at rest. */
  @ApiPropertyOptional({
    ...META_OBJECT,
    example: { status: 'IN_COUNTRY_STORAGE_ENABLED', data_localization_region: 'DE' },
  })
  @IfPresent()
  @IsObject()
  storage_configuration?: Record<string, unknown>;

  @ApiPropertyOptional({ ...META_OBJECT, example: { status: 'DISABLED' } })
  @IfPresent()
  @IsObject()
  payload_encryption?: Record<string, unknown>;
}

export class AutomationCommandDto {
  /** Typed after a slash, without it. @example tickets */
  @Matches(/^[^\s/]{1,32}$/, { message: 'name must be 1 to 32 characters without blanks and slashes' })
  name!: string;
  /** @example Book a flight */
  @IsString() @Length(1, 256) description!: string;
}

/** What people are offered in a chat with the number. Sent whole: what is left out is switched off. */
export class ConversationalAutomationDto {
  /** Whether a webhook (`request_welcome`) tells when somebody opens the chat for the first time. */
  @ApiProperty({ type: Boolean, required: false, default: false })
  @IfPresent()
  @IsBoolean()
  enableWelcomeMessage?: boolean;

  /** Ice breakers: at most 4, each of at most 80 characters. @example ["Plan a trip", "Book a room"] */
  @ApiProperty({ type: [String], required: false, example: ['Plan a trip', 'Book a room'] })
  @IfPresent()
  @IsArray()
  @ArrayMaxSize(4)
  @IsString({ each: true })
  @Length(1, 80, { each: true })
  prompts?: string[];

  /** At most 30. */
  @ApiProperty({ type: [AutomationCommandDto], required: false })
  @IfPresent()
  @NestedArray(() => AutomationCommandDto)
  @ArrayMaxSize(30)
  commands?: AutomationCommandDto[];
}
