import { Injectable } from '@nestjs/common';
import { IsNotEmpty, IsOptional, IsString } from 'class-validator';
import { AppConfig } from '../config/app-config';
import { GraphReauthRequiredError, GraphUnreadableAnswerError } from '../graph-client/graph.error';
import { GraphClient } from '../graph-client/graph-client';
import { GraphId, OptionalGraphNumber } from '../graph-client/graph-fields';
import type { IssuedToken } from './meta-auth-api';
import { LATEST_SECONDS, rejectedLike } from './meta-auth-api';

export interface InstagramLoginAnswer {
  token: string;
  permissions: string[];
}

export interface InstagramPerson {
  /** For this app only; what `signed_request` names. */
  appScopedId: string;
  /** The 1784… id of the professional account; what webhooks and endpoints name. */
  instagramId: string;
  username: string | null;
}

class TokenResponse {
  @IsString() @IsNotEmpty() access_token!: string;
  @OptionalGraphNumber(LATEST_SECONDS) expires_in?: number;
}

class PersonResponse {
  @IsOptional() @GraphId() id?: string;
  @GraphId() user_id!: string;
  @IsOptional() @IsString() username?: string;
}

/** The endpoints of Instagram Login, which has an app id, a secret and hosts of its own. */
@Injectable()
export class InstagramAuthApi {
  constructor(
    private readonly graph: GraphClient,
    private readonly config: AppConfig,
  ) {}

  /** @throws GraphRejectedError when the code is wrong, used, too old, or was issued for another address */
  async exchangeCode(code: string, redirectUri: string): Promise<InstagramLoginAnswer> {
    try {
      const answer = await this.graph.callUnknown({
        method: 'POST',
        path: '/oauth/access_token',
        versioned: false,
        host: 'instagram-login',
        token: null,
        form: new URLSearchParams({
          client_id: this.config.env.INSTAGRAM_APP_ID ?? '',
          client_secret: this.config.env.INSTAGRAM_APP_SECRET ?? '',
          grant_type: 'authorization_code',
          redirect_uri: redirectUri,
          code,
        }),
        retry: 'until-proven-accepted',
      });
      return readLoginAnswer(answer);
    } catch (error) {
      if (error instanceof GraphReauthRequiredError) throw rejectedLike(error);
      throw error;
    }
  }

  /** A token of one hour for one of sixty days. */
  async exchangeForLongLived(token: string): Promise<IssuedToken> {
    return this.requestToken('/access_token', {
      grant_type: 'ig_exchange_token',
      client_secret: this.config.env.INSTAGRAM_APP_SECRET,
      access_token: token,
    });
  }

  /** Sixty more days for a token that is alive and at least a day old. */
  async refresh(token: string): Promise<IssuedToken> {
    return this.requestToken('/refresh_access_token', {
      grant_type: 'ig_refresh_token',
      access_token: token,
    });
  }

  async me(token: string): Promise<InstagramPerson> {
    const { id, user_id, username } = await this.graph.call({
      method: 'GET',
      path: '/me',
      host: 'instagram',
      token,
      query: { fields: 'id,user_id,username' },
      response: PersonResponse,
    });
    return { appScopedId: id ?? user_id, instagramId: user_id, username: username ?? null };
  }

  private async requestToken(path: string, query: Record<string, string | undefined>): Promise<IssuedToken> {
    const answer = await this.graph.call({
      method: 'GET',
      path,
      versioned: false,
      host: 'instagram',
      token: null,
      query,
      response: TokenResponse,
    });
    return { token: answer.access_token, expiresInSeconds: answer.expires_in ?? null };
  }
}

/**
 * Both forms that Meta documents: the login itself, or a list of one under `data`; permissions as a list or as one text
 * with commas.
 */
export function readLoginAnswer(answer: unknown): InstagramLoginAnswer {
  const outer = asRecord(answer);
  const login = Array.isArray(outer.data) ? asRecord(outer.data[0]) : outer;
  const { access_token: token, permissions } = login;
  if (typeof token !== 'string' || token === '') {
    throw new GraphUnreadableAnswerError("Instagram's login answer holds no token.", 200);
  }
  const names: unknown[] =
    typeof permissions === 'string' ? permissions.split(',') : Array.isArray(permissions) ? permissions : [];
  return {
    token,
    permissions: names.flatMap((name) =>
      typeof name === 'string' && name.trim() !== '' ? [name.trim()] : [],
    ),
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
