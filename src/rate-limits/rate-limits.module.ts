import { Global, Module } from '@nestjs/common';
import { RateLimiter } from './rate-limiter';
import { RateLimits } from './rate-limits';

@Global()
@Module({ providers: [RateLimiter, RateLimits], exports: [RateLimits] })
export class RateLimitsModule {}
