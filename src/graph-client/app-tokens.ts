import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';

/** Tokens that stand for the Meta app itself, for subscriptions and `debug_token`; a user's token works for neither. */
@Injectable()
export class AppTokens {
  constructor(private readonly config: AppConfig) {}

  /** Meta takes id and secret joined in place of an app token that would have to be fetched and kept. */
  get appToken(): string {
    const { META_APP_ID, META_APP_SECRET } = this.config.env;
    return `${META_APP_ID}|${META_APP_SECRET}`;
  }
}
