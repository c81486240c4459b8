import type { VirtualClock } from '../clock';
import { isObject, type JsonObject, type JsonValue } from '../json';
import type { DeliverySettings } from '../settings';
import type { WebhookSender } from './webhook-delivery';
import type { WebhookItem } from './webhook-entries';
import type { AppRecord, PhoneRecord, WabaRecord, World } from '../world';

/** A change of a WhatsApp account, Page, Instagram account or person's permissions. */
export interface ChangeEvent {
  object: string;
  /** The asset whose subscription decides: WABA, Page or Instagram id; for `permissions` the person's id. */
  ownerId: string;
  field: string;
  value: JsonValue;
  /** `entry.id` where it differs from the owner, as in partner events. */
  entryId?: string;
  /** Unix seconds; WhatsApp's messages come without. */
  entryTime?: number;
  /** Only this app is told, as with the statuses of what that app has sent. */
  appId?: string;
  /** Told also where the account is not subscribed yet, or no more, as partner events are. */
  withoutAccount?: boolean;
}

/** An item of Messenger's or Instagram's `messaging[]`. */
export interface MessagingEvent {
  object: 'page' | 'instagram';
  ownerId: string;
  field: string;
  item: JsonObject;
  /** Told to everybody as `standby`. */
  standby?: boolean;
  /** The app that controls the thread: all others are told as `standby`. */
  ownerAppId?: string;
  /** Only this app is told. */
  appId?: string;
}

/** Decides which app is told what, and where: only subscribed fields of subscribed assets leave the sandbox. */
export class WebhookHub {
  constructor(
    private readonly clock: VirtualClock,
    private readonly world: World,
    private readonly sender: WebhookSender,
    private readonly settings: { delivery: DeliverySettings },
  ) {
    sender.onUnsubscribe = (appId, _object, entryId) => {
      this.world.findKind('page', entryId)?.subscribedApps.delete(appId);
      this.world.findKind('instagram', entryId)?.subscribedApps.delete(appId);
      const pageId = this.world.findKind('instagram', entryId)?.pageId;
      if (pageId !== undefined) this.world.findKind('page', pageId)?.subscribedApps.delete(appId);
    };
  }

  /** Returns how many apps are told. */
  emitChange(event: ChangeEvent): number {
    let told = 0;
    for (const app of this.world.all('app')) {
      if (event.appId !== undefined && event.appId !== app.id) continue;
      const subscription = this.subscriptionFor(app, event);
      if (!subscription) continue;
      const item: WebhookItem = {
        object: event.object,
        entryId: event.entryId ?? event.ownerId,
        ...(subscription.includeValues
          ? { kind: this.isFlat(event) ? 'flat' : 'changes', content: contentOf(event) }
          : { kind: 'changed_fields', content: event.field }),
        ...(event.entryTime !== undefined && { entryTime: event.entryTime }),
      };
      this.sender.enqueue(app, this.urlFor(app, event, subscription.callbackUrl), item);
      told++;
    }
    return told;
  }

  emitMessaging(event: MessagingEvent): number {
    let told = 0;
    for (const app of this.world.all('app')) {
      if (event.appId !== undefined && event.appId !== app.id) continue;
      const isStandby =
        event.standby === true || (event.ownerAppId !== undefined && event.ownerAppId !== app.id);
      const field = isStandby ? 'standby' : event.field;
      const subscription = this.subscriptionFor(app, { ...event, field });
      if (!subscription) continue;
      this.sender.enqueue(app, subscription.callbackUrl, {
        object: event.object,
        entryId: event.ownerId,
        kind: isStandby ? 'standby' : 'messaging',
        content: event.item,
        entryTime: this.clock.now(),
      });
      told++;
    }
    return told;
  }

  private isFlat({ object }: ChangeEvent): boolean {
    return object === 'instagram' && this.settings.delivery.instagramChanges === 'flat';
  }

  /** Graph version of the app's subscription to an object; payloads differ by it. */
  versionFor(appId: string, object: string): number | undefined {
    return this.world.findKind('app', appId)?.subscriptions.get(object)?.version;
  }

  private subscriptionFor(
    app: AppRecord,
    event: { object: string; ownerId: string; field: string; withoutAccount?: boolean },
  ) {
    const subscription = app.subscriptions.get(event.object);
    if (!subscription?.fields.includes(event.field)) return undefined;
    if (event.withoutAccount) return subscription;
    return this.ownerIsSubscribed(app, event) ? subscription : undefined;
  }

  private ownerIsSubscribed(
    app: AppRecord,
    event: { object: string; ownerId: string; field: string },
  ): boolean {
    switch (event.object) {
      case 'whatsapp_business_account':
        return this.world.findKind('waba', event.ownerId)?.subscribedApps.has(app.id) ?? false;
      case 'page':
        return (
          this.world.findKind('page', event.ownerId)?.subscribedApps.get(app.id)?.includes(event.field) ??
          false
        );
      case 'instagram': {
        const account = this.world.findKind('instagram', event.ownerId);
        if (account?.subscribedApps.get(app.id)?.includes(event.field)) return true;
        const page = account?.pageId === undefined ? undefined : this.world.findKind('page', account.pageId);
        return page?.subscribedApps.has(app.id) ?? false;
      }
      default:
        return true;
    }
  }

  /** Only `messages` follows the alternate callbacks: the number's, then the account's, then the app's. */
  private urlFor(app: AppRecord, event: ChangeEvent, fallback: string): string {
    if (event.object !== 'whatsapp_business_account' || event.field !== 'messages') return fallback;
    const waba = this.world.findKind('waba', event.ownerId);
    const phone = phoneOfValue(event.value, this.world);
    return phone?.webhookOverride?.callbackUri ?? waba?.subscribedApps.get(app.id)?.callbackUri ?? fallback;
  }
}

/** `connected` has its verb directly on the change. */
function contentOf({ field, value }: ChangeEvent): JsonObject {
  return field === 'connected' && isObject(value) ? { field, ...value } : { value, field };
}

function phoneOfValue(value: JsonValue, world: World): PhoneRecord | undefined {
  const metadata = isObject(value) ? value.metadata : undefined;
  if (!isObject(metadata)) return undefined;
  return typeof metadata.phone_number_id === 'string'
    ? world.findKind('phone', metadata.phone_number_id)
    : undefined;
}

/** `metadata` and digits-only number of every WhatsApp messaging webhook. */
export function whatsAppValue(phone: PhoneRecord, content: JsonObject): JsonObject {
  return {
    messaging_product: 'whatsapp',
    metadata: {
      display_phone_number: phone.displayPhoneNumber.replace(/\D/g, ''),
      phone_number_id: phone.id,
    },
    ...content,
  };
}

export function accountEvent(
  clock: VirtualClock,
  waba: WabaRecord,
  field: string,
  value: JsonObject,
): ChangeEvent {
  return { object: 'whatsapp_business_account', ownerId: waba.id, field, value, entryTime: clock.seconds() };
}
