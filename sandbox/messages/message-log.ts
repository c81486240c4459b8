import type { JsonObject } from '../json';
import type { TemplateRecord } from '../world';

/** A message that the sandbox accepted: what was promised with 200. */
export interface SentMessage {
  /** `wamid.…` */
  id: string;
  acceptedAt: number;
  appId: string;
  phoneNumberId: string;
  wabaId: string;
  /** `to` or `recipient` as it was sent. */
  to: string;
  waId: string | null;
  userId: string;
  type: string;
  /** The whole request body. */
  body: JsonObject;
  bizOpaqueCallbackData: string | null;
  /** Statuses told so far, in order. */
  statuses: string[];
  /** Unix ms of each. */
  toldAt?: number[];
  /** The template that it was made of. */
  templateId?: string;
  /** `marketing`, `utility`, `authentication` or `service`, and how it is billed. */
  billing?: { category: string; type: string };
  errorCode: number | null;
}

export interface MessageFailureRule {
  code: number;
  /** In the answer to the call, or later as status `failed`. */
  how: 'answer' | 'status';
  times?: number;
  to?: string;
  phoneNumberId?: string;
  details?: string;
}

/** Messages in both directions, the open windows, and the failures that were asked for. */
export class MessageLog {
  readonly sent: SentMessage[] = [];
  private readonly sentById = new Map<string, SentMessage>();
  /** Inbound message ids → number they came to and sender, for marking as read. */
  readonly received = new Map<
    string,
    { phoneId: string; customerId: string; readAt: number | null; typingUntil: number }
  >();
  private readonly lastInbound = new Map<string, number>();
  private readonly freeEntry = new Map<string, number>();
  private failures: { rule: MessageFailureRule; left: number }[] = [];
  statusCount = 0;
  /** Account, name and language → the template found by them last. */
  readonly lastTemplate = new Map<string, TemplateRecord>();

  clear(): void {
    this.sent.length = 0;
    this.sentById.clear();
    this.received.clear();
    this.lastInbound.clear();
    this.freeEntry.clear();
    this.failures = [];
    this.statusCount = 0;
    this.lastTemplate.clear();
  }

  add(message: SentMessage): SentMessage {
    this.sent.push(message);
    this.sentById.set(message.id, message);
    return message;
  }

  find(id: string): SentMessage | undefined {
    return this.sentById.get(id);
  }

  openWindow(phoneId: string, customerId: string, at: number): void {
    this.lastInbound.set(`${phoneId} ${customerId}`, at);
  }

  /** Free entry point: 72 hours from the person's message through an ad. */
  openFreeEntry(phoneId: string, customerId: string, until: number): void {
    this.freeEntry.set(`${phoneId} ${customerId}`, until);
  }

  closeWindow(phoneId: string, customerId: string): void {
    this.lastInbound.delete(`${phoneId} ${customerId}`);
    this.freeEntry.delete(`${phoneId} ${customerId}`);
  }

  windowIsOpen(phoneId: string, customerId: string, now: number): boolean {
    const last = this.lastInbound.get(`${phoneId} ${customerId}`);
    return (last !== undefined && now - last < 24 * 3_600_000) || this.isFreeEntry(phoneId, customerId, now);
  }

  isFreeEntry(phoneId: string, customerId: string, now: number): boolean {
    return (this.freeEntry.get(`${phoneId} ${customerId}`) ?? 0) > now;
  }

  addFailure(rule: MessageFailureRule): void {
    this.failures.push({ rule, left: rule.times ?? 1 });
  }

  takeFailure(how: MessageFailureRule['how'], to: string, phoneId: string): MessageFailureRule | undefined {
    const found = this.failures.find(
      ({ rule }) =>
        rule.how === how &&
        (rule.to === undefined || rule.to.replace(/\D/g, '') === to.replace(/\D/g, '')) &&
        (rule.phoneNumberId === undefined || rule.phoneNumberId === phoneId),
    );
    if (!found) return undefined;
    found.left--;
    if (found.left <= 0) this.failures = this.failures.filter((failure) => failure !== found);
    return found.rule;
  }
}
