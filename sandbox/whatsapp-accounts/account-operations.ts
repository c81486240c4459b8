import type { SandboxControl } from '../control/control';
import {
  either,
  flag,
  listed,
  number,
  object,
  oneOf,
  operation,
  optional,
  shaped,
  text,
  type Operation,
} from '../control/control-input';

const phoneNumberId = optional(text);
const wabaId = optional(text);

/** `POST /__control/{name}`: what Meta does to accounts and numbers. */
export function accountOperations(control: SandboxControl): Record<string, Operation> {
  const phone = {
    phoneNumberId,
    status: optional(text),
    qualityRating: optional(oneOf('GREEN', 'YELLOW', 'RED', 'UNKNOWN')),
    throughputLevel: optional(oneOf('STANDARD', 'HIGH', 'NOT_APPLICABLE')),
    codeVerificationStatus: optional(oneOf('VERIFIED', 'NOT_VERIFIED', 'EXPIRED')),
    isOfficialBusinessAccount: optional(flag),
    silent: optional(flag),
  };
  const update = {
    wabaId,
    event: text,
    details: optional(object),
    banState: optional(oneOf('DISABLE', 'REINSTATE', 'SCHEDULE_FOR_DISABLE')),
    restrictions: optional(listed(shaped({ type: text, expiresInSeconds: number }))),
    violationType: optional(text),
    disconnection: optional(shaped({ reason: text, initiatedBy: text })),
    partnerBusinessId: optional(text),
  };
  const alert = {
    wabaId,
    entityType: optional(text),
    entityId: optional(text),
    severity: optional(oneOf('CRITICAL', 'WARNING', 'INFORMATIONAL')),
    status: optional(oneOf('ACTIVE', 'NONE')),
    alertType: text,
    description: optional(text),
  };
  const capability = {
    wabaId,
    maxDailyConversations: either(number, text),
    maxPhoneNumbersPerWaba: optional(number),
    maxPhoneNumbersPerBusiness: optional(number),
  };
  const limit = {
    businessId: optional(text),
    phoneNumberId,
    limit: text,
    form: optional(oneOf('number', 'tier')),
    silent: optional(flag),
  };
  const quality = { phoneNumberId, event: text, currentLimit: optional(text), oldLimit: optional(text) };
  const name = {
    phoneNumberId,
    decision: oneOf('APPROVED', 'REJECTED', 'DEFERRED', 'PENDING'),
    rejectionReason: optional(text),
  };
  const security = {
    phoneNumberId,
    event: oneOf('PIN_CHANGED', 'PIN_RESET_REQUEST', 'PIN_REQUEST_SUCCESS'),
    requester: optional(text),
  };
  const review = { wabaId, decision: oneOf('APPROVED', 'REJECTED', 'PENDING', 'DEFERRED') };
  return {
    'update-phone-number': operation(phone, (input) => ({ told: control.updatePhoneNumber(input) })),
    'set-messaging-limit': operation(limit, (input) => ({ told: control.setMessagingLimit(input) })),
    'play-phone-quality': operation(quality, (input) => ({ told: control.playPhoneQuality(input) })),
    'play-business-capability': operation(capability, (input) => ({
      told: control.playBusinessCapability(input),
    })),
    'decide-display-name': operation(name, (input) => ({ told: control.decideDisplayName(input) })),
    'play-account-update': operation(update, (input) => ({ told: control.playAccountUpdate(input) })),
    'play-account-alert': operation(alert, (input) => ({ told: control.playAccountAlert(input) })),
    'decide-account-review': operation(review, (input) => ({ told: control.decideAccountReview(input) })),
    'play-security': operation(security, (input) => ({ told: control.playSecurity(input) })),
    'set-payment-issue': operation({ wabaId, hasIssue: flag }, (input) => {
      control.setPaymentIssue(input);
    }),
  };
}
