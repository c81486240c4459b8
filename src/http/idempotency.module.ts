import { Global, Module } from '@nestjs/common';
import { IdempotencyKeys } from './idempotency-key';
import { IdempotencyScheduler } from './idempotency.scheduler';

@Global()
@Module({ providers: [IdempotencyKeys, IdempotencyScheduler], exports: [IdempotencyKeys] })
export class IdempotencyModule {}
