import { Access } from './graph/access';
import { CallLog } from './features/call-log';
import { VirtualClock } from './clock';
import { Customers } from './messages/customers';
import { DirectInbox } from './direct/direct-inbox';
import { Faults } from './graph/faults';
import { InstagramState } from './instagram/instagram-state';
import { LinkedFiles } from './graph/linked-files';
import { MessageLog } from './messages/message-log';
import { OutgoingHttp } from './graph/outgoing-http';
import { PageBook } from './pages/page-book';
import { Buckets, HourlyCounter } from './graph/rate-limits';
import { SeededRandom } from './seeded-random';
import { SendingLimits } from './messages/sending-limits';
import { defaultSettings, type SandboxSettings } from './settings';
import { TokenStore } from './login/tokens';
import { Uploads } from './graph/upload-sessions';
import { VoiceCalls } from './features/voice-calls';
import { WebhookSender } from './webhooks/webhook-delivery';
import { WebhookHub } from './webhooks/webhook-hub';
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
  readonly calls = new CallLog(this.settings.logs);
  readonly messages = new MessageLog();
  readonly direct = new DirectInbox(this.world);
  readonly pages = new PageBook();
  readonly instagram = new InstagramState();
  readonly voiceCalls = new VoiceCalls();
  readonly http = new OutgoingHttp();
  /** Files that messages link to. */
  readonly links = new LinkedFiles(this.clock, this.http);
  readonly sender = new WebhookSender(this.clock, this.http, this.settings);
  readonly webhooks = new WebhookHub(this.clock, this.world, this.sender, this.settings);
  readonly buckets = new Buckets();
  readonly usage = new HourlyCounter();
  readonly uploads = new Uploads();
  readonly limits = new SendingLimits(this.clock, this.settings.limits);
  /** Decides the fates of messages. */
  readonly random = new SeededRandom();
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
    this.pages.clear();
    this.instagram.clear();
    this.voiceCalls.clear();
    this.sender.clear();
    this.buckets.clear();
    this.usage.clear();
    this.uploads.clear();
    this.limits.clear();
    this.links.clear();
    this.random.reset();
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
