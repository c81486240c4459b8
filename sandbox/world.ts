import type { ConversationRecord, DirectMessageRecord, ScopedUserRecord } from './direct/direct-records';
import type { JsonObject } from './json';
import type {
  InstagramCommentRecord,
  InstagramContainerRecord,
  InstagramMediaRecord,
  InstagramProfile,
  MetricValues,
} from './instagram/instagram-records';
import type { PageContent } from './pages/post-records';
import type {
  AccountStanding,
  Coexistence,
  FlowRecord,
  GroupRecord,
  NameChange,
  QrCode,
} from './whatsapp-accounts/whatsapp-records';

export interface AppSubscription {
  object: string;
  callbackUrl: string;
  verifyToken: string;
  fields: string[];
  includeValues: boolean;
  /** Graph version of the call that made it: payloads follow it. */
  version: number;
}

export interface LoginConfiguration {
  scopes: string[];
  tokenKind: 'USER' | 'SYSTEM_USER';
  /** Seconds; 0 = the token does not expire. */
  expiresInSeconds: number;
}

export interface AppRecord {
  kind: 'app';
  id: string;
  name: string;
  secret: string;
  requireProof: boolean;
  /** Empty: any address is allowed. */
  redirectUris: string[];
  deauthorizeUrl?: string;
  dataDeletionUrl?: string;
  subscriptions: Map<string, AppSubscription>;
  loginConfigurations: Map<string, LoginConfiguration>;
}

export interface BusinessRecord {
  kind: 'business';
  id: string;
  name: string;
  verificationStatus: string;
  messagingLimit: string;
}

export interface PersonRecord {
  kind: 'person';
  id: string;
  name: string;
  email: string;
  businessIds: string[];
  pageIds: string[];
  /** WABAs assigned one by one, as to system users. */
  wabaIds: string[];
  isSystemUser: boolean;
}

export interface WebhookOverride {
  callbackUri: string;
  verifyToken: string;
}

export interface WabaRecord {
  kind: 'waba';
  id: string;
  name: string;
  ownerBusinessId: string;
  clientBusinessIds: string[];
  currency: string;
  timezoneId: string;
  country: string;
  reviewStatus: string;
  isEnabledForInsights: boolean;
  templateLimit: number;
  /** App id → its subscription of this account, with the alternate callback where there is one. */
  subscribedApps: Map<string, WebhookOverride | null>;
  /** Deleted template names and until when (Unix ms) they are blocked. */
  blockedTemplateNames: Map<string, number>;
  /** Unix ms of template creations, for the hourly limit. */
  templateCreations: number[];
  standing: AccountStanding;
}

export interface PhoneRecord {
  kind: 'phone';
  id: string;
  wabaId: string;
  displayPhoneNumber: string;
  verifiedName: string;
  status: string;
  qualityRating: string;
  codeVerificationStatus: string;
  nameStatus: string;
  accountMode: string;
  platformType: string;
  throughputLevel: string;
  isOnBizApp: boolean;
  isOfficialBusinessAccount: boolean;
  pin: string | null;
  registered: boolean;
  /** Two-letter country where messages at rest are kept; null = not localized. */
  dataRegion: string | null;
  /** Unix ms of register and deregister calls, for the 72-hour limit. */
  registrations: number[];
  /** Unix ms of wrong pins, which lock registration for a while. */
  wrongPins: number[];
  /** The verification code last "sent". */
  verificationCode: string | null;
  /** Unix ms of requested codes, and of codes that were wrong. */
  codeRequests: number[];
  wrongCodes: number[];
  lastOnboardedAt: number;
  username: string | null;
  /** Where a username waits for its review. */
  usernameStatus: 'approved' | 'reserved';
  newName: NameChange | null;
  profile: JsonObject;
  webhookOverride: WebhookOverride | null;
  blockedUsers: Set<string>;
  conversationalAutomation: JsonObject | null;
  settings: JsonObject;
  qrCodes: Map<string, QrCode>;
  /** Public key for flows, in PEM. */
  encryptionKey: string | null;
  encryptionKeyIsSigned: boolean;
  coexistence: Coexistence | null;
}

export interface TemplateRecord {
  kind: 'template';
  id: string;
  wabaId: string;
  name: string;
  language: string;
  status: string;
  category: string;
  previousCategory?: string;
  /** The category that it will have when a notice has run out. */
  correctCategory?: string;
  /** The status before it was archived. */
  archivedFrom?: string;
  subCategory?: string;
  parameterFormat: 'POSITIONAL' | 'NAMED';
  messageSendTtlSeconds?: number;
  components: JsonObject[];
  qualityScore: string;
  qualityDate: number;
  rejectedReason: string;
  /** Unix ms of edits while approved. */
  edits: number[];
  pauses: number;
  createdAt: number;
}

export interface MediaRecord {
  kind: 'media';
  id: string;
  phoneId: string;
  mimeType: string;
  bytes: Buffer;
  filename?: string;
  /** Unix ms. */
  expiresAt: number;
}

export interface PageRecord {
  kind: 'page';
  id: string;
  name: string;
  category: string;
  /** What the people of the Page may do with it; empty: they see it, and get no token. */
  tasks: string[];
  /** The linked professional account. */
  instagramId?: string;
  /** A linked personal account: shown as `connected_instagram_account` only. */
  personalInstagramId?: string;
  ownerBusinessId?: string;
  clientBusinessIds: string[];
  /** Lists name the Page without its token, as for people who have not let the app have it. */
  withholdsToken: boolean;
  /** Sending is refused with 10/1893063. */
  isRestricted: boolean;
  /** Likes of the Page, and people who follow it. */
  fans: number;
  followers: number;
  subscribedApps: Map<string, string[]>;
}

export interface InstagramRecord {
  kind: 'instagram';
  id: string;
  appScopedId: string;
  username: string;
  name: string;
  pageId?: string;
  subscribedApps: Map<string, string[]>;
  profile: InstagramProfile;
  /** By metric, where the control API has set any. */
  insights: Map<string, MetricValues>;
}

export type WorldRecord =
  | AppRecord
  | BusinessRecord
  | PersonRecord
  | WabaRecord
  | PhoneRecord
  | TemplateRecord
  | MediaRecord
  | FlowRecord
  | GroupRecord
  | PageRecord
  | InstagramRecord
  | ScopedUserRecord
  | ConversationRecord
  | DirectMessageRecord
  | PageContent
  | InstagramMediaRecord
  | InstagramContainerRecord
  | InstagramCommentRecord;
export type RecordKind = WorldRecord['kind'];
export type RecordOf<K extends RecordKind> = Extract<WorldRecord, { kind: K }>;

export function isKind<K extends RecordKind>(record: WorldRecord, kind: K): record is RecordOf<K> {
  return record.kind === kind;
}

/** Everything that has a Graph id. */
export class World {
  private readonly records = new Map<string, WorldRecord>();
  /** Thousands of messages must not slow down who looks for the one app. */
  private readonly byKind = new Map<RecordKind, Map<string, WorldRecord>>();

  add<T extends WorldRecord>(record: T): T {
    this.remove(record.id);
    this.records.set(record.id, record);
    const sameKind = this.byKind.get(record.kind) ?? new Map<string, WorldRecord>();
    sameKind.set(record.id, record);
    this.byKind.set(record.kind, sameKind);
    return record;
  }

  remove(id: string): void {
    const record = this.records.get(id);
    if (!record) return;
    this.records.delete(id);
    this.byKind.get(record.kind)?.delete(id);
  }

  clear(): void {
    this.records.clear();
    this.byKind.clear();
  }

  find(id: string): WorldRecord | undefined {
    return this.records.get(id);
  }

  findKind<K extends RecordKind>(kind: K, id: string): RecordOf<K> | undefined {
    const record = this.records.get(id);
    return record && isKind(record, kind) ? record : undefined;
  }

  /** For the control API, where a wrong id is the caller's mistake. */
  get<K extends RecordKind>(kind: K, id: string): RecordOf<K> {
    const record = this.findKind(kind, id);
    if (!record) throw new Error(`There is no ${kind} with id ${id}.`);
    return record;
  }

  all<K extends RecordKind>(kind: K): RecordOf<K>[] {
    const found: RecordOf<K>[] = [];
    for (const record of this.byKind.get(kind)?.values() ?? []) if (isKind(record, kind)) found.push(record);
    return found;
  }

  first<K extends RecordKind>(kind: K): RecordOf<K> {
    const record = this.all(kind)[0];
    if (!record) throw new Error(`There is no ${kind} yet.`);
    return record;
  }

  phonesOf(wabaId: string): PhoneRecord[] {
    return this.all('phone').filter((phone) => phone.wabaId === wabaId);
  }

  templatesOf(wabaId: string): TemplateRecord[] {
    return this.all('template').filter((template) => template.wabaId === wabaId);
  }

  wabaOfPhone(phone: PhoneRecord): WabaRecord {
    return this.get('waba', phone.wabaId);
  }
}
