/** The steps that a sent message climbs. */
export type StatusStep = 'sent' | 'delivered' | 'read' | 'played';

/** A share of all messages that fails with a code of Meta's. */
export interface FailureShare {
  code: number;
  /** 0 to 1. */
  share: number;
  /** The message counts as sent first, and fails afterwards. */
  afterSent?: boolean;
}

export interface StatusSettings {
  /** Virtual milliseconds after acceptance, where `timing` is `fixed`. */
  delaysMs: Record<StatusStep, number>;
  /** `realistic` draws the delays from `rangesMs`: short ones often, long ones seldom. */
  timing: 'fixed' | 'realistic';
  /** Shortest and longest delay after acceptance (`sent`), or after the step before. */
  rangesMs: Record<StatusStep, [number, number]>;
  /** Everything that is drawn by lot comes from this seed: the same sends in the same order have the same fates. */
  seed: number;
  /** Share (0 to 1) of the messages that get as far: phones are off, and not everybody reads. */
  shares: { delivered: number; read: number; played: number };
  /** Share of the messages whose `delivered` is never told although `read` is: the chat was open. */
  skipDelivered: number;
  failures: FailureShare[];
  /** Share of the messages that end unseen when the lifetime is over: accepted, `sent`, and then nothing, ever. */
  expireUnseen: number;
  /** Steps that are never told, as when Meta loses one or the person does not read. */
  lose: StatusStep[];
  /** Every n-th status is told twice; 0 = never. */
  duplicateEvery: number;
  /** Statuses of a message arrive in reverse order. */
  reorder: boolean;
}

export interface SendingSettings {
  /** Where the closed 24-hour window is told: as failed status (Meta's usual way), in the answer, or not at all. */
  closedWindow: 'status' | 'answer' | 'ignore';
  /** `message_status` in the answer to template messages. */
  templateMessageStatus: 'accepted' | 'held_for_quality_assessment' | 'paused';
  /** How long held messages wait, in virtual milliseconds. */
  heldMs: number;
  /** What comes of held messages: they go out, fail with 132015, or are never heard of again. */
  heldOutcome: 'sent' | 'failed' | 'nothing';
  /** `fetch` gets the media that messages link to, and fails with 131053 where that cannot be done; `trust` does not look. */
  links: 'fetch' | 'trust';
  /** Uploads whose bytes show no known type: taken for what they claim to be, or refused as Meta does. */
  uploads: 'lenient' | 'strict';
}

/** A number of 0 is no limit. */
export interface LimitSettings {
  /** Management calls per hour, app and WABA that has an active number. */
  managementCallsPerHour: number;
  /** The same of an account without active number. */
  idleManagementCallsPerHour: number;
  /** Meta's pages name both codes for it. */
  managementCode: 80007 | 80008;
  /** Calls per hour and app: code 4. */
  appCallsPerHour: number;
  /** Messages in any second, for each number by its level: 130429. */
  standardPerSecond: number;
  highPerSecond: number;
  /** Numbers that are in use on the phone app, too, whatever their level. */
  businessAppPerSecond: number;
  /** Messages of people take part in the throughput of the number, as Meta says. */
  countInbound: boolean;
  /** Messages to one person that may be sent in a burst, refilled by one every `pairRefillMs`: 131056. */
  pairBurst: number;
  pairRefillMs: number;
  /** While a number gets its higher throughput, sends answer 131057. */
  upgradeMs: number;
  /** Different people outside of windows in 24 hours, by the portfolio's tier: 131048. */
  messagingTiers: boolean;
  /** Marketing templates that one person gets from the portfolio in 24 hours outside of windows: 131049. */
  marketingPerPerson: number;
  /** Nobody in the United States gets marketing, as since April 2025. Off, since most test numbers are of there. */
  noMarketingToUs: boolean;
  /** Templates per hour of a number whose quality is RED: 131048. */
  redPerHour: number;
  /** Where 131048 is told: as failed status, or in the answer. */
  spamToldAs: 'status' | 'answer';
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export function defaultStatuses(): StatusSettings {
  return {
    delaysMs: { sent: 60, delivered: 140, read: 260, played: 320 },
    timing: 'fixed',
    rangesMs: {
      sent: [300, 2 * SECOND],
      delivered: [SECOND, 10 * SECOND],
      read: [10 * SECOND, 2 * HOUR],
      played: [5 * SECOND, MINUTE],
    },
    seed: 1,
    shares: { delivered: 1, read: 1, played: 1 },
    skipDelivered: 0,
    failures: [],
    expireUnseen: 0,
    lose: [],
    duplicateEvery: 0,
    reorder: false,
  };
}

export function defaultSending(): SendingSettings {
  return {
    closedWindow: 'status',
    templateMessageStatus: 'accepted',
    heldMs: 0,
    heldOutcome: 'sent',
    links: 'fetch',
    uploads: 'lenient',
  };
}

export function defaultLimits(): LimitSettings {
  return {
    managementCallsPerHour: 5000,
    idleManagementCallsPerHour: 200,
    managementCode: 80008,
    appCallsPerHour: 1_000_000,
    standardPerSecond: 80,
    highPerSecond: 1000,
    businessAppPerSecond: 20,
    countInbound: false,
    pairBurst: 45,
    pairRefillMs: 6 * SECOND,
    upgradeMs: MINUTE,
    messagingTiers: true,
    marketingPerPerson: 2,
    noMarketingToUs: false,
    redPerHour: 100,
    spamToldAs: 'status',
  };
}
