import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Person, PersonIdentity } from '../../conversations/conversation-types';
import { ValidationFailedError } from '../../errors/app.error';

/** Whom a message goes to: a phone number (digits with the country code, no `+`) or a business-scoped user id. */
export type Recipient = { kind: 'phone'; digits: string } | { kind: 'bsuid'; id: string };

/** A message goes to one person, or into a group of the Groups API. */
export type MessageTarget = Recipient | { kind: 'group'; id: string };

/** Opaque, but never a phone number; Meta's own are base64. */
const GROUP_ID = /^(?=.*[A-Za-z])[A-Za-z0-9+/=_:.@-]{8,256}$/;

/** What Meta takes in groups; everything else fails there with a code of its own. */
const GROUP_TYPES: readonly string[] = [
  'text',
  'image',
  'video',
  'audio',
  'document',
  'sticker',
  'template',
  'pin',
];

/** `US.13491208655302741918`, or with `ENT` the id that several businesses of one parent share. */
export const BUSINESS_SCOPED_USER_ID = /^[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}$/;

/**
 * Reads a phone number as people and other systems write it: `+` or `00` and the country code, or just its digits;
 * spaces, dots, hyphens, slashes and brackets between them. WhatsApp completes a number without `+` with the country of
 * the business, which reaches a stranger; a number whose country is in doubt is therefore refused.
 * @returns digits of the E.164 form, to be sent with a `+` before them
 */
export function parsePhoneNumber(text: string): string | null {
  const trimmed = text.trim();
  if (!/^(\+|00)?[\d\s().\-/\u00a0\u2010-\u2015]+$/.test(trimmed)) return null;
  const isInternational = /^(\+|00)/.test(trimmed);
  const typed = trimmed.replace(/^00/, '+').replace(/[^\d+()]/g, '');
  const number = parsePhoneNumberFromString(typed.startsWith('+') ? typed : `+${typed}`, { extract: false });
  const digits = number?.number.slice(1) ?? typed.replace(/\D/g, '');
  if (digits.length > 15) return null;
  // WhatsApp still knows Mexican numbers by the old mobile form, with a 1 behind the country code.
  if (/^521\d{10}$/.test(digits)) return digits;
  if (number?.isPossible() !== true) return null;
  return isInternational || number.isValid() || looksComplete(digits) ? digits : null;
}

/**
 * For digits without `+` that no numbering plan lists: beyond eleven of them there is no country whose numbers are that
 * long without their country code, and +1 555 is where Meta's test numbers live.
 */
function looksComplete(digits: string): boolean {
  return digits.length >= 12 || /^1555\d{7}$/.test(digits);
}

/**
 * @param to a phone number
 * @param recipient a business-scoped user id
 * @throws ValidationFailedError naming the field that is wrong, missing or one too many
 */
export function readRecipient(to: string | undefined, recipient: string | undefined): Recipient {
  if (to !== undefined && recipient !== undefined) {
    throw ValidationFailedError.of('recipient', 'oneOf', 'Give either to or recipient, not both.');
  }
  if (recipient !== undefined) {
    if (BUSINESS_SCOPED_USER_ID.test(recipient)) return { kind: 'bsuid', id: recipient };
    throw ValidationFailedError.of(
      'recipient',
      'businessScopedUserId',
      'recipient must be a business-scoped user id such as US.13491208655302741918. Phone numbers go into to.',
    );
  }
  if (to === undefined) {
    throw ValidationFailedError.of(
      'to',
      'isDefined',
      'Give to (a phone number) or recipient (a business-scoped user id).',
    );
  }
  const digits = parsePhoneNumber(to);
  if (digits !== null) return { kind: 'phone', digits };
  throw ValidationFailedError.of(
    'to',
    'phoneNumber',
    'to must be a phone number with its country code, such as +16505551234.',
  );
}

/**
 * @param message the part of an order to send that says whom it is for
 * @throws ValidationFailedError naming the field that is wrong, missing or one too many
 */
export function readTarget(message: {
  type: string;
  recipient_type?: string | undefined;
  to?: string | undefined;
  recipient?: string | undefined;
}): MessageTarget {
  const { type, to, recipient } = message;
  if (message.recipient_type !== 'group') {
    if (type !== 'pin') return readRecipient(to, recipient);
    const reason = 'Messages are pinned in groups only: recipient_type must be group.';
    throw ValidationFailedError.of('recipient_type', 'groupOnly', reason);
  }
  if (recipient !== undefined) {
    throw ValidationFailedError.of(
      'recipient',
      'notForGroups',
      'A group is named in to; leave recipient out.',
    );
  }
  if (to === undefined || !GROUP_ID.test(to)) {
    throw ValidationFailedError.of(
      'to',
      'groupId',
      "to must be Meta's id of a group when recipient_type is group.",
    );
  }
  if (!GROUP_TYPES.includes(type)) {
    const message = `Meta takes no ${type} messages in groups: only ${GROUP_TYPES.join(', ')}.`;
    throw ValidationFailedError.of('type', 'groupType', message);
  }
  return { kind: 'group', id: to };
}

/** As recipientFields, for a group too. */
export function targetFields(target: MessageTarget): Record<string, string> {
  return target.kind === 'group'
    ? { recipient_type: 'group', to: target.id }
    : { recipient_type: 'individual', ...recipientFields(target) };
}

/**
 * Digits that no numbering plan knows. They are a right recipient all the same if WhatsApp itself has called somebody by
 * them.
 */
export function unlistedDigits(to: string | undefined): string | null {
  return /^\+?(\d{5,15})$/.exec(to?.trim() ?? '')?.[1] ?? null;
}

/** The part of Meta's message object that names the person. */
export function recipientFields(recipient: Recipient): Record<string, string> {
  return recipient.kind === 'phone' ? { to: `+${recipient.digits}` } : { recipient: recipient.id };
}

/** The reverse of recipientFields, for a message that has been stored; null for one to a group. */
export function recipientOfRequest(request: Readonly<Record<string, unknown>>): Recipient | null {
  if (request.recipient_type === 'group') return null;
  if (typeof request.recipient === 'string') return { kind: 'bsuid', id: request.recipient };
  if (typeof request.to === 'string') return { kind: 'phone', digits: request.to.replace(/^\+/, '') };
  return null;
}

/** What the contact of a recipient may be known by before Meta has answered. */
export function personOf(recipient: Recipient): Person {
  return { identities: identitiesOf(recipient), name: null, profile: {} };
}

function identitiesOf(recipient: Recipient): PersonIdentity[] {
  if (recipient.kind === 'bsuid') {
    return [{ kind: recipient.id.includes('.ENT.') ? 'parent_bsuid' : 'bsuid', value: recipient.id }];
  }
  return [
    ...whatsAppFormsOf(recipient.digits).map((value): PersonIdentity => ({ kind: 'wa_id', value })),
    { kind: 'phone', value: recipient.digits },
  ];
}

/**
 * Under which ids WhatsApp may know a number: its own form differs from the dialled one where a country has changed its
 * numbers. Brazilian mobile numbers with and without the ninth digit, Mexican ones with and without the old 1, Argentinian ones
 * with and without the 9 are the same person.
 * @returns the number itself first
 */
export function whatsAppFormsOf(digits: string): string[] {
  for (const [pattern, other] of OTHER_FORMS) {
    if (pattern.test(digits)) return [digits, digits.replace(pattern, other)];
  }
  return [digits];
}

const OTHER_FORMS: readonly (readonly [RegExp, string])[] = [
  [/^55([1-9]\d)9([6-9]\d{7})$/, '55$1$2'],
  [/^55([1-9]\d)([6-9]\d{7})$/, '55$19$2'],
  [/^521(\d{10})$/, '52$1'],
  [/^52(\d{10})$/, '521$1'],
  [/^549(\d{10})$/, '54$1'],
  [/^54(\d{10})$/, '549$1'],
];
