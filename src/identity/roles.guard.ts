import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ForbiddenError } from '../errors/app.error';
import { ACCESS_METADATA } from './access.decorators';
import { isPublic } from './auth.guard';
import { type UserRole, includesRole } from './authenticated-user';

/** Comes after the AuthGuard. What carries neither `@Public()` nor `@Access()` is closed. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    if (isPublic(this.reflector, context)) return true;
    const required = this.reflector.getAllAndOverride<UserRole | undefined>(ACCESS_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    const { user } = context.switchToHttp().getRequest<FastifyRequest>();
    if (required === undefined || user === undefined)
      throw new ForbiddenError('This is not open to anybody.');
    if (!includesRole(user.role, required)) throw new ForbiddenError(`This needs the role ${required}.`);
    return true;
  }
}
