import { listed, number, optional, flag, shaped } from './control/control-input';
import { isObject, type JsonObject } from './json';
import {
  defaultLimits,
  defaultSending,
  defaultStatuses,
  type LimitSettings,
  type SendingSettings,
  type StatusSettings,
} from './messages/message-settings';
import { defaultPages, type PageSettings } from './pages/page-settings';
import { defaultAnalytics, type AnalyticsSettings } from './whatsapp-accounts/analytics-settings';

export interface ReviewSettings {
  delayMs: number;
  /** `none`: templates stay PENDING until the control API decides. */
  mode: 'automatic' | 'none';
  /** A template whose name contains this is rejected: with the reason that the name contains too, else `rejectReason`. */
  rejectWhenNameContains: string;
  rejectReason: string;
  /** Threats, frauds and other languages are found and rejected. */
  readsContent: boolean;
  /** What comes of advertising in a utility template: nothing, another category in the answer or by notice, a rejection. */
  advertising: 'allow' | 'recategorise' | 'announce' | 'reject';
  /** A score of RED pauses an approved template. */
  pauseAtRed: boolean;
  /** Media samples must be handles that an upload gave. */
  checksHandles: boolean;
}

export interface DeliverySettings {
  /** Waiting time before a webhook leaves, in which others may join its batch. */
  delayMs: number;
  /** Changes per POST at most; Meta's own limit is 1000. */
  batchSize: number;
  /** Every n-th delivery is made twice; 0 = never. */
  duplicateEvery: number;
  shuffle: boolean;
  /** POSTs under way at the same time, per callback. */
  concurrency: number;
  /** Real milliseconds until an answer is taken for missing. */
  timeoutMs: number;
  /** Waiting times of the retries; the last one repeats. */
  retryDelaysMs: number[];
  whatsappGivesUpAfterMs: number;
  pageGivesUpAfterMs: number;
  /** Page and Instagram subscriptions end after this much failure. */
  unsubscribeAfterMs: number;
  /** How changes of Instagram stand in an entry: as `changes[]`, or `field` and `value` on the entry itself. */
  instagramChanges: 'list' | 'flat';
  /** The `hub.challenge` of a verification; Meta's is not always a number. */
  challenge: 'number' | 'text';
}

/** Messenger and Instagram. Numbers per second and hour are limits; 0 = none. */
export interface MessagingSettings {
  /** Newest messages of a conversation that can be read; of older ones only id and time are given. */
  readableMessages: number;
  /** Calls of `/conversations` per second, for each Page and Instagram account. */
  conversationCallsPerSecond: number;
  textsPerSecond: number;
  instagramTextsPerSecond: number;
  /** Messages with attachment. */
  mediaPerSecond: number;
  privateRepliesPerHour: number;
  /** The app may send with the tag HUMAN_AGENT. */
  humanAgent: boolean;
  /** Otherwise it is in development, and nobody here has a role on it: nobody can be written to in Messenger (200/2018028). */
  isAppLive: boolean;
  /** Echoes bring back the `metadata` that their message was sent with. Whether Instagram's do is doubtful. */
  echoesMetadata: boolean;
  /** Calls about a Page's messages in a day, for 80006 and the usage headers. */
  callsPerDay: number;
  /** Calls of `messenger_profile` in ten minutes, for each Page and Instagram account. */
  profileCallsPerTenMinutes: number;
  /** `fetch`: files that messages link to are fetched and weighed; `trust`: any address is good. */
  links: 'fetch' | 'trust';
}

/** Publishing on Instagram. Numbers per day are limits over any 24 hours, for each account; 0 = none. */
export interface InstagramSettings {
  /** Waiting time until a container is FINISHED. */
  imageProcessingMs: number;
  videoProcessingMs: number;
  /** `quota_total` of `content_publishing_limit`. */
  postsPerDay: number;
  containersPerDay: number;
  /** `fetch`: images and videos are fetched from their address and judged; `trust`: any address is good. */
  links: 'fetch' | 'trust';
  /** A comment's length at most. */
  commentCharacters: number;
  /** Calls about an account in a day, for 80002 and the usage headers. */
  callsPerDay: number;
}

/** How much of the past is kept for the control API; the oldest goes first. */
export interface LogSettings {
  calls: number;
  /** Webhooks, with their bytes. */
  deliveries: number;
}

export interface DialogSettings {
  /** `page` shows the HTML dialog; the others answer at once in the person's name. */
  mode: 'page' | 'approve' | 'deny';
  personId?: string;
  /** Permissions that the person declines. */
  decline: string[];
}

export interface TokenSettings {
  /** Seconds that a user token from the dialog lives; 0 = for ever. */
  userTokenSeconds: number;
  longLivedSeconds: number;
  /** Leave `expires_in` out of every exchange, as Meta sometimes does. */
  omitExpiresIn: boolean;
  dialogCodeSeconds: number;
  embeddedCodeSeconds: number;
}

export interface DateSettings {
  /** How far the `Date` header of Graph's answers is from the real time; 0 = right. */
  skewMs: number;
}

export interface SandboxSettings {
  analytics: AnalyticsSettings;
  statuses: StatusSettings;
  review: ReviewSettings;
  sending: SendingSettings;
  messaging: MessagingSettings;
  pages: PageSettings;
  instagram: InstagramSettings;
  delivery: DeliverySettings;
  limits: LimitSettings;
  logs: LogSettings;
  dialog: DialogSettings;
  tokens: TokenSettings;
  dates: DateSettings;
}

type PartPatch<T> = {
  [K in keyof T]?: T[K] extends unknown[] ? T[K] : T[K] extends object ? Partial<T[K]> : T[K];
};
/** Any part of the settings; what is left out stays as it is. */
export type SettingsPatch = { [K in keyof SandboxSettings]?: PartPatch<SandboxSettings[K]> };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function defaultSettings(): SandboxSettings {
  return {
    statuses: defaultStatuses(),
    review: {
      delayMs: 150,
      mode: 'automatic',
      rejectWhenNameContains: 'reject',
      rejectReason: 'INVALID_FORMAT',
      readsContent: true,
      advertising: 'allow',
      pauseAtRed: true,
      checksHandles: false,
    },
    sending: defaultSending(),
    messaging: {
      readableMessages: 20,
      conversationCallsPerSecond: 2,
      textsPerSecond: 300,
      instagramTextsPerSecond: 100,
      mediaPerSecond: 10,
      privateRepliesPerHour: 750,
      humanAgent: true,
      isAppLive: true,
      echoesMetadata: true,
      callsPerDay: 4_800_000,
      profileCallsPerTenMinutes: 10,
      links: 'trust',
    },
    analytics: defaultAnalytics(),
    pages: defaultPages(),
    instagram: {
      imageProcessingMs: 100,
      videoProcessingMs: 1000,
      postsPerDay: 100,
      containersPerDay: 400,
      links: 'fetch',
      commentCharacters: 300,
      callsPerDay: 4_800_000,
    },
    delivery: {
      delayMs: 5,
      batchSize: 1000,
      duplicateEvery: 0,
      shuffle: false,
      concurrency: 8,
      timeoutMs: 10 * SECOND,
      retryDelaysMs: [2 * SECOND, 10 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR],
      whatsappGivesUpAfterMs: 7 * DAY,
      pageGivesUpAfterMs: 36 * HOUR,
      unsubscribeAfterMs: HOUR,
      instagramChanges: 'list',
      challenge: 'number',
    },
    limits: defaultLimits(),
    logs: { calls: 50_000, deliveries: 50_000 },
    dialog: { mode: 'page', decline: [] },
    tokens: {
      userTokenSeconds: 5400,
      longLivedSeconds: 5_184_000,
      omitExpiresIn: false,
      dialogCodeSeconds: 600,
      embeddedCodeSeconds: 30,
    },
    dates: { skewMs: 0 },
  };
}

/** Changes the settings in place, so that everybody who holds them sees it. Parts of parts are joined, lists replaced. */
export function patchSettings(settings: SandboxSettings, patch: SettingsPatch): void {
  for (const name of Object.keys(settings) as (keyof SandboxSettings)[])
    join(settings[name], patch[name] ?? {});
}

function join(target: object, patch: object): void {
  const present = new Map<string, unknown>(Object.entries(target));
  for (const [name, value] of Object.entries(patch) as [string, unknown][]) {
    const inner = present.get(name);
    if (isObject(inner) && isObject(value)) join(inner, value);
    else Object.assign(target, { [name]: value });
  }
}

/** A patch that came from outside: only known names, and values of the kind that is there now. */
export function readSettingsPatch(settings: SandboxSettings, input: JsonObject): SettingsPatch {
  checkLikeness({ ...settings, dialog: { personId: '', ...settings.dialog } }, input, '');
  const failures = isObject(input.statuses) ? input.statuses.failures : undefined;
  if (failures !== undefined) FAILURES.read(failures, 'statuses.failures');
  return input;
}

const FAILURES = listed(shaped({ code: number, share: number, afterSent: optional(flag) }));

function checkLikeness(model: object, input: JsonObject, prefix: string): void {
  const known = new Map<string, unknown>(Object.entries(model));
  for (const [name, value] of Object.entries(input)) {
    const present = known.get(name);
    if (present === undefined)
      throw new Error(`${prefix}${name} is not a setting; there are: ${[...known.keys()].join(', ')}.`);
    if (typeof present !== typeof value || Array.isArray(present) !== Array.isArray(value)) {
      throw new Error(
        `${prefix}${name} must be of the kind ${Array.isArray(present) ? 'list' : typeof present}.`,
      );
    }
    if (isObject(present) && isObject(value)) checkLikeness(present, value, `${prefix}${name}.`);
  }
}
