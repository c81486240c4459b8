import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { ValidationFailedError } from '../errors/app.error';
import type { LoginPlatform } from './oauth-state.service';

/** What the Instagram parts of this product need, all at once: Instagram's dialog asks no more than once. */
const INSTAGRAM_SCOPES = [
  'instagram_business_basic',
  'instagram_business_manage_messages',
  'instagram_business_manage_comments',
  'instagram_business_content_publish',
  'instagram_business_manage_insights',
];

export interface DialogRequest {
  redirectUri: string;
  state: string;
  /** Ask again for what the person declined before; without it Meta leaves those out. */
  rerequest: boolean;
}

/** The addresses of Meta's dialogs. */
@Injectable()
export class LoginDialog {
  constructor(private readonly config: AppConfig) {}

  /** @throws ValidationFailedError on `platform` where this service has no Instagram app */
  assertAvailable(platform: LoginPlatform): void {
    if (platform === 'instagram' && this.config.env.INSTAGRAM_APP_ID === undefined) {
      throw ValidationFailedError.of(
        'platform',
        'configured',
        'Instagram Login is not set up here: INSTAGRAM_APP_ID and INSTAGRAM_APP_SECRET are missing.',
      );
    }
  }

  urlFor(platform: LoginPlatform, request: DialogRequest): string {
    return platform === 'instagram' ? this.instagramUrl(request) : this.facebookUrl(request);
  }

  private facebookUrl({ redirectUri, state, rerequest }: DialogRequest): string {
    const { META_OAUTH_URL, META_GRAPH_VERSION, META_APP_ID, META_CONFIG_ID, META_SCOPES } = this.config.env;
    const query = new URLSearchParams({
      client_id: META_APP_ID,
      redirect_uri: redirectUri,
      state,
      response_type: 'code',
      // A Login for Business configuration fixes the permissions; naming them as well is an error there.
      ...(META_CONFIG_ID === undefined
        ? { scope: META_SCOPES.join(',') }
        : { config_id: META_CONFIG_ID, override_default_response_type: 'true' }),
      ...(rerequest ? { auth_type: 'rerequest' } : {}),
    });
    return `${META_OAUTH_URL}/${META_GRAPH_VERSION}/dialog/oauth?${query.toString()}`;
  }

  private instagramUrl({ redirectUri, state }: DialogRequest): string {
    const { INSTAGRAM_OAUTH_URL, INSTAGRAM_APP_ID = '' } = this.config.env;
    const query = new URLSearchParams({
      client_id: INSTAGRAM_APP_ID,
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: INSTAGRAM_SCOPES.join(','),
      state,
    });
    return `${INSTAGRAM_OAUTH_URL}/oauth/authorize?${query.toString()}`;
  }
}
