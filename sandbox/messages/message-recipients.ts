import type { SandboxContext } from '../context';
import { readPhoneNumber, type Customer } from './customers';
import { catalogueError } from '../graph/error-catalogue';
import { invalidParameter } from '../graph/graph-error';
import { textOf, type JsonObject } from '../json';
import type { PhoneRecord, WabaRecord } from '../world';

export interface Recipient {
  customer: Customer;
  input: string;
  byUserId: boolean;
}

/** `to` wins over `recipient` where both are given. */
export function findRecipient(
  context: SandboxContext,
  phone: PhoneRecord,
  waba: WabaRecord,
  params: JsonObject,
): Recipient {
  const to = textOf(params.to);
  const recipient = textOf(params.recipient);
  if (to === undefined || to === '') {
    if (recipient === undefined) throw invalidParameter('The parameter to is required.');
    if (!/^[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}$/.test(recipient)) {
      throw invalidParameter('Param recipient must be a business-scoped user id.');
    }
    const customer = context.customers.withUserId(recipient);
    if (!customer) throw catalogueError(131026, 'The business-scoped user id is not known to this business.');
    return { customer, input: recipient, byUserId: true };
  }
  const number = readPhoneNumber(to, waba.country);
  if (!number) throw invalidParameter(`Param to must be a valid WhatsApp phone number - got "${to}".`);
  if (number.digits === phone.displayPhoneNumber.replace(/\D/g, '')) throw catalogueError(131021);
  return {
    customer: context.customers.withNumber(number.digits, number.country),
    input: to,
    byUserId: false,
  };
}
