import type { AccountStatus, StatusReason } from './entities/meta-account.entity';

/** A token that Meta has declared dead. */
export interface TokenVerdict {
  status: Exclude<AccountStatus, 'active'>;
  reason: StatusReason;
  /** Meta may take the same token again once the person has done something on facebook.com. */
  mayHeal: boolean;
}

/** Subcodes of 190 that speak of the token itself. Source: Graph API documentation, "Handle errors". */
const BY_SUBCODE: ReadonlyMap<number | null, TokenVerdict> = new Map([
  [458, { status: 'revoked', reason: 'app_removed', mayHeal: false }],
  [459, { status: 'expired', reason: 'checkpoint', mayHeal: true }],
  [460, { status: 'expired', reason: 'password_changed', mayHeal: false }],
  [463, { status: 'expired', reason: 'token_expired', mayHeal: false }],
  [464, { status: 'expired', reason: 'unconfirmed_user', mayHeal: true }],
  [467, { status: 'expired', reason: 'logged_out', mayHeal: false }],
  [null, { status: 'expired', reason: 'token_invalid', mayHeal: false }],
]);
const INVALID: TokenVerdict = { status: 'expired', reason: 'token_invalid', mayHeal: false };

/**
 * Whether an error of Meta proves the user's token dead. A missing permission (10, 200–299) does not, nor does a 190
 * about something else: 492 is the person's role on one Page, 2069032 a call that wants a Page token.
 */
export function verdictOf(meta: { code: number | null; subcode: number | null } | null): TokenVerdict | null {
  if (meta === null) return null;
  if (meta.code === 102) return INVALID;
  return meta.code === 190 ? (BY_SUBCODE.get(meta.subcode) ?? null) : null;
}

/**
 * For `debug_token`, which says `is_valid: false` and not always why.
 * @returns null when its reason is not the token's: 100 is what it says of tokens of another app
 */
export function verdictOfInvalid(
  error: { code: number | null; subcode: number | null } | null,
): TokenVerdict | null {
  const code = error?.code ?? 190;
  return verdictOf(error) ?? (code === 190 ? INVALID : null);
}
