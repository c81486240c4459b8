import { AccountControl } from '../whatsapp-accounts/account-control';
import { issueCode, WHATSAPP_SCOPES } from './grants';
import { newObjectId, newWamid } from '../ids';
import type { JsonObject } from '../json';
import {
  contactsToShare,
  playContactSync,
  playPhoneAppMessage,
  sendHistoryMedia,
  type PhoneAppMessage,
} from '../messages/phone-app-events';
import type { HistoryThread } from '../whatsapp-accounts/whatsapp-records';
import type { PhoneRecord } from '../world';
import { newPerson } from '../world-seed';

export type SignupEvent =
  'FINISH' | 'FINISH_ONLY_WABA' | 'FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING' | 'CANCEL';

export interface EmbeddedSignup {
  event?: SignupEvent;
  /** Of the new customer's business, where no existing account is chosen. */
  name?: string;
  displayPhoneNumber?: string;
  /** Accounts and numbers that exist already and are chosen in the dialog. */
  wabaId?: string;
  phoneNumberId?: string;
  appId?: string;
  /** `CANCEL`: the screen that was left, or the error that ended it. */
  currentStep?: string;
  errorMessage?: string;
  errorCode?: string;
  /** Coexistence: what the phone has to share. */
  contacts?: { phone: string; fullName?: string }[];
  threads?: HistoryThread[];
  sharesHistory?: boolean;
  /** Without `PARTNER_ADDED`, as for apps that are no partner's. */
  silent?: boolean;
}

export interface EmbeddedSignupResult {
  /** Null where the person cancelled. */
  code: string | null;
  expiresAt: number | null;
  /** What the page gets by `window.postMessage`, as text. */
  message: string;
  session: JsonObject;
  wabaId: string | null;
  phoneNumberId: string | null;
  businessId: string | null;
}

/** Embedded Signup as a customer goes through it, and what the phone app does beside the Cloud API afterwards. */
export class OnboardingControl extends AccountControl {
  /**
   * A customer finishes Meta's dialog: account and number are made (or chosen), the app may use them, the code lives 30
   * seconds, and the page's message says what came of it.
   */
  playEmbeddedSignup(input: EmbeddedSignup = {}): EmbeddedSignupResult {
    const event = input.event ?? 'FINISH';
    if (event === 'CANCEL') return cancelled(input);
    const { world, clock } = this.context;
    const wabaId = input.wabaId ?? this.newCustomer(input.name ?? 'New Customer');
    const waba = world.get('waba', wabaId);
    const phone = event === 'FINISH_ONLY_WABA' ? undefined : this.signedUpPhone(wabaId, input);
    if (phone && event === 'FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING') this.startCoexistence(phone, input);
    const appId = input.appId ?? world.first('app').id;
    const systemUser = world.add(
      newPerson(newObjectId(), `${waba.name} System User`, { wabaIds: [wabaId], isSystemUser: true }),
    );
    const { code, expiresAt } = issueCode(this.context, {
      appId,
      personId: systemUser.id,
      scopes: WHATSAPP_SCOPES,
      purpose: 'embedded',
      redirectUri: null,
    });
    if (input.silent !== true) this.playAccountUpdate({ wabaId, event: 'PARTNER_ADDED' });
    const session: JsonObject = {
      type: 'WA_EMBEDDED_SIGNUP',
      event,
      version: 3,
      data: {
        ...(phone && { phone_number_id: phone.id }),
        waba_id: wabaId,
        business_id: waba.ownerBusinessId,
      },
    };
    return {
      code,
      expiresAt: expiresAt === 0 ? clock.now() : expiresAt,
      message: JSON.stringify(session),
      session,
      wabaId,
      phoneNumberId: phone?.id ?? null,
      businessId: waba.ownerBusinessId,
    };
  }

  /** A message, edit or deletion that the business makes on the phone. */
  playPhoneAppMessage(input: PhoneAppMessage): { messageId: string; told: number } {
    return playPhoneAppMessage(this.context, this.phone(input.phoneNumberId), input);
  }

  /** Contacts saved or deleted on the phone. */
  playContactSync(input: {
    phoneNumberId?: string;
    contacts: { phone: string; fullName?: string; action?: 'add' | 'remove' }[];
  }): number {
    return playContactSync(this.context, this.phone(input.phoneNumberId), input.contacts);
  }

  /** Media of the history that was only a placeholder: whole messages, under the field `history`. */
  playHistoryMedia(input: { phoneNumberId?: string; messages: JsonObject[] }): number {
    return sendHistoryMedia(this.context, this.phone(input.phoneNumberId), input.messages);
  }

  /** The number is taken off the Cloud API on the phone, or comes back. */
  disconnectPhoneApp(input: { phoneNumberId?: string; reason?: string } = {}): number {
    const phone = this.phone(input.phoneNumberId);
    phone.status = 'DISCONNECTED';
    return this.playAccountUpdate({
      wabaId: phone.wabaId,
      event: 'PARTNER_REMOVED',
      disconnection: { reason: input.reason ?? 'ACCOUNT_DISCONNECTED', initiatedBy: 'USER' },
    });
  }

  private newCustomer(name: string): string {
    const business = this.createBusiness({ name });
    return this.createWaba({ name: `${name} WhatsApp`, ownerBusinessId: business.id }).id;
  }

  private signedUpPhone(wabaId: string, input: EmbeddedSignup): PhoneRecord {
    const { world } = this.context;
    if (input.phoneNumberId !== undefined) return world.get('phone', input.phoneNumberId);
    const digits = newObjectId().slice(-7);
    const created = this.createPhoneNumber({
      wabaId,
      displayPhoneNumber: input.displayPhoneNumber ?? `+1 650-${digits.slice(0, 3)}-${digits.slice(3)}`,
      ...(input.name !== undefined && { verifiedName: input.name }),
      registered: false,
    });
    const phone = world.get('phone', created.id);
    phone.status = 'PENDING'; // verified in the dialog, to be registered by the app
    return phone;
  }

  /** The phone stays what it was; the Cloud API is a companion, so there is nothing to register. */
  private startCoexistence(phone: PhoneRecord, input: EmbeddedSignup): void {
    const now = this.context.clock.now();
    Object.assign(phone, {
      isOnBizApp: true,
      registered: true,
      status: 'CONNECTED',
      throughputLevel: 'NOT_APPLICABLE',
      lastOnboardedAt: now,
    });
    phone.coexistence = {
      onboardedAt: now,
      requests: new Map(),
      sharesHistory: input.sharesHistory ?? true,
      contacts: contactsToShare(
        this.context,
        input.contacts ?? [{ phone: '+16505551234', fullName: 'Pablo Morales' }],
      ),
      threads: input.threads ?? sampleThreads(phone, this.context.clock.seconds()),
    };
  }
}

function cancelled(input: EmbeddedSignup): EmbeddedSignupResult {
  const failed = input.errorMessage !== undefined;
  const session: JsonObject = {
    type: 'WA_EMBEDDED_SIGNUP',
    event: 'CANCEL',
    version: 3,
    data: failed
      ? {
          error_message: input.errorMessage,
          error_code: input.errorCode ?? '524126',
          session_id: 'f34b51dab5e0498',
          timestamp: '1746041036',
        }
      : { current_step: input.currentStep ?? 'PHONE_NUMBER_SETUP' },
  };
  const message = JSON.stringify(session);
  return {
    code: null,
    expiresAt: null,
    message,
    session,
    wabaId: null,
    phoneNumberId: null,
    businessId: null,
  };
}

function sampleThreads(phone: PhoneRecord, now: number): HistoryThread[] {
  const business = phone.displayPhoneNumber.replace(/\D/g, '');
  const person = '16505551234';
  const line = (ageDays: number, from: string, body: string): JsonObject => ({
    from,
    ...(from === business && { to: person }),
    id: newWamid(person, from === business ? 'out' : 'in'),
    timestamp: String(now - ageDays * 86_400),
    type: 'text',
    text: { body },
    history_context: { status: 'READ' },
  });
  return [
    {
      id: person,
      messages: [
        line(100, person, 'Do you still have the blue one?'),
        line(99, business, 'We do.'),
        line(1, person, 'Then I take it.'),
      ],
    },
  ];
}
