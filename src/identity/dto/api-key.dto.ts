import { ApiProperty } from '@nestjs/swagger';
import { IsDateString, IsIn, MaxLength } from 'class-validator';
import { IfPresent, NameField, LONGEST_INSTANT } from '../../http/body-fields';
import { USER_ROLES, type UserRole } from '../authenticated-user';
import type { ApiKeyEntity } from '../entities/api-key.entity';

export class CreateApiKeyDto {
  /** What the key is for. @example Warehouse */
  @NameField() name!: string;

  /** What the key may do; at most what you may. Where your role becomes smaller, so does the key's. */
  @ApiProperty({ type: String, enum: USER_ROLES, example: 'agent' })
  @IsIn(USER_ROLES)
  role!: UserRole;

  /** From when on the key is refused; without it, it does not expire. */
  @ApiProperty({ type: String, format: 'date-time', required: false, example: '2027-01-31T00:00:00Z' })
  @IfPresent()
  @MaxLength(LONGEST_INSTANT)
  @IsDateString({ strict: true, strictSeparator: true })
  expiresAt?: string;
}

export class ApiKeyDto {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;

  @ApiProperty({ type: String, example: 'Warehouse' })
  name!: string;

  @ApiProperty({ type: String, description: 'The first characters of the key.', example: 'mbb_x8Kd2q' })
  prefix!: string;

  @ApiProperty({ type: String, enum: USER_ROLES, example: 'agent' })
  role!: UserRole;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'To the minute.' })
  lastUsedAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expiresAt!: string | null;

  static from(key: ApiKeyEntity): ApiKeyDto {
    return Object.assign(new ApiKeyDto(), {
      id: key.id,
      name: key.name,
      prefix: key.prefix,
      role: key.role,
      createdAt: key.createdAt.toISOString(),
      lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
      expiresAt: key.expiresAt?.toISOString() ?? null,
    });
  }
}

export class CreatedApiKeyDto extends ApiKeyDto {
  @ApiProperty({
    type: String,
    description: 'The key itself, for `X-Api-Key`. It is shown this once.',
    example: 'mbb_x8Kd2qVtN3yRw0…',
  })
  key!: string;

  static withKey(row: ApiKeyEntity, key: string): CreatedApiKeyDto {
    return Object.assign(new CreatedApiKeyDto(), ApiKeyDto.from(row), { key });
  }
}

export class ApiKeyListDto {
  @ApiProperty({ type: ApiKeyDto, isArray: true })
  apiKeys!: ApiKeyDto[];
}
