import { Body, Controller, Get, Header, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { Access, CurrentUser, Public } from './access.decorators';
import { AuthService } from './auth.service';
import type { AuthenticatedUser } from './authenticated-user';
import { CurrentUserDto, LoggedOutDto, LoginDto, RefreshTokenDto, SessionDto } from './dto/auth.dto';
import { RegisterDto } from './dto/user-requests.dto';
import { UserDto } from './dto/user.dto';
import type { Session } from './sessions.service';
import { UsersService } from './users.service';

@ApiTags('Login')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly users: UsersService,
  ) {}

  /** Makes the first user, who becomes an admin, and logs in. Afterwards 403: an admin creates users. */
  @Post('register')
  @Public()
  @Header('cache-control', 'no-store')
  @ApiEnvelope(SessionDto, 201)
  @ApiErrors('FORBIDDEN')
  async register(@Body() { email, password, name }: RegisterDto): Promise<SessionDto> {
    return toDto(await this.auth.register({ email, password, name }));
  }

  /** Gives an access token and a refresh token. */
  @Post('login')
  @Public()
  @Header('cache-control', 'no-store')
  @ApiEnvelope(SessionDto)
  @ApiErrors('UNAUTHORIZED', 'FORBIDDEN')
  async login(@Body() { email, password }: LoginDto): Promise<SessionDto> {
    return toDto(await this.auth.login(email, password));
  }

  /** Exchanges a refresh token, once, for new tokens. One that comes a second time ends the whole login. */
  @Post('refresh')
  @Public()
  @Header('cache-control', 'no-store')
  @ApiEnvelope(SessionDto)
  @ApiErrors('UNAUTHORIZED', 'FORBIDDEN')
  async refresh(@Body() { refreshToken }: RefreshTokenDto): Promise<SessionDto> {
    return toDto(await this.auth.refresh(refreshToken));
  }

  /** Ends the login that the refresh token stems from. The access token lives on until it expires. */
  @Post('logout')
  @Public()
  @ApiEnvelope(LoggedOutDto)
  @ApiErrors('FORBIDDEN')
  async logout(@Body() { refreshToken }: RefreshTokenDto): Promise<LoggedOutDto> {
    await this.auth.logout(refreshToken);
    return { loggedOut: true };
  }

  /** Who you are, with the role of the credential that you sent. */
  @Get('me')
  @Access('viewer')
  @Header('cache-control', 'no-store')
  @ApiEnvelope(CurrentUserDto)
  async me(@CurrentUser() user: AuthenticatedUser): Promise<CurrentUserDto> {
    return CurrentUserDto.of(await this.users.get(user.id), user);
  }
}

function toDto({ accessToken, refreshToken, expiresIn, user }: Session): SessionDto {
  return { accessToken, refreshToken, expiresIn, user: UserDto.from(user) };
}
