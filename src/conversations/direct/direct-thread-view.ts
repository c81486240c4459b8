/** Facts of a thread as they are stored, by name. */
export type StoredThreadFacts = Partial<
  Record<'owner' | 'request' | 'channel' | 'referral' | 'account_link', { value: unknown; at: string }>
>;

/** What is known of a thread beside its messages. Times are those of Meta. */
export interface DirectThread {
  /** Meta's id of the app that owns it, as far as Meta told. */
  ownerAppId: string | null;
  ownerSince: Date | null;
  /**
   * False: another app owns it, and what is sent from here is refused or comes between. Null: nothing was told, which is
   * so where only one app is connected.
   */
  isOurs: boolean | null;
  /** An app that asked to have it, since it was last passed on. */
  requestedByAppId: string | null;
  /** The link or advertisement by which the person last came. */
  referral: Record<string, unknown> | null;
  referredAt: Date | null;
  /** Whether the person has linked the Messenger account to one with the business; null: nothing was told. */
  isAccountLinked: boolean | null;
}

export function threadOf(facts: StoredThreadFacts, ownAppId: string): DirectThread {
  const { owner, request, channel, referral, account_link: link } = facts;
  const ownerAppId = textOf(owner?.value, 'app_id');
  const [ownerAt, channelAt, requestAt] = [timeOf(owner), timeOf(channel), timeOf(request)];
  const isStandby = valueOf(channel?.value, 'standby') === true;
  return {
    ownerAppId,
    ownerSince: ownerAt,
    isOurs: isOurs({ ownerAppId, ownerAt, channelAt, isStandby, ownAppId, hasOwner: owner !== undefined }),
    requestedByAppId:
      requestAt !== null && (ownerAt === null || requestAt > ownerAt)
        ? textOf(request?.value, 'app_id')
        : null,
    referral: isRecord(referral?.value) ? referral.value : null,
    referredAt: timeOf(referral),
    isAccountLinked: link === undefined ? null : valueOf(link.value, 'linked') === true,
  };
}

interface Ownership {
  ownerAppId: string | null;
  hasOwner: boolean;
  ownerAt: Date | null;
  channelAt: Date | null;
  isStandby: boolean;
  ownAppId: string;
}

/** The later of the two tells: that it was passed on, or by which way the person's next event came. */
function isOurs({
  ownerAppId,
  hasOwner,
  ownerAt,
  channelAt,
  isStandby,
  ownAppId,
}: Ownership): boolean | null {
  if (channelAt !== null && (ownerAt === null || channelAt > ownerAt)) {
    if (isStandby) return false;
    return hasOwner ? true : null;
  }
  // Taken without saying by whom: only the app that lost it is told so.
  return hasOwner ? ownerAppId === ownAppId : null;
}

function timeOf(fact: { at: string } | undefined): Date | null {
  return fact === undefined ? null : new Date(fact.at);
}

function textOf(value: unknown, key: string): string | null {
  const text = valueOf(value, key);
  return typeof text === 'string' ? text : null;
}

function valueOf(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
