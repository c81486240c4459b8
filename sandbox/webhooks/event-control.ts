import type { Customer, CustomerReference } from '../messages/customers';
import {
  playIdentityChange,
  playInbound,
  playPreference,
  type IdentityChange,
  type InboundMessage,
  type InboundReceipt,
} from '../messages/inbound-messages';
import { parseJson, type JsonValue } from '../json';
import { LoginControl } from '../login/login-control';
import { tellStatus } from '../messages/message-statuses';
import {
  announceTemplateCategory,
  setTemplateCategory,
  setTemplateQuality,
} from '../templates/template-quality';
import { setTemplateStatus, type TemplateVerdict } from '../templates/template-review';
import { metaJsonBytes } from './webhook-bytes';
import type { WebhookDelivery } from './webhook-delivery';
import type { ChangeEvent, MessagingEvent } from './webhook-hub';
import type { TemplateRecord } from '../world';

export interface TemplateReference {
  templateId?: string;
  name?: string;
  language?: string;
  wabaId?: string;
}

export interface DeliveryView extends Omit<WebhookDelivery, 'body'> {
  /** The bytes as text, with Meta's escapes. */
  body: string;
  payload: JsonValue | null;
}

/** What Meta and people do on their own: messages, statuses, verdicts, raw webhooks. */
export class EventControl extends LoginControl {
  /** A person's message to a business number; opens the 24-hour window. */
  playMessage(input: InboundMessage): InboundReceipt {
    return playInbound(this.context, input);
  }

  playIdentityChange(input: IdentityChange): InboundReceipt {
    return playIdentityChange(this.context, input);
  }

  playPreference(input: {
    from: string | CustomerReference;
    value: 'stop' | 'resume';
    phoneNumberId?: string;
  }): number {
    return playPreference(this.context, input.from, input.value, input.phoneNumberId);
  }

  customers(): Customer[] {
    return this.context.customers.all();
  }

  /** Forgets that the person wrote, so that the 24-hour window is closed at once. */
  closeWindow(input: { from: string | CustomerReference; phoneNumberId?: string }): void {
    const { world, customers, messages } = this.context;
    const customer = customers.resolve(typeof input.from === 'string' ? { phone: input.from } : input.from);
    messages.closeWindow(input.phoneNumberId ?? world.first('phone').id, customer.userId);
  }

  /** Any change, through the subscriptions. Gives back how many apps are told. */
  playChange(event: ChangeEvent): number {
    return this.context.webhooks.emitChange(event);
  }

  /** Any Messenger or Instagram item, through the subscriptions. */
  playMessaging(event: MessagingEvent): number {
    return this.context.webhooks.emitMessaging(event);
  }

  /**
   * Any body, signed, past all subscriptions, once. Text is sent byte for byte; a value is written as Meta writes it.
   * Without `url` it goes to the app's callback for the object named in the body, else to its first callback.
   */
  async playRaw(input: {
    body: string | JsonValue;
    appId?: string;
    url?: string;
    headers?: Record<string, string>;
  }): Promise<DeliveryView> {
    const { world, sender } = this.context;
    const app = input.appId === undefined ? world.first('app') : world.get('app', input.appId);
    const bytes = typeof input.body === 'string' ? Buffer.from(input.body) : metaJsonBytes(input.body);
    const parsed = parseJson(bytes.toString());
    const object =
      typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed.object : undefined;
    const callback =
      (typeof object === 'string' ? app.subscriptions.get(object) : undefined) ??
      [...app.subscriptions.values()][0];
    const url = input.url ?? callback?.callbackUrl;
    if (url === undefined) throw new Error('The app has no subscription, and no url was given.');
    return viewDelivery(await sender.sendRaw(app, url, bytes, input.headers ?? {}));
  }

  /** Tells one status of a sent message now, whatever came before. */
  playStatus(input: { messageId: string; status: string; errorCode?: number; details?: string }): void {
    const { messages, customers } = this.context;
    const message = messages.find(input.messageId);
    const customer = message && customers.withUserId(message.userId);
    if (!customer) throw new Error(`No message ${input.messageId} was sent.`);
    const subject = { message, customer, category: 'service', inWindow: true, isVoice: false };
    tellStatus(this.context, subject, input.status, {
      ...(input.errorCode !== undefined && { errorCode: input.errorCode }),
      ...(input.details !== undefined && { details: input.details }),
    });
  }

  setTemplateStatus(reference: TemplateReference, verdict: TemplateVerdict): void {
    setTemplateStatus(this.context, this.template(reference), verdict);
  }

  setTemplateCategory(reference: TemplateReference, category: string): void {
    setTemplateCategory(this.context, this.template(reference), category);
  }

  /** The notice of a coming category, and the change when `noticeMs` (24 hours where left out) are over. */
  announceTemplateCategory(reference: TemplateReference, category: string, noticeMs?: number): void {
    announceTemplateCategory(this.context, this.template(reference), category, noticeMs);
  }

  /** At RED an approved template is paused: three hours, then six, then disabled. */
  setTemplateQuality(reference: TemplateReference, score: 'GREEN' | 'YELLOW' | 'RED' | 'UNKNOWN'): void {
    setTemplateQuality(this.context, this.template(reference), score);
  }

  private template({ templateId, name, language, wabaId }: TemplateReference): TemplateRecord {
    const found = this.context.world
      .all('template')
      .find(
        (template) =>
          (templateId === undefined || template.id === templateId) &&
          (name === undefined || template.name === name) &&
          (language === undefined || template.language === language) &&
          (wabaId === undefined || template.wabaId === wabaId),
      );
    if (!found || (templateId === undefined && name === undefined))
      throw new Error('There is no such template.');
    return found;
  }
}

export function viewDelivery(delivery: WebhookDelivery): DeliveryView {
  const body = delivery.body.toString('utf8');
  return { ...delivery, body, payload: parseJson(body) ?? null };
}
