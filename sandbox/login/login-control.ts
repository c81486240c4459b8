import { applyGrant, INSTAGRAM_LOGIN_SCOPES, issueCode, PAGE_SCOPES, WHATSAPP_SCOPES } from './grants';
import { postSignedRequest, revokeEverything, revokeOne, type CallbackResult } from './revocation';
import type { TokenRecord } from './tokens';
import { WorldControl } from '../control/world-control';

export interface GrantInput {
  /** The seeded app and person where left out. */
  appId?: string;
  personId?: string;
  /** WhatsApp's three where left out. */
  scopes?: string[];
  decline?: string[];
  /** `all`, or scope → asset ids; left out: the assets that the person has now. */
  targets?: 'all' | Record<string, string[]>;
  tokenKind?: 'USER' | 'SYSTEM_USER';
  /** Life of the token that comes of it, in seconds; 0 = for ever. */
  expiresInSeconds?: number;
}

export interface CodeInput extends GrantInput {
  /** Byte for byte what the exchange will send. Left out: an Embedded Signup code, exchanged without it. */
  redirectUri?: string;
  /** Life of the code itself. */
  lifetimeSeconds?: number;
  instagramId?: string;
}

export interface TokenInput extends GrantInput {
  /** Gives the token of this Page, as a user with all of the Page's permissions would read it. */
  pageId?: string;
  /** Gives a token of Instagram Login for this account. */
  instagramId?: string;
}

export interface IssuedToken {
  token: string;
  kind: string;
  /** Unix ms; 0 = never. */
  expiresAt: number;
}

/** Logins without a browser, and what can become of tokens. */
export class LoginControl extends WorldControl {
  /** A code as the dialog (with `redirectUri`) or Embedded Signup (without) would give it, without any page. */
  issueCode(input: CodeInput = {}): { code: string; expiresAt: number } {
    const { redirectUri, lifetimeSeconds, instagramId } = input;
    const purpose =
      instagramId !== undefined ? 'instagram' : redirectUri === undefined ? 'embedded' : 'dialog';
    const code = issueCode(this.context, {
      ...this.grantOf(input),
      purpose,
      redirectUri: redirectUri ?? null,
      ...(input.tokenKind && { tokenKind: input.tokenKind }),
      ...(input.expiresInSeconds !== undefined && { tokenSeconds: input.expiresInSeconds }),
      ...(lifetimeSeconds !== undefined && { lifetimeSeconds }),
      ...(instagramId !== undefined && { instagramId }),
    });
    return { code: code.code, expiresAt: code.expiresAt };
  }

  /** A token at once, for tests that are not about the login: of a user or system user, a Page or an Instagram account. */
  issueToken(input: TokenInput = {}): IssuedToken {
    const { pageId, instagramId } = input;
    const usual =
      instagramId !== undefined
        ? INSTAGRAM_LOGIN_SCOPES
        : pageId !== undefined
          ? PAGE_SCOPES
          : WHATSAPP_SCOPES;
    const grant = this.grantOf({ scopes: usual, ...input });
    const { tokens, settings, world } = this.context;
    const { scopes, targets } = applyGrant(this.context, grant);
    const token = tokens.issue({
      kind: instagramId === undefined ? (input.tokenKind ?? 'USER') : 'INSTAGRAM',
      appId: grant.appId,
      personId: grant.personId,
      scopes,
      targets: instagramId === undefined ? targets : new Map<string, string[]>(),
      expiresInSeconds: input.expiresInSeconds ?? settings.tokens.userTokenSeconds,
      isLongLived: input.expiresInSeconds === 0 || (input.expiresInSeconds ?? 0) > 86_400,
      ...(instagramId !== undefined && { instagramId: world.get('instagram', instagramId).id }),
    });
    if (pageId === undefined) return viewToken(token);
    return viewToken(tokens.pageToken(token, world.get('page', pageId).id));
  }

  tokens(): IssuedToken[] {
    return this.context.tokens.all().map(viewToken);
  }

  /** The token expires now. */
  expireToken(token: string): void {
    this.knownToken(token).expiresAt = this.context.clock.now() - 1;
  }

  /** The token dies with a subcode of code 190 (458, 459, 460, 463, 464, 467, 492), or with none. */
  revokeToken(token: string, subcode: number | null = null): void {
    this.context.tokens.kill(this.knownToken(token), subcode);
  }

  /** One permission is taken back; the `permissions` webhook tells it. Without name: the app is removed entirely. */
  revokePermission(input: { permission?: string; personId?: string; appId?: string } = {}): void {
    const { appId, personId } = this.grantOf(input);
    if (input.permission === undefined) revokeEverything(this.context, appId, personId);
    else revokeOne(this.context, appId, personId, input.permission);
  }

  /** The person removes the app: tokens die, and the deauthorize callback is posted. Null where none is configured. */
  async deauthorize(input: { personId?: string; appId?: string } = {}): Promise<CallbackResult | null> {
    const { appId, personId } = this.grantOf(input);
    revokeEverything(this.context, appId, personId);
    return postSignedRequest(this.context, appId, personId, 'deauthorize');
  }

  /** The person asks for deletion of the data: posts the callback and gives back its answer. */
  async requestDataDeletion(
    input: { personId?: string; appId?: string } = {},
  ): Promise<CallbackResult | null> {
    const { appId, personId } = this.grantOf(input);
    return postSignedRequest(this.context, appId, personId, 'data-deletion');
  }

  private knownToken(text: string): TokenRecord {
    const token = this.context.tokens.all().find((candidate) => candidate.token === text);
    if (!token) throw new Error('There is no such token.');
    return token;
  }

  private grantOf(input: GrantInput) {
    const { world } = this.context;
    return {
      appId: input.appId ?? world.first('app').id,
      personId: input.personId ?? world.first('person').id,
      scopes: input.scopes ?? WHATSAPP_SCOPES,
      ...(input.decline && { decline: input.decline }),
      ...(input.targets && { targets: input.targets }),
    };
  }
}

function viewToken({ token, kind, expiresAt }: TokenRecord): IssuedToken {
  return { token, kind, expiresAt };
}
