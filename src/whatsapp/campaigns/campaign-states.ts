import type { CampaignState } from '../entities/campaign.entity';
import type { RecipientState } from '../entities/campaign-recipient.entity';

export type CampaignAction = 'start' | 'schedule' | 'unschedule' | 'pause' | 'resume' | 'cancel' | 'retry';

interface Transition {
  from: readonly CampaignState[];
  to: CampaignState;
}

/**
 *   draft ──schedule──► scheduled ──its time──► running ◄──resume── paused
 *     │  ◄─unschedule──    │                     │  │ ──pause──────►
 *     └───────start────────┴────────────────────►│  └─ everybody has been dealt with ──► completed ──retry──► running
 *   any of these four ──cancel──► cancelled
 */
export const TRANSITIONS: Readonly<Record<CampaignAction, Transition>> = {
  start: { from: ['draft', 'scheduled'], to: 'running' },
  schedule: { from: ['draft', 'scheduled'], to: 'scheduled' },
  unschedule: { from: ['scheduled'], to: 'draft' },
  pause: { from: ['running'], to: 'paused' },
  resume: { from: ['paused'], to: 'running' },
  cancel: { from: ['draft', 'scheduled', 'running', 'paused'], to: 'cancelled' },
  retry: { from: ['running', 'paused', 'completed'], to: 'running' },
};

/** While these last, people may be added and the campaign changed: what is started is frozen. */
export const OPEN_STATES: readonly CampaignState[] = ['draft', 'scheduled'];

/** Of these nothing goes out, or has already. */
export const DELETABLE_STATES: readonly CampaignState[] = ['draft', 'scheduled', 'completed', 'cancelled'];

/** Whether the campaign is where the action would take it: asked twice, it is done once and answered twice. */
export function isDone(action: CampaignAction, state: CampaignState): boolean {
  return action !== 'schedule' && action !== 'retry' && TRANSITIONS[action].to === state;
}

const WORDS: Readonly<Record<CampaignState, string>> = {
  draft: 'has not been started',
  scheduled: 'has not begun yet',
  running: 'is running',
  paused: 'is paused',
  completed: 'is completed',
  cancelled: 'was cancelled',
};

/** Why an action is refused, for people. */
export function refusalOf(action: CampaignAction, state: CampaignState): string {
  return `The campaign ${WORDS[state]}: ${action} is for campaigns that are ${TRANSITIONS[action].from.join(', ')}.`;
}

/**
 * From low to high, as for messages: `failed` stands below `delivered`, which proves it wrong. What was skipped or
 * cancelled has no message whose status could count.
 */
export const RECIPIENT_ORDER: readonly RecipientState[] = [
  'pending',
  'queued',
  'unknown',
  'accepted',
  'sent',
  'failed',
  'delivered',
  'read',
  'skipped',
  'cancelled',
];

/** What a message's status makes of its recipient; null for a word that means nothing here. */
export function recipientStateOf(messageStatus: string): RecipientState | null {
  switch (messageStatus) {
    case 'unknown':
    case 'accepted':
    case 'sent':
    case 'failed':
    case 'delivered':
    case 'read':
      return messageStatus;
    case 'played':
      return 'read';
    default:
      return null;
  }
}
