import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppConfig } from '../../config/app-config';
import { AppError, ForbiddenError, NotFoundError, UnauthorizedError } from '../../errors/app.error';
import { RawResponse } from '../../http/envelope';
import { Public } from '../../identity/access.decorators';
import { AuthService } from '../../identity/auth.service';
import { RateLimit } from '../../rate-limits/rate-limit.decorator';
import { DashboardLoginDto } from '../dto/dashboard-login.dto';
import { DashboardSession } from './dashboard-session';
import { LOGIN_PAGE_POLICY, loginPage } from './login.page';
import { isFromOwnPage } from './own-origin';

const BOARD = '/admin/queues';

/** Where administrators log in to the dashboard of the queues. Pages for browsers, and no part of the API. */
@ApiExcludeController()
@Controller('admin')
@Public()
export class DashboardLoginController {
  constructor(
    private readonly config: AppConfig,
    private readonly auth: AuthService,
    private readonly session: DashboardSession,
  ) {}

  @Get('login')
  @RawResponse()
  show(@Res({ passthrough: true }) reply: FastifyReply): string {
    this.refuseWhenOff();
    return this.page(reply, null);
  }

  @RateLimit('login')
  @Post('login')
  @HttpCode(200)
  @RawResponse()
  @RouteConfig({ formBody: true })
  async logIn(
    @Body() form: DashboardLoginDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    this.refuseWhenOff();
    this.refuseOtherSites(request);
    try {
      const cookie = await this.openSession(form, request.ip);
      void reply.header('set-cookie', cookie).header('location', BOARD).status(303);
      return '';
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      void reply.status(error.status);
      if (error.retryAfterMs !== undefined)
        void reply.header('retry-after', String(Math.ceil(error.retryAfterMs / 1_000)));
      return this.page(reply, error.message);
    }
  }

  @Post('logout')
  @HttpCode(303)
  @RawResponse()
  @RouteConfig({ formBody: true })
  async logOut(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    this.refuseWhenOff();
    this.refuseOtherSites(request);
    const credential = this.session.read(request.headers.cookie);
    if (typeof credential?.refreshToken === 'string' && !this.config.usesExternalLogin)
      await this.auth.logout(credential.refreshToken);
    void reply.header('set-cookie', this.session.clear()).header('location', '/admin/login');
    return '';
  }

  private async openSession(
    { email, password, accessToken }: DashboardLoginDto,
    address: string,
  ): Promise<string> {
    if (accessToken !== undefined) return this.session.open({ accessToken, refreshToken: null });
    if (email === undefined || password === undefined)
      throw new UnauthorizedError('Send an e-mail address and a password, or an access token.');
    const session = await this.auth.login(email, password, address);
    try {
      return await this.session.open(session);
    } catch (error) {
      // Somebody who may not look at the queues has no use for this login.
      await this.auth.logout(session.refreshToken);
      throw error;
    }
  }

  private page(reply: FastifyReply, problem: string | null): string {
    void reply
      .header('content-security-policy', LOGIN_PAGE_POLICY)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8');
    return loginPage({ hasOwnLogin: !this.config.usesExternalLogin, problem });
  }

  private refuseWhenOff(): void {
    if (this.config.env.QUEUE_DASHBOARD === 'off')
      throw new NotFoundError('There is nothing at this address.');
  }

  /** Or another site could log its visitors in as somebody else. */
  private refuseOtherSites({ headers }: FastifyRequest): void {
    if (!isFromOwnPage(headers, this.config.publicUrl))
      throw new ForbiddenError('This is only done from the pages of this service.');
  }
}
