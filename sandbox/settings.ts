import { isObject, type JsonObject } from './json';

/** The steps that a sent message climbs. */
export type StatusStep = 'sent' | 'delivered' | 'read' | 'played';

export interface StatusSettings {
  /** Virtual milliseconds after acceptance. */
  delaysMs: Record<StatusStep, number>;
  /** Steps that are never told, as when Meta loses one or the person does not read. */
  lose: StatusStep[];
  /** Every n-th status is told twice; 0 = never. */
  duplicateEvery: number;
  /** Statuses of a message arrive in reverse order. */
  reorder: boolean;
}

export interface ReviewSettings {
  delayMs: number;
  /** `none`: templates stay PENDING until the control API decides. */
  mode: 'automatic' | 'none';
  /** A template whose name contains this is rejected. */
  rejectWhenNameContains: string;
  rejectReason: string;
}

export interface SendingSettings {
  /** Where the closed 24-hour window is told: as failed status (Meta's usual way), in the answer, or not at all. */
  closedWindow: 'status' | 'answer' | 'ignore';
  /** Messages per second and number; HIGH throughput has ten times as much and more. */
  throughputPerSecond: number;
  /** Messages to one person that may be sent in a burst, refilled by one every `pairRefillMs`. */
  pairBurst: number;
  pairRefillMs: number;
  /** `message_status` in the answer to template messages. */
  templateMessageStatus: 'accepted' | 'held_for_quality_assessment' | 'paused';
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
}

export interface LimitSettings {
  /** Management calls per hour, app and WABA. */
  managementCallsPerHour: number;
  /** Calls per hour and app. */
  appCallsPerHour: number;
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

export interface SandboxSettings {
  statuses: StatusSettings;
  review: ReviewSettings;
  sending: SendingSettings;
  messaging: MessagingSettings;
  delivery: DeliverySettings;
  limits: LimitSettings;
  dialog: DialogSettings;
  tokens: TokenSettings;
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
    statuses: {
      delaysMs: { sent: 60, delivered: 140, read: 260, played: 320 },
      lose: [],
      duplicateEvery: 0,
      reorder: false,
    },
    review: {
      delayMs: 150,
      mode: 'automatic',
      rejectWhenNameContains: 'reject',
      rejectReason: 'INVALID_FORMAT',
    },
    sending: {
      closedWindow: 'status',
      throughputPerSecond: 80,
      pairBurst: 45,
      pairRefillMs: 6 * SECOND,
      templateMessageStatus: 'accepted',
    },
    messaging: {
      readableMessages: 20,
      conversationCallsPerSecond: 2,
      textsPerSecond: 300,
      instagramTextsPerSecond: 100,
      mediaPerSecond: 10,
      privateRepliesPerHour: 750,
      humanAgent: true,
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
      challenge: 'number',
    },
    limits: { managementCallsPerHour: 5000, appCallsPerHour: 1_000_000 },
    dialog: { mode: 'page', decline: [] },
    tokens: {
      userTokenSeconds: 5400,
      longLivedSeconds: 5_184_000,
      omitExpiresIn: false,
      dialogCodeSeconds: 600,
      embeddedCodeSeconds: 30,
    },
  };
}

/** Changes the settings in place, so that everybody who holds them sees it. */
export function patchSettings(settings: SandboxSettings, patch: SettingsPatch): void {
  for (const name of Object.keys(settings) as (keyof SandboxSettings)[]) {
    const { delaysMs, ...part } = { delaysMs: undefined, ...patch[name] };
    Object.assign(settings[name], part);
    if (delaysMs) Object.assign(settings.statuses.delaysMs, delaysMs);
  }
}

/** A patch that came from outside: only known names, and values of the kind that is there now. */
export function readSettingsPatch(settings: SandboxSettings, input: JsonObject): SettingsPatch {
  checkLikeness({ ...settings, dialog: { personId: '', ...settings.dialog } }, input, '');
  return input;
}

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
