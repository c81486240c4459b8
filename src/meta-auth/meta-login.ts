import type { AssetClaim } from '../assets/assets.service';
import type { GranularScope, LoginKind, MetaAccountEntity, TokenKind } from './entities/meta-account.entity';
import type { TokenVerdict } from './token-verdict';

/** What the browser brought back from Meta. */
export interface LoginRequest {
  code: string;
  /** null for Embedded Signup. */
  redirectUri: string | null;
  /** What the browser says was picked in Embedded Signup; believed only after Meta confirmed it. */
  signup: { wabaId: string; phoneNumberId: string | null } | null;
}

/** A login that Meta has confirmed, ready to be stored. */
export interface ProvenLogin {
  loginKind: LoginKind;
  metaAppId: string;
  metaUserId: string;
  name: string | null;
  token: string;
  tokenKind: TokenKind;
  /** null = does not expire. */
  tokenExpiry: Date | null;
  dataAccessExpiry: Date | null;
  permissions: string[];
  declinedPermissions: string[];
  granularScopes: GranularScope[];
  /** Assets that this login was about; it fails as a whole if somebody else owns one. */
  claims: AssetClaim[];
}

export interface RenewedToken {
  token: string;
  tokenExpiry: Date | null;
}

/** How a stored token fares, in Meta's own words. */
export type TokenHealth =
  | { isAlive: false; verdict: TokenVerdict }
  | {
      isAlive: true;
      tokenExpiry: Date | null;
      dataAccessExpiry: Date | null;
      /** null where Meta has no way to ask. */
      permissions: string[] | null;
      granularScopes: GranularScope[] | null;
    };

export type HeldAccount = Pick<MetaAccountEntity, 'tokenKind' | 'tokenExpiry' | 'dataAccessExpiry'>;

/** One of Meta's ways in, with the life of the tokens that it hands out. */
export interface MetaLogin {
  /** @throws GraphRejectedError when Meta refuses the code, or the login is not one for this app */
  prove(request: LoginRequest): Promise<ProvenLogin>;
  /**
   * Asks Meta how the token is.
   * @throws GraphError when Meta could not be asked, or answered something that is no verdict on the token
   */
  inspect(token: string, account: HeldAccount): Promise<TokenHealth>;
  /**
   * A token that lives longer, possibly the same one; null where this one needs no renewal or cannot have it yet.
   * @throws GraphReauthRequiredError when Meta says that the token is dead
   */
  renew(token: string, account: HeldAccount): Promise<RenewedToken | null>;
}
