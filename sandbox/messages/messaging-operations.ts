import type { SandboxControl } from '../control/control';
import { operation, optional, text, type Operation } from '../control/control-input';

/** `GET /__control/{name}`. */
export function messagingReaders(control: SandboxControl): Record<string, Operation> {
  return {
    'limit-stats': () => control.limitStats(),
    'people-reached': operation({ businessId: optional(text) }, ({ businessId }) => ({
      people: control.peopleReached(businessId),
    })),
  };
}
