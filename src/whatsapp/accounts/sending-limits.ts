import type { WhatsAppBusinessAccountEntity } from '../entities/whatsapp-business-account.entity';
import type { WhatsAppPhoneNumberEntity } from '../entities/whatsapp-phone-number.entity';
import { isRecord, textAt } from '../meta-values';
import { perSecond } from '../sending/throughput';
import { DEAD_NUMBER_STATUSES, limitOf } from './number-state';

/** What a number may send, as far as is known without asking Meta. */
export interface SendingLimits {
  /** 80 as a rule, 1000 after Meta's upgrade, 20 for a number that is on the phone app too. */
  throughputPerSecond: number;
  /** People whom the business may write to first within 24 hours; null: not known. */
  messagingLimit: number | 'unlimited' | null;
  /** `GREEN`, `YELLOW`, `RED` or `UNKNOWN`. */
  qualityRating: string | null;
  /** The number's, as Meta names it. */
  status: string;
  /** False where it is known that Meta refuses every message. */
  canSend: boolean;
  /** False also where only answers to people are let through. */
  canInitiate: boolean;
  /** Why not, and what to do, where one of the two is false. */
  reason: string | null;
}

export type LimitedNumber = Pick<
  WhatsAppPhoneNumberEntity,
  | 'status'
  | 'isOnBizApp'
  | 'throughputLevel'
  | 'messagingLimit'
  | 'qualityRating'
  | 'healthStatus'
  | 'sendProblemCode'
>;
export type LimitedAccount = Pick<
  WhatsAppBusinessAccountEntity,
  'status' | 'messagingLimit' | 'restrictions'
>;

const DEAD_NUMBER: ReadonlyMap<string, string> = new Map([
  ['BANNED', 'Meta banned the number. Appeal in WhatsApp Manager.'],
  ['DELETED', 'The number was deleted at Meta.'],
  ['DISCONNECTED', 'The number is not registered. Register it with POST /phone-numbers/{id}/register.'],
  ['MIGRATED', 'The number was moved to another WhatsApp Business Account.'],
  ['PENDING', 'The number is not registered yet. Register it with POST /phone-numbers/{id}/register.'],
  ['UNVERIFIED', 'The number is not verified. Request a code with POST /phone-numbers/{id}/request-code.'],
]);

const DEAD_ACCOUNT: ReadonlyMap<string, string> = new Map([
  ['DELETED', 'The WhatsApp Business Account was deleted at Meta.'],
  ['DISABLED', 'Meta disabled the WhatsApp Business Account. Appeal in WhatsApp Manager.'],
  ['OFFBOARDED', 'The business left the Cloud API. Connect it again by Embedded Signup.'],
  ['REJECTED', 'Meta’s review rejected the WhatsApp Business Account. Appeal in WhatsApp Manager.'],
]);

/** Codes with which Meta refuses a message because of who sends it. */
export const SEND_PROBLEMS: ReadonlyMap<number, { status: string | null; reason: string }> = new Map([
  [
    368,
    {
      status: null,
      reason: 'Meta blocks the account for a time for breaking a policy. See WhatsApp Manager.',
    },
  ],
  [
    131031,
    {
      status: null,
      reason: 'Meta locked the account. See WhatsApp Manager for the reason, and appeal there.',
    },
  ],
  [131037, { status: null, reason: 'The display name has to be approved before the number may send.' }],
  [
    131042,
    { status: null, reason: 'Something is wrong with the payment method. See Meta’s billing settings.' },
  ],
  [
    131045,
    { status: 'DISCONNECTED', reason: 'The registration of the number is broken. Register it again.' },
  ],
  [
    133010,
    {
      status: 'DISCONNECTED',
      reason: 'The number is not registered. Register it with POST /phone-numbers/{id}/register.',
    },
  ],
]);

const NO_MESSAGING = 'RESTRICTED_CUSTOMER_INITIATED_MESSAGING';
const NO_FIRST_MESSAGE = 'RESTRICTED_BIZ_INITIATED_MESSAGING';

export function sendingLimitsOf(number: LimitedNumber, account: LimitedAccount, now: Date): SendingLimits {
  const blocked = blockedReason(number, account, now);
  const initiationBlocked = blocked ?? firstMessageReason(number, account, now);
  return {
    throughputPerSecond: perSecond(number),
    messagingLimit: limitOf(number.messagingLimit ?? account.messagingLimit),
    qualityRating: number.qualityRating,
    status: number.status,
    canSend: blocked === null,
    canInitiate: initiationBlocked === null,
    reason: initiationBlocked,
  };
}

function blockedReason(number: LimitedNumber, account: LimitedAccount, now: Date): string | null {
  const ofAccount = DEAD_ACCOUNT.get(account.status);
  if (ofAccount !== undefined) return ofAccount;
  if (DEAD_NUMBER_STATUSES.includes(number.status))
    return DEAD_NUMBER.get(number.status) ?? `The number is ${number.status} at Meta.`;
  if (number.sendProblemCode !== null) {
    const problem = SEND_PROBLEMS.get(number.sendProblemCode);
    return problem?.reason ?? `Meta refuses all messages with code ${number.sendProblemCode}.`;
  }
  const both = [NO_MESSAGING, NO_FIRST_MESSAGE].map((type) => restriction(account, type, now));
  if (both.every((found) => found !== null)) return both[0] ?? null;
  return healthReason(number.healthStatus, 'BLOCKED');
}

function firstMessageReason(number: LimitedNumber, account: LimitedAccount, now: Date): string | null {
  const forbidden = restriction(account, NO_FIRST_MESSAGE, now);
  if (forbidden !== null) return forbidden;
  // Meta's own words for it: the number used its limit up, or is restricted to answering.
  return number.status === 'RESTRICTED'
    ? 'Meta lets the number only answer at present, as its limit of new conversations is used up or was cut.'
    : null;
}

function restriction({ restrictions }: LimitedAccount, type: string, now: Date): string | null {
  const found = restrictions.find(
    (each) => each.type === type && (each.expiresAt === null || new Date(each.expiresAt) > now),
  );
  if (found === undefined) return null;
  const until = found.expiresAt === null ? '' : ` until ${found.expiresAt}`;
  return `Meta restricts the WhatsApp Business Account (${type})${until}.`;
}

/** The first entity that hinders, in Meta's words; null when none does. */
export function healthReason(health: Record<string, unknown> | null, verdict: string): string | null {
  if (health?.can_send_message !== verdict) return null;
  const entities: unknown[] = Array.isArray(health.entities) ? health.entities : [];
  const entity = entities.find((each) => isRecord(each) && each.can_send_message === verdict);
  const errors: unknown[] = isRecord(entity) && Array.isArray(entity.errors) ? entity.errors : [];
  const [first] = errors;
  const words = [textAt(first, 'error_description'), textAt(first, 'possible_solution')]
    .filter((text) => text !== undefined)
    .join(' ');
  return words === ''
    ? `Meta blocks sending because of ${textAt(entity, 'entity_type') ?? 'the account'}.`
    : words;
}
