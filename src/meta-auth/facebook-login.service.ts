import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { ValidationFailedError } from '../errors/app.error';
import { GraphReauthRequiredError, GraphRejectedError } from '../graph-client/graph.error';
import type { AssetClaim } from '../assets/assets.service';
import { Clock } from './clock';
import type { GranularScope, TokenKind } from './entities/meta-account.entity';
import type { IssuedToken, MetaPerson, PermissionVerdicts, TokenInspection } from './meta-auth-api';
import { MetaAuthApi } from './meta-auth-api';
import type {
  HeldAccount,
  LoginRequest,
  MetaLogin,
  ProvenLogin,
  RenewedToken,
  TokenHealth,
} from './meta-login';
import { isShortLived } from './token-schedule';
import { verdictOf, verdictOfInvalid } from './token-verdict';

interface InspectedToken {
  token: string;
  tokenExpiry: Date | null;
  tokenKind: TokenKind;
  inspection: TokenInspection;
}

/** Facebook Login, Login for Business and Embedded Signup: three dialogs, one kind of code and token. */
@Injectable()
export class FacebookLogin implements MetaLogin {
  constructor(
    private readonly api: MetaAuthApi,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  async prove({ code, redirectUri, signup }: LoginRequest): Promise<ProvenLogin> {
    let held = await this.inspectNew(await this.api.exchangeCode(code, redirectUri));
    if (held.tokenKind === 'user' && isShortLived(this.clock.now(), held.tokenExpiry)) {
      held = await this.inspectNew(await this.api.exchangeForLongLived(held.token));
    }
    const { token, inspection } = held;
    const person = await this.personBehind(token, inspection);
    const { granted, declined } = await this.permissionsOf(token, held.tokenKind, inspection);
    return {
      loginKind: signup === null ? 'facebook' : 'embedded_signup',
      metaAppId: this.config.env.META_APP_ID,
      metaUserId: person.id,
      name: person.name,
      token,
      tokenKind: held.tokenKind,
      tokenExpiry: held.tokenExpiry,
      dataAccessExpiry: inspection.dataAccessExpiresAt,
      permissions: granted,
      declinedPermissions: declined,
      granularScopes: inspection.granularScopes,
      claims: signup === null ? [] : await this.confirmSignup(token, inspection, signup),
    };
  }

  async inspect(token: string, account: HeldAccount): Promise<TokenHealth> {
    const inspection = await this.api.inspect(token);
    if (!inspection.isValid) {
      const verdict = verdictOfInvalid(inspection.error);
      if (verdict === null) throw refusedInspection(inspection);
      return { isAlive: false, verdict };
    }
    const { granted } = await this.permissionsOf(token, account.tokenKind, inspection);
    return {
      isAlive: true,
      tokenExpiry: inspection.expiresAt,
      dataAccessExpiry: inspection.dataAccessExpiresAt,
      permissions: granted,
      granularScopes: inspection.granularScopes,
    };
  }

  async renew(token: string, account: HeldAccount): Promise<RenewedToken | null> {
    if (account.tokenExpiry === null) return null;
    const issued =
      account.tokenKind === 'system_user'
        ? await this.api.renewSystemUserToken(token)
        : await this.api.exchangeForLongLived(token);
    return { token: issued.token, tokenExpiry: await this.expiryOf(issued) };
  }

  private async inspectNew(issued: IssuedToken): Promise<InspectedToken> {
    const inspection = await this.api.inspect(issued.token);
    const { appId } = inspection;
    if (!inspection.isValid) {
      throw refusedInspection(inspection);
    }
    // A code of another app cannot be exchanged with our secret; a stand-in between us and Meta could hand out its own.
    if (appId !== null && appId !== this.config.env.META_APP_ID) {
      throw new GraphRejectedError('The token of this login belongs to another Meta app.', {
        details: { reason: 'app_mismatch' },
      });
    }
    return {
      token: issued.token,
      tokenExpiry:
        issued.expiresInSeconds === null ? inspection.expiresAt : this.inSeconds(issued.expiresInSeconds),
      tokenKind: kindOf(inspection.type),
      inspection,
    };
  }

  /** System users are not everywhere allowed to read `/me`; `debug_token` knows their id as well. */
  private async personBehind(token: string, inspection: TokenInspection): Promise<MetaPerson> {
    try {
      return await this.api.me(token);
    } catch (error) {
      if (!saysOnlyNo(error) || inspection.userId === null) throw error;
      return { id: inspection.userId, name: null };
    }
  }

  /** `/me/permissions` knows what was declined, `debug_token` answers for system users too: each stands in for the other. */
  private async permissionsOf(
    token: string,
    kind: TokenKind,
    { scopes }: TokenInspection,
  ): Promise<PermissionVerdicts> {
    if (kind === 'system_user' && scopes.length > 0) return { granted: scopes, declined: [] };
    try {
      return await this.api.permissions(token);
    } catch (error) {
      if (!saysOnlyNo(error)) throw error;
      return { granted: scopes, declined: [] };
    }
  }

  /**
   * The ids came through a browser. `granular_scopes` says for which WABAs the permission was given, and reading them
   * with this very token proves that what works at run time works now.
   */
  private async confirmSignup(
    token: string,
    { granularScopes, scopes }: TokenInspection,
    { wabaId, phoneNumberId }: { wabaId: string; phoneNumberId: string | null },
  ): Promise<AssetClaim[]> {
    if (!isGrantedFor(wabaId, granularScopes, scopes)) throw notGranted('wabaId');
    try {
      const waba = await this.api.waba(token, wabaId);
      const claims: AssetClaim[] = [{ kind: 'waba', metaId: wabaId, name: waba.name }];
      if (phoneNumberId === null) return claims;
      const number = (await this.api.phoneNumbersOf(token, wabaId)).find(({ id }) => id === phoneNumberId);
      if (number === undefined) throw notGranted('phoneNumberId');
      return [...claims, { kind: 'phone_number', metaId: phoneNumberId, name: number.name }];
    } catch (error) {
      if (saysOnlyNo(error)) throw notGranted('wabaId');
      throw error;
    }
  }

  private async expiryOf({ token, expiresInSeconds }: IssuedToken): Promise<Date | null> {
    return expiresInSeconds === null
      ? (await this.api.inspect(token)).expiresAt
      : this.inSeconds(expiresInSeconds);
  }

  /** Some answers say 0 for a token that does not expire. */
  private inSeconds(seconds: number): Date | null {
    return seconds === 0 ? null : new Date(this.clock.now().getTime() + seconds * 1000);
  }
}

const MANAGEMENT = 'whatsapp_business_management';

/** @param scopes a token without any granular list holds its scopes for everything */
export function isGrantedFor(
  wabaId: string,
  granularScopes: readonly GranularScope[],
  scopes: readonly string[],
): boolean {
  const grants = granularScopes.filter(({ scope }) => scope === MANAGEMENT);
  if (grants.length === 0) return granularScopes.length === 0 && scopes.includes(MANAGEMENT);
  return grants.some(({ targetIds }) => targetIds?.includes(wabaId) ?? true);
}

function refusedInspection({ error }: TokenInspection): GraphRejectedError {
  return new GraphRejectedError('Meta says that the token is not valid.', {
    meta: error && { ...error, type: null, title: null, fbtraceId: null },
    details: { reason: 'token_invalid' },
  });
}

function kindOf(type: string | null): TokenKind {
  if (type === 'SYSTEM_USER') return 'system_user';
  if (type === 'USER' || type === null) return 'user';
  throw new GraphRejectedError(`Meta issued a token of type ${type}, which is not a login.`, {
    details: { reason: 'token_type' },
  });
}

/** Meta refused this one call, which says nothing about the token. */
function saysOnlyNo(error: unknown): boolean {
  if (error instanceof GraphRejectedError) return true;
  return error instanceof GraphReauthRequiredError && verdictOf(error.meta) === null;
}

function notGranted(field: 'wabaId' | 'phoneNumberId'): ValidationFailedError {
  return ValidationFailedError.of(
    field,
    'granted',
    field === 'wabaId'
      ? 'This login gives no access to that WhatsApp Business Account.'
      : 'This phone number does not belong to that WhatsApp Business Account.',
  );
}
