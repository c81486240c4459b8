import { Injectable } from '@nestjs/common';
import { AssetsService } from '../assets/assets.service';
import type { AccountId } from '../database/ids';
import { Outbox } from '../domain-events/outbox';
import { AppError, ValidationFailedError } from '../errors/app.error';
import { AccountAccess } from '../identity/account-access.service';
import type { AuthenticatedUser } from '../identity/authenticated-user';
import { JobQueue } from '../queue/job-queue';
import { Clock } from './clock';
import type { ConnectDto } from './dto/connect.dto';
import { LoginDialog } from './login-dialog';
import { MetaAccountsRepository } from './meta-accounts.repository';
import type { LoginRequest, ProvenLogin } from './meta-login';
import { MetaLogins } from './meta-logins';
import type { LoginPlatform } from './oauth-state.service';
import { OAuthStateService } from './oauth-state.service';
import { RedirectUriPolicy } from './redirect-uri.policy';
import { type FinishedSignup, SignupFollowUps, type SignupProgress } from './signup-follow-up';
import { nextCheckAt } from './token-schedule';
import { TokenVault } from './token-vault';

export interface LoginStart {
  redirectUri: string;
  platform: LoginPlatform;
  rerequest: boolean;
}

export interface ConnectedLogin {
  accountId: AccountId;
  login: ProvenLogin;
  /** What is still to be done for what Embedded Signup brought in; null for other logins. */
  onboarding: SignupProgress | null;
}

interface OpenedLogin {
  request: LoginRequest;
  platform: LoginPlatform;
  /** What Embedded Signup brought, as the browser says; null for other logins. */
  signup: FinishedSignup | null;
  giveBackState: () => Promise<void>;
}

/** Connecting: from the dialog's address to a stored login. */
@Injectable()
export class OAuthService {
  constructor(
    private readonly dialog: LoginDialog,
    private readonly redirects: RedirectUriPolicy,
    private readonly states: OAuthStateService,
    private readonly logins: MetaLogins,
    private readonly accounts: MetaAccountsRepository,
    private readonly vault: TokenVault,
    private readonly access: AccountAccess,
    private readonly assets: AssetsService,
    private readonly outbox: Outbox,
    private readonly jobs: JobQueue,
    private readonly clock: Clock,
    private readonly followUps: SignupFollowUps,
  ) {}

  /** @throws ValidationFailedError on `redirectUri` or `platform` */
  async begin(user: AuthenticatedUser, start: LoginStart): Promise<{ url: string; state: string }> {
    const { redirectUri, platform, rerequest } = start;
    this.dialog.assertAvailable(platform);
    this.redirects.assertAllowed(redirectUri);
    const state = await this.states.issue(user.id, redirectUri, platform);
    return { url: this.dialog.urlFor(platform, { redirectUri, state, rerequest }), state };
  }

  /**
   * Turns a code into a connected account. Until Meta has confirmed all of it nothing is written; then everything is, in
   * one transaction.
   * @throws ValidationFailedError on `redirectUri`, `state`, `platform`, `wabaId` or `phoneNumberId`
   * @throws GraphRejectedError when Meta refuses the code
   * @throws GraphUnavailableError when Meta could not be asked; `state` can be used again
   * @throws ConflictError when somebody else owns one of the assets
   */
  async connect(user: AuthenticatedUser, dto: ConnectDto): Promise<ConnectedLogin> {
    const opened = await this.open(user, dto);
    const login = await this.prove(opened);
    const { accountId, onboardingId } = await this.store(user, login, opened.signup);
    // A wake-up only: what is not found now is found when somebody first asks for it.
    await this.jobs.add('asset-discovery', 'discover', { accountId });
    // From here on nothing fails the request: the code is spent, and what is left to do stands in the database.
    const onboarding = onboardingId === null ? null : await this.followUps.begin(accountId, onboardingId);
    return { accountId, login, onboarding };
  }

  /** Everything that can be refused without asking Meta. */
  private async open(user: AuthenticatedUser, dto: ConnectDto): Promise<OpenedLogin> {
    assertConsistent(dto);
    if (dto.platform !== undefined) this.dialog.assertAvailable(dto.platform);
    if (dto.redirectUri !== undefined) this.redirects.assertAllowed(dto.redirectUri);
    const redeemed =
      dto.state === undefined
        ? null
        : await this.states.redeem(dto.state, {
            userId: user.id,
            redirectUri: dto.redirectUri,
            platform: dto.platform,
          });
    const platform = dto.platform ?? redeemed?.platform ?? 'facebook';
    this.dialog.assertAvailable(platform);
    const code = dto.code.replace(/#_(=_)?$/, ''); // browsers copy the fragment that Meta appends
    const giveBackState = redeemed?.giveBack ?? (() => Promise.resolve());
    if (dto.wabaId !== undefined) {
      const signup = signupOf(dto, dto.wabaId);
      return { request: { code, redirectUri: null, signup }, signup, platform, giveBackState };
    }
    const redirectUri = dto.redirectUri ?? redeemed?.redirectUri;
    if (redirectUri === undefined) {
      throw ValidationFailedError.of(
        'redirectUri',
        'isDefined',
        'redirectUri is needed, exactly as in the dialog; only Embedded Signup (with wabaId) goes without.',
      );
    }
    return { request: { code, redirectUri, signup: null }, signup: null, platform, giveBackState };
  }

  private async prove({ platform, giveBackState, request }: OpenedLogin): Promise<ProvenLogin> {
    try {
      return await this.logins.of(platform).prove(request);
    } catch (error) {
      // The caller is told to try again, so it must be able to.
      if (error instanceof AppError && error.retryable) await giveBackState();
      throw error;
    }
  }

  private async store(
    user: AuthenticatedUser,
    login: ProvenLogin,
    signup: FinishedSignup | null,
  ): Promise<{ accountId: AccountId; onboardingId: string | null }> {
    const now = this.clock.now();
    return this.accounts.transaction(async (tx) => {
      const { metaAppId, metaUserId } = login;
      const before = await this.accounts.lockLogin(tx, { userId: user.id, metaAppId, metaUserId });
      const accountId = before?.id ?? this.accounts.newId();
      const row = {
        loginKind: login.loginKind,
        name: login.name ?? before?.name ?? null,
        accessToken: this.vault.seal(accountId, login.token),
        tokenKind: login.tokenKind,
        tokenExpiry: login.tokenExpiry,
        dataAccessExpiry: login.dataAccessExpiry,
        status: 'active' as const,
        statusReason: null,
        permissions: login.permissions,
        granularScopes: login.granularScopes,
        nextRefreshAt: nextCheckAt({ now, expiresAt: login.tokenExpiry, random: Math.random() }),
        refreshFailures: 0,
        lastCheckedAt: now,
        deletedAt: null,
      };
      if (before === null) {
        await this.accounts.insert(tx, accountId, { userId: user.id, metaAppId, metaUserId, ...row });
      } else {
        await this.accounts.update(tx, accountId, row);
      }
      await this.access.setMember(tx, { accountId, userId: user.id, role: 'owner', accountName: row.name });
      await this.access.rename(tx, accountId, row.name);
      await this.assets.claim(tx, accountId, login.claims);
      await this.outbox.record(tx, [{ kind: 'account.connected', accountId, payload: { accountId } }]);
      const onboardingId = signup === null ? null : await this.followUps.record(tx, accountId, signup);
      return { accountId, onboardingId };
    });
  }
}

/** Without an event the ids tell what it was. */
function signupOf({ phoneNumberId, event, pin }: ConnectDto, wabaId: string): FinishedSignup {
  return {
    wabaId,
    phoneNumberId: phoneNumberId ?? null,
    event: event ?? (phoneNumberId === undefined ? 'FINISH_ONLY_WABA' : 'FINISH'),
    pin: pin ?? null,
  };
}

/** Fields that make no sense together. */
function assertConsistent(dto: ConnectDto): void {
  const { platform, wabaId, phoneNumberId, event } = dto;
  if (wabaId === undefined && (phoneNumberId ?? dto.businessId ?? event ?? dto.pin) !== undefined) {
    throw ValidationFailedError.of(
      'wabaId',
      'isDefined',
      'phoneNumberId, businessId, event and pin come with a wabaId only.',
    );
  }
  if (wabaId !== undefined && platform === 'instagram') {
    throw ValidationFailedError.of(
      'wabaId',
      'platform',
      'WhatsApp accounts are not connected with Instagram Login.',
    );
  }
  if (event === 'FINISH' && phoneNumberId === undefined) {
    throw ValidationFailedError.of(
      'phoneNumberId',
      'isDefined',
      'The event FINISH has a phone_number_id. Without one it is FINISH_ONLY_WABA.',
    );
  }
}
