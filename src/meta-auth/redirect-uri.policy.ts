import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { ValidationFailedError } from '../errors/app.error';

/** Where Meta may send people back to. Codes that end up at somebody else's address are accounts taken over. */
@Injectable()
export class RedirectUriPolicy {
  private readonly allowed: readonly string[];

  constructor({ env }: AppConfig) {
    this.allowed = env.OAUTH_REDIRECT_URIS;
    if (this.allowed.length === 0) {
      new Logger(RedirectUriPolicy.name).warn(
        'OAUTH_REDIRECT_URIS is empty: any https address is passed on, and only the list in the Meta app decides',
      );
    }
  }

  /**
   * Compared byte by byte, as Meta does.
   * @throws ValidationFailedError on `redirectUri`
   */
  assertAllowed(redirectUri: string): void {
    const isAllowed = this.allowed.length > 0 ? this.allowed.includes(redirectUri) : isPlausible(redirectUri);
    if (isAllowed) return;
    throw ValidationFailedError.of(
      'redirectUri',
      'allowed',
      this.allowed.length > 0
        ? 'redirectUri is not one of the addresses that this service is configured for.'
        : 'redirectUri must be an https address without fragment; http is possible on localhost only.',
    );
  }
}

const LOCAL_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

function isPlausible(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOCAL_HOSTS.includes(hostname));
  return isSafe && username === '' && password === '' && !text.includes('#') && !/\s/.test(text);
}
