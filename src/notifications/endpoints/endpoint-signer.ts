import { Injectable } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { TokenCipher } from '../../crypto/token-cipher';

/** What an endpoint keeps secret, as it is stored. */
export interface StoredSecrets {
  id: string;
  secret: string;
  previous_secret: string | null;
  previous_secret_until: Date | null;
  headers: string | null;
}

/** Signs messages after the Standard Webhooks specification, and keeps what endpoints keep secret. */
@Injectable()
export class EndpointSigner {
  constructor(private readonly cipher: TokenCipher) {}

  encryptSecret(id: string, secret: string): string {
    return this.cipher.encrypt(secret, context(id, 'secret'));
  }

  /** The present secret, as it is to be kept beside the one that takes its place. */
  toPrevious(id: string, stored: string): string {
    return this.cipher.encrypt(
      this.cipher.decrypt(stored, context(id, 'secret')),
      context(id, 'previous_secret'),
    );
  }

  encryptHeaders(id: string, headers: Readonly<Record<string, string>>): string | null {
    return Object.keys(headers).length === 0
      ? null
      : this.cipher.encrypt(JSON.stringify(headers), context(id, 'headers'));
  }

  /**
   * Every header of a request: the endpoint's own, and those of the specification, which nobody's own replace.
   * @throws TokenUndecryptableError
   */
  headersOf(stored: StoredSecrets, messageId: string, body: string, now: Date): Record<string, string> {
    const own =
      stored.headers === null
        ? {}
        : parseHeaders(this.cipher.decrypt(stored.headers, context(stored.id, 'headers')));
    return {
      ...own,
      'content-type': 'application/json',
      'user-agent': 'meta-business-backend-webhooks/1',
      'webhook-id': messageId,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': this.secretsOf(stored, now)
        .map((secret) => new Webhook(secret).sign(messageId, now, body))
        .join(' '),
    };
  }

  /** While a secret is being replaced both sign, so that a receiver may know either. */
  private secretsOf(stored: StoredSecrets, now: Date): string[] {
    const { id, secret, previous_secret: previous, previous_secret_until: until } = stored;
    const secrets = [this.cipher.decrypt(secret, context(id, 'secret'))];
    if (previous !== null && until !== null && until > now)
      secrets.push(this.cipher.decrypt(previous, context(id, 'previous_secret')));
    return secrets;
  }
}

function context(id: string, column: 'secret' | 'previous_secret' | 'headers'): string {
  return `notification_endpoints:${id}:${column}`;
}

function parseHeaders(text: string): Record<string, string> {
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, string>) : {};
}
