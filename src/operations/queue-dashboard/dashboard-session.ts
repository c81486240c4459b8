import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config';
import { TokenCipher } from '../../crypto/token-cipher';
import { ForbiddenError, UnauthorizedError } from '../../errors/app.error';
import { AccessReview } from '../../identity/access-review.service';
import { type AuthenticatedUser, includesRole } from '../../identity/authenticated-user';
import { CredentialsService } from '../../identity/credentials.service';

export const DASHBOARD_PATH = '/admin';
export const COOKIE_NAME = 'admin_session';

/** Of a cookie with its name: browsers drop longer ones without a word. */
const LONGEST_COOKIE = 4_000;
/** A session ends when the credential does; one without an end, as some products issue, ends after this. */
const LONGEST_SESSION_SECONDS = 3_600;
const CONTEXT = 'cookie:admin_session';

/** What an administrator's browser holds, readable by this service alone. */
export interface DashboardCredential {
  accessToken: string;
  /** Ends the login when the administrator logs out; null for an access token of another product. */
  refreshToken: string | null;
}

/** Lets administrators' browsers in, which cannot send a token when they load a page. */
@Injectable()
export class DashboardSession {
  constructor(
    private readonly config: AppConfig,
    private readonly cipher: TokenCipher,
    private readonly credentials: CredentialsService,
    private readonly accessReview: AccessReview,
  ) {}

  /**
   * @returns the value of a `Set-Cookie` header. The cookie is encrypted: who reads it has no token for the API.
   * @throws UnauthorizedError for a credential that does not hold, ForbiddenError for somebody who is no administrator
   */
  async open(credential: DashboardCredential): Promise<string> {
    const { expiresAt } = await this.holderOf(credential);
    const left = expiresAt === null ? Infinity : Math.floor((expiresAt.getTime() - Date.now()) / 1_000);
    const value = this.cipher.encrypt(JSON.stringify(credential), CONTEXT);
    if (value.length > LONGEST_COOKIE)
      throw new UnauthorizedError('This access token is too long for a cookie of a browser.');
    return this.cookie(value, Math.min(left, LONGEST_SESSION_SECONDS));
  }

  /** A `Set-Cookie` that takes it away again. */
  clear(): string {
    return this.cookie('', 0);
  }

  /**
   * Who sent this request. Everything is looked at anew each time: a user who was removed, is no administrator any more or
   * has logged out is out at once.
   * @param cookies the header `Cookie`
   * @throws UnauthorizedError, ForbiddenError
   */
  async userOf(cookies: string | undefined): Promise<AuthenticatedUser> {
    const credential = this.read(cookies);
    if (credential === null) throw new UnauthorizedError('Log in at /admin/login.');
    return (await this.holderOf(credential)).user;
  }

  /** What the cookie holds; null for none, and for one that this service did not make. */
  read(cookies: string | undefined): DashboardCredential | null {
    const value = cookieIn(cookies);
    if (value === undefined || value === '') return null;
    try {
      return credentialIn(JSON.parse(this.cipher.decrypt(value, CONTEXT)));
    } catch {
      return null;
    }
  }

  private async holderOf({ accessToken }: DashboardCredential): Promise<{
    user: AuthenticatedUser;
    expiresAt: Date | null;
  }> {
    const { user, expiresAt, loginId, apiKeyId } = await this.credentials.identify({
      authorization: `Bearer ${accessToken}`,
    });
    const [access] = await this.accessReview.review([{ userId: user.id, loginId, apiKeyId }]);
    if (access === null || access === undefined)
      throw new UnauthorizedError('This login has ended. Log in again.');
    if (!includesRole(access.role, 'admin')) throw new ForbiddenError('This needs the role admin.');
    return { user, expiresAt };
  }

  private cookie(value: string, seconds: number): string {
    return [
      `${COOKIE_NAME}=${value}`,
      `Path=${DASHBOARD_PATH}`,
      `Max-Age=${seconds}`,
      'HttpOnly',
      'SameSite=Strict',
      ...(this.config.publicUrl.startsWith('https:') ? ['Secure'] : []),
    ].join('; ');
  }
}

function cookieIn(header = ''): string | undefined {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${COOKIE_NAME}=`))
    ?.slice(COOKIE_NAME.length + 1);
}

function credentialIn(value: unknown): DashboardCredential | null {
  if (typeof value !== 'object' || value === null || !('accessToken' in value) || !('refreshToken' in value))
    return null;
  const { accessToken, refreshToken } = value;
  if (typeof accessToken !== 'string' || (refreshToken !== null && typeof refreshToken !== 'string'))
    return null;
  return { accessToken, refreshToken };
}
