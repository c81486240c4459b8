import {
  type CustomDecorator,
  type ExecutionContext,
  SetMetadata,
  applyDecorators,
  createParamDecorator,
} from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiSecurity } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { UnauthorizedError } from '../errors/app.error';
import type { AuthenticatedUser, UserRole } from './authenticated-user';

export const PUBLIC_METADATA = 'identity:public';
export const ACCESS_METADATA = 'identity:access';

/** Open to everybody, without a credential. Every handler carries this or `Access`, or the service refuses to start. */
export function Public(): CustomDecorator {
  return SetMetadata(PUBLIC_METADATA, true);
}

/**
 * Open to users of this role and of those above it.
 * @param role the smallest role that is allowed
 */
export function Access(role: UserRole): ClassDecorator & MethodDecorator {
  return applyDecorators(
    SetMetadata(ACCESS_METADATA, role),
    ApiBearerAuth(),
    ApiSecurity('apiKey'),
    ApiExtension('x-required-role', role),
  );
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the AuthGuard on every route that is not public. */
    user?: AuthenticatedUser;
  }
}

/** The user whose credential came with the request, as an `AuthenticatedUser`. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext): AuthenticatedUser => {
    const { user } = context.switchToHttp().getRequest<FastifyRequest>();
    // Only on a public route, where nobody is known: a defect, answered as if the credential were missing.
    if (user === undefined) throw new UnauthorizedError('This needs a credential.');
    return user;
  },
);
