import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CryptoModule } from '../crypto/crypto.module';
import { GraphClientModule } from '../graph-client/graph-client.module';
import { QueueModule } from '../queue/queue.module';
import { WebhooksModule } from '../webhooks/webhooks.module';
import { AccountHealth } from './account-health.service';
import { ChannelHealthChecks } from './channel-health-checks';
import { MetaAccountsController } from './meta-accounts.controller';
import { Clock } from './clock';
import { DataDeletionService } from './data-deletion.service';
import { DeauthorizeService } from './deauthorize.service';
import { DataDeletionRequestEntity } from './entities/data-deletion-request.entity';
import { MetaAccountEntity } from './entities/meta-account.entity';
import { SignupCancellationEntity } from './entities/signup-cancellation.entity';
import { OAuthStateEntity } from './entities/oauth-state.entity';
import { FacebookLogin } from './facebook-login.service';
import { FacebookLoginAccounts } from './facebook-login-accounts.service';
import { InstagramAuthApi } from './instagram-auth-api';
import { InstagramLogin } from './instagram-login.service';
import { LoginDialog } from './login-dialog';
import { MetaAccountsRepository } from './meta-accounts.repository';
import { MetaAccountsService } from './meta-accounts.service';
import { MetaAuthApi } from './meta-auth-api';
import { MetaCallbackReader } from './meta-callback';
import { MetaCallbacksController } from './meta-callbacks.controller';
import { MetaCallbacksRepository } from './meta-callbacks.repository';
import { MetaLogins } from './meta-logins';
import { MetaTokenService } from './meta-token.service';
import { OAuthController } from './oauth.controller';
import { OAuthService } from './oauth.service';
import { OAuthStateService } from './oauth-state.service';
import { OAuthStatesRepository } from './oauth-states.repository';
import { PermissionsChangedHandler } from './permissions-changed.handler';
import { RedirectUriPolicy } from './redirect-uri.policy';
import { SignupCancellations } from './signup-cancellations.service';
import { SignupCancellationsController } from './signup-cancellations.controller';
import { SignupFollowUps } from './signup-follow-up';
import { TokenMetrics } from './token.metrics';
import { TokenExaminations } from './token-examination.service';
import { TokenRefreshScheduler } from './token-refresh.scheduler';
import { TokenRefreshService } from './token-refresh.service';
import { TokenVault } from './token-vault';

@Module({
  imports: [
    TypeOrmModule.forFeature([
      MetaAccountEntity,
      OAuthStateEntity,
      DataDeletionRequestEntity,
      SignupCancellationEntity,
    ]),
    CryptoModule,
    GraphClientModule,
    QueueModule,
    WebhooksModule,
  ],
  controllers: [
    OAuthController,
    MetaAccountsController,
    MetaCallbacksController,
    SignupCancellationsController,
  ],
  providers: [
    AccountHealth,
    ChannelHealthChecks,
    Clock,
    DataDeletionService,
    DeauthorizeService,
    FacebookLogin,
    FacebookLoginAccounts,
    InstagramAuthApi,
    InstagramLogin,
    LoginDialog,
    MetaAccountsRepository,
    MetaAccountsService,
    MetaAuthApi,
    MetaCallbackReader,
    MetaCallbacksRepository,
    MetaLogins,
    MetaTokenService,
    OAuthService,
    OAuthStateService,
    OAuthStatesRepository,
    PermissionsChangedHandler,
    RedirectUriPolicy,
    SignupCancellations,
    SignupFollowUps,
    TokenMetrics,
    TokenExaminations,
    TokenRefreshScheduler,
    TokenRefreshService,
    TokenVault,
  ],
  exports: [
    ChannelHealthChecks,
    FacebookLoginAccounts,
    MetaTokenService,
    MetaAccountsService,
    SignupFollowUps,
    TokenExaminations,
  ],
})
export class MetaAuthModule {}
