import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RateLimits } from './rate-limits';

/** Comes right after the AuthGuard. What is public was counted by its address. */
@Injectable()
export class UserLimitGuard implements CanActivate {
  constructor(private readonly limits: RateLimits) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const { user } = request;
    if (user === undefined) return true;
    const key = user.apiKeyId === undefined ? `user:${user.id}` : `key:${user.apiKeyId}`;
    await this.limits.countUser(request, http.getResponse<FastifyReply>(), key);
    return true;
  }
}
