import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { randomToken, sha256 } from '../crypto/secret-hash';
import type { UserId } from '../database/ids';
import { ValidationFailedError } from '../errors/app.error';
import { Clock } from './clock';
import { OAuthStatesRepository } from './oauth-states.repository';

export const LOGIN_PLATFORMS = ['facebook', 'instagram'] as const;
export type LoginPlatform = (typeof LOGIN_PLATFORMS)[number];

/** What `details.fields[].rule` names. */
export type StateProblem = 'signature' | 'expired' | 'user' | 'used' | 'redirectUri' | 'platform';

export interface StateClaims {
  userId: UserId;
  redirectUri: string | undefined;
  platform: LoginPlatform | undefined;
}

export interface RedeemedState {
  redirectUri: string;
  platform: LoginPlatform;
  /** Makes the state usable again, for a login that Meta could not be asked about. */
  giveBack: () => Promise<void>;
}

const LIFETIME_MS = 10 * 60_000;
const NONCE_BYTES = 18;

/**
 * The `state` of the OAuth dialog: proof that a code which comes back belongs to a login that the same user began here.
 * Form: `<nonce>.<expiry, Unix seconds in base 36>.<platform>.<signature>`.
 */
@Injectable()
export class OAuthStateService {
  private readonly keys: readonly Buffer[];

  constructor(
    { env }: AppConfig,
    private readonly states: OAuthStatesRepository,
    private readonly clock: Clock,
  ) {
    // While the app secret is rotated, dialogs that were begun under the old one can be finished.
    this.keys = [env.META_APP_SECRET, ...env.META_APP_SECRETS_PREVIOUS].map(keyFrom);
  }

  async issue(userId: UserId, redirectUri: string, platform: LoginPlatform): Promise<string> {
    const nonce = randomToken(NONCE_BYTES);
    const expiresAt = new Date(Math.ceil((this.clock.now().getTime() + LIFETIME_MS) / 1000) * 1000);
    await this.states.insert({ nonceHash: sha256(nonce), userId, redirectUri, expiresAt });
    const signed = [nonce, (expiresAt.getTime() / 1000).toString(36), platform].join('.');
    return `${signed}.${signatureOf(signed, this.keys[0])}`;
  }

  /**
   * Uses the state up. Somebody else's attempt does not.
   * @throws ValidationFailedError on `state` with a `StateProblem` as rule
   */
  async redeem(state: string, { userId, redirectUri, platform }: StateClaims): Promise<RedeemedState> {
    const { nonce, expiresAt, issuedFor } = this.parse(state);
    const now = this.clock.now();
    if (expiresAt <= now) throw refused('expired');
    const nonceHash = sha256(nonce);
    const stored = await this.states.find(nonceHash);
    if (stored !== null && stored.userId !== userId) throw refused('user');
    if (stored?.usedAt !== null) throw refused('used');
    if (redirectUri !== undefined && redirectUri !== stored.redirectUri) throw refused('redirectUri');
    if (platform !== undefined && platform !== issuedFor) throw refused('platform');
    if (!(await this.states.consume(nonceHash, userId, now))) throw refused('used');
    return {
      redirectUri: stored.redirectUri,
      platform: issuedFor,
      giveBack: () => this.states.giveBack(nonceHash),
    };
  }

  private parse(state: string): { nonce: string; expiresAt: Date; issuedFor: LoginPlatform } {
    const [, signed = '', nonce = '', expiry = '', name, signature = ''] =
      /^(([A-Za-z0-9_-]{24})\.([0-9a-z]{1,10})\.([a-z]+))\.([A-Za-z0-9_-]{43})$/.exec(state) ?? [];
    const isSigned = this.keys
      .map((key) => timingSafeEqual(sha256(signatureOf(signed, key)), sha256(signature)))
      .includes(true);
    const issuedFor = LOGIN_PLATFORMS.find((platform) => platform === name);
    if (!isSigned || issuedFor === undefined) throw refused('signature');
    return { nonce, expiresAt: new Date(parseInt(expiry, 36) * 1000), issuedFor };
  }
}

/** A key of its own, so that nothing else that is signed with the app secret can pass for a state. */
function keyFrom(appSecret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', appSecret, '', 'meta-auth/oauth-state/v1', 32));
}

function signatureOf(signed: string, key: Buffer | undefined): string {
  if (key === undefined) throw new Error('No app secret to sign the state with');
  return createHmac('sha256', key).update(signed).digest('base64url');
}

const MESSAGES: Record<StateProblem, string> = {
  signature: 'This state was not issued by this service.',
  expired: 'This login took longer than ten minutes. Begin it again.',
  user: 'This login was begun by another user.',
  used: 'This login was finished before. Begin a new one.',
  redirectUri: 'This login was begun with another redirectUri.',
  platform: 'This login was begun for another platform.',
};

function refused(problem: StateProblem): ValidationFailedError {
  return ValidationFailedError.of('state', problem, MESSAGES[problem]);
}
