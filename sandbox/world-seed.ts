import type { SandboxContext } from './context';
import type {
  AppRecord,
  BusinessRecord,
  InstagramRecord,
  PageRecord,
  PersonRecord,
  PhoneRecord,
  TemplateRecord,
  WabaRecord,
} from './world';

/** The ids of the world that every sandbox starts with. */
export const SEED = {
  appId: '670843887433847',
  appSecret: 'sandbox-app-secret',
  businessId: '2729063490586005',
  personId: '10224567890123456',
  wabaId: '102290129340398',
  phoneNumberId: '106540352242922',
  displayPhoneNumber: '+1 555-078-3881',
  pageId: '113470551234567',
  instagramId: '17841405822304914',
  /** A Page without Instagram. */
  secondPageId: '113470559876543',
  templateId: '1192339204654487',
  pin: '123456',
} as const;

export interface SeedApp {
  appId: string;
  appSecret: string;
  name?: string;
  requireProof?: boolean;
  /** Empty: any redirect address is allowed. */
  redirectUris?: string[];
  deauthorizeUrl?: string;
  dataDeletionUrl?: string;
}

export function newApp(seed: SeedApp): AppRecord {
  return {
    kind: 'app',
    id: seed.appId,
    name: seed.name ?? 'Sandbox App',
    secret: seed.appSecret,
    requireProof: seed.requireProof ?? false,
    redirectUris: seed.redirectUris ?? [],
    subscriptions: new Map(),
    loginConfigurations: new Map(),
    ...(seed.deauthorizeUrl !== undefined && { deauthorizeUrl: seed.deauthorizeUrl }),
    ...(seed.dataDeletionUrl !== undefined && { dataDeletionUrl: seed.dataDeletionUrl }),
  };
}

export function newBusiness(id: string, name: string): BusinessRecord {
  return { kind: 'business', id, name, verificationStatus: 'verified', messagingLimit: 'TIER_1K' };
}

export function newPerson(id: string, name: string, more: Partial<PersonRecord> = {}): PersonRecord {
  return {
    kind: 'person',
    id,
    name,
    email: `${name.toLowerCase().replace(/\W+/g, '.')}@example.com`,
    businessIds: [],
    pageIds: [],
    wabaIds: [],
    isSystemUser: false,
    ...more,
  };
}

export function newWaba(id: string, name: string, ownerBusinessId: string): WabaRecord {
  return {
    kind: 'waba',
    id,
    name,
    ownerBusinessId,
    clientBusinessIds: [],
    currency: 'USD',
    timezoneId: '1',
    country: 'US',
    reviewStatus: 'APPROVED',
    isEnabledForInsights: false,
    templateLimit: 6000,
    subscribedApps: new Map(),
    blockedTemplateNames: new Map(),
    templateCreations: [],
    standing: { ban: null, restrictions: [], hasPaymentIssue: false },
  };
}

export function newPhone(
  id: string,
  wabaId: string,
  displayPhoneNumber: string,
  verifiedName: string,
  now: number,
): PhoneRecord {
  return {
    kind: 'phone',
    id,
    wabaId,
    displayPhoneNumber,
    verifiedName,
    status: 'CONNECTED',
    qualityRating: 'GREEN',
    codeVerificationStatus: 'VERIFIED',
    nameStatus: 'APPROVED',
    accountMode: 'LIVE',
    platformType: 'CLOUD_API',
    throughputLevel: 'STANDARD',
    isOnBizApp: false,
    isOfficialBusinessAccount: false,
    pin: SEED.pin,
    registered: true,
    dataRegion: null,
    registrations: [],
    wrongPins: [],
    verificationCode: null,
    codeRequests: [],
    wrongCodes: [],
    lastOnboardedAt: now,
    username: null,
    usernameStatus: 'approved',
    newName: null,
    profile: { about: 'Hey there! I am using WhatsApp.', vertical: 'RETAIL' },
    webhookOverride: null,
    blockedUsers: new Set(),
    conversationalAutomation: null,
    settings: {},
    qrCodes: new Map(),
    encryptionKey: null,
    encryptionKeyIsSigned: true,
    coexistence: null,
  };
}

export function newPage(id: string, name: string, instagramId?: string): PageRecord {
  return {
    kind: 'page',
    id,
    name,
    category: 'Product/service',
    tasks: ['ADVERTISE', 'ANALYZE', 'CREATE_CONTENT', 'MESSAGING', 'MODERATE', 'MANAGE'],
    clientBusinessIds: [],
    withholdsToken: false,
    isRestricted: false,
    fans: 120,
    followers: 125,
    subscribedApps: new Map(),
    ...(instagramId !== undefined && { instagramId }),
  };
}

export function newInstagram(id: string, username: string, pageId?: string): InstagramRecord {
  return {
    kind: 'instagram',
    id,
    appScopedId: `2${id.slice(1)}`,
    username,
    name: username,
    subscribedApps: new Map(),
    profile: {
      biography: '',
      website: '',
      followers: 321,
      follows: 12,
      accountType: 'BUSINESS',
      isRestricted: false,
    },
    insights: new Map(),
    ...(pageId !== undefined && { pageId }),
  };
}

export function helloWorld(id: string, wabaId: string, now: number): TemplateRecord {
  return {
    kind: 'template',
    id,
    wabaId,
    name: 'hello_world',
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    parameterFormat: 'POSITIONAL',
    components: [
      { type: 'HEADER', format: 'TEXT', text: 'Hello World' },
      {
        type: 'BODY',
        text: 'Welcome and congratulations!! This message demonstrates your ability to send a WhatsApp message.',
      },
      { type: 'FOOTER', text: 'WhatsApp Business Platform sample message' },
    ],
    qualityScore: 'UNKNOWN',
    qualityDate: Math.floor(now / 1000),
    rejectedReason: 'NONE',
    edits: [],
    pauses: 0,
    createdAt: now,
  };
}

/** One app, one business, Dana Demo, her WhatsApp account with a number, and two Pages, the first with an Instagram account. */
export function seedWorld({ world, clock }: SandboxContext, apps: readonly SeedApp[]): void {
  const now = clock.now();
  for (const app of apps) world.add(newApp(app));
  world.add(newBusiness(SEED.businessId, 'Demo Business'));
  world.add(
    newPerson(SEED.personId, 'Dana Demo', {
      businessIds: [SEED.businessId],
      pageIds: [SEED.pageId, SEED.secondPageId],
    }),
  );
  world.add(newWaba(SEED.wabaId, 'Demo WhatsApp Account', SEED.businessId));
  world.add(newPhone(SEED.phoneNumberId, SEED.wabaId, SEED.displayPhoneNumber, 'Demo Shop', now));
  world.add(helloWorld(SEED.templateId, SEED.wabaId, now));
  const ownerBusinessId = SEED.businessId;
  world.add({ ...newPage(SEED.pageId, 'Demo Page', SEED.instagramId), ownerBusinessId });
  world.add(newInstagram(SEED.instagramId, 'demo.shop', SEED.pageId));
  world.add({ ...newPage(SEED.secondPageId, 'Demo Second Page'), ownerBusinessId });
}
