import type { VirtualClock } from '../clock';
import type { OutgoingHttp } from '../graph/outgoing-http';
import type { DeliverySettings, LogSettings } from '../settings';
import { metaJsonBytes, signatureHeaders } from './webhook-bytes';
import { entriesOf, type WebhookItem } from './webhook-entries';
import type { AppRecord } from '../world';

export interface DeliveryAttempt {
  at: number;
  /** HTTP status, or null where there was no answer. */
  status: number | null;
  error?: string;
  durationMs: number;
}

export interface WebhookDelivery {
  id: number;
  appId: string;
  url: string;
  object: string;
  entryIds: string[];
  body: Buffer;
  createdAt: number;
  state: 'pending' | 'delivered' | 'dropped' | 'abandoned' | 'retrying';
  attempts: DeliveryAttempt[];
}

/** Which deliveries get lost; all where empty. */
export interface DropFilter {
  /** `page`, `instagram`, `whatsapp_business_account`, … */
  object?: string;
  /** Page, Instagram or WhatsApp account that the POST has an entry of. */
  ownerId?: string;
}

interface Channel {
  app: AppRecord;
  url: string;
  object: string;
  waiting: WebhookItem[];
  flushing: boolean;
  active: number;
  queue: (() => void)[];
}

/** Batches, signs, posts and repeats webhooks. What is told to whom is decided by WebhookHub. */
export class WebhookSender {
  readonly log: WebhookDelivery[] = [];
  /** Called when Page or Instagram deliveries failed too long: Meta then ends the subscription. */
  onUnsubscribe: (appId: string, object: string, entryId: string) => void = () => undefined;
  private readonly channels = new Map<string, Channel>();
  private readonly failingSince = new Map<string, number>();
  private nextId = 1;
  private made = 0;
  private dropping: { left: number; filter: DropFilter } = { left: 0, filter: {} };
  /** Rises with each reset: what was under way then belongs to a world that is gone. */
  private epoch = 0;

  constructor(
    private readonly clock: VirtualClock,
    private readonly http: OutgoingHttp,
    private readonly all: { delivery: DeliverySettings; logs: LogSettings },
  ) {}

  private get settings(): DeliverySettings {
    return this.all.delivery;
  }

  dropNext(count: number, filter: DropFilter): void {
    this.dropping = { left: count, filter };
  }

  get busy(): boolean {
    return [...this.channels.values()].some((channel) => channel.waiting.length > 0 || channel.active > 0);
  }

  clear(): void {
    this.epoch++;
    this.channels.clear();
    this.failingSince.clear();
    this.log.length = 0;
    this.dropNext(0, {});
    this.made = 0;
  }

  close(): void {
    this.epoch++;
    this.channels.clear();
  }

  enqueue(app: AppRecord, url: string, item: WebhookItem): void {
    const key = `${app.id} ${item.object} ${url}`;
    let channel = this.channels.get(key);
    if (!channel) {
      channel = { app, url, object: item.object, waiting: [], flushing: false, active: 0, queue: [] };
      this.channels.set(key, channel);
    }
    channel.waiting.push(item);
    if (channel.flushing) return;
    channel.flushing = true;
    const flushed = channel;
    this.clock.schedule(this.settings.delayMs, () => this.flush(flushed));
  }

  /** Sends bytes as they are, signed, once; for payloads that the sandbox would never make itself. */
  async sendRaw(
    app: AppRecord,
    url: string,
    body: Buffer,
    headers: Record<string, string>,
  ): Promise<WebhookDelivery> {
    const delivery = this.newDelivery(app, url, 'raw', [], body);
    const attempt = await this.post(delivery, { ...signatureHeaders(body, app.secret), ...headers });
    delivery.state = isSuccess(attempt) ? 'delivered' : 'abandoned';
    return delivery;
  }

  private async flush(channel: Channel): Promise<void> {
    channel.flushing = false;
    const items = channel.waiting.splice(0);
    if (this.settings.shuffle) shuffle(items);
    const size = Math.max(1, Math.min(this.settings.batchSize, 1000));
    const deliveries: Promise<void>[] = [];
    for (let start = 0; start < items.length; start += size) {
      deliveries.push(...this.makeDeliveries(channel, items.slice(start, start + size)));
    }
    await Promise.all(deliveries);
  }

  private makeDeliveries(channel: Channel, items: WebhookItem[]): Promise<void>[] {
    const entryIds = [...new Set(items.map((item) => item.entryId))];
    const body = metaJsonBytes({ object: channel.object, entry: entriesOf(items) });
    const delivery = this.newDelivery(channel.app, channel.url, channel.object, entryIds, body);
    if (this.isDropped(delivery)) {
      delivery.state = 'dropped';
      return [];
    }
    this.made++;
    const every = this.settings.duplicateEvery;
    const twice = every > 0 && this.made % every === 0;
    return twice
      ? [this.attempt(channel, delivery), this.attempt(channel, delivery)]
      : [this.attempt(channel, delivery)];
  }

  private isDropped({ object, entryIds }: WebhookDelivery): boolean {
    const { left, filter } = this.dropping;
    if (left <= 0) return false;
    if (filter.object !== undefined && filter.object !== object) return false;
    if (filter.ownerId !== undefined && !entryIds.includes(filter.ownerId)) return false;
    this.dropping.left--;
    return true;
  }

  private newDelivery(
    app: AppRecord,
    url: string,
    object: string,
    entryIds: string[],
    body: Buffer,
  ): WebhookDelivery {
    const delivery: WebhookDelivery = {
      id: this.nextId++,
      appId: app.id,
      url,
      object,
      entryIds,
      body,
      createdAt: this.clock.now(),
      state: 'pending',
      attempts: [],
    };
    this.log.push(delivery);
    const { deliveries: kept } = this.all.logs;
    if (this.log.length > kept) this.log.splice(0, this.log.length - Math.floor(kept * 0.9));
    return delivery;
  }

  private async attempt(channel: Channel, delivery: WebhookDelivery): Promise<void> {
    const { epoch } = this;
    await this.takeSlot(channel);
    let attempt: DeliveryAttempt;
    try {
      attempt = await this.post(delivery, signatureHeaders(delivery.body, channel.app.secret));
    } finally {
      channel.active--;
      channel.queue.shift()?.();
    }
    if (this.epoch !== epoch) return;
    if (isSuccess(attempt)) {
      delivery.state = 'delivered';
      for (const entryId of delivery.entryIds) this.failingSince.delete(failureKey(delivery, entryId));
    } else this.retryLater(channel, delivery);
  }

  private takeSlot(channel: Channel): Promise<void> | void {
    if (channel.active < this.settings.concurrency) {
      channel.active++;
      return;
    }
    return new Promise((resolve) => {
      channel.queue.push(() => {
        channel.active++;
        resolve();
      });
    });
  }

  private retryLater(channel: Channel, delivery: WebhookDelivery): void {
    const isWhatsApp = delivery.object === 'whatsapp_business_account';
    const { whatsappGivesUpAfterMs, pageGivesUpAfterMs, retryDelaysMs } = this.settings;
    const giveUpAfterMs = isWhatsApp ? whatsappGivesUpAfterMs : pageGivesUpAfterMs;
    const ended = !isWhatsApp && this.endLongFailing(delivery);
    if (ended || this.clock.now() - delivery.createdAt >= giveUpAfterMs) {
      delivery.state = 'abandoned';
      return;
    }
    delivery.state = 'retrying';
    const delayMs = retryDelaysMs[Math.min(delivery.attempts.length, retryDelaysMs.length) - 1] ?? 60_000;
    this.clock.schedule(delayMs, () => {
      if (delivery.state !== 'delivered') return this.attempt(channel, delivery);
      return undefined;
    });
  }

  /** True where the failure has lasted so long that Meta unsubscribes the Page or account. */
  private endLongFailing(delivery: WebhookDelivery): boolean {
    let ended = false;
    for (const entryId of delivery.entryIds) {
      const key = failureKey(delivery, entryId);
      const since = this.failingSince.get(key) ?? this.clock.now();
      this.failingSince.set(key, since);
      if (this.clock.now() - since < this.settings.unsubscribeAfterMs) continue;
      this.failingSince.delete(key);
      this.onUnsubscribe(delivery.appId, delivery.object, entryId);
      ended = true;
    }
    return ended;
  }

  private async post(delivery: WebhookDelivery, headers: Record<string, string>): Promise<DeliveryAttempt> {
    const at = this.clock.now();
    const startedAt = Date.now();
    let attempt: DeliveryAttempt;
    try {
      const answer = await this.http.send({
        method: 'POST',
        url: delivery.url,
        headers: {
          'content-type': 'application/json',
          'content-length': String(delivery.body.length),
          'user-agent': 'facebookexternalua',
          accept: '*/*',
          ...headers,
        },
        body: delivery.body,
        timeoutMs: this.settings.timeoutMs,
      });
      attempt = { at, status: answer.status, durationMs: Date.now() - startedAt };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      attempt = { at, status: null, error: message, durationMs: Date.now() - startedAt };
    }
    delivery.attempts.push(attempt);
    return attempt;
  }
}

function failureKey(delivery: WebhookDelivery, entryId: string): string {
  return `${delivery.appId} ${delivery.object} ${entryId}`;
}

function isSuccess(attempt: DeliveryAttempt): boolean {
  return attempt.status !== null && attempt.status >= 200 && attempt.status < 300;
}

function shuffle(items: WebhookItem[]): void {
  for (let index = items.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1));
    const first = items[index];
    const second = items[other];
    if (first && second) {
      items[index] = second;
      items[other] = first;
    }
  }
}
