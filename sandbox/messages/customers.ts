import parsePhoneNumber, { type CountryCode, type PhoneNumber } from 'libphonenumber-js';

import { businessScopedUserId } from '../ids';

/** A person who uses WhatsApp, as the businesses see him or her. */
export interface Customer {
  /** Digits only; absent where the person shows a username instead of the number. */
  waId: string | undefined;
  userId: string;
  parentUserId: string | undefined;
  name: string;
  username: string | undefined;
  stoppedMarketing: boolean;
}

export interface CustomerReference {
  /** Phone number in any form, or wa_id. */
  phone?: string;
  /** Business-scoped id. */
  userId?: string;
  parentUserId?: string;
  name?: string;
  /** With `@`. A person with username and without `phone` is played without any number. */
  username?: string;
}

export interface ReadNumber {
  digits: string;
  /** Two-letter code of the number's country. */
  country: string;
}

const LARGEST_CACHE = 100_000;
const readBefore = new Map<string, ReadNumber | null>();

/** Reads a number as WhatsApp does. Null where it cannot be one. */
export function readPhoneNumber(text: string, businessCountry: string): ReadNumber | null {
  const key = `${businessCountry} ${text}`;
  const known = readBefore.get(key);
  if (known !== undefined) return known;
  if (readBefore.size >= LARGEST_CACHE) readBefore.clear();
  const number = parseNumber(text, businessCountry);
  readBefore.set(key, number);
  return number;
}

function parseNumber(text: string, businessCountry: string): ReadNumber | null {
  if (!/^\+?[\d\s().-]{5,25}$/.test(text)) return null;
  const international = parsePhoneNumber(text.startsWith('+') ? text : `+${text}`);
  const asInternational = international?.isPossible() ? view(international, businessCountry) : null;
  if (text.startsWith('+') || international?.isValid()) return asInternational;
  // Without a plus a number may be taken for one of the business's own country, and reach somebody else.
  const national = parsePhoneNumber(text, businessCountry as CountryCode);
  return national?.isValid() ? view(national, businessCountry) : asInternational;
}

function view(number: PhoneNumber, otherwise: string): ReadNumber {
  return { digits: digitsOf(number.number), country: number.country ?? otherwise };
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

/** Accounts in three countries are known under another form than the number that one dials. */
export function waIdOf(digits: string): string {
  if (/^52[2-9]\d{9}$/.test(digits)) return `521${digits.slice(2)}`; // Mexico: mobile prefix 1
  if (/^54(?!9)\d{10}$/.test(digits)) return `549${digits.slice(2)}`; // Argentina: mobile prefix 9
  const brazil = /^55([3-9]\d)9(\d{8})$/.exec(digits); // Brazil, area codes from 31: without the ninth digit
  return brazil ? `55${brazil[1] ?? ''}${brazil[2] ?? ''}` : digits;
}

export class Customers {
  private readonly byWaId = new Map<string, Customer>();
  private readonly byUserId = new Map<string, Customer>();

  clear(): void {
    this.byWaId.clear();
    this.byUserId.clear();
  }

  all(): Customer[] {
    return [...new Set([...this.byUserId.values()])];
  }

  /** The person with this number; made on the spot, since any number may have WhatsApp. */
  withNumber(digits: string, country: string): Customer {
    const waId = waIdOf(digits);
    const known = this.byWaId.get(waId);
    if (known) return known;
    return this.remember({
      waId,
      userId: businessScopedUserId(country, waId),
      parentUserId: undefined,
      name: `Customer ${waId.slice(-4)}`,
      username: undefined,
      stoppedMarketing: false,
    });
  }

  withUserId(userId: string): Customer | undefined {
    return this.byUserId.get(userId);
  }

  resolve(reference: CustomerReference): Customer {
    const customer = this.find(reference);
    if (reference.name !== undefined) customer.name = reference.name;
    if (reference.username !== undefined) customer.username = reference.username;
    if (reference.parentUserId !== undefined) customer.parentUserId = reference.parentUserId;
    return customer;
  }

  rename(customer: Customer, change: { waId?: string; userId?: string }): void {
    if (change.waId !== undefined) {
      if (customer.waId !== undefined) this.byWaId.delete(customer.waId);
      customer.waId = change.waId;
    }
    if (change.userId !== undefined) {
      this.byUserId.delete(customer.userId);
      customer.userId = change.userId;
    }
    this.remember(customer);
  }

  private find(reference: CustomerReference): Customer {
    if (reference.phone !== undefined) {
      const number = readPhoneNumber(reference.phone, 'US');
      const digits = number?.digits ?? digitsOf(reference.phone);
      const customer = this.withNumber(digits, number?.country ?? 'US');
      if (reference.userId !== undefined && reference.userId !== customer.userId) {
        this.rename(customer, { userId: reference.userId });
      }
      return customer;
    }
    const userId = reference.userId ?? businessScopedUserId('US', reference.username ?? 'somebody');
    return (
      this.byUserId.get(userId) ??
      this.remember({
        waId: undefined,
        userId,
        parentUserId: undefined,
        name: reference.username?.replace(/^@/, '') ?? 'Somebody',
        username: reference.username,
        stoppedMarketing: false,
      })
    );
  }

  private remember(customer: Customer): Customer {
    if (customer.waId !== undefined) this.byWaId.set(customer.waId, customer);
    this.byUserId.set(customer.userId, customer);
    return customer;
  }
}
