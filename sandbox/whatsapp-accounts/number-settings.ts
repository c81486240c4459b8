import type { JsonObject } from '../json';
import type { PhoneRecord } from '../world';

/** What `GET /{phone}/settings` answers: what was set over what a new number has. */
export function settingsOf(phone: PhoneRecord): JsonObject {
  return {
    calling: { status: 'DISABLED', call_icon_visibility: 'DEFAULT', callback_permission_status: 'DISABLED' },
    user_identity_change: { enable_identity_key_check: false },
    storage_configuration: { status: 'DEFAULT' },
    ...phone.settings,
  };
}
