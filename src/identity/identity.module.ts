import { Global, Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { QueueModule } from '../queue/queue.module';
import { UserLimitGuard } from '../rate-limits/user-limit.guard';
import { AccessCheck } from './access-check';
import { AccessNews } from './access-news';
import { AccessReview } from './access-review.service';
import { AccessTokens } from './access-tokens.service';
import { AccountAccess } from './account-access.service';
import { ApiKeysController } from './api-keys.controller';
import { ApiKeysService } from './api-keys.service';
import { AuthController } from './auth.controller';
import { AuthGuard } from './auth.guard';
import { AuthService } from './auth.service';
import { CredentialsService } from './credentials.service';
import { ApiKeyEntity } from './entities/api-key.entity';
import { RefreshTokenEntity } from './entities/refresh-token.entity';
import { UserEntity } from './entities/user.entity';
import { ExternalTokens } from './external-tokens.service';
import { ExternalUsers } from './external-users.service';
import { LockedLogins } from './locked-logins.repository';
import { LoginAttempts } from './login-attempts.repository';
import { PasswordChecks } from './password-checks';
import { RolesGuard } from './roles.guard';
import { SessionsScheduler } from './sessions.scheduler';
import { SessionsService } from './sessions.service';
import { UsersController } from './users.controller';
import { UsersRepository } from './users.repository';
import { UsersService } from './users.service';

@Global()
@Module({
  imports: [
    QueueModule,
    DiscoveryModule,
    TypeOrmModule.forFeature([UserEntity, RefreshTokenEntity, ApiKeyEntity]),
  ],
  controllers: [AuthController, ApiKeysController, UsersController],
  providers: [
    // In this order: who it is, how often they may, then what they may do.
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: APP_GUARD, useClass: UserLimitGuard },
    { provide: APP_GUARD, useClass: RolesGuard },
    AccessCheck,
    AccessNews,
    AccessReview,
    AccessTokens,
    AccountAccess,
    ApiKeysService,
    AuthService,
    CredentialsService,
    ExternalTokens,
    ExternalUsers,
    LockedLogins,
    LoginAttempts,
    PasswordChecks,
    SessionsScheduler,
    SessionsService,
    UsersRepository,
    UsersService,
  ],
  // CredentialsService also for realtime connections, which no guard sees.
  exports: [AccessReview, AccountAccess, AuthService, CredentialsService, LockedLogins],
})
export class IdentityModule {}
