import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { EmailField } from '../../http/body-fields';
import type { AuthenticatedUser } from '../authenticated-user';
import type { UserEntity } from '../entities/user.entity';
import { UserDto } from './user.dto';
import { PASSWORD_MAX, PASSWORD_MIN } from './user-requests.dto';

export class LoginDto {
  @EmailField() email!: string;

  @ApiProperty({ type: String, format: 'password' })
  @IsString()
  @Length(1, PASSWORD_MAX)
  password!: string;
}

export class ChangePasswordDto {
  @ApiProperty({ type: String, format: 'password' })
  @IsString()
  @Length(1, PASSWORD_MAX)
  currentPassword!: string;

  /** 15 to 200 characters, of any kind; not what is guessed first, as your name or `passwordpassword`. */
  @ApiProperty({ type: String, minLength: PASSWORD_MIN, maxLength: PASSWORD_MAX, format: 'password' })
  @IsString()
  @Length(PASSWORD_MIN, PASSWORD_MAX)
  newPassword!: string;
}

export class RefreshTokenDto {
  /** The refresh token of the last login or refresh. */
  @ApiProperty({ type: String, example: 'q7W1fYk0mB4sZ2c…' })
  @IsString()
  @Length(1, 500)
  refreshToken!: string;
}

export class SessionDto {
  @ApiProperty({
    type: String,
    description: 'For `Authorization: Bearer`; good for `expiresIn` seconds.',
    example: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMTk5ZjNhMS0w….Qm9kXzV…',
  })
  accessToken!: string;

  @ApiProperty({
    type: String,
    description: 'Good for one refresh within 30 days.',
    example: 'q7W1fYk0mB4sZ2c…',
  })
  refreshToken!: string;

  @ApiProperty({ type: 'integer', description: 'Seconds until the access token expires.', example: 900 })
  expiresIn!: number;

  @ApiProperty({ type: UserDto })
  user!: UserDto;
}

export class LoggedOutDto {
  @ApiProperty({ type: Boolean, enum: [true] })
  loggedOut!: true;
}

export class CurrentUserDto extends UserDto {
  @ApiProperty({
    type: String,
    enum: ['password', 'api-key', 'external'],
    description: 'How this request authenticated.',
  })
  via!: string;

  static of(stored: UserEntity, { role, via }: AuthenticatedUser): CurrentUserDto {
    return Object.assign(new CurrentUserDto(), UserDto.from(stored), { role, via });
  }
}
