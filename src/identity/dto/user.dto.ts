import { ApiProperty } from '@nestjs/swagger';
import { OffsetPaginationDto } from '../../http/page.dto';
import { USER_ROLES, type UserRole } from '../authenticated-user';
import type { UserEntity } from '../entities/user.entity';

export class UserDto {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;

  @ApiProperty({ type: String, format: 'email', example: 'ada@example.com' })
  email!: string;

  @ApiProperty({ type: String, example: 'Ada Lovelace' })
  name!: string;

  @ApiProperty({ type: String, enum: USER_ROLES })
  role!: UserRole;

  @ApiProperty({ type: Boolean, description: 'Logs in at the surrounding product, not here.' })
  external!: boolean;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: string;

  static from(user: UserEntity): UserDto {
    return Object.assign(new UserDto(), {
      id: user.id,
      email: user.email,
      name: user.name,
      role: user.role,
      external: user.externalSubject !== null,
      createdAt: user.createdAt.toISOString(),
    });
  }
}

export class UserListDto {
  @ApiProperty({ type: UserDto, isArray: true })
  users!: UserDto[];

  @ApiProperty({ type: OffsetPaginationDto })
  pagination!: OffsetPaginationDto;
}
