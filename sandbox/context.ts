import { Access } from './access';
import { CallLog } from './call-log';
import { VirtualClock } from './clock';
import { Customers } from './customers';
import { DirectInbox } from './direct-inbox';
import { Faults } from './faults';
import { MessageLog } from './message-log';
import { OutgoingHttp } from './outgoing-http';
import { Buckets, HourlyCounter } from './rate-limits';
import { defaultSettings, type SandboxSettings } from './settings';
import { TokenStore } from './tokens';
import { WebhookSender } from './webhook-delivery';
import { WebhookHub } from './webhook-hub';
import { World } from './world';

/** The state of one sandbox, shared by all its routes. */
export class SandboxContext {
  readonly clock = new VirtualClock();
  readonly world = new World();
  readonly customers = new Customers();
  readonly settings: SandboxSettings = defaultSettings();
  readonly tokens = new TokenStore(this.clock, this.world);
  readonly access = new Access(this.world);
  readonly faults = new Faults();
  readonly calls = new CallLog();
  readonly messages = new MessageLog();
  readonly direct = new DirectInbox(this.world);
  readonly http = new OutgoingHttp();
  readonly sender = new WebhookSender(this.clock, this.http, this.settings.delivery);
  readonly webhooks = new WebhookHub(this.clock, this.world, this.sender);
  readonly buckets = new Buckets();
  readonly usage = new HourlyCounter();
  /** Graph calls that are being answered. */
  inFlight = 0;
  /** Origin for URLs that no request asked for, as those of media in webhooks. */
  publicUrl = '';

  reset(): void {
    this.clock.clear();
    this.world.clear();
    this.customers.clear();
    Object.assign(this.settings, patched(this.settings));
    this.tokens.clear();
    this.faults.clear();
    this.calls.clear();
    this.messages.clear();
    this.direct.clear();
    this.sender.clear();
    this.buckets.clear();
    this.usage.clear();
  }
}

/** Keeps the identity of each part, because the parts are handed out at construction. */
function patched(settings: SandboxSettings): SandboxSettings {
  const fresh = defaultSettings();
  for (const name of Object.keys(fresh) as (keyof SandboxSettings)[]) {
    const part: object = settings[name];
    for (const key of Object.keys(part)) Reflect.deleteProperty(part, key);
    Object.assign(part, fresh[name]);
  }
  return settings;
}
