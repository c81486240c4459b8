import type { CallLog, RecordedCall } from './call-log';
import { SandboxContext } from './context';
import type { Customer, CustomerReference } from './customers';
import type { FaultRule } from './faults';
import { applyGrant, issueCode, WHATSAPP_SCOPES } from './grants';
import {
  playIdentityChange,
  playInbound,
  playPreference,
  type IdentityChange,
  type InboundMessage,
  type InboundReceipt,
} from './inbound-messages';
import { newObjectId } from './ids';
import { parseJson, type JsonObject, type JsonValue } from './json';
import type { MessageFailureRule, SentMessage } from './message-log';
import { tellStatus } from './message-statuses';
import { postSignedRequest, revokeEverything, revokeOne, type CallbackResult } from './revocation';
import { patchSettings, type SandboxSettings, type SettingsPatch } from './settings';
import {
  setTemplateCategory,
  setTemplateQuality,
  setTemplateStatus,
  type TemplateVerdict,
} from './template-review';
import type { TokenRecord } from './tokens';
import { metaJsonBytes } from './webhook-bytes';
import type { WebhookDelivery } from './webhook-delivery';
import type { ChangeEvent, MessagingEvent } from './webhook-hub';
import {
  newApp,
  newBusiness,
  newInstagram,
  newPage,
  newPerson,
  newPhone,
  newWaba,
  type SeedApp,
} from './world-seed';
import type { LoginConfiguration, TemplateRecord } from './world';

export interface GrantInput {
  /** The seeded app and person where left out. */
  appId?: string;
  personId?: string;
  /** WhatsApp's three where left out. */
  scopes?: string[];
  decline?: string[];
  /** `all`, or scope → asset ids; left out: the assets that the person has now. */
  targets?: 'all' | Record<string, string[]>;
  tokenKind?: 'USER' | 'SYSTEM_USER';
  /** Life of the token that comes of it, in seconds; 0 = for ever. */
  expiresInSeconds?: number;
}

export interface CodeInput extends GrantInput {
  /** Byte for byte what the exchange will send. Left out: an Embedded Signup code, exchanged without it. */
  redirectUri?: string;
  /** Life of the code itself. */
  lifetimeSeconds?: number;
  instagramId?: string;
}

export interface IssuedToken {
  token: string;
  kind: string;
  /** Unix ms; 0 = never. */
  expiresAt: number;
}

export interface TemplateReference {
  templateId?: string;
  name?: string;
  language?: string;
  wabaId?: string;
}

export interface Tenant {
  businessId: string;
  personId: string;
  wabaId: string;
  phoneNumberId: string;
}

export interface DeliveryView extends Omit<WebhookDelivery, 'body'> {
  /** The bytes as text, with Meta's escapes. */
  body: string;
  payload: JsonValue | null;
}

/** Everything that a test or a person may do to the sandbox from outside of Graph. */
export class SandboxControl {
  constructor(
    private readonly context: SandboxContext,
    private readonly seed: () => void,
  ) {}

  // --- the world -------------------------------------------------------------------------------------------------

  /** Back to the seeded world and settings: ids stay, everything that was made or sent is gone. The clock stays. */
  reset(): void {
    this.context.reset();
    this.seed();
  }

  createApp(input: SeedApp): { id: string } {
    return { id: this.context.world.add(newApp(input)).id };
  }

  /** Changes the app's secret, redirect addresses, proof requirement or callbacks. */
  updateApp(appId: string, change: Partial<Omit<SeedApp, 'appId'>>): void {
    const app = this.context.world.get('app', appId);
    if (change.appSecret !== undefined) app.secret = change.appSecret;
    if (change.name !== undefined) app.name = change.name;
    if (change.requireProof !== undefined) app.requireProof = change.requireProof;
    if (change.redirectUris !== undefined) app.redirectUris = change.redirectUris;
    if (change.deauthorizeUrl !== undefined) app.deauthorizeUrl = change.deauthorizeUrl;
    if (change.dataDeletionUrl !== undefined) app.dataDeletionUrl = change.dataDeletionUrl;
  }

  createLoginConfiguration(appId: string, configId: string, configuration: LoginConfiguration): void {
    this.context.world.get('app', appId).loginConfigurations.set(configId, configuration);
  }

  createBusiness(input: { id?: string; name: string }): { id: string } {
    return { id: this.context.world.add(newBusiness(input.id ?? newObjectId(), input.name)).id };
  }

  createPerson(input: {
    id?: string;
    name: string;
    businessIds?: string[];
    pageIds?: string[];
    wabaIds?: string[];
    isSystemUser?: boolean;
  }): { id: string } {
    const { id, name, ...more } = input;
    return { id: this.context.world.add(newPerson(id ?? newObjectId(), name, more)).id };
  }

  createWaba(input: {
    id?: string;
    name: string;
    ownerBusinessId?: string;
    clientBusinessIds?: string[];
    country?: string;
    currency?: string;
    templateLimit?: number;
  }): { id: string } {
    const { world } = this.context;
    const waba = newWaba(
      input.id ?? newObjectId(),
      input.name,
      input.ownerBusinessId ?? world.first('business').id,
    );
    waba.clientBusinessIds = input.clientBusinessIds ?? [];
    waba.country = input.country ?? waba.country;
    waba.currency = input.currency ?? waba.currency;
    waba.templateLimit = input.templateLimit ?? waba.templateLimit;
    return { id: world.add(waba).id };
  }

  createPhoneNumber(input: {
    id?: string;
    wabaId?: string;
    displayPhoneNumber: string;
    verifiedName?: string;
    registered?: boolean;
    throughputLevel?: 'STANDARD' | 'HIGH';
    isOnBizApp?: boolean;
  }): { id: string } {
    const { world, clock } = this.context;
    const wabaId = input.wabaId ?? world.first('waba').id;
    const name = input.verifiedName ?? world.get('waba', wabaId).name;
    const phone = newPhone(input.id ?? newObjectId(), wabaId, input.displayPhoneNumber, name, clock.now());
    phone.throughputLevel = input.throughputLevel ?? phone.throughputLevel;
    phone.isOnBizApp = input.isOnBizApp ?? false;
    if (input.registered === false) {
      phone.registered = false;
      phone.pin = null;
      phone.status = 'DISCONNECTED';
    }
    return { id: world.add(phone).id };
  }

  createPage(input: {
    id?: string;
    name: string;
    instagramUsername?: string;
    instagramId?: string;
    personId?: string;
  }): {
    id: string;
    instagramId: string | null;
  } {
    const { world } = this.context;
    const id = input.id ?? newObjectId();
    const instagramId =
      input.instagramUsername === undefined
        ? undefined
        : (input.instagramId ?? `1784${newObjectId().slice(0, 13)}`);
    world.add(newPage(id, input.name, instagramId));
    if (instagramId !== undefined && input.instagramUsername !== undefined) {
      world.add(newInstagram(instagramId, input.instagramUsername, id));
    }
    const person = input.personId === undefined ? world.first('person') : world.get('person', input.personId);
    person.pageIds.push(id);
    return { id, instagramId: instagramId ?? null };
  }

  /** A second business with its own person, account and number: another tenant of the same app. */
  createTenant(input: { name: string; displayPhoneNumber: string }): Tenant {
    const business = this.createBusiness({ name: input.name });
    const person = this.createPerson({ name: `${input.name} Owner`, businessIds: [business.id] });
    const waba = this.createWaba({ name: `${input.name} WhatsApp`, ownerBusinessId: business.id });
    const phone = this.createPhoneNumber({ wabaId: waba.id, displayPhoneNumber: input.displayPhoneNumber });
    return { businessId: business.id, personId: person.id, wabaId: waba.id, phoneNumberId: phone.id };
  }

  settings(): SandboxSettings {
    return this.context.settings;
  }

  configure(patch: SettingsPatch): SandboxSettings {
    patchSettings(this.context.settings, patch);
    return this.context.settings;
  }

  // --- logins and tokens ------------------------------------------------------------------------------------------

  /** A code as the dialog (with `redirectUri`) or Embedded Signup (without) would give it, without any page. */
  issueCode(input: CodeInput = {}): { code: string; expiresAt: number } {
    const { redirectUri, lifetimeSeconds, instagramId } = input;
    const purpose =
      instagramId !== undefined ? 'instagram' : redirectUri === undefined ? 'embedded' : 'dialog';
    const code = issueCode(this.context, {
      ...this.grantOf(input),
      purpose,
      redirectUri: redirectUri ?? null,
      ...(input.tokenKind && { tokenKind: input.tokenKind }),
      ...(input.expiresInSeconds !== undefined && { tokenSeconds: input.expiresInSeconds }),
      ...(lifetimeSeconds !== undefined && { lifetimeSeconds }),
      ...(instagramId !== undefined && { instagramId }),
    });
    return { code: code.code, expiresAt: code.expiresAt };
  }

  /** A user's or system user's token at once, for tests that are not about the login. */
  issueToken(input: GrantInput = {}): IssuedToken {
    const grant = this.grantOf(input);
    const { scopes, targets } = applyGrant(this.context, grant);
    const token = this.context.tokens.issue({
      kind: input.tokenKind ?? 'USER',
      appId: grant.appId,
      personId: grant.personId,
      scopes,
      targets,
      expiresInSeconds: input.expiresInSeconds ?? this.context.settings.tokens.userTokenSeconds,
      isLongLived: input.expiresInSeconds === 0 || (input.expiresInSeconds ?? 0) > 86_400,
    });
    return viewToken(token);
  }

  tokens(): IssuedToken[] {
    return this.context.tokens.all().map(viewToken);
  }

  /** The token expires now. */
  expireToken(token: string): void {
    this.knownToken(token).expiresAt = this.context.clock.now() - 1;
  }

  /** The token dies with a subcode of code 190 (458, 459, 460, 463, 464, 467, 492), or with none. */
  revokeToken(token: string, subcode: number | null = null): void {
    this.context.tokens.kill(this.knownToken(token), subcode);
  }

  /** One permission is taken back; the `permissions` webhook tells it. Without name: the app is removed entirely. */
  revokePermission(input: { permission?: string; personId?: string; appId?: string } = {}): void {
    const { appId, personId } = this.grantOf(input);
    if (input.permission === undefined) revokeEverything(this.context, appId, personId);
    else revokeOne(this.context, appId, personId, input.permission);
  }

  /** The person removes the app: tokens die, and the deauthorize callback is posted. Null where none is configured. */
  async deauthorize(input: { personId?: string; appId?: string } = {}): Promise<CallbackResult | null> {
    const { appId, personId } = this.grantOf(input);
    revokeEverything(this.context, appId, personId);
    return postSignedRequest(this.context, appId, personId, 'deauthorize');
  }

  /** The person asks for deletion of the data: posts the callback and gives back its answer. */
  async requestDataDeletion(
    input: { personId?: string; appId?: string } = {},
  ): Promise<CallbackResult | null> {
    const { appId, personId } = this.grantOf(input);
    return postSignedRequest(this.context, appId, personId, 'data-deletion');
  }

  // --- people writing, and everything else that Meta tells ---------------------------------------------------------

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

  // --- templates ----------------------------------------------------------------------------------------------------

  setTemplateStatus(reference: TemplateReference, verdict: TemplateVerdict): void {
    setTemplateStatus(this.context, this.template(reference), verdict);
  }

  setTemplateCategory(reference: TemplateReference, category: string): void {
    setTemplateCategory(this.context, this.template(reference), category);
  }

  setTemplateQuality(reference: TemplateReference, score: 'GREEN' | 'YELLOW' | 'RED' | 'UNKNOWN'): void {
    setTemplateQuality(this.context, this.template(reference), score);
  }

  // --- faults -------------------------------------------------------------------------------------------------------

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

  /** The next webhooks are lost on the way, and not repeated. */
  dropWebhooks(count: number): void {
    this.context.sender.dropNext = count;
  }

  /** Tells one status of a sent message now, whatever came before. */
  playStatus(input: { messageId: string; status: string; errorCode?: number; details?: string }): void {
    const { messages, customers } = this.context;
    const message = messages.sent.find(({ id }) => id === input.messageId);
    const customer = message && customers.withUserId(message.userId);
    if (!customer) throw new Error(`No message ${input.messageId} was sent.`);
    const subject = { message, customer, category: 'service', inWindow: true, isVoice: false };
    tellStatus(this.context, subject, input.status, {
      ...(input.errorCode !== undefined && { errorCode: input.errorCode }),
      ...(input.details !== undefined && { details: input.details }),
    });
  }

  // --- time ---------------------------------------------------------------------------------------------------------

  /** Unix ms of the virtual clock. */
  now(): number {
    return this.context.clock.now();
  }

  /** Moves time forward: reviews and statuses happen, retries fire, tokens expire, windows close. */
  async advance(ms: number): Promise<void> {
    await this.context.clock.advance(ms);
  }

  /**
   * Waits until nothing is under way and nothing would happen within `horizonMs` by itself. Retries and timers further
   * off do not count. False where that did not come within `timeoutMs`. All in real milliseconds.
   */
  async waitUntilIdle(options: { timeoutMs?: number; horizonMs?: number } = {}): Promise<boolean> {
    const deadline = Date.now() + (options.timeoutMs ?? 5000);
    const { clock, sender } = this.context;
    for (;;) {
      const idle =
        clock.pendingWithin(options.horizonMs ?? 1000) === 0 && !sender.busy && this.context.inFlight === 0;
      if (idle) return true;
      if (Date.now() >= deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  // --- what happened ------------------------------------------------------------------------------------------------

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

  private knownToken(text: string): TokenRecord {
    const token = this.context.tokens.all().find((candidate) => candidate.token === text);
    if (!token) throw new Error('There is no such token.');
    return token;
  }

  private grantOf(input: GrantInput) {
    const { world } = this.context;
    return {
      appId: input.appId ?? world.first('app').id,
      personId: input.personId ?? world.first('person').id,
      scopes: input.scopes ?? WHATSAPP_SCOPES,
      ...(input.decline && { decline: input.decline }),
      ...(input.targets && { targets: input.targets }),
    };
  }
}

function viewToken({ token, kind, expiresAt }: TokenRecord): IssuedToken {
  return { token, kind, expiresAt };
}

function viewDelivery(delivery: WebhookDelivery): DeliveryView {
  const body = delivery.body.toString('utf8');
  return { ...delivery, body, payload: parseJson(body) ?? null };
}
