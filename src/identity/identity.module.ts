import { Global, Module } from '@nestjs/common';
import { AccountAccess } from './account-access.service';

@Global()
@Module({ providers: [AccountAccess], exports: [AccountAccess] })
export class IdentityModule {}
