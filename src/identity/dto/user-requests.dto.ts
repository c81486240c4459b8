import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, IsUUID, Length } from 'class-validator';
import { EmailField, IfPresent, NameField } from '../../http/body-fields';
import { OffsetPageQuery } from '../../http/page.dto';
import { USER_ROLES, type UserRole } from '../authenticated-user';

export const PASSWORD_MIN = 15;
export const PASSWORD_MAX = 200;

export class RegisterDto {
  /** Unique among the users, whatever its case. */
  @EmailField() email!: string;

  /** 15 to 200 characters, of any kind; not what is guessed first, as your name or `passwordpassword`. */
  @ApiProperty({ type: String, minLength: PASSWORD_MIN, maxLength: PASSWORD_MAX, format: 'password' })
  @IsString()
  @Length(PASSWORD_MIN, PASSWORD_MAX)
  password!: string;

  /** What others see. */
  @NameField() name!: string;
}

export class CreateUserDto extends RegisterDto {
  /** What the user may do: `viewer` reads, `agent` also works with customers, `admin` also runs the service. */
  @ApiProperty({ type: String, enum: USER_ROLES })
  @IsIn(USER_ROLES)
  role!: UserRole;
}

export class UpdateUserDto {
  /** Unique among the users, whatever its case. */
  @IfPresent() @EmailField() email?: string;

  /** A new password, as for a new user; it ends the user's logins and their access tokens. */
  @ApiProperty({
    type: String,
    required: false,
    minLength: PASSWORD_MIN,
    maxLength: PASSWORD_MAX,
    format: 'password',
  })
  @IfPresent()
  @IsString()
  @Length(PASSWORD_MIN, PASSWORD_MAX)
  password?: string;

  @IfPresent() @NameField() name?: string;

  /** Takes effect with the user's next request. */
  @ApiProperty({ type: String, required: false, enum: USER_ROLES })
  @IfPresent()
  @IsIn(USER_ROLES)
  role?: UserRole;
}

export class ListUsersQuery extends OffsetPageQuery {
  override limit: number = 25;
}

export class RemoveUserQuery {
  /** Who becomes the owner of the connected accounts that have no other owner. Without it, having such is a 409. */
  @ApiProperty({ type: String, format: 'uuid', required: false })
  @IfPresent()
  @IsUUID()
  transferAccountsTo?: string;
}
