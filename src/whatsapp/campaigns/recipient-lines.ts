import { BUSINESS_SCOPED_USER_ID, parsePhoneNumber, whatsAppFormsOf } from '../sending/recipient';
import type { CampaignMessage } from './campaign-message';
import type { RawRecipient, UnreadableLine } from './recipient-csv';

/** A recipient that can be stored. */
export interface CheckedRecipient {
  line: number;
  /** Digits of a phone number, or a business-scoped user id. */
  recipient: string;
  /** The same for every form of one person's number. */
  personKey: string;
  parameters: Record<string, string>;
}

/** Meta's code 131062: one-time passwords go to phone numbers only. */
const NEEDS_NUMBER =
  'Authentication templates reach phone numbers only: give the number in place of the user id.';

/** Checks one line after the other against the template. */
export class RecipientLines {
  constructor(
    private readonly message: CampaignMessage,
    private readonly isAuthentication: boolean,
  ) {}

  async check(raw: RawRecipient): Promise<CheckedRecipient | UnreadableLine> {
    const { line } = raw;
    const recipient = recipientOf(raw.to);
    if (recipient === null) return { line, code: 'recipient.invalid', message: problemOfNumber(raw.to) };
    if (this.isAuthentication && isUserId(recipient))
      return { line, code: 'recipient.needs_phone_number', message: NEEDS_NUMBER };
    if (Object.values(raw.parameters).some((value) => value.includes('\0')))
      return {
        line,
        code: 'parameter.invalid',
        message: 'A value holds a character (NUL) that no text has.',
      };
    const parameters = this.message.valuesOf(raw.parameters);
    const problem = await this.message.problemOf(parameters);
    if (problem !== null) return { line, ...problem };
    return { line, recipient, personKey: personKeyOf(recipient), parameters };
  }
}

export function isUserId(recipient: string): boolean {
  return recipient.includes('.');
}

/** As it is sent to and stored; null for what names nobody. */
function recipientOf(text: string): string | null {
  if (BUSINESS_SCOPED_USER_ID.test(text)) return text;
  // The apostrophe by which spreadsheets, and our own exports, keep a number from being calculated with.
  return parsePhoneNumber(text.replace(/^'/, ''));
}

/** Brazilian, Mexican and Argentinian numbers have two forms; the person is one. */
export function personKeyOf(recipient: string): string {
  return isUserId(recipient) ? recipient : whatsAppFormsOf(recipient).reduce((a, b) => (a < b ? a : b));
}

function problemOfNumber(text: string): string {
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  if (text === '') return 'There is no phone number in this line.';
  if (/^\d(?:[.,]\d+)?E\+?\d+$/i.test(text))
    return `${shown} is what a spreadsheet makes of a long number; digits are lost. Format the column as text and export it again.`;
  if (text.startsWith('='))
    return `${shown} is a formula and not a phone number. Export the column's values.`;
  return `${shown} is no phone number with its country code, such as +16505551234.`;
}
