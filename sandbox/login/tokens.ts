import { createHmac, timingSafeEqual } from 'node:crypto';

import type { VirtualClock } from '../clock';
import { GraphError, invalidParameter, tokenError } from '../graph/graph-error';
import { newAccessToken, newCode } from '../ids';
import type { AppRecord, World } from '../world';

export type TokenKind = 'USER' | 'SYSTEM_USER' | 'PAGE' | 'APP' | 'INSTAGRAM';

export interface TokenRecord {
  token: string;
  kind: TokenKind;
  appId: string;
  personId?: string;
  pageId?: string;
  instagramId?: string;
  scopes: string[];
  /** Scope → the assets it is limited to; a scope that is not in here holds for all assets. */
  targets: Map<string, string[]>;
  issuedAt: number;
  /** Unix ms; 0 = does not expire. */
  expiresAt: number;
  dataAccessExpiresAt: number;
  isLongLived: boolean;
  /** Set once the token is dead before its time: the subcode of the 190 that follows. */
  deadSubcode?: number | null;
  clientBusinessId?: string;
  /** The user token that a Page token was read with. */
  parentToken?: string;
}

export interface CodeRecord {
  code: string;
  purpose: 'dialog' | 'embedded' | 'instagram';
  appId: string;
  personId: string;
  instagramId?: string;
  redirectUri: string | null;
  scopes: string[];
  targets: Map<string, string[]>;
  tokenKind: 'USER' | 'SYSTEM_USER';
  /** Seconds; 0 = the token that comes of it does not expire. */
  tokenSeconds: number;
  expiresAt: number;
  used: boolean;
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const LONG_LIVED_SECONDS = 5_184_000;
const DATA_ACCESS_MS = 90 * DAY_MS;

export function proofOf(token: string, appSecret: string): string {
  return createHmac('sha256', appSecret).update(token).digest('hex');
}

export function sameText(a: string, b: string): boolean {
  const first = Buffer.from(a);
  const second = Buffer.from(b);
  return first.length === second.length && timingSafeEqual(first, second);
}

export type NewToken = Pick<TokenRecord, 'kind' | 'appId'> &
  Partial<Omit<TokenRecord, 'token' | 'kind' | 'appId' | 'issuedAt' | 'expiresAt'>> & {
    expiresInSeconds: number;
  };

/** Issues, checks and kills tokens, and keeps the authorization codes. */
export class TokenStore {
  private readonly tokens = new Map<string, TokenRecord>();
  private readonly codes = new Map<string, CodeRecord>();
  /** What a person declined or took back: permission → status, per app and person. */
  private readonly verdicts = new Map<string, Map<string, 'granted' | 'declined'>>();

  constructor(
    private readonly clock: VirtualClock,
    private readonly world: World,
  ) {}

  clear(): void {
    this.tokens.clear();
    this.codes.clear();
    this.verdicts.clear();
  }

  all(): TokenRecord[] {
    return [...this.tokens.values()];
  }

  find(token: string): TokenRecord | undefined {
    return this.tokens.get(token) ?? this.appTokenFromSecret(token);
  }

  issue({ expiresInSeconds, ...parts }: NewToken): TokenRecord {
    const now = this.clock.now();
    const prefix = parts.kind === 'INSTAGRAM' ? 'IGAA' : parts.kind === 'APP' ? `${parts.appId}|` : 'EAA';
    const record: TokenRecord = {
      scopes: [],
      targets: new Map(),
      isLongLived: expiresInSeconds === 0,
      dataAccessExpiresAt: parts.kind === 'USER' ? now + DATA_ACCESS_MS : 0,
      ...parts,
      token: newAccessToken(prefix),
      issuedAt: now,
      expiresAt: expiresInSeconds === 0 ? 0 : now + expiresInSeconds * 1000,
    };
    this.tokens.set(record.token, record);
    return record;
  }

  issueCode(
    parts: Omit<CodeRecord, 'code' | 'used' | 'expiresAt'> & { lifetimeSeconds: number },
  ): CodeRecord {
    const { lifetimeSeconds, ...rest } = parts;
    const record: CodeRecord = {
      ...rest,
      code: newCode(),
      used: false,
      expiresAt: this.clock.now() + lifetimeSeconds * 1000,
    };
    this.codes.set(record.code, record);
    return record;
  }

  findCode(code: string): CodeRecord | undefined {
    return this.codes.get(code);
  }

  /** A Page's token expires with the user token it was read with, or never if that one is long-lived. */
  pageToken(parent: TokenRecord, pageId: string): TokenRecord {
    const existing = this.all().find(
      (token) =>
        token.kind === 'PAGE' &&
        token.pageId === pageId &&
        token.parentToken === parent.token &&
        this.problemOf(token) === null,
    );
    if (existing) return existing;
    const expiresInSeconds = parent.isLongLived
      ? 0
      : Math.max(1, Math.floor((parent.expiresAt - this.clock.now()) / 1000));
    const token = this.issue({
      kind: 'PAGE',
      appId: parent.appId,
      pageId,
      parentToken: parent.token,
      scopes: parent.scopes,
      targets: parent.targets,
      isLongLived: parent.isLongLived,
      expiresInSeconds,
      ...(parent.personId !== undefined && { personId: parent.personId }),
    });
    if (!parent.isLongLived) token.expiresAt = parent.expiresAt;
    return token;
  }

  /** Why a token is refused, or null where it is good. */
  problemOf(record: TokenRecord): GraphError | null {
    if (record.deadSubcode !== undefined) return deadTokenError(record.deadSubcode);
    const parent = record.parentToken === undefined ? undefined : this.tokens.get(record.parentToken);
    // A long-lived user token that merely runs out leaves its Page tokens alive; one that was taken back does not.
    if (parent && (parent.deadSubcode !== undefined || !record.isLongLived)) {
      const problem = this.problemOf(parent);
      if (problem) return problem;
    }
    if (record.expiresAt !== 0 && record.expiresAt <= this.clock.now()) {
      const at = new Date(record.expiresAt).toUTCString();
      return tokenError(`Error validating access token: Session has expired on ${at}.`, 463);
    }
    return null;
  }

  /** The record behind a token that came with a call, or the error that Graph answers. */
  authenticate(text: string): TokenRecord {
    const record = this.find(text);
    if (!record) throw tokenError('Invalid OAuth access token - Cannot parse access token');
    const problem = this.problemOf(record);
    if (problem) throw problem;
    return record;
  }

  checkProof(record: TokenRecord, proof: string | undefined): void {
    const app = this.world.findKind('app', record.appId);
    if (!app) return;
    if (proof === undefined) {
      if (!app.requireProof) return;
      throw new GraphError(100, 'API calls from the server require an appsecret_proof argument', {
        type: 'GraphMethodException',
      });
    }
    if (!sameText(proof, proofOf(record.token, app.secret))) {
      throw new GraphError(100, 'Invalid appsecret_proof provided in the API argument', {
        type: 'GraphMethodException',
      });
    }
  }

  kill(record: TokenRecord, subcode: number | null): void {
    record.deadSubcode = subcode;
  }

  /** The person has no role on the Page any more. */
  killPageTokens(pageId: string, personId: string): void {
    for (const token of this.tokens.values()) {
      if (token.kind === 'PAGE' && token.pageId === pageId && token.personId === personId) {
        this.kill(token, 492);
      }
    }
  }

  /** Everything that a person gave an app dies, as after "remove app" in the person's settings. */
  killPerson(appId: string, personId: string, subcode: number | null): void {
    for (const token of this.tokens.values()) {
      if (token.appId === appId && token.personId === personId) this.kill(token, subcode);
    }
  }

  /** Remembers what a person granted and declined in the dialog. */
  recordVerdict(appId: string, personId: string, permission: string, status: 'granted' | 'declined'): void {
    const key = `${appId}/${personId}`;
    const verdicts = this.verdicts.get(key) ?? new Map<string, 'granted' | 'declined'>();
    verdicts.set(permission, status);
    this.verdicts.set(key, verdicts);
  }

  verdictsOf(appId: string, personId: string): ReadonlyMap<string, 'granted' | 'declined'> {
    return this.verdicts.get(`${appId}/${personId}`) ?? new Map<string, 'granted' | 'declined'>();
  }

  /** Takes one permission away from all of the person's tokens. */
  revokePermission(appId: string, personId: string, permission: string): void {
    this.recordVerdict(appId, personId, permission, 'declined');
    for (const token of this.tokens.values()) {
      if (token.appId !== appId || token.personId !== personId) continue;
      token.scopes = token.scopes.filter((scope) => scope !== permission);
      token.targets.delete(permission);
    }
  }

  forgetVerdicts(appId: string, personId: string): void {
    this.verdicts.delete(`${appId}/${personId}`);
  }

  requireApp(clientId: string | undefined, clientSecret: string | undefined): AppRecord {
    if (clientId === undefined) throw new GraphError(101, 'Missing client_id parameter.');
    const app = this.world.findKind('app', clientId);
    if (!app)
      throw new GraphError(
        101,
        'Error validating application. Cannot get application info due to a system error.',
      );
    if (clientSecret === undefined) throw new GraphError(1, 'Missing client_secret parameter.');
    if (!sameText(clientSecret, app.secret)) throw new GraphError(1, 'Error validating client secret.');
    return app;
  }

  private appTokenFromSecret(text: string): TokenRecord | undefined {
    const [id, secret] = text.split('|');
    const app = id === undefined ? undefined : this.world.findKind('app', id);
    if (!app || secret === undefined || !sameText(secret, app.secret)) return undefined;
    return {
      token: text,
      kind: 'APP',
      appId: app.id,
      scopes: [],
      targets: new Map(),
      issuedAt: 0,
      expiresAt: 0,
      dataAccessExpiresAt: 0,
      isLongLived: true,
    };
  }
}

function deadTokenError(subcode: number | null): GraphError {
  const messages: Readonly<Record<number, string>> = {
    458: 'Error validating access token: The user has not authorized application.',
    459: 'Error validating access token: The session is invalid because the user has a pending checkpoint.',
    460: 'Error validating access token: The session has been invalidated because the user changed their password.',
    463: 'Error validating access token: Session has expired.',
    464: 'Error validating access token: Sessions for the user are not allowed because the user is not confirmed.',
    467: 'Error validating access token: The session is invalid because the user logged out.',
    492: 'Error validating access token: The user must be an administrator, editor, or moderator of the page.',
  };
  if (subcode === null)
    return tokenError('Error validating access token: The access token has been revoked.');
  return tokenError(messages[subcode] ?? 'Error validating access token.', subcode);
}

/** Used where a call needs the app's own token. */
export function requireAppToken(token: TokenRecord | undefined, appId?: string): TokenRecord {
  if (!token) throw new GraphError(104, 'An access token is required to request this resource.');
  if (token.kind !== 'APP') throw new GraphError(15, 'This method must be called with an app access_token.');
  if (appId !== undefined && token.appId !== appId)
    throw invalidParameter('The app token belongs to another app.');
  return token;
}
