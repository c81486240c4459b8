import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  StreamableFile,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Observable, map } from 'rxjs';
import { type Envelope, RAW_RESPONSE_METADATA } from './envelope';

/** Puts what a handler returns into `{success: true, data}`; nothing returned is `data: null`. Files stay as they are. */
@Injectable()
export class EnvelopeInterceptor implements NestInterceptor<unknown, unknown> {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const raw = this.reflector.getAllAndOverride<boolean | undefined>(RAW_RESPONSE_METADATA, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (raw === true) return next.handle();
    return next
      .handle()
      .pipe(
        map((data): Envelope<unknown> | StreamableFile =>
          data instanceof StreamableFile ? data : { success: true, data: data ?? null },
        ),
      );
  }
}
