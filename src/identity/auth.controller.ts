import { Body, Controller, Get, Header, Ip, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiEnvelope, ApiErrors } from '../http/envelope';
import { RateLimit } from '../rate-limits/rate-limit.decorator';
import { Access, CurrentUser, Public } from './access.decorators';
import { AuthService } from './auth.service';
import type { AuthenticatedUser } from './authenticated-user';
import {
  ChangePasswordDto,
  CurrentUserDto,
  LoggedOutDto,
  LoginDto,
  RefreshTokenDto,
  SessionDto,
} from './dto/auth.dto';
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
  @RateLimit('login')
  @Post('register')
  @Public()
  @Header('cache-control', 'no-store')
  @ApiEnvelope(SessionDto, 201)
  @ApiErrors('FORBIDDEN')
  async register(@Body() { email, password, name }: RegisterDto): Promise<SessionDto> {
    return toDto(await this.auth.register({ email, password, name }));
  }

  /**
   * Gives an access token and a refresh token.
   *
   * @remarks After five wrong passwords for one e-mail address from where you are, the answer is 429 `RATE_LIMITED` with
   * `Retry-After`: a minute at first, then twice as long with each further one. An admin can unlock a user at once.
   */
  @RateLimit('login')
  @Post('login')
  @Public()
  @Header('cache-control', 'no-store')
  @ApiEnvelope(SessionDto)
  @ApiErrors('UNAUTHORIZED', 'FORBIDDEN')
  async login(@Body() { email, password }: LoginDto, @Ip() address: string): Promise<SessionDto> {
    return toDto(await this.auth.login(email, password, address));
  }

  /**
   * Gives yourself another password, and you new tokens.
   *
   * @remarks All your logins end, here and elsewhere, and so do their access tokens; API keys go on. Wrong passwords count as
   * they do for logins.
   */
  @RateLimit('login')
  @Post('password')
  @Access('viewer')
  @Header('cache-control', 'no-store')
  @ApiEnvelope(SessionDto)
  async changePassword(
    @CurrentUser() user: AuthenticatedUser,
    @Body() { currentPassword, newPassword }: ChangePasswordDto,
    @Ip() address: string,
  ): Promise<SessionDto> {
    return toDto(
      await this.auth.changePassword(user, { current: currentPassword, next: newPassword }, address),
    );
  }

  /** Exchanges a refresh token, once, for new tokens. One that comes a second time ends the whole login. */
  @RateLimit('refresh')
  @Post('refresh')
  @Public()
  @Header('cache-control', 'no-store')
  @ApiEnvelope(SessionDto)
  @ApiErrors('UNAUTHORIZED', 'FORBIDDEN')
  async refresh(@Body() { refreshToken }: RefreshTokenDto): Promise<SessionDto> {
    return toDto(await this.auth.refresh(refreshToken));
  }

  /** Ends the login that the refresh token stems from. The access token lives on until it expires. */
  @RateLimit('refresh')
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
