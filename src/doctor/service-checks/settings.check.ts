import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import type { Check } from '../check-runner';
import { type Finding, about } from '../finding';

/** Keys that are only there to read what nobody has re-encrypted yet. */
const MANY_KEYS = 3;
const FEWEST_CHARACTERS = 12;

/** What the settings alone tell. */
@Injectable()
export class SettingsCheck implements Check {
  readonly name = 'settings';
  readonly subject = 'the settings';

  constructor(private readonly config: AppConfig) {}

  look(): Promise<Finding[]> {
    return Promise.resolve([this.publicUrl(), this.redirects(), this.keys(), this.login(), this.secrets()]);
  }

  private publicUrl(): Finding {
    const finding = about('public-url', 'PUBLIC_URL');
    const { publicUrl, env } = this.config;
    const evidence = { publicUrl, webhookUrl: this.config.webhookUrl };
    if (!callsMeta(this.config))
      return finding({
        severity: 'ok',
        title: 'A stand-in plays Meta',
        explanation: `META_GRAPH_URL is ${env.META_GRAPH_URL}, so any address that it can reach will do.`,
        evidence,
      });
    const problem = publicUrlProblem(env.PUBLIC_URL);
    if (problem !== null)
      return finding({
        severity: 'error',
        title: 'Meta cannot deliver to PUBLIC_URL',
        explanation: problem,
        fix: 'Set PUBLIC_URL to the https address of the proxy in front of this service, restart, then POST /api/meta/webhook/configure for each account.',
        evidence,
      });
    return finding({
      severity: 'ok',
      title: 'PUBLIC_URL can be one that Meta reaches',
      explanation: 'It is https, and its name is a public one.',
      evidence,
    });
  }

  private redirects(): Finding {
    const finding = about('redirect-uris', 'OAUTH_REDIRECT_URIS');
    const uris = this.config.env.OAUTH_REDIRECT_URIS;
    if (uris.length === 0)
      return finding({
        severity: 'warning',
        title: 'No address may be returned to after a login at Meta',
        explanation:
          'Logging in by the dialog is refused, for its redirectUri is in no list. Embedded Signup works without.',
        fix: "Set OAUTH_REDIRECT_URIS to your frontend's callback addresses, and list the same under Facebook Login, Settings, Valid OAuth Redirect URIs.",
      });
    const plain = uris.filter((uri) => !uri.startsWith('https://') && !isLocal(uri));
    if (plain.length > 0 && callsMeta(this.config))
      return finding({
        severity: 'warning',
        title: 'Meta refuses redirect addresses without https',
        explanation: `Logins that return to ${plain.join(', ')} fail at Meta.`,
        fix: 'Use https addresses in OAUTH_REDIRECT_URIS and in the Meta app.',
        evidence: { redirectUris: uris },
      });
    return finding({
      severity: 'ok',
      title: 'Redirect addresses are set',
      explanation: 'The Meta app has to list exactly the same; that cannot be read from outside.',
      evidence: { redirectUris: uris },
    });
  }

  private keys(): Finding {
    const finding = about('encryption-keys', 'ENCRYPTION_KEYS');
    const ids = this.config.env.ENCRYPTION_KEYS.map((key) => key.slice(0, key.indexOf(':')));
    if (ids.length >= MANY_KEYS)
      return finding({
        severity: 'warning',
        title: 'Old encryption keys are still listed',
        explanation: `There are ${ids.length} keys; all but the first only read what was not encrypted again.`,
        fix: 'Run npm run tokens:reencrypt; once nothing is unreadable, take the older keys out.',
        evidence: { keyIds: ids },
      });
    return finding({
      severity: 'ok',
      title: 'Encryption keys are set',
      explanation: 'The first encrypts, all decrypt.',
      evidence: { keyIds: ids },
    });
  }

  private login(): Finding {
    const finding = about('login', 'the login');
    const { env } = this.config;
    const secret = env.AUTH_JWKS_URL === undefined ? (env.AUTH_JWT_SECRET ?? env.JWT_SECRET) : undefined;
    if (secret !== undefined && new Set(secret).size < FEWEST_CHARACTERS)
      return finding({
        severity: 'warning',
        title: 'The secret of access tokens is easy to guess',
        explanation: 'It consists of few different characters. Who guesses it can act as any user.',
        fix: this.config.usesExternalLogin
          ? 'Give the product that makes the tokens another secret, as `openssl rand -base64 48` makes one, and set AUTH_JWT_SECRET to it.'
          : 'Set another JWT_SECRET, as `openssl rand -base64 48` makes one, and leave this one out of JWT_SECRETS_PREVIOUS; all users log in again then.',
      });
    return finding({
      severity: 'ok',
      title: this.config.usesExternalLogin ? "Another product's logins are accepted" : 'Logins are our own',
      explanation: 'The settings of the login are complete.',
    });
  }

  private secrets(): Finding {
    const finding = about('app-secrets', 'META_APP_SECRET');
    const { META_APP_SECRETS_PREVIOUS: previous, INSTAGRAM_APP_SECRET } = this.config.env;
    return finding({
      severity: 'ok',
      title: previous.length === 0 ? 'One app secret' : 'App secrets are being rotated',
      explanation:
        previous.length === 0
          ? 'Deliveries are verified against META_APP_SECRET.'
          : 'Deliveries signed with an older secret are still taken; take META_APP_SECRETS_PREVIOUS out once Meta signs with the new one.',
      evidence: { previous: previous.length, instagram: INSTAGRAM_APP_SECRET !== undefined },
    });
  }
}

/** Whether Meta itself is called, or something that plays it. */
export function callsMeta({ env }: Pick<AppConfig, 'env'>): boolean {
  return /(?:^|\.)facebook\.com$/.test(new URL(env.META_GRAPH_URL).hostname);
}

/** Why Meta could not deliver there, as far as the address itself tells; null when nothing speaks against it. */
export function publicUrlProblem(publicUrl: string | undefined): string | null {
  if (publicUrl === undefined)
    return 'PUBLIC_URL is not set, so Meta would be given an address on this machine.';
  const { protocol, hostname } = new URL(publicUrl);
  if (protocol !== 'https:') return `${publicUrl} is not https. Meta delivers to https only.`;
  if (isInternal(hostname))
    return `${hostname} is a name or address of an internal network. Meta delivers from the internet.`;
  return null;
}

function isInternal(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (isIP(host) === 4)
    return /^(?:0\.|10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(
      host,
    );
  if (isIP(host) === 6) return /^(?:::1?$|f[cd]|fe[89ab])/.test(host);
  return !host.includes('.') || /\.(?:local|localhost|internal|lan|home|test|invalid)$/.test(host);
}

function isLocal(uri: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(uri).hostname);
}
