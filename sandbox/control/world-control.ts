import type { SandboxContext } from '../context';
import { newObjectId } from '../ids';
import { patchSettings, type SandboxSettings, type SettingsPatch } from '../settings';
import type { LoginConfiguration } from '../world';
import { newApp, newBusiness, newPerson, newPhone, newWaba, type SeedApp } from '../world-seed';

export interface Tenant {
  businessId: string;
  personId: string;
  wabaId: string;
  phoneNumberId: string;
}

/** Who and what exists, and how the sandbox behaves. */
export class WorldControl {
  constructor(
    protected readonly context: SandboxContext,
    private readonly seed: () => void,
  ) {}

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
}
