import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { GraphReauthRequiredError } from '../graph-client/graph.error';
import { Clock } from './clock';
import { InstagramAuthApi } from './instagram-auth-api';
import type { IssuedToken } from './meta-auth-api';
import type {
  HeldAccount,
  LoginRequest,
  MetaLogin,
  ProvenLogin,
  RenewedToken,
  TokenHealth,
} from './meta-login';
import { isTooYoungForInstagram } from './token-schedule';
import { verdictOf } from './token-verdict';

/** What Meta documents for a long-lived Instagram token, for answers that do not say it themselves. */
const USUAL_LIFE_SECONDS = 60 * 86_400;

/** Instagram Login: professional accounts without a Page. */
@Injectable()
export class InstagramLogin implements MetaLogin {
  constructor(
    private readonly api: InstagramAuthApi,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  async prove({ code, redirectUri }: LoginRequest): Promise<ProvenLogin> {
    const login = await this.api.exchangeCode(code, redirectUri ?? '');
    const issued = await this.api.exchangeForLongLived(login.token);
    const person = await this.api.me(issued.token);
    return {
      loginKind: 'instagram',
      metaAppId: this.config.env.INSTAGRAM_APP_ID ?? '',
      metaUserId: person.appScopedId,
      name: person.username,
      token: issued.token,
      tokenKind: 'instagram_user',
      tokenExpiry: this.expiryOf(issued),
      dataAccessExpiry: null,
      permissions: login.permissions,
      declinedPermissions: [],
      granularScopes: [],
      claims: [{ kind: 'instagram', metaId: person.instagramId, name: person.username }],
    };
  }

  /** There is no `debug_token` on this host: a token that reads its own account is alive. */
  async inspect(token: string, { tokenExpiry, dataAccessExpiry }: HeldAccount): Promise<TokenHealth> {
    try {
      await this.api.me(token);
    } catch (error) {
      const verdict = error instanceof GraphReauthRequiredError ? verdictOf(error.meta) : null;
      if (verdict === null) throw error;
      return { isAlive: false, verdict };
    }
    return { isAlive: true, tokenExpiry, dataAccessExpiry, permissions: null, granularScopes: null };
  }

  async renew(token: string, { tokenExpiry }: HeldAccount): Promise<RenewedToken | null> {
    if (isTooYoungForInstagram(this.clock.now(), tokenExpiry)) return null;
    const issued = await this.api.refresh(token);
    return { token: issued.token, tokenExpiry: this.expiryOf(issued) };
  }

  private expiryOf({ expiresInSeconds }: IssuedToken): Date {
    return new Date(this.clock.now().getTime() + (expiresInSeconds ?? USUAL_LIFE_SECONDS) * 1000);
  }
}
