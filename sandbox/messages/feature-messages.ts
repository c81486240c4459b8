import { checkPermissionRequest } from '../features/call-permissions';
import type { SandboxContext } from '../context';
import type { Customer } from './customers';
import { catalogueError } from '../graph/error-catalogue';
import type { JsonObject } from '../json';
import type { PhoneRecord } from '../world';

/** What the block list and the rules of call permissions forbid of a message. The block list's code is not documented. */
export function checkFeatures(
  context: SandboxContext,
  phone: PhoneRecord,
  customer: Customer,
  params: JsonObject,
): void {
  if (phone.blockedUsers.has(customer.userId)) {
    throw catalogueError(131026, 'The recipient is on the block list of this number.');
  }
  checkPermissionRequest(context, phone, customer, params);
}
