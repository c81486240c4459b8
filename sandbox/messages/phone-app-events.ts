import type { SandboxContext } from '../context';
import type { Customer, CustomerReference } from './customers';
import { webhookError } from '../graph/error-catalogue';
import { newWamid } from '../ids';
import type { JsonObject, JsonValue } from '../json';
import { contactOf } from './message-statuses';
import { whatsAppValue } from '../webhooks/webhook-hub';
import type { HistoryThread } from '../whatsapp-accounts/whatsapp-records';
import type { PhoneRecord } from '../world';

/** What a business writes on its phone, told to the app as an echo. */
export interface PhoneAppMessage {
  phoneNumberId?: string;
  to: string | CustomerReference;
  /** `text` where left out; `edit` and `revoke` too. */
  type?: string;
  /** What stands under the key named like the type. */
  content?: JsonValue;
  id?: string;
  /** Unix seconds. */
  timestamp?: number;
}

function tell(context: SandboxContext, phone: PhoneRecord, field: string, value: JsonObject): number {
  return context.webhooks.emitChange({
    object: 'whatsapp_business_account',
    ownerId: phone.wabaId,
    field,
    value: whatsAppValue(phone, value),
  });
}

export function playPhoneAppMessage(
  context: SandboxContext,
  phone: PhoneRecord,
  input: PhoneAppMessage,
): { messageId: string; told: number } {
  const customer = resolve(context, input.to);
  const type = input.type ?? 'text';
  const id = input.id ?? newWamid(customer.waId ?? customer.userId, 'out');
  const told = tell(context, phone, 'smb_message_echoes', {
    contacts: [contactOf(customer)],
    message_echoes: [
      {
        from: phone.displayPhoneNumber.replace(/\D/g, ''),
        ...(customer.waId !== undefined && { to: customer.waId }),
        to_user_id: customer.userId,
        id,
        timestamp: String(input.timestamp ?? context.clock.seconds()),
        type,
        [type]: input.content ?? (type === 'text' ? { body: 'Written on the phone' } : {}),
      },
    ],
  });
  return { messageId: id, told };
}

/** The phone's address book: one change, as when a contact is saved or deleted on the phone. */
export function playContactSync(
  context: SandboxContext,
  phone: PhoneRecord,
  contacts: { phone: string; fullName?: string; action?: 'add' | 'remove' }[],
): number {
  return tell(context, phone, 'smb_app_state_sync', {
    state_sync: contacts.map((contact) => contactChange(context, contact)),
  });
}

function contactChange(
  context: SandboxContext,
  contact: { phone: string; fullName?: string; action?: 'add' | 'remove' },
): JsonObject {
  const action = contact.action ?? 'add';
  const name = contact.fullName;
  return {
    type: 'contact',
    contact: {
      ...(action === 'add' && name !== undefined && { full_name: name, first_name: name.split(' ')[0] }),
      phone_number: contact.phone.replace(/\D/g, ''),
    },
    action,
    metadata: { timestamp: String(context.clock.seconds()) },
  };
}

/** Phases of the history as Meta sends it: the last day, the last 90 days, the last 180. */
const PHASES = 3;
const CHUNKS_PER_PHASE = 2;
const CHUNK_DELAY_MS = 40;

/** Sends what the phone shares: in phases, in chunks that may come out of order, each with its progress. */
export function sendHistory(context: SandboxContext, phone: PhoneRecord, threads: HistoryThread[]): void {
  if (phone.coexistence?.sharesHistory === false) {
    tell(context, phone, 'history', { history: [{ errors: [webhookError(2593109)] }] });
    return;
  }
  const total = PHASES * CHUNKS_PER_PHASE;
  const parts = split(threads, total);
  parts.forEach((part, index) => {
    const metadata = {
      phase: Math.floor(index / CHUNKS_PER_PHASE),
      chunk_order: (index % CHUNKS_PER_PHASE) + 1,
      progress: Math.round(((index + 1) * 100) / total),
    };
    // The second chunk of a phase overtakes the first: order is not promised.
    const place = index % CHUNKS_PER_PHASE === 0 ? index + 1 : index - 1;
    context.clock.schedule((place + 1) * CHUNK_DELAY_MS, () => {
      tell(context, phone, 'history', { history: [{ metadata, threads: part }] });
    });
  });
}

/** Every thread's messages are spread over the chunks, the newest in the first phase. */
function split(threads: HistoryThread[], count: number): JsonObject[][] {
  const parts: JsonObject[][] = Array.from({ length: count }, () => []);
  for (const { id, messages } of threads) {
    const newestFirst = [...messages].sort((a, b) => Number(b.timestamp) - Number(a.timestamp));
    const size = Math.max(1, Math.ceil(newestFirst.length / count));
    parts.forEach((part, index) => {
      const own = newestFirst.slice(index * size, (index + 1) * size);
      if (own.length > 0) part.push({ id, messages: own });
    });
  }
  return parts;
}

/** The files of messages that were placeholders, one webhook each, under the field `history`. */
export function sendHistoryMedia(
  context: SandboxContext,
  phone: PhoneRecord,
  messages: JsonObject[],
): number {
  return tell(context, phone, 'history', { messages });
}

export function sendContacts(context: SandboxContext, phone: PhoneRecord, contacts: JsonObject[]): void {
  if (contacts.length === 0) return;
  context.clock.schedule(CHUNK_DELAY_MS, () => {
    tell(context, phone, 'smb_app_state_sync', { state_sync: contacts });
  });
}

export function contactsToShare(
  context: SandboxContext,
  contacts: { phone: string; fullName?: string }[],
): JsonObject[] {
  return contacts.map((contact) => contactChange(context, contact));
}

function resolve(context: SandboxContext, who: string | CustomerReference): Customer {
  return context.customers.resolve(typeof who === 'string' ? { phone: who } : who);
}
