import type { CallLog, RecordedCall } from '../features/call-log';
import { viewDelivery, type DeliveryView } from '../webhooks/event-control';
import type { FaultRule } from '../graph/faults';
import type { JsonObject } from '../json';
import type { MessageFailureRule, SentMessage } from '../messages/message-log';
import { CallControl } from '../features/call-control';
import type { DropFilter } from '../webhooks/webhook-delivery';

export type { DeliveryView, TemplateReference } from '../webhooks/event-control';
export type { ConversationView } from '../direct/direct-control';
export type { ContainerView, NewInstagramMedia } from '../instagram/instagram-control';
export type { NewPage, NewPost, PageChange } from '../pages/page-control';
export type { PublishedItem } from '../pages/page-book';
export type { UploadView } from '../pages/publishing-control';
export type { CodeInput, GrantInput, IssuedToken } from '../login/login-control';
export type { Tenant } from './world-control';

/** Everything that a test or a person may do to the sandbox from outside of Graph. */
export class SandboxControl extends CallControl {
  /** The next matching calls fail, or answer late. */
  failNext(rule: FaultRule): void {
    this.context.faults.add(rule);
  }

  clearFaults(): void {
    this.context.faults.clear();
  }

  /** The next messages fail with a code: in the answer, or as status `failed` after having been accepted. */
  failMessages(rule: MessageFailureRule): void {
    this.context.messages.addFailure(rule);
  }

  /**
   * The next `count` webhook POSTs never arrive and are not repeated: of all, or only those that fit `filter` (of one
   * object, or with an entry of one account).
   * A further call takes the place of the one before.
   */
  dropWebhooks(count: number, filter: DropFilter = {}): void {
    this.context.sender.dropNext(count, filter);
  }

  /** Unix ms of the virtual clock. */
  now(): number {
    return this.context.clock.now();
  }

  /** Moves time forward: reviews and statuses happen, retries fire, tokens expire, windows close. */
  async advance(ms: number): Promise<void> {
    await this.context.links.settled();
    await this.context.clock.advance(ms);
  }

  /**
   * Waits until nothing is under way and nothing would happen within `horizonMs` by itself. Retries and timers further
   * off do not count. False where that did not come within `timeoutMs`. All in real milliseconds.
   */
  async waitUntilIdle(options: { timeoutMs?: number; horizonMs?: number } = {}): Promise<boolean> {
    const deadline = Date.now() + (options.timeoutMs ?? 5000);
    const { clock, sender, links } = this.context;
    for (;;) {
      const idle =
        !clock.isBusyWithin(options.horizonMs ?? 1000) &&
        !sender.busy &&
        !links.busy &&
        this.context.inFlight === 0;
      if (idle) return true;
      if (Date.now() >= deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  calls(filter: Parameters<CallLog['list']>[0] = {}): RecordedCall[] {
    return this.context.calls.list(filter);
  }

  clearCalls(): void {
    this.context.calls.clear();
  }

  /** Every message that was accepted: what must have been sent exactly once. */
  sentMessages(filter: { to?: string; phoneNumberId?: string } = {}): SentMessage[] {
    const digits = filter.to?.replace(/\D/g, '');
    return this.context.messages.sent.filter(
      (message) =>
        (digits === undefined || message.to.replace(/\D/g, '') === digits) &&
        (filter.phoneNumberId === undefined || message.phoneNumberId === filter.phoneNumberId),
    );
  }

  deliveries(filter: { appId?: string; object?: string; state?: string } = {}): DeliveryView[] {
    return this.context.sender.log
      .filter(
        (delivery) =>
          (filter.appId === undefined || delivery.appId === filter.appId) &&
          (filter.object === undefined || delivery.object === filter.object) &&
          (filter.state === undefined || delivery.state === filter.state),
      )
      .map(viewDelivery);
  }

  /** Whether the business has marked a received message as read, and shows typing now. */
  receivedMessage(messageId: string): { readAt: number | null; isTyping: boolean } | null {
    const message = this.context.messages.received.get(messageId);
    return message
      ? { readAt: message.readAt, isTyping: message.typingUntil > this.context.clock.now() }
      : null;
  }

  /** Ids and names of everything there is. */
  overview(): JsonObject {
    const { world } = this.context;
    return {
      apps: world.all('app').map(({ id, name }) => ({ id, name })),
      businesses: world.all('business').map(({ id, name }) => ({ id, name })),
      people: world
        .all('person')
        .map(({ id, name, businessIds, pageIds }) => ({ id, name, businessIds, pageIds })),
      wabas: world.all('waba').map(({ id, name, ownerBusinessId, subscribedApps }) => ({
        id,
        name,
        ownerBusinessId,
        subscribedApps: [...subscribedApps.keys()],
      })),
      phoneNumbers: world.all('phone').map(({ id, wabaId, displayPhoneNumber, status }) => ({
        id,
        wabaId,
        displayPhoneNumber,
        status,
      })),
      templates: world
        .all('template')
        .map(({ id, name, language, status }) => ({ id, name, language, status })),
      pages: world
        .all('page')
        .map(({ id, name, instagramId }) => ({ id, name, instagramId: instagramId ?? null })),
    };
  }
}
