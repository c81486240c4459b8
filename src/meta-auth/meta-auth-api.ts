import { Injectable } from '@nestjs/common';
import { Transform, Type } from 'class-transformer';
import { IsArray, IsNotEmpty, IsOptional, IsString, ValidateNested } from 'class-validator';
import { AppConfig } from '../config/app-config';
import { AppTokens } from '../graph-client/app-tokens';
import {
  GraphConfigurationError,
  GraphReauthRequiredError,
  GraphRejectedError,
} from '../graph-client/graph.error';
import { GraphClient } from '../graph-client/graph-client';
import { GraphFlag, GraphId, GraphSuccess, OptionalGraphNumber } from '../graph-client/graph-fields';
import type { GranularScope } from './entities/meta-account.entity';

/** A token as an exchange hands it out. */
export interface IssuedToken {
  token: string;
  /** null when Meta left it out, which does not mean that it never expires: `debug_token` knows. */
  expiresInSeconds: number | null;
}

/** What `debug_token` says. */
export interface TokenInspection {
  isValid: boolean;
  appId: string | null;
  /** `USER`, `SYSTEM_USER`, `PAGE`, `APP`; null in old answers. */
  type: string | null;
  userId: string | null;
  /** null = does not expire. */
  expiresAt: Date | null;
  dataAccessExpiresAt: Date | null;
  scopes: string[];
  granularScopes: GranularScope[];
  /** Why it is not valid, when Meta says so. */
  error: { code: number | null; subcode: number | null; message: string } | null;
}

export interface MetaPerson {
  id: string;
  name: string | null;
}

export interface PermissionVerdicts {
  granted: string[];
  /** Refused by the person, or run out since. */
  declined: string[];
}

export interface NamedAsset {
  id: string;
  name: string | null;
}

/** The end of the year 9999 in Unix seconds. What is later is no time, and no date could hold it. */
export const LATEST_SECONDS = 253_402_300_799;

// A login code is spent once Meta has answered. So only what nothing works without may make an answer useless: a
// lifetime that cannot be read counts as not told, and `debug_token` or Meta's refusals tell it later.
class TokenResponse {
  @IsString() @IsNotEmpty() access_token!: string;
  @OptionalGraphNumber(LATEST_SECONDS) expires_in?: number;
}

class GranularScopeResponse {
  @IsString() scope!: string;
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (Array.isArray(value) ? value.map(String) : value))
  @IsString({ each: true })
  target_ids?: string[];
}

class InspectionErrorResponse {
  @OptionalGraphNumber() code?: number;
  @OptionalGraphNumber() subcode?: number;
  @IsOptional() @IsString() message?: string;
}

class InspectionDataResponse {
  @GraphFlag() is_valid!: boolean;
  @IsOptional() @GraphId() app_id?: string;
  @IsOptional() @IsString() type?: string;
  @IsOptional() @GraphId() user_id?: string;
  @OptionalGraphNumber(LATEST_SECONDS) expires_at?: number;
  @OptionalGraphNumber(LATEST_SECONDS) data_access_expires_at?: number;
  @IsOptional() @IsString({ each: true }) scopes?: string[];
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => GranularScopeResponse)
  granular_scopes?: GranularScopeResponse[];
  @IsOptional() @ValidateNested() @Type(() => InspectionErrorResponse) error?: InspectionErrorResponse;
}

class InspectionResponse {
  @ValidateNested() @Type(() => InspectionDataResponse) data!: InspectionDataResponse;
}

class PersonResponse {
  @GraphId() id!: string;
  @IsOptional() @IsString() name?: string;
}

class PermissionItem {
  @IsString() permission!: string;
  @IsString() status!: string;
}

class WabaResponse {
  @GraphId() id!: string;
  @IsOptional() @IsString() name?: string;
}

class PhoneNumberItem {
  @GraphId() id!: string;
  @IsOptional() @IsString() verified_name?: string;
}

/** Revoking is a courtesy on the way out; nobody waits long for it. */
const REVOKE_TIMEOUT_MS = 8_000;

/** The endpoints of Facebook Login and its tokens, and the two that prove what Embedded Signup's browser claims. */
@Injectable()
export class MetaAuthApi {
  constructor(
    private readonly graph: GraphClient,
    private readonly appTokens: AppTokens,
    private readonly config: AppConfig,
  ) {}

  /**
   * @param redirectUri exactly as in the dialog; null for Embedded Signup, where the exchange must not name one
   * @throws GraphRejectedError when the code is wrong, used, too old, or was issued for another address
   */
  async exchangeCode(code: string, redirectUri: string | null): Promise<IssuedToken> {
    try {
      // Using up the code is the point of the call, so it is repeated only where Meta surely did not see it.
      return await this.requestToken(
        { code, redirect_uri: redirectUri ?? undefined },
        'until-proven-accepted',
      );
    } catch (error) {
      // There is no connection yet that could be renewed: whatever Meta's code, it is the login that failed.
      if (error instanceof GraphReauthRequiredError) throw rejectedLike(error);
      throw error;
    }
  }

  /** A user token for one of about sixty days; Meta may return the same token. It must still be alive. */
  async exchangeForLongLived(token: string): Promise<IssuedToken> {
    return this.requestToken({ grant_type: 'fb_exchange_token', fb_exchange_token: token }, 'safe');
  }

  /** The same for a system user's token, if it is one that expires. */
  async renewSystemUserToken(token: string): Promise<IssuedToken> {
    return this.requestToken(
      { grant_type: 'fb_exchange_token', fb_exchange_token: token, set_token_expires_in_60_days: true },
      'safe',
    );
  }

  /**
   * Asks with the app's own token. An answer about a dead `token` is no error: it says `isValid: false`.
   * @throws GraphConfigurationError when Meta refuses the app token, so that nobody takes it for the person's
   */
  async inspect(token: string): Promise<TokenInspection> {
    try {
      const { data } = await this.graph.call({
        method: 'GET',
        path: '/debug_token',
        token: this.appTokens.appToken,
        query: { input_token: token },
        response: InspectionResponse,
      });
      return toInspection(data);
    } catch (error) {
      if (!(error instanceof GraphReauthRequiredError)) throw error;
      throw new GraphConfigurationError(
        'Meta does not accept the app token of this service.',
        'Compare META_APP_ID and META_APP_SECRET with the Meta app dashboard.',
        { meta: error.meta },
      );
    }
  }

  async me(token: string): Promise<MetaPerson> {
    const query = { fields: 'id,name' };
    const { id, name } = await this.graph.call({
      method: 'GET',
      path: '/me',
      token,
      query,
      response: PersonResponse,
    });
    return { id, name: name ?? null };
  }

  async permissions(token: string): Promise<PermissionVerdicts> {
    const verdicts: PermissionVerdicts = { granted: [], declined: [] };
    for await (const item of this.graph.paginate({ path: '/me/permissions', token, item: PermissionItem })) {
      (item.status === 'granted' ? verdicts.granted : verdicts.declined).push(item.permission);
    }
    return verdicts;
  }

  /** Takes all permissions from the app, which kills every token that the person gave it. One attempt, a few seconds. */
  async revokeAll(token: string, metaUserId: string): Promise<boolean> {
    const { success } = await this.graph.call({
      method: 'DELETE',
      path: `/${encodeURIComponent(metaUserId)}/permissions`,
      token,
      response: GraphSuccess,
      timeoutMs: REVOKE_TIMEOUT_MS,
    });
    return success;
  }

  async waba(token: string, wabaId: string): Promise<NamedAsset> {
    const { id, name } = await this.graph.call({
      method: 'GET',
      path: `/${encodeURIComponent(wabaId)}`,
      token,
      query: { fields: 'id,name' },
      response: WabaResponse,
    });
    return { id, name: name ?? null };
  }

  async phoneNumbersOf(token: string, wabaId: string): Promise<NamedAsset[]> {
    const numbers: NamedAsset[] = [];
    const path = `/${encodeURIComponent(wabaId)}/phone_numbers`;
    const query = { fields: 'id,verified_name' };
    for await (const item of this.graph.paginate({ path, token, query, item: PhoneNumberItem })) {
      numbers.push({ id: item.id, name: item.verified_name ?? null });
    }
    return numbers;
  }

  private async requestToken(
    grant: Record<string, string | boolean | undefined>,
    retry: 'safe' | 'until-proven-accepted',
  ): Promise<IssuedToken> {
    const { META_APP_ID, META_APP_SECRET } = this.config.env;
    const answer = await this.graph.call({
      method: 'GET',
      path: '/oauth/access_token',
      token: null,
      query: { client_id: META_APP_ID, client_secret: META_APP_SECRET, ...grant },
      response: TokenResponse,
      retry,
    });
    return { token: answer.access_token, expiresInSeconds: answer.expires_in ?? null };
  }
}

/** The same refusal as `META_REJECTED`. */
export function rejectedLike({ message, meta }: GraphReauthRequiredError): GraphRejectedError {
  return new GraphRejectedError(message, { meta });
}

function toInspection(data: InspectionDataResponse): TokenInspection {
  return {
    isValid: data.is_valid,
    appId: data.app_id ?? null,
    type: data.type ?? null,
    userId: data.user_id ?? null,
    expiresAt: instantOf(data.expires_at),
    dataAccessExpiresAt: instantOf(data.data_access_expires_at),
    scopes: data.scopes ?? [],
    granularScopes: (data.granular_scopes ?? []).map(({ scope, target_ids }) => ({
      scope,
      targetIds: target_ids ?? null,
    })),
    error:
      data.error === undefined
        ? null
        : {
            code: data.error.code ?? null,
            subcode: data.error.subcode ?? null,
            message: data.error.message ?? '',
          },
  };
}

/** Unix seconds, where 0 means never. */
function instantOf(seconds: number | undefined): Date | null {
  return seconds === undefined || seconds === 0 ? null : new Date(seconds * 1000);
}
