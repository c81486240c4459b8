import type { SandboxControl } from '../control/control';
import {
  anything,
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

/** `POST /__control/{name}`: Embedded Signup, and the phone app beside the Cloud API. */
export function onboardingOperations(control: SandboxControl): Record<string, Operation> {
  const signup = {
    event: optional(oneOf('FINISH', 'FINISH_ONLY_WABA', 'FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING', 'CANCEL')),
    name: optional(text),
    displayPhoneNumber: optional(text),
    wabaId: optional(text),
    phoneNumberId,
    appId: optional(text),
    currentStep: optional(text),
    errorMessage: optional(text),
    errorCode: optional(text),
    contacts: optional(listed(shaped({ phone: text, fullName: optional(text) }))),
    threads: optional(listed(shaped({ id: text, messages: listed(object) }))),
    sharesHistory: optional(flag),
    silent: optional(flag),
  };
  const person = either(
    text,
    shaped({
      phone: optional(text),
      userId: optional(text),
      parentUserId: optional(text),
      name: optional(text),
      username: optional(text),
    }),
  );
  const message = {
    phoneNumberId,
    to: person,
    type: optional(text),
    content: optional(anything),
    id: optional(text),
    timestamp: optional(number),
  };
  const contact = shaped({
    phone: text,
    fullName: optional(text),
    action: optional(oneOf('add', 'remove')),
  });
  return {
    'play-embedded-signup': operation(signup, (input) => control.playEmbeddedSignup(input)),
    'play-phone-app-message': operation(message, (input) => control.playPhoneAppMessage(input)),
    'play-contact-sync': operation({ phoneNumberId, contacts: listed(contact) }, (input) => ({
      told: control.playContactSync(input),
    })),
    'play-history-media': operation({ phoneNumberId, messages: listed(object) }, (input) => ({
      told: control.playHistoryMedia(input),
    })),
    'disconnect-phone-app': operation({ phoneNumberId, reason: optional(text) }, (input) => ({
      told: control.disconnectPhoneApp(input),
    })),
  };
}
